"""What a message predicts of its own next symbol (rules LOC-1 to LOC-14)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from aura_reference import context as contexts
from aura_reference.auralite import Meter, Reader, Writer, decode_by_id
from aura_reference.context import Coder
from aura_reference.local_number import Numbers
from aura_reference.stream_model import Share
from aura_reference.window import hash_byte
from aura_spec import char_runs, context_model, limits, range_coder, stream_model
from aura_spec import local_model as spec
from aura_spec.auralite import Explicit, build_body, parse_body
from aura_spec.char_runs import after
from aura_spec.context_model import END, ContextModel
from aura_spec.errors import EncodeError, LimitExceeded
from aura_spec.local_model import Context, Relation
from aura_spec.stream_model import squash, stretch

_FIRST = range_coder.ADAPTIVE_START, range_coder.ADAPTIVE_END
_WORD = 0xFFFFFFFF
_DIGITS = frozenset(b"0123456789")


@dataclass(slots=True)
class Slot:
    """What followed a context: bytes, the last one first, and how often that came in succession (rule LOC-4).

    ``position`` is where the last one stands.
    """

    check: int = 0
    run: int = 0
    last: int = 0
    other: int | None = None
    position: int = 0

    def learn(self, byte: int, position: int) -> None:
        """Take in the byte that followed (rule LOC-14)."""
        self.position = position
        if self.run and self.last == byte:
            self.run = min(self.run + 1, spec.MAX_RUN)
        else:
            if self.run:
                self.other = self.last
            self.last, self.run = byte, 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """A bias that speaks for a candidate, or against it: its table, and which entry of it (rule LOC-10)."""

    table: str
    index: tuple[int, ...]

    @property
    def name(self) -> str:
        """What it is by, for people: "match", "number", "miss" and so on, or the name of a context."""
        if self.table == "CONTEXT_BIASES":
            return Context(self.index[0]).name.lower()
        return self.table.removesuffix("_BIASES").lower()


class Sum:
    """Weights and biases, by table and index, and what is summed of them (rules LOC-11 to LOC-13)."""

    def __init__(self) -> None:
        self._weights: dict[tuple[int, ...], int] = {}
        self._biases: dict[Evidence, int] = {}

    def probability(self, share: int, evidence: Sequence[Evidence]) -> int:
        """The probability of a hit, out of ``PROB_ONE`` (rule LOC-11). The first evidence names the set."""
        total = self.weight(evidence[0].index) * stretch(share) >> 4
        total += sum(self.bias(one) for one in evidence)
        least = spec.MIN_PROBABILITY
        return min(max(least, squash(total >> 12)), stream_model.PROB_ONE - least)

    def weight(self, index: tuple[int, ...]) -> int:
        """The weight of a set."""
        return self._weights.get(index, _entry(spec.WEIGHTS, index) << 10)

    def bias(self, one: Evidence) -> int:
        """A bias."""
        return self._biases.get(one, _entry(getattr(spec, one.table), one.index) << 12)

    def learn(self, error: int, share: int, evidence: Sequence[Evidence]) -> None:
        """Move what was summed towards what happened (rule LOC-12)."""
        if -spec.MIN_ERROR < error < spec.MIN_ERROR:
            return
        index = evidence[0].index
        self._weights[index] = self.weight(index) + (error * stretch(share) >> 14)
        for one in evidence:
            self._biases[one] = self.bias(one) + error


def _entry(table: object, index: tuple[int, ...]) -> int:
    for place in index:
        table = table[place]  # type: ignore[index]
    return table  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Trial:
    """How a candidate was tried: its share and probability of ``PROB_ONE``, the evidence, and whether it hit."""

    symbol: int
    share: int
    probability: int
    evidence: Sequence[Evidence]
    hit: bool


class Predictor:
    """A message that predicts itself: what encoder, decoder and explanation share.

    Attributes:
        message: so far.
        trials: the candidates that were tried for the last symbol.
    """

    def __init__(self, model: ContextModel) -> None:
        self.message = bytearray()
        self.trials: list[Trial] = []
        self._model = model
        self._context = model.initial
        self._char_run = char_runs.NO_RUN
        self._tables: list[dict[int, Slot]] = [{} for _ in Context]
        self._sum = Sum()
        self._numbers = Numbers()
        self._pointer = self._length = 0  # of the match; a length of 0 is none
        self._misses = 0
        self._since = self._row = self._signs = 0  # rule LOC-2

    def code(self, coder: Coder) -> int:
        """Code the next symbol, and give it (rule LOC-9)."""
        slots = [self._slot(context, number) for context, number in zip(Context, self._hashes(), strict=True)]
        self._look_for_match(slots[Context.FOUR])
        candidates = list(dict.fromkeys(self._candidates(slots)))
        entry = self._try(candidates, slots, coder)
        symbol = self._model.symbols[entry]
        if candidates:
            self._misses = min(self._misses + 1, spec.MAX_MISSES) if candidates[0] != symbol else 0
        self._context = self._model.following[entry]
        if symbol != END:
            self._go_on(symbol, slots)
        return symbol

    def reason(self) -> str:
        """The table that spoke loudest for the last symbol, as :class:`AdaptiveStep` says."""
        if not self.trials or not self.trials[-1].hit:
            return ""
        trial = self.trials[-1]
        loudest = max(trial.evidence, key=self._sum.bias)
        by_share = self._sum.weight(trial.evidence[0].index) * stretch(trial.share) >> 4
        return "share" if by_share >= self._sum.bias(loudest) else loudest.name

    def _byte(self, back: int) -> int:
        """The byte so far back; 0 before the first (rule LOC-1)."""
        return self.message[-back] if back <= len(self.message) else 0

    def _hashes(self) -> Iterator[int]:
        """The numbers of the contexts (rule LOC-3)."""
        yield self._hash_of_last(4)
        last = spec.CLASS_OF_BYTE[self._byte(1)]
        yield hash_byte(hash_byte(self._signs, self._since), last)
        yield hash_byte(self._row, self._since)
        yield self._hash_of_last(2)

    def _hash_of_last(self, count: int) -> int:
        value = 0
        for back in range(1, count + 1):
            value = hash_byte(value, self._byte(back))
        return value

    def _slot(self, context: Context, number: int) -> Slot:
        """Rule LOC-4."""
        value = number * stream_model.HASH_MULTIPLIER_2 & _WORD
        index, check = value >> 32 - spec.SLOT_BITS, value >> 24 - spec.SLOT_BITS & 0xFF
        slot = self._tables[context].setdefault(index, Slot())
        if slot.check != check:
            slot = self._tables[context][index] = Slot(check)
        return slot

    def _look_for_match(self, slot: Slot) -> None:
        """Rule LOC-5."""
        if self._length or not slot.run:
            return
        length = 0
        here, there = len(self.message), slot.position
        while length < min(spec.MAX_MATCH_LENGTH, there) and (
            self.message[there - 1 - length] == self.message[here - 1 - length]
        ):
            length += 1
        if length >= spec.MIN_MATCH:
            self._pointer, self._length = there, length

    @property
    def _matched(self) -> int | None:
        """The byte that an active match predicts."""
        return self.message[self._pointer] if self._length else None

    def _candidates(self, slots: Sequence[Slot]) -> Iterator[int]:
        """Rule LOC-8; a byte may come twice."""
        number = self._numbers.number
        yield from number.expected[:1]
        if self._matched is not None:
            yield self._matched
        yield from (slot.last for slot in slots if slot.run)
        if number.next_digit is not None:
            yield number.next_digit
        yield from (slot.other for slot in slots if slot.other is not None)

    def _try(self, candidates: Sequence[int], slots: Sequence[Slot], coder: Coder) -> int:
        """Code a symbol, and give its entry in the context model (rule LOC-9)."""
        self.trials = []
        excluded: set[int] = set()
        for symbol in candidates:
            if len(self.trials) == spec.MAX_TRIED:
                break
            share = Share(symbol)
            contexts.code(self._model, self._context, self._char_run, set(excluded), share)
            value = min(share.value, stream_model.PROB_ONE - 1)
            evidence = tuple(self._evidence(symbol, value, slots))
            p = self._sum.probability(value, evidence)
            if p < spec.MIN_TRIED:
                continue
            hit = coder.choose((symbol,), (p, stream_model.PROB_ONE - p)) == 0
            self.trials.append(Trial(symbol, value, p, evidence, hit))
            self._sum.learn(stream_model.PROB_ONE - p if hit else -p, value, evidence)
            if hit:
                return contexts.find_deepest(self._model, self._context, symbol)
            excluded.add(symbol)
        return contexts.code(self._model, self._context, self._char_run, excluded, coder)

    def _evidence(self, symbol: int, share: int, slots: Sequence[Slot]) -> Iterator[Evidence]:
        """Rule LOC-10."""
        number, matched = self._numbers.number, self._matched
        agrees = int(matched == symbol)
        level = bisect_right(spec.LENGTH_STEPS, self._length)
        match = 0 if matched is None else 3 if not agrees else 2 if level > spec.LONG_LEVEL else 1
        common = bisect_right(spec.SHARE_STEPS, share)
        yield Evidence("SET_BIASES", (int(bool(self.trials)), int(symbol in _DIGITS), match, common))
        for context, slot in zip(Context, slots, strict=True):
            if slot.run:
                kind = _kind(slot, symbol)
                yield Evidence("CONTEXT_BIASES", (context, kind, slot.run - 1, int(slot.other is not None)))
        if matched is not None:
            yield Evidence("MATCH_BIASES", (agrees, level))
        if number.expected:
            yield Evidence("NUMBER_BIASES", (int(number.expected[0] == symbol), number.field.confidence))
        if number.relation is not Relation.NONE:
            left = max(0, len(number.before) - number.digits)
            yield Evidence("FIELD_BIASES", (number.relation_of(symbol), min(left, spec.MAX_LEFT)))
        votes = sum(_kind(slot, symbol) == 0 for slot in slots if slot.run)
        yield Evidence("MISS_BIASES", (self._misses, agrees, votes))
        yield Evidence("LENGTH_BIASES", (min(self._since, spec.MAX_SINCE), spec.CLASS_OF_BYTE[symbol]))

    def _go_on(self, byte: int, slots: Sequence[Slot]) -> None:
        """Go past a byte (rules LOC-2, LOC-7 and LOC-14)."""
        for slot in slots:
            slot.learn(byte, len(self.message))
        if self._length:
            goes_on = self._matched == byte
            self._pointer += 1
            self._length = min(self._length + 1, spec.MAX_MATCH_LENGTH) if goes_on else 0
        self.message.append(byte)
        self._numbers.read(byte)
        if spec.CLASS_OF_BYTE[byte]:
            self._since += 1
        else:
            if self._since:
                self._row = hash_byte(self._row, spec.WORD)
            self._row = byte if byte in spec.ROW_STARTS else hash_byte(self._row, byte)
            self._signs = self._signs << 8 & _WORD | byte
            self._since = 0
        self._char_run = after(self._char_run, byte)


def _kind(slot: Slot, symbol: int) -> int:
    """What a slot says of a candidate (rule LOC-10)."""
    return 0 if slot.last == symbol else 1 if slot.other == symbol else 2


@dataclass(frozen=True, slots=True)
class AdaptiveStep:
    """How a symbol was coded; for explanations.

    Attributes:
        position: bytes before it.
        symbol: a byte, or ``END``.
        bits: what all choices for it cost.
        trials: the candidates that were tried; only the last one may have hit.
        reason: the table of the bias that spoke loudest for the candidate that hit; "share" if none spoke louder
            than the context model; empty without a hit.
    """

    position: int
    symbol: int
    bits: float
    trials: Sequence[Trial]
    reason: str


def steps(data: bytes, model: ContextModel) -> Iterator[AdaptiveStep]:
    """How each symbol of ``data`` is coded, the end included. Informative: costs are not integers."""
    predictor = Predictor(model)
    for position, symbol in enumerate(chain(data, (END,))):
        meter = Meter(symbol)
        predictor.code(meter)
        yield AdaptiveStep(position, symbol, meter.bits, tuple(predictor.trials), predictor.reason())


def encode(data: bytes, model: ContextModel) -> bytes:
    """The string that stands for ``data``; it is a whole message if the model is implied (rule AUR-10).

    Raises:
        EncodeError: ``data`` has more than ``limits.MAX_ADAPTIVE`` bytes (rule AUR-12).
    """
    if len(data) > limits.MAX_ADAPTIVE:
        raise EncodeError(f"an adaptive message has at most {limits.MAX_ADAPTIVE} bytes")
    predictor, writer = Predictor(model), Writer(*_FIRST)
    for writer.symbol in chain(data, (context_model.END,)):
        predictor.code(writer)
    return writer.encoder.finish()


def decode(string: bytes, model: ContextModel, max_size: int) -> bytes:
    """Read a string, or a whole message whose model is implied (rule AUR-10).

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if it decodes to more than ``max_size`` bytes (rule
            AUR-12).
    """
    predictor, reader = Predictor(model), Reader(string, *_FIRST)
    most = min(max_size, limits.MAX_ADAPTIVE)
    while predictor.code(reader) != context_model.END:
        if len(predictor.message) > most:
            raise LimitExceeded(f"the message decodes to more than {most} bytes", 0, "string")
    reader.decoder.finish()
    return bytes(predictor.message)


def encode_explicit(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    """Write a body that names its model (rule AUR-11)."""
    return build_body(Explicit(model_id, encode(data, model)), adaptive=True)


def decode_explicit(body: bytes, models: Mapping[bytes, ContextModel], max_size: int) -> bytes:
    """Read a body that names its model, one of ``models`` by id (rules AUR-8, AUR-11 and AUR-12).

    Raises:
        DecodeError: as the rules say. Errors of the string have its offset.
    """
    return decode_by_id(parse_body(body, adaptive=True), models, max_size, decode)
