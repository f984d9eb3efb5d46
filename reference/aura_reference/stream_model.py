"""What a stream remembers, and what it predicts by that (rules RCL-4 to RCL-15)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace

from aura_reference import context as contexts
from aura_reference.context import Coder
from aura_reference.window import Window, hash_byte
from aura_spec import char_runs, context_model, prefix
from aura_spec import stream_model as spec
from aura_spec.char_runs import after
from aura_spec.context_model import ContextModel
from aura_spec.stream_model import squash, stretch

_WORD = 0xFFFFFFFF
_LOW = 0xFFFF
_DIGITS = frozenset(b"0123456789")


@dataclass(slots=True)
class Candidate:
    """A symbol that is predicted: its level, and, from the window, its place and match_length (rule RCL-4)."""

    symbol: int
    level: int
    place: int = 0
    match_length: int = 0


@dataclass(slots=True)
class AdaptiveProbability:
    """A probability of a hit, out of ``PROB_ONE``, and how often it was tried (rule RCL-12)."""

    value: int
    count: int = 0

    def learn(self, rate: int, most: int, *, hit: bool) -> None:
        """Move towards what happened."""
        self.value += ((spec.PROB_ONE - 1 if hit else 0) - self.value) * rate >> 16
        self.count = min(self.count + 1, most)


@dataclass(frozen=True, slots=True)
class Mixer:
    """The three inputs of a probability, their weights, and the adaptive probabilities behind two of them.

    See rule RCL-10: ``by_match`` is an entry of ``match_stats``, ``by_context`` one of ``context_stats``.
    """

    inputs: tuple[int, int, int]
    weights: list[int]
    by_match: AdaptiveProbability
    by_context: AdaptiveProbability

    @property
    def p(self) -> int:
        """The probability of a hit, out of ``PROB_ONE``."""
        total = sum(weight * one for weight, one in zip(self.weights, self.inputs, strict=True))
        return max(spec.MIN_PROBABILITY, min(squash(total >> 16), spec.PROB_ONE - spec.MIN_PROBABILITY))

    def learn(self, error: int, *, hit: bool) -> None:
        """Move weights and probabilities towards what happened (rule RCL-12)."""
        self.weights[:] = [
            weight + (error * one >> 14) for weight, one in zip(self.weights, self.inputs, strict=True)
        ]
        self.by_match.learn((1 << 16) // (self.by_match.count + 8), spec.MATCH_STATS_LIMIT, hit=hit)
        self.by_context.learn((1 << 17) // (2 * self.by_context.count + 3), spec.CONTEXT_STATS_LIMIT, hit=hit)


@dataclass(slots=True)
class Field:
    """By how much a number steps, and how often in a row it has (rule RCL-6)."""

    step: int = 0
    confidence: int = 0


class Share:
    """Multiplies the shares of the choices that lead to ``symbol`` (rule RCL-9)."""

    def __init__(self, symbol: int) -> None:
        self.symbol = symbol
        self.value = spec.PROB_ONE

    def choose(self, symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """As :class:`~aura_reference.context.Coder` says."""
        place = symbols.index(self.symbol) if self.symbol in symbols else len(symbols)
        self.value = self.value * frequencies[place] // sum(frequencies)
        return place


class Number:
    """A number that is read, and maybe predicted (rules RCL-5 and RCL-6)."""

    def __init__(self, window: Window, place: int, field: Field) -> None:
        digits = bytearray()
        while window[place] in _DIGITS and len(digits) < spec.MAX_DIGITS:
            digits.append(window[place])
            place += 1
        self.usable = len(digits) < spec.MAX_DIGITS
        self.field = field
        self._before = int(digits)
        self._read = bytearray()
        self._rest: list[int] = []
        expected = self._before + field.step
        if field.step and expected >= 0:
            self._rest = [*str(expected).zfill(len(digits)).encode(), window.symbol(place)]

    def predicted(self) -> int | None:
        """The next symbol."""
        return self._rest[0] if self._rest else None

    def read(self, symbol: int) -> bool:
        """Take a symbol in; whether the number may go on after it."""
        self._rest = self._rest[1:] if self._rest and self._rest[0] == symbol else []
        if symbol in _DIGITS:
            self._read.append(symbol)
            return len(self._read) < spec.MAX_DIGITS
        if self._read:
            step = int(self._read) - self._before
            if step == self.field.step:
                self.field.confidence = min(self.field.confidence + 1, spec.MAX_CONFIDENCE)
            else:
                self.field.step = step if step.bit_length() <= 31 else 0
                self.field.confidence = 0
        return False


class StreamState:
    """What one direction of a stream remembers."""

    def __init__(self, model: ContextModel, memory: int) -> None:
        self.model = model
        self.memory = memory
        self.window = Window(memory - spec.TABLES)
        self.fields = [Field() for _ in range(spec.FIELDS)]
        self.match_stats = {
            (later, level, share, miss): AdaptiveProbability(
                squash(spec.LEVEL_BIAS[later][level] + spec.CLASS_BIAS[share] + spec.MISS_BIAS * miss)
            )
            for later in (0, 1)
            for level in range(spec.LEVELS)
            for share in range(spec.CLASSES)
            for miss in (0, 1)
        }
        self.context_stats = [AdaptiveProbability(spec.PROB_ONE // 2) for _ in range(spec.CONTEXT_STATS)]
        self.weights = [[[weight << 10 for weight in triple] for triple in levels] for levels in spec.WEIGHTS]

    def field(self) -> Field:
        """The field of a number that begins here (rule RCL-5)."""
        value = taken = 0
        place = self.window.end - 1
        while self.window.holds(place) and taken < spec.FIELD_BYTES:
            byte = self.window[place]
            if byte == 0:
                value = value * 31 + 7 & _WORD
                break
            if byte not in _DIGITS:
                value = hash_byte(value, byte)
                taken += 1
            place -= 1
        return self.fields[(value * spec.HASH_MULTIPLIER_2 & _WORD) >> 24]

    def copy(self) -> StreamState:
        """Another one, which remembers the same so far."""
        other = copy(self)
        other.window = self.window.copy()
        other.fields = [replace(field) for field in self.fields]
        other.match_stats = {index: replace(probability) for index, probability in self.match_stats.items()}
        other.context_stats = [replace(probability) for probability in self.context_stats]
        other.weights = [[weights[:] for weights in levels] for levels in self.weights]
        return other

    def learn(self, text: bytes) -> None:
        """Take in a message that was not coded with this (rule STR-11)."""
        for byte in text[-self.window.size :]:
            self.window.add(byte)
        self.window.add(0)


class Predictor:
    """A message that is coded with what a stream remembers: what encoder and decoder share."""

    def __init__(self, state: StreamState) -> None:
        self._state = state
        self._model = state.model
        self._context = state.model.initial
        self._char_run = char_runs.NO_RUN
        self.text = bytearray()
        self._pointer: Candidate | None = None
        self._number: Number | None = None
        self._prefix = 0  # the place in the model's prefix
        self._digits = 0  # at the end of the message
        self._others = 0  # what rule RCL-10 makes of the bytes that are no digits
        self._miss = 0

    def code(self, coder: Coder) -> int:
        """Code the next symbol, and give it (rules RCL-4 to RCL-8)."""
        candidates = self._candidates()[: spec.MAX_TRIED]
        excluded: set[int] = set()
        entry = None
        for number, candidate in enumerate(candidates):
            share = self._share(candidate.symbol, excluded)
            if self._try(candidate, share, later=number > 0, coder=coder):
                entry = contexts.find_deepest(self._model, self._context, candidate.symbol)
                break
            excluded.add(candidate.symbol)
        if entry is None:
            entry = contexts.code(self._model, self._context, self._char_run, excluded, coder)
        symbol = self._model.symbols[entry]
        if candidates:
            self._miss = int(candidates[0].symbol != symbol)
        self._go_on(symbol, candidates)
        self._context = self._model.following[entry]
        return symbol

    def _candidates(self) -> list[Candidate]:
        """Rules RCL-4, RCL-5 and RCL-7."""
        window = self._state.window
        candidates: list[Candidate] = []
        pointer = self._pointer
        if pointer is not None:
            candidates.append(_of_window(window, pointer.place, pointer.match_length))
        for place in window.found():
            if len(candidates) < spec.MAX_FOUND and all(
                one.symbol != window.symbol(place) for one in candidates
            ):
                match_length = window.match_length(place)
                if match_length >= spec.MIN_MATCH:
                    candidates.append(_of_window(window, place, match_length))
        if pointer is None and candidates and candidates[0].match_length >= spec.MIN_POINTED:
            self._pointer = candidates[0]
        self._add_number(candidates)
        self._add_prefix(candidates)
        return candidates

    def _add_number(self, candidates: list[Candidate]) -> None:
        """Rule RCL-5."""
        window = self._state.window
        if self._number is None and candidates and window[window.end - 1] not in _DIGITS:
            place = candidates[0].place
            begins = window[place] in _DIGITS and window.holds(place - 1) and window[place - 1] not in _DIGITS
            number = Number(window, place, self._state.field()) if begins else None
            self._number = number if number is not None and number.usable else None
        symbol = self._number.predicted() if self._number else None
        if self._number is not None and symbol is not None and symbol != _first(candidates):
            candidates[:] = [one for one in candidates if one.symbol != symbol]
            candidates.insert(
                0,
                Candidate(
                    symbol, spec.NUMBER + self._number.field.confidence, match_length=spec.MAX_MATCH_LENGTH
                ),
            )

    def _add_prefix(self, candidates: list[Candidate]) -> None:
        """Rule RCL-7."""
        if self._model.prefix is None:
            return
        text = self._model.prefix.text
        if not self._prefix and len(self.text) >= prefix.LENGTH:
            begin = text.rfind(self.text[-prefix.LENGTH :])
            self._prefix = begin + prefix.LENGTH if begin >= 0 else 0
        if self._prefix == len(text):
            self._prefix = 0
        if self._prefix:
            symbol = text[self._prefix]
            if all(one.symbol != symbol for one in candidates):
                last = bool(candidates) and candidates[0].match_length >= spec.MIN_CERTAIN
                candidates.insert(len(candidates) if last else 0, Candidate(symbol, spec.PREFIX))

    def _share(self, symbol: int, excluded: set[int]) -> int:
        """Rule RCL-9."""
        share = Share(symbol)
        contexts.code(self._model, self._context, self._char_run, set(excluded), share)
        return min(share.value, spec.PROB_ONE - 1)

    def _mixer(self, candidate: Candidate, share: int, *, later: bool) -> Mixer:
        """The mixer of a candidate's probability (rule RCL-10)."""
        state = self._state
        share_class = max(0, min((stretch(share) >> 8) + 8, spec.CLASSES - 1))
        by_match = state.match_stats[later, candidate.level, share_class, self._miss]
        by_context = state.context_stats[
            (self._context_index(candidate, later=later) * spec.HASH_MULTIPLIER & _WORD) >> 22
        ]
        inputs = (stretch(share), stretch(by_match.value), stretch(by_context.value))
        return Mixer(inputs, state.weights[later][candidate.level], by_match, by_context)

    def _try(self, candidate: Candidate, share: int, *, later: bool, coder: Coder) -> bool:
        """Code whether a candidate hits (rules RCL-8 and RCL-12)."""
        mixer = self._mixer(candidate, share, later=later)
        p = mixer.p
        hit = coder.choose((candidate.symbol,), (p, spec.PROB_ONE - p)) == 0
        mixer.learn(spec.PROB_ONE - p if hit else -p, hit=hit)
        return hit

    def _context_index(self, candidate: Candidate, *, later: bool) -> int:
        """What of the place the third input is by (rule RCL-10)."""
        window, symbol = self._state.window, candidate.symbol
        if self._digits == 0 and symbol not in _DIGITS:
            return (window[window.end - 1] * 31 + symbol % 256) * 7 + 5 * later + 101 * window.last(2)
        ending = 0 if symbol in _DIGITS else symbol % 16
        return (((self._digits * 31 + candidate.level) * 2 + later) * 16 + ending) * 127 + self._others % 127

    def _go_on(self, symbol: int, candidates: Sequence[Candidate]) -> None:
        """Go past a symbol (rules RCL-2, RCL-6, RCL-7, RCL-10 and RCL-15)."""
        window = self._state.window
        text = self._model.prefix.text if self._model.prefix else b""
        if self._prefix:
            self._prefix = self._prefix + 1 if text[self._prefix] == symbol else 0
        if self._number is not None and not self._number.read(symbol):
            self._number = None
        old, self._pointer = self._pointer, None
        if old is not None and window.symbol(old.place) == symbol:
            self._pointer = Candidate(0, 0, old.place + 1, min(old.match_length + 1, spec.MAX_MATCH_LENGTH))
        else:
            for candidate in candidates[1:]:
                if (
                    candidate.symbol == symbol
                    and candidate.place
                    and candidate.match_length >= spec.MIN_RESUMED
                ):
                    self._pointer = Candidate(
                        0, 0, candidate.place + 1, min(candidate.match_length + 1, spec.MAX_MATCH_LENGTH)
                    )
        window.add(0 if symbol == context_model.END else symbol)
        if symbol in _DIGITS:
            self._digits = min(self._digits + 1, spec.COUNTED_DIGITS)
        else:
            self._digits = 0
            self._others = self._others * 8 + symbol & _LOW
        if symbol != context_model.END:
            self.text.append(symbol)
            self._char_run = after(self._char_run, symbol)


def _of_window(window: Window, place: int, match_length: int) -> Candidate:
    return Candidate(window.symbol(place), bisect_right(spec.LENGTH_STEPS, match_length), place, match_length)


def _first(candidates: Sequence[Candidate]) -> int | None:
    return candidates[0].symbol if candidates else None
