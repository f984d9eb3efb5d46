"""The pieces of a message and what each costs, and what the message takes beside them.

Both add up to the bits on the wire. ``js/src/explanation`` gives the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from aura_reference import modelled as reference_modelled
from aura_reference import slot
from aura_reference import typed as reference_typed
from aura_reference.auralite import Step
from aura_reference.local_model import AdaptiveStep
from aura_spec import auralite, classic, fuzzy, modelled, varint
from aura_spec.context_model import END
from aura_spec.marker import AURALITE_COMPACT, Marker
from aura_spec.shared_state import SharedState
from aura_spec.slot import is_text_only
from aura_spec.template import Template

Steps = Sequence[Step | AdaptiveStep]

_NAMED: Final = (Marker.AURALITE_EXPLICIT, Marker.ADAPTIVE_EXPLICIT)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message.

    Attributes:
        start: bytes before it.
        end: bytes before it and in it.
        bits: what it costs.
        note: how it was coded, for people.
    """

    start: int
    end: int
    bits: float
    note: str


@dataclass(frozen=True, slots=True)
class Overhead:
    """What a message takes beside its pieces, such as its marker.

    Attributes:
        name: what takes it.
        bits: below 0 where the string is shorter than its choices cost, as it ends as early as possible.
    """

    name: str
    bits: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All pieces of a message in order, and what comes on top.

    Attributes:
        parts: the pieces; together they are the message.
        overhead: what comes on top; with the pieces, it adds up to the bits on the wire.
    """

    parts: tuple[Part, ...] = ()
    overhead: tuple[Overhead, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Bytes that follow each other, and bits of their own on the wire."""

    length: int
    bits: float
    note: str


_MARKER: Final = Overhead("marker", 8)


def breakdown(wire: bytes, message: bytes, held: SharedState, steps: Steps) -> Breakdown:
    """Break down a message that was read before, without a tag.

    Args:
        wire: the message.
        message: what it decodes to.
        held: what it was read with.
        steps: how the symbols of its string were coded, if it has one.
    """
    method = _METHODS.get(wire[0])
    if method is not None:
        return method(wire[1:], message, held, steps)
    if not steps:
        whole = _Piece(len(message), 8 * (len(wire) - 1), "coded as a whole")
        return Breakdown(_parts([whole]), (_MARKER,))
    model_bits = 8 * auralite.MODEL_ID_SIZE if wire[0] in _NAMED else 0
    marker_bits = 8 if model_bits else 1 if wire[0] in AURALITE_COMPACT else 4
    named = (Overhead("model id", model_bits),) if model_bits else ()
    string = _string_overhead(steps, 8 * len(wire) - model_bits - marker_bits)
    parts = _parts([_Piece(len(message), 0, "")], steps)
    return Breakdown(parts, (Overhead("marker", marker_bits), *named, *string))


def note_of(step: Step | AdaptiveStep) -> str:
    """One line about how a symbol was coded, for people."""
    if isinstance(step, AdaptiveStep):
        if not step.trials:
            return "no guess"
        guesses = "1 guess" if len(step.trials) == 1 else f"{len(step.trials)} guesses"
        return f"{guesses}, {f'right by {step.reason}' if step.reason else 'none right'}"
    where = f"run of {step.char_run}" if step.char_run else f"order {step.order}"
    escapes = "1 escape" if step.escapes == 1 else f"{step.escapes} escapes"
    return f"{where}, {escapes}, {'no match' if step.match == 'none' else f'match {step.match}'}"


def _parts(pieces: Sequence[_Piece], steps: Steps = ()) -> tuple[Part, ...]:
    """The pieces in order, where bytes that steps stand for cost what these say."""
    return tuple(_split(pieces, {step.position: step for step in steps if step.symbol != END}))


def _split(pieces: Sequence[_Piece], coded: dict[int, Step | AdaptiveStep]) -> Iterator[Part]:
    start = 0
    for piece in pieces:
        end = start + piece.length
        for place in range(start, end):
            if place in coded:
                if start < place:
                    yield Part(start, place, piece.bits, piece.note)
                yield Part(place, place + 1, coded[place].bits, note_of(coded[place]))
                start = place + 1
        if start < end:
            yield Part(start, end, piece.bits, piece.note)
        start = end


def _string_overhead(steps: Steps, string_bits: float) -> tuple[Overhead, ...]:
    """What a string takes beside the bytes that it stands for: its ends, and what whole bytes cost or save."""
    ends = sum(step.bits for step in steps if step.symbol == END)
    return Overhead("end", ends), Overhead("rounding", string_bits - sum(step.bits for step in steps))


def _stored(_body: bytes, message: bytes, _held: SharedState, _steps: Steps) -> Breakdown:
    parts = (Part(start, start + 1, 8, "stored") for start in range(len(message)))
    return Breakdown(tuple(parts), (_MARKER,))


def _fill(
    template: Template, values: Sequence[bytes], bits_of: Callable[[int], int]
) -> tuple[list[_Piece], int]:
    """The pieces of a filled template, and bits of slots that are in none of them, as their values are empty."""
    left = [bits_of(index) for index in range(len(values))]
    pieces = [_Piece(len(template.literals[0]), 0, "template")]
    for place, literal in zip(template.places, template.literals[1:], strict=True):
        if values[place]:
            one = template.slots[place]
            pieces.append(_Piece(len(values[place]), left[place], f"slot {one.name} ({one.kind})"))
            left[place] = 0
        pieces.append(_Piece(len(literal), 0, "template"))
    return pieces, sum(left)


def _slots_overhead(bits: int) -> tuple[Overhead, ...]:
    return (Overhead("slots", bits),) if bits else ()


def _typed(body: bytes, _message: bytes, held: SharedState, _steps: Steps) -> Breakdown:
    template_id, values = reference_typed.read_values(body, held.templates)
    template = held.templates[template_id]
    last = len(values) - 1
    pieces, beside = _fill(
        template,
        values,
        lambda index: 8 * slot.size(template.slots[index], values[index], last=index == last),
    )
    head = Overhead("template id", 8 * varint.size(template_id))
    return Breakdown(_parts(pieces), (_MARKER, head, *_slots_overhead(beside)))


def _classic(body: bytes, _message: bytes, held: SharedState, _steps: Steps) -> Breakdown:
    frame = classic.parse_body(body)
    template = held.templates[frame.template_id]
    pieces, beside = _fill(template, frame.values, lambda index: 16 + 8 * len(frame.values[index]))
    overhead = (_MARKER, Overhead("template id", 8), Overhead("slots", 8 + beside))
    return Breakdown(_parts(pieces), overhead)


def _modelled(body: bytes, message: bytes, held: SharedState, steps: Steps) -> Breakdown:
    frame = modelled.parse_body(body, held.templates)
    template = held.templates[frame.template_id]
    model = held.model
    assert model is not None  # noqa: S101  # the message was read with it
    _, values = reference_modelled.read_values(body, held.templates, model, len(message))

    def bits_of(index: int) -> int:
        return (
            8 * slot.size(template.slots[index], values[index], last=True) if frame.values[index].head else 0
        )

    pieces, beside = _fill(template, values, bits_of)
    heads = sum(
        not value.head and not is_text_only(one)
        for value, one in zip(frame.values, template.slots, strict=True)
    )
    overhead = (
        _MARKER,
        Overhead("template id", 8 * varint.size(frame.template_id)),
        *_slots_overhead(beside + 8 * heads),
        *_string_overhead(steps, 8 * len(frame.string)),
    )
    return Breakdown(_parts(pieces, steps), overhead)


def _fuzzy(body: bytes, message: bytes, held: SharedState, steps: Steps) -> Breakdown:
    frame = fuzzy.parse_body(body, held.templates)
    overhead = (
        _MARKER,
        Overhead("template id", 8 * varint.size(frame.template_id)),
        *_string_overhead(steps, 8 * len(frame.string)),
    )
    return Breakdown(_parts([_Piece(len(message), 0, "")], steps), overhead)


_METHODS: Final[dict[int, Callable[[bytes, bytes, SharedState, Steps], Breakdown]]] = {
    Marker.STORED: _stored,
    Marker.TYPED: _typed,
    Marker.CLASSIC: _classic,
    Marker.MODELLED: _modelled,
    Marker.FUZZY: _fuzzy,
}
