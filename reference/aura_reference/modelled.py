"""Modelled template frames (rules FRS-1 to FRS-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aura_reference import slot
from aura_reference.auralite import Reader, Step, Walk, Writer, measure
from aura_reference.context import Coder
from aura_spec import context_model, limits
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError, LimitExceeded, Malformed
from aura_spec.modelled import ModelledFrame, build_body, parse_body, symbols_of, traverse
from aura_spec.slot import SlotValue
from aura_spec.template import Template


class _Way:
    """A way along the message of a frame: what encoder, decoder and explanation share.

    Attributes:
        message: the message so far.
    """

    def __init__(self, model: ContextModel, limit: int) -> None:
        self._model = model
        self._walk = Walk(model)
        self._limit = limit
        self.message = self._walk.matcher.message

    def feed(self, data: bytes) -> None:
        """Go past bytes that both ends know (rule FRS-8)."""
        for byte in data:
            self._walk.feed(byte)
            self._check()

    def code(self, coder: Coder) -> int:
        """Code the next symbol, and give it."""
        context = self._walk.context
        symbol = self._walk.code(coder)
        if symbol == context_model.END:
            self._walk.context = context  # which stays the same over an end
        self._check()
        return symbol

    def measure(self, symbol: int) -> Step:
        """How the next symbol, which is this one, is coded."""
        context = self._walk.context
        step = measure(self._model, self._walk, symbol)
        if symbol == context_model.END:
            self._walk.context = context
        return step

    def _check(self) -> None:
        """Rule FRS-13."""
        if len(self.message) > self._limit:
            raise LimitExceeded(f"the message decodes to more than {self._limit} bytes", 0, "string")


def _read_text(way: _Way, reader: Reader, stop: bytes) -> bytes:
    """A text, after which the way has gone past the stop (rules FRS-9 to FRS-12)."""
    start = len(way.message)
    while True:
        if way.code(reader) != context_model.END:
            if stop and way.message.endswith(stop, start):
                return bytes(way.message[start : -len(stop)])
        elif not stop:
            return bytes(way.message[start:])
        elif way.message.endswith(stop[:-1], start):
            way.feed(stop[-1:])
        else:
            raise Malformed("an end inside a text", 0, "string")


def encode_string(
    template: Template, known: Mapping[int, bytes], values: Sequence[bytes], model: ContextModel
) -> bytes:
    """The string that codes the texts along the message (rules FRS-7 to FRS-12)."""
    way, writer = _Way(model, limits.MAX_MODELLED), Writer()

    def write_text(index: int, stop: bytes) -> bytes:
        for writer.symbol, fed in symbols_of(values[index], stop):
            way.code(writer)
            way.feed(fed)
        return values[index]

    traverse(template, known, way.feed, write_text)
    return writer.encoder.finish()


def encode(template_id: int, template: Template, values: Sequence[bytes], model: ContextModel) -> bytes:
    """Write a frame with one value a slot, in the order of rule TPL-2.

    Raises:
        EncodeError: the id is out of range, no value is a text (rule FRS-5), or the message has more than
            ``limits.MAX_MODELLED`` bytes (rule FRS-13).
    """
    spelt = [slot.spell(*pair) for pair in zip(template.slots, values, strict=True)]
    if all(value.head for value in spelt):
        raise EncodeError("a modelled frame needs a text")
    if template.rendered_size(values) > limits.MAX_MODELLED:
        raise EncodeError(f"a modelled frame codes at most {limits.MAX_MODELLED} bytes")
    string = encode_string(template, _typed_values(spelt, values), values, model)
    without_texts = tuple(value if value.head else SlotValue(0) for value in spelt)
    return build_body(ModelledFrame(template_id, without_texts, string), template)


def _typed_values(spelt: Sequence[SlotValue], values: Sequence[bytes]) -> dict[int, bytes]:
    """The values that are no texts, by the index of their slot."""
    return {index: values[index] for index, value in enumerate(spelt) if value.head}


def decode_string(
    string: bytes, template: Template, known: Mapping[int, bytes], model: ContextModel, max_size: int
) -> tuple[bytes, ...]:
    """All values of a frame, of which those that are no texts are known (rules FRS-7 to FRS-13)."""
    way = _Way(model, min(max_size, limits.MAX_MODELLED))
    reader = Reader(string)
    values = traverse(template, known, way.feed, lambda _, stop: _read_text(way, reader, stop))
    reader.decoder.finish()
    return values


def read_values(
    body: bytes, templates: Mapping[int, Template], model: ContextModel, max_size: int
) -> tuple[int, tuple[bytes, ...]]:
    """Read a frame: its template id and one value a slot.

    Raises:
        DecodeError: as the rules say. Errors of the string have its offset.
    """
    frame = parse_body(body, templates)
    template = templates[frame.template_id]
    known = {
        index: _read_value(template, index, value) for index, value in enumerate(frame.values) if value.head
    }
    start = 1 + len(body) - len(frame.string)
    try:
        values = decode_string(frame.string, template, known, model, max_size)
    except DecodeError as error:
        raise type(error)(error.reason, start, error.path) from None
    for index, value in enumerate(frame.values):
        if not value.head:  # rule FRS-6
            _read_value(template, index, SlotValue(0, text=values[index]))
    return frame.template_id, values


def _read_value(template: Template, index: int, spelt: SlotValue) -> bytes:
    try:
        return slot.read(template.slots[index], spelt)
    except DecodeError as error:
        raise type(error)(error.reason, 1, f"slots.{index}") from None


def decode(body: bytes, templates: Mapping[int, Template], model: ContextModel, max_size: int) -> bytes:
    """Read a frame and fill its template.

    Raises:
        DecodeError: as :func:`read_values`.
    """
    template_id, values = read_values(body, templates, model, max_size)
    return templates[template_id].render(values)


def steps(template: Template, values: Sequence[bytes], model: ContextModel) -> list[Step]:
    """How each symbol of the string is coded. Informative: costs are not integers."""
    way = _Way(model, limits.MAX_MODELLED)
    found: list[Step] = []

    def measure_text(index: int, stop: bytes) -> bytes:
        for symbol, fed in symbols_of(values[index], stop):
            found.append(way.measure(symbol))
            way.feed(fed)
        return values[index]

    spelt = [slot.spell(*pair) for pair in zip(template.slots, values, strict=True)]
    traverse(template, _typed_values(spelt, values), way.feed, measure_text)
    return found
