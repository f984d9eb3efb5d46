"""What a message, and a stream, predicts of the next symbol (rules LOC-1 to LOC-13)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from aura_reference import context as contexts
from aura_reference.auralite import Meter, Reader, Writer, decode_by_id
from aura_reference.context import Coder
from aura_reference.local_memory import Memory, Slot, hash_byte
from aura_reference.local_number import Numbers
from aura_reference.mixer import Evidence, Share
from aura_spec import char_runs, context_model, limits, mixer, prefix, range_coder
from aura_spec import local_model as spec
from aura_spec.auralite import Explicit, build_body, parse_body
from aura_spec.char_runs import after
from aura_spec.context_model import END, ContextModel
from aura_spec.errors import EncodeError, LimitExceeded
from aura_spec.local_model import Context, Relation
from aura_spec.mixer import stretch

_FIRST = range_coder.ADAPTIVE_START, range_coder.ADAPTIVE_END
_WORD = 0xFFFFFFFF
_DIGITS = frozenset(b"0123456789")


@dataclass(frozen=True, slots=True)
class Trial:
    """How a candidate was tried: its share and probability of ``PROB_ONE``, the evidence, and whether it hit."""

    symbol: int
    share: int
    probability: int
    evidence: Sequence[Evidence]
    hit: bool


@dataclass(frozen=True, slots=True)
class Match:
    """An active match (rule LOC-5): its pointer and length, and whether the pointer is a place in the prefix."""

    pointer: int
    length: int
    in_prefix: bool = False

    @property
    def level(self) -> int:
        """How many of ``LENGTH_STEPS`` are at most the length."""
        return bisect_right(spec.LENGTH_STEPS, self.length)


class Predictor:
    """A message that is predicted: what encoder, decoder and explanation share.

    Attributes:
        message: so far.
        match: the active one, or None.
        trials: the candidates that were tried for the last symbol.
    """

    def __init__(self, model: ContextModel, memory: Memory | None = None) -> None:
        """Let a message begin (rule LOC-10); with no memory, it is a single one."""
        self.message = bytearray()
        self.match: Match | None = None
        self.trials: list[Trial] = []
        self._model = model
        self._memory = memory or Memory()
        self._context = model.initial
        self._char_run = char_runs.NO_RUN
        self._numbers = Numbers(self._memory.fields)
        self._misses = 0
        self._since = self._row = self._signs = 0  # rule LOC-2

    def code(self, coder: Coder) -> int:
        """Code the next symbol, and give it (rule LOC-9)."""
        slots = self._slots()
        self._look_for_match(slots[Context.FOUR])
        candidates = list(dict.fromkeys(self._candidates(slots)))
        entry = self._try(candidates, slots, coder)
        symbol = self._model.symbols[entry]
        if candidates:
            self._misses = min(self._misses + 1, spec.MAX_MISSES) if candidates[0] != symbol else 0
        self._context = self._model.following[entry]
        if symbol != END:
            self.message.append(symbol)
            self._char_run = after(self._char_run, symbol)
            self._learn(symbol, slots, symbol)
        elif self._memory.is_stream:
            self._learn(0, slots, symbol)
        return symbol

    def learn(self, byte: int) -> None:
        """Let a byte enter that was not coded here (rule STR-11)."""
        slots = self._slots()
        self.message.append(byte)
        self._learn(byte, slots, byte)

    def reason(self) -> str:
        """The table that spoke loudest for the last symbol, as :class:`AdaptiveStep` says."""
        if not self.trials or not self.trials[-1].hit:
            return ""
        trial, mixed = self.trials[-1], self._memory.sum
        loudest = max(trial.evidence, key=mixed.bias)
        by_share = mixed.weight(trial.evidence[0].index) * stretch(trial.share) >> 4
        return "share" if by_share >= mixed.bias(loudest) else loudest.name

    def _slots(self) -> list[Slot]:
        """The slots of the current symbol (rules LOC-3 and LOC-4)."""
        return [
            self._memory.slot(context, number)
            for context, number in zip(Context, self._hashes(), strict=True)
        ]

    def _byte(self, back: int) -> int:
        """The byte of the message so far back; 0 before the first (rule LOC-1)."""
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

    def _look_for_match(self, slot: Slot) -> None:
        """Rules LOC-5 and LOC-13."""
        if self.match is None and slot.run:
            place = self._memory.place(slot)
            length = self._memory.match_length(place)
            if length >= spec.MIN_MATCH:
                self.match = Match(place, length)
        held = self._model.prefix
        if self.match is None and held is not None and len(self.message) >= prefix.LENGTH:
            place = held.text.rfind(self.message[-prefix.LENGTH :]) + prefix.LENGTH
            if prefix.LENGTH <= place < len(held.text):
                self.match = Match(place, prefix.LENGTH, in_prefix=True)

    @property
    def _matched(self) -> int | None:
        """The symbol that an active match predicts."""
        match, held = self.match, self._model.prefix
        if match is None:
            return None
        source = held.text if match.in_prefix and held is not None else self._memory
        return self._memory.symbol(source[match.pointer])

    def _candidates(self, slots: Sequence[Slot]) -> Iterator[int]:
        """Rule LOC-8; a symbol may come twice."""
        number, symbol = self._numbers.number, self._memory.symbol
        yield from number.expected[:1]
        if self._matched is not None:
            yield self._matched
        yield from (symbol(slot.last) for slot in slots if slot.run)
        if number.next_digit is not None:
            yield number.next_digit
        yield from (symbol(slot.other) for slot in slots if slot.other is not None)

    def _try(self, candidates: Sequence[int], slots: Sequence[Slot], coder: Coder) -> int:
        """Code a symbol, and give its entry in the context model (rule LOC-9)."""
        self.trials = []
        excluded: set[int] = set()
        for symbol in candidates:
            if len(self.trials) == spec.MAX_TRIED:
                break
            share = Share(symbol)
            contexts.code(self._model, self._context, self._char_run, set(excluded), share)
            value = min(share.value, mixer.PROB_ONE - 1)
            evidence = tuple(self._evidence(symbol, value, slots))
            p = self._memory.sum.probability(value, evidence)
            if p < spec.MIN_TRIED:
                continue
            hit = coder.choose((symbol,), (p, mixer.PROB_ONE - p)) == 0
            self.trials.append(Trial(symbol, value, p, evidence, hit))
            self._memory.sum.learn(mixer.PROB_ONE - p if hit else -p, value, evidence)
            if hit:
                return contexts.find_deepest(self._model, self._context, symbol)
            excluded.add(symbol)
        return contexts.code(self._model, self._context, self._char_run, excluded, coder)

    def _evidence(self, symbol: int, share: int, slots: Sequence[Slot]) -> Iterator[Evidence]:
        """Rule MIX-3."""
        number, match = self._numbers.number, self.match
        agrees = int(self._matched == symbol)
        kind = 0 if match is None else 3 if not agrees else 2 if match.level > mixer.LONG_LEVEL else 1
        common = bisect_right(mixer.SHARE_STEPS, share)
        yield Evidence("SET_BIASES", (int(bool(self.trials)), int(symbol in _DIGITS), kind, common))
        kinds = [self._kind(slot, symbol) for slot in slots]
        for context, slot in zip(Context, slots, strict=True):
            if slot.run:
                index = (context, kinds[context], slot.run - 1, int(slot.other is not None))
                yield Evidence("CONTEXT_BIASES", index)
        if match is not None:
            yield Evidence("MATCH_BIASES", (agrees, match.level))
        if number.expected:
            yield Evidence("NUMBER_BIASES", (int(number.expected[0] == symbol), number.field.confidence))
        if number.relation is not Relation.NONE:
            left = max(0, len(number.before) - number.digits)
            yield Evidence("FIELD_BIASES", (number.relation_of(symbol), min(left, mixer.MAX_LEFT)))
        votes = sum(
            slot.run > 0 and kinds[context] == 0 for context, slot in zip(Context, slots, strict=True)
        )
        yield Evidence("MISS_BIASES", (self._misses, agrees, votes))
        letter = spec.CLASS_OF_BYTE[0 if symbol == END else symbol]
        yield Evidence("LENGTH_BIASES", (min(self._since, mixer.MAX_SINCE), letter))

    def _kind(self, slot: Slot, symbol: int) -> int:
        """What a slot says of a candidate (rule MIX-3)."""
        if self._memory.symbol(slot.last) == symbol:
            return 0
        return 1 if slot.other is not None and self._memory.symbol(slot.other) == symbol else 2

    def _learn(self, byte: int, slots: Sequence[Slot], symbol: int) -> None:
        """Go past a byte, coded as a symbol (rules LOC-2, LOC-7 and LOC-11)."""
        memory, match, held = self._memory, self.match, self._model.prefix
        for slot in slots:
            slot.learn(byte, memory.end)
        if match is not None:
            pointer = match.pointer + 1
            is_at_end = match.in_prefix and held is not None and pointer == len(held.text)
            goes_on = self._matched == symbol and not is_at_end
            length = min(match.length + 1, spec.MAX_MATCH_LENGTH)
            self.match = Match(pointer, length, match.in_prefix) if goes_on else None
        self._numbers.read(byte)
        if spec.CLASS_OF_BYTE[byte]:
            self._since += 1
        else:
            if self._since:
                self._row = hash_byte(self._row, spec.WORD)
            self._row = byte if byte in spec.ROW_STARTS else hash_byte(self._row, byte)
            self._signs = self._signs << 8 & _WORD | byte
            self._since = 0
        memory.append(byte)


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


def learn(text: bytes, memory: Memory, model: ContextModel) -> None:
    """Let a text enter the memory of a stream without being coded (rule STR-11)."""
    predictor = Predictor(model, memory)
    for byte in (*text[-memory.size.window :], 0):
        predictor.learn(byte)


def steps(data: bytes, predictor: Predictor) -> Iterator[AdaptiveStep]:
    """How each symbol of ``data`` is coded, the end included. Informative: costs are not integers."""
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
    return write(data, Predictor(model), Writer(*_FIRST))


def write(data: bytes, predictor: Predictor, writer: Writer) -> bytes:
    """The string in which a writer codes ``data`` as it is predicted."""
    for writer.symbol in chain(data, (context_model.END,)):
        predictor.code(writer)
    return writer.encoder.finish()


def decode(string: bytes, model: ContextModel, max_size: int) -> bytes:
    """Read a string, or a whole message whose model is implied (rule AUR-10).

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if it decodes to more than ``max_size`` bytes (rule
            AUR-12).
    """
    return read(Predictor(model), Reader(string, *_FIRST), max_size)


def read(predictor: Predictor, reader: Reader, max_size: int) -> bytes:
    """The message that a reader finds as it is predicted.

    Raises:
        DecodeError: as :func:`decode`.
    """
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
