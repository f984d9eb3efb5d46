"""Modelled template frames (rules FRS-1 to FRS-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aura_fast import range_coder, slot, symbols, typed
from aura_fast.char_runs import NEXT
from aura_fast.context_model import Choice, Contexts, contexts_of
from aura_fast.match import BASES, PREFIX_BASE, Prediction, length_before
from aura_fast.prefix import FILTER_SHIFT
from aura_fast.range_coder import Decoder
from aura_fast.slot import Spelt
from aura_spec.context_model import END, ContextModel
from aura_spec.errors import DecodeError, EncodeError, LimitExceeded, Malformed, NonCanonical
from aura_spec.limits import MAX_MODELLED
from aura_spec.match import MAX_LENGTH as MAX_MATCH_LENGTH
from aura_spec.match import MIN_LENGTH, MISS_CLASSES, MULTIPLIER, SLOT_SHIFT
from aura_spec.modelled import symbols_of, traverse
from aura_spec.prefix import LENGTH as PREFIX_LENGTH
from aura_spec.slot import is_text_only
from aura_spec.template import Template


def encode(template_id: int, template: Template, values: Sequence[bytes], model: ContextModel) -> bytes:
    """Write a frame with one value a slot, in the order of rule TPL-2.

    Raises:
        EncodeError: the id is out of range, no value is a text (rule FRS-5), or the message has more than
            ``limits.MAX_MODELLED`` bytes (rule FRS-13).
    """
    head, known = encode_head(template_id, template, values)
    return head + encode_string(template, known, values, model)


def encode_head(
    template_id: int, template: Template, values: Sequence[bytes]
) -> tuple[bytes, Mapping[int, bytes]]:
    """Write what stands before the string of a frame; and the values that are no texts, by the index of their slot.

    Raises:
        EncodeError: the id is out of range, no value is a text (rule FRS-5), or the message has more than
            ``limits.MAX_MODELLED`` bytes (rule FRS-13).
    """
    known: dict[int, bytes] = {}
    spelt_values = b""
    for index, (place, value) in enumerate(zip(template.slots, values, strict=True)):
        if spelt := slot.spell(place, value):
            known[index] = value
        elif not is_text_only(place):
            spelt = b"\0"  # rule FRS-3
        spelt_values += spelt
    if len(known) == len(values):
        raise EncodeError("a modelled frame needs a text")
    if template.rendered_size(values) > MAX_MODELLED:
        raise EncodeError(f"a modelled frame codes at most {MAX_MODELLED} bytes")
    return typed.write_template_id(template_id) + spelt_values, known


def decode(body: bytes, templates: Mapping[int, Template], model: ContextModel, max_size: int) -> bytes:
    """Read a frame and fill its template.

    Raises:
        DecodeError: as the rules say. Errors of the string have its offset.
    """
    template_id, start = typed.read_template_id(body, templates)
    template = templates[template_id]
    spelt_values = []
    for index, place in enumerate(template.slots):
        spelt = Spelt(0)
        if not is_text_only(place):
            spelt, start = slot.parse(place, body, start, f"slots.{index}")
        spelt_values.append(spelt)
    if all(spelt.head for spelt in spelt_values):
        raise NonCanonical("a modelled frame has no text", 1, "slots")
    string = body[start:]
    try:
        range_coder.check_start(string)
        known = {
            index: typed.read_value(template, index, spelt)
            for index, spelt in enumerate(spelt_values)
            if spelt.head
        }
        values = decode_string(string, template, known, model, max_size)
    except DecodeError as error:
        # errors of values have their place already; those of the string have the offset of the string
        offset = 1 + start if error.path == "string" else error.offset
        raise type(error)(error.reason, offset, error.path) from None
    for index, spelt in enumerate(spelt_values):
        if not spelt.head:  # rule FRS-6
            typed.read_value(template, index, Spelt(0, values[index]))
    return template.render(values)


def encode_string(
    template: Template, known: Mapping[int, bytes], values: Sequence[bytes], model: ContextModel
) -> bytes:
    """The string for the texts of a message of at most ``limits.MAX_MODELLED`` bytes.

    Args:
        template: of the frame.
        known: the values that are no texts, by the index of their slot.
        values: all of them.
        model: the implied one.
    """
    contexts = contexts_of(model)
    path = _Path(contexts, MAX_MODELLED)
    choices: list[Choice] = []

    def write_text(index: int, stop: bytes) -> bytes:
        for symbol, fed in symbols_of(values[index], stop):
            prediction, at = path.predict(), (path.context, path.state)
            if prediction:
                following = symbols.encode_predicted(contexts, at, prediction, symbol, choices)
            else:
                following = symbols.encode_symbol(contexts, at, symbol, choices)
            path.take(symbol, following)
            path.feed(fed)
        return values[index]

    traverse(template, known, path.feed, write_text)
    return range_coder.encode(choices)


def decode_string(
    string: bytes, template: Template, known: Mapping[int, bytes], model: ContextModel, max_size: int
) -> tuple[bytes, ...]:
    """All values of a frame; otherwise as :func:`encode_string`.

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if the message has more than ``max_size`` bytes.
    """
    contexts = contexts_of(model)
    decoder = Decoder(string)
    path = _Path(contexts, min(max_size, MAX_MODELLED))
    text = path.text

    def read_text(_: int, stop: bytes) -> bytes:
        start = len(text)
        while True:
            prediction, at = path.predict(), (path.context, path.state)
            if prediction:
                symbol, following = symbols.decode_predicted(decoder, contexts, at, prediction)
            else:
                symbol, following = symbols.decode_symbol(decoder, contexts, at)
            path.take(symbol, following)
            if symbol != END:
                if stop and text.endswith(stop, start):
                    return bytes(text[start : -len(stop)])
            elif not stop:
                return bytes(text[start:])
            elif text.endswith(stop[:-1], start):
                path.feed(stop[-1:])
            else:
                raise Malformed("an end inside a text", 0, "string")

    values = traverse(template, known, path.feed, read_text)
    decoder.finish()
    return values


class _Path:
    """The path along the message of a frame.

    Attributes:
        text: the message so far.
        context: in which the next symbol is coded.
        state: of the character run.
    """

    def __init__(self, contexts: Contexts, limit: int) -> None:
        self._contexts = contexts
        self._limit = limit
        self.text = bytearray()
        self.context = contexts.initial
        self.state = 0
        self._places: dict[int, int] = {}  # what the slots of rule MAT-1 hold
        self._source: bytes | bytearray = self.text  # what the pointer of a match points into
        self._pointer = self._length = self._misses = self._four = 0

    def feed(self, data: bytes) -> None:
        """Go past bytes that both ends know (rule FRS-8)."""
        for byte in data:
            self._keep_place()
            self._length = 0
            self._append(byte, self._contexts.follow(self.context, byte))

    def predict(self) -> Prediction | None:
        """What a match predicts; to be asked once for each symbol (rules MAT-1 to MAT-3 and HIS-1)."""
        text, prefix = self.text, self._contexts.prefix
        before = self._keep_place()
        if not self._length and before:
            self._source, self._pointer = text, before
            self._length = length_before(text, before, len(text))
        if (
            prefix
            and not self._length
            and len(text) >= PREFIX_LENGTH
            and prefix.ends[self._mixed() >> FILTER_SHIFT]
        ):
            place = prefix.find(text[-PREFIX_LENGTH:])
            if place:
                self._source, self._pointer, self._length = prefix.text, place, PREFIX_LENGTH
        if not self._length:
            return None
        base = BASES[self._length] if self._source is text else PREFIX_BASE
        return self._source[self._pointer], base + self._misses

    def take(self, symbol: int, following: int) -> None:
        """Go past a symbol that was coded, after which ``following`` is the context (rules MAT-7, MAT-8, HIS-3)."""
        if self._length and self._source[self._pointer] == symbol:
            self._pointer += 1
            self._length = min(self._length + 1, MAX_MATCH_LENGTH)
            if self._source is not self.text and self._pointer == len(self._source):
                self._length = 0
        elif self._length:
            self._length = 0
            self._misses = min(self._misses + 1, MISS_CLASSES - 1)
        if symbol != END:  # otherwise the context stays the same (rule FRS-12)
            self._append(symbol, following)

    def _mixed(self) -> int:
        return self._four * MULTIPLIER & 0xFFFFFFFF

    def _keep_place(self) -> int:
        """Let the slot hold this position; what it held, or 0 (rule MAT-3)."""
        if len(self.text) < MIN_LENGTH:
            return 0
        slot = self._mixed() >> SLOT_SHIFT
        before = self._places.get(slot, 0)
        self._places[slot] = len(self.text)
        return before

    def _append(self, byte: int, following: int) -> None:
        """Add a byte to the message (rule FRS-13)."""
        if len(self.text) == self._limit:
            raise LimitExceeded(f"the message decodes to more than {self._limit} bytes", 0, "string")
        self.text.append(byte)
        self._four = self._four >> 8 | byte << 24
        self.context = following
        if self._contexts.has_char_runs:
            self.state = NEXT[self.state << 8 | byte]
