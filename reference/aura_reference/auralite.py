"""AURALITE messages (rules AUR-1 to AUR-9)."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, chain

from aura_reference import context as contexts
from aura_reference.context import Coder
from aura_reference.match import Matcher, probability_class
from aura_reference.range_coder import Decoder, Encoder
from aura_spec import auralite as spec
from aura_spec import char_runs, context_model, limits, match, range_coder
from aura_spec.auralite import Explicit, build_body, parse_body
from aura_spec.char_runs import after
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError, LimitExceeded, UnknownModel


class Walk:
    """A way through a model along a message: what encoder, decoder and explanation share.

    Attributes:
        context: in which the next symbol is coded.
        char_run: the state of the character run that the message so far ends in (rule RUN-1).
        matcher: the message so far.
    """

    def __init__(self, model: ContextModel) -> None:
        self._model = model
        self.context = model.initial
        self.char_run = char_runs.NO_RUN
        self.matcher = Matcher(model)

    def code(self, coder: Coder) -> int:
        """Code the next symbol, and give it (rules AUR-1 to AUR-5)."""
        return self._model.symbols[self.code_entry(self.matcher.predict(), coder)]

    def code_entry(self, predicted: int | None, coder: Coder) -> int:
        """Code the next symbol where the matcher predicts a byte or none, and give its entry."""
        entry = self._choose_entry(predicted, coder)
        symbol = self._model.symbols[entry]
        self.context = self._model.following[entry]
        if symbol != context_model.END:
            self.matcher.message.append(symbol)
            self.char_run = after(self.char_run, symbol)
        return entry

    def feed(self, byte: int) -> None:
        """Go past a byte that is not coded (rule FRS-8)."""
        entry = contexts.find_deepest(self._model, self.context, byte)
        self.context = self._model.following[entry]
        self.char_run = after(self.char_run, byte)
        self.matcher.feed(byte)

    def _choose_entry(self, predicted: int | None, coder: Coder) -> int:
        if predicted is None:
            return contexts.code(self._model, self.context, self.char_run, set(), coder)
        hit = self.matcher.hits(self._probability_class(predicted))
        if coder.choose((predicted,), (hit, match.TOTAL - hit)) == 0:
            self.matcher.hit()
            return contexts.find_deepest(self._model, self.context, predicted)
        self.matcher.miss()
        return contexts.code(self._model, self.context, self.char_run, {predicted}, coder)

    def _probability_class(self, predicted: int) -> int:
        """Rule MAT-6."""
        entry = contexts.find(self._model, self.context, predicted)
        if entry is None:
            return 0
        frequencies = contexts.frequencies_of(self._model, self.context)
        frequency = frequencies[entry - self._model.starts[self.context]]
        return probability_class(frequency, sum(frequencies))


def _place(symbol: int, symbols: Sequence[int]) -> int:
    """Find the option that stands for ``symbol``: its own, or the last, which is the escape."""
    return symbols.index(symbol) if symbol in symbols else len(symbols)


class Writer:
    """Codes the choices that lead to ``symbol``."""

    def __init__(self, low: int = range_coder.START, end: int = range_coder.END) -> None:
        self.symbol = context_model.END
        self.encoder = Encoder(low, end)

    def choose(self, symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """As :class:`~aura_reference.context.Coder` says."""
        place = _place(self.symbol, symbols)
        self.encoder.code(sum(frequencies[:place]), frequencies[place], sum(frequencies))
        return place


class Reader:
    """Finds the choices in a string."""

    def __init__(self, string: bytes, low: int = range_coder.START, end: int = range_coder.END) -> None:
        self.decoder = Decoder(string, low, end)

    def choose(self, _symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """As :class:`~aura_reference.context.Coder` says."""
        bounds = list(accumulate(frequencies))
        place = bisect_right(bounds, self.decoder.value(bounds[-1]))
        self.decoder.take(bounds[place] - frequencies[place], frequencies[place])
        return place


class Meter:
    """Adds up what the choices that lead to ``symbol`` cost."""

    def __init__(self, symbol: int) -> None:
        self.symbol = symbol
        self.bits = 0.0
        self.others = 0

    def choose(self, symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """As :class:`~aura_reference.context.Coder` says."""
        place = _place(self.symbol, symbols)
        self.bits += math.log2(sum(frequencies) / frequencies[place])
        self.others += place == len(symbols)
        return place


def encode(data: bytes, model: ContextModel) -> bytes:
    """The string that stands for ``data``; it is a whole message if the model is implied (rule AUR-6).

    Raises:
        EncodeError: ``data`` has more than ``limits.MAX_MODELLED`` bytes (rule AUR-9).
    """
    if len(data) > limits.MAX_MODELLED:
        raise EncodeError(f"AURALITE codes at most {limits.MAX_MODELLED} bytes")
    walk, writer = Walk(model), Writer()
    for writer.symbol in chain(data, (context_model.END,)):
        walk.code(writer)
    return writer.encoder.finish()


def decode(wire: bytes, model: ContextModel, max_size: int) -> bytes:
    """Read a string, or a whole message whose model is implied (rule AUR-6).

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if it decodes to more than ``max_size`` bytes (rule
            AUR-9).
    """
    walk, reader = Walk(model), Reader(wire)
    max_size = min(max_size, limits.MAX_MODELLED)
    while walk.code(reader) != context_model.END:
        if len(walk.matcher.message) > max_size:
            raise LimitExceeded(f"the message decodes to more than {max_size} bytes", 0, "string")
    reader.decoder.finish()
    return bytes(walk.matcher.message)


def encode_explicit(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    """Write a body that names its model (rule AUR-7)."""
    return build_body(Explicit(model_id, encode(data, model)))


def decode_explicit(body: bytes, models: Mapping[bytes, ContextModel], max_size: int) -> bytes:
    """Read a body that names its model, one of ``models`` by id (rules AUR-7 to AUR-9).

    Raises:
        DecodeError: as the rules say. Errors of the string have its offset.
    """
    return decode_by_id(parse_body(body), models, max_size, decode)


def decode_by_id(
    explicit: Explicit,
    models: Mapping[bytes, ContextModel],
    max_size: int,
    decode_string: Callable[[bytes, ContextModel, int], bytes],
) -> bytes:
    """Read a string with the model that is named.

    Raises:
        DecodeError: as :func:`decode_explicit`.
    """
    model = models.get(explicit.model_id)
    if model is None:  # rule AUR-8
        raise UnknownModel(f"model {explicit.model_id.hex()} is not held", 1, "model_id")
    try:
        return decode_string(explicit.string, model, max_size)
    except DecodeError as error:
        raise type(error)(error.reason, 1 + spec.MODEL_ID_SIZE, error.path) from None


class MatchState(StrEnum):
    """What the match model had to say of a symbol."""

    NONE = "none"
    HIT = "hit"
    MISS = "miss"


@dataclass(frozen=True, slots=True)
class Step:
    """How a symbol was coded; for explanations.

    Attributes:
        position: bytes before it.
        symbol: a byte, or ``END``.
        order: of the context whose list has its entry.
        escapes: that were coded on the way there.
        match: whether a match was active, and right.
        length: of the match, before the symbol; 0 without one.
        bits: what all choices for it cost.
        char_run: length of the character run if its list was used (rule RUN-4), with ``order`` that of the context
            that names the next one; else 0.
    """

    position: int
    symbol: int
    order: int
    escapes: int
    match: MatchState
    length: int
    bits: float
    char_run: int


def steps(data: bytes, model: ContextModel) -> Iterator[Step]:
    """How each symbol of ``data`` is coded, the end included. Informative: costs are not integers."""
    walk = Walk(model)
    for symbol in chain(data, (context_model.END,)):
        yield measure(model, walk, symbol)


def measure(model: ContextModel, walk: Walk, symbol: int) -> Step:
    """How the next symbol of a walk, which is this one, is coded."""
    position = len(walk.matcher.message)
    predicted = walk.matcher.predict()
    length = walk.matcher.length
    state = _state(predicted, symbol)
    meter = Meter(symbol)
    instead = model.char_runs.get(walk.char_run)
    char_run_length = (walk.char_run - 1) % char_runs.MAX_LENGTH + 1
    entry = walk.code_entry(predicted, meter)
    order = contexts.order_of(model, bisect_right(model.starts, entry) - 1)
    escapes = meter.others - (state is MatchState.MISS)
    in_char_run = instead is not None and order <= instead.order and state is not MatchState.HIT
    return Step(
        position, symbol, order, escapes, state, length, meter.bits, char_run_length if in_char_run else 0
    )


def _state(predicted: int | None, symbol: int) -> MatchState:
    if predicted is None:
        return MatchState.NONE
    return MatchState.HIT if predicted == symbol else MatchState.MISS
