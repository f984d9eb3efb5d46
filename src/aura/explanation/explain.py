"""An annotated dump of a message: which bytes are which field, and what they mean.

The fields are those of the declarations in ``aura_spec``, in the order in which a decoder reads them. A
message that is refused is explained as far as it was understood, with the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Final

from aura import arguments
from aura.arguments import BytesLike, wire_bytes
from aura.backends import get
from aura.codec import Codec
from aura.explanation import parts
from aura.explanation.parts import Breakdown, Overhead
from aura.models.model import Model
from aura.templates import TemplateLibrary
from aura_reference import auralite as reference_auralite
from aura_reference import brio as reference_brio
from aura_reference import fuzzy as reference_fuzzy
from aura_reference import local_model
from aura_reference import modelled as reference_modelled
from aura_reference import typed as reference_typed
from aura_reference.auralite import Step
from aura_reference.local_model import AdaptiveStep, Predictor
from aura_spec import (
    auralite,
    brio,
    brio2,
    brotli,
    classic,
    fuzzy,
    modelled,
    stored,
    tag,
    token,
    typed,
    zstd,
)
from aura_spec.context_model import END
from aura_spec.errors import DecodeError
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker, name_of, parse_message
from aura_spec.mixer import PROB_ONE
from aura_spec.shared_state import SharedState
from aura_spec.tag import check_content, held_for, parse_tagged, questioned
from aura_spec.wire import Span, parse

_ADAPTIVE_HEAD: Final = "  byte  symbol  tried       hit  reason     bits"
_BYTES_SHOWN: Final = 8
_TEXT_SHOWN: Final = 64
_PACKED: Final = ("content", "payload", "words", "stream", "checksum", "string", "model_id")
"""Fields whose bytes are not text."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field.

    Attributes:
        offset: bytes from the start of the message, or of the token stream.
        data: the field's bytes.
        field: dotted name.
        value: what the bytes mean, for a person.
        doc: one line about the field.
    """

    offset: int
    data: bytes
    field: str
    value: str
    doc: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An annotated message; ``str`` gives a dump to read.

    Attributes:
        method: name of the marker.
        size: bytes on the wire.
        rows: fields of the message.
        tokens: fields of the token stream inside a BRIO container of version 1.
        slots: for template frames the name, type and value of each slot.
        steps: for AURALITE, adaptive messages and fuzzy template frames how each byte, and then the end, was coded
            and what it cost; for modelled template frames the same of the texts in its slots.
        breakdown: the pieces of what it decodes to, and what each costs; empty if it is refused.
        message: what it decodes to, or None if it is refused.
        error: why it is refused, or None.
    """

    method: str
    size: int
    rows: tuple[Row, ...]
    tokens: tuple[Row, ...]
    slots: tuple[tuple[str, str, bytes], ...]
    steps: tuple[Step, ...] | tuple[AdaptiveStep, ...]
    breakdown: Breakdown
    message: bytes | None
    error: DecodeError | None

    def __str__(self) -> str:
        lines = [self._title(), *_table(self.rows)]
        if self.tokens:
            lines += "token stream, decoded", *_table(self.tokens)
        if self.steps:
            lines += _steps_table(self.steps)
        lines += (f"slot   {{{name}}} is {_text(value)} ({kind})" for name, kind, value in self.slots)
        return "\n".join([*lines, self._outcome()])

    def _title(self) -> str:
        if self.message is None:
            return f"{self.method}: {self.size} bytes, refused"
        ratio = len(self.message) / self.size
        return f"{self.method}: {self.size} bytes for {len(self.message)}, ratio {ratio:.2f}"

    def _outcome(self) -> str:
        if self.error is not None:
            return f"error  {self.error}"
        return f"text   {_text(self.message or b'', 2000)}"


def explain(
    wire: BytesLike,
    *,
    templates: TemplateLibrary | Mapping[int, str] | None = None,
    model: Model | str | PathLike[str] | None = None,
    models: Iterable[Model | str | PathLike[str]] = (),
    phrases: Mapping[int, str | BytesLike] | None = None,
    max_size: int = DEFAULT_MAX_SIZE,
    tagged: bool = False,
) -> Explanation:
    """Explain a message field by field. Never raises for what the bytes hold.

    Args:
        wire: the message.
        templates: as :class:`~aura.codec.Codec` takes them.
        model: as :class:`~aura.codec.Codec` takes it.
        models: as :class:`~aura.codec.Codec` takes them.
        phrases: as :class:`~aura.codec.Codec` takes them.
        max_size: bytes that the message may decode to.
        tagged: the message has a tag, as one of ``Codec(check=True)`` has (chapter ``tag``).

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: ``max_size`` is below 0.

    >>> print(explain(bytes.fromhex("06553d6462")))
    typed: 5 bytes for 25, ratio 5.00
    offset  bytes                    field                   value
         0  06                       marker                  6 typed
         1  55                       template_id             85 'Timeout after {0:int}ms for {1}'
         2  3d                       slots.0.head            61
         3  6462                     slots.1.text            'db'
    slot   {0} is '30' (int)
    slot   {1} is 'db' (text)
    text   'Timeout after 30ms for db'
    """
    wire = wire_bytes(wire)
    codec = Codec(templates=templates, model=model, models=models, phrases=phrases, max_size=max_size)
    if arguments.flag("tagged", tagged):
        return _explain_tagged(wire, codec)
    return _explain(wire, codec.shared_state, max_size)


def _explain_tagged(wire: bytes, codec: Codec) -> Explanation:
    """The tag, then the message behind it, as far as the tag allows."""
    held = codec.shared_state
    spans: list[Span] = []
    try:
        parse(tag.TAGGED, wire, trace=spans)
        split = parse_tagged(wire)
        usable = held_for(split, held, bytes.fromhex(codec.model.id))
    except DecodeError as refusal:
        method = name_of(wire[tag.SIZE]) if len(wire) > tag.SIZE else "nothing"
        rows = tuple(_row(span, wire, held) for span in spans)
        return Explanation(method, len(wire), rows, (), (), (), Breakdown(), None, refusal)
    behind = _explain(split.message, usable, codec.max_size)
    error = behind.error and behind.error.restated(behind.error.reason, shift=tag.SIZE)
    if behind.message is not None:
        try:
            check_content(split, behind.message)
        except DecodeError as refusal:
            error = refusal
    return replace(
        behind,
        size=len(wire),
        rows=(
            *(_row(span, wire, held) for span in spans),
            *(replace(row, offset=row.offset + tag.SIZE) for row in behind.rows),
        ),
        breakdown=Breakdown() if error else _with_tag(behind.breakdown),
        message=None if error else behind.message,
        error=error,
    )


def _with_tag(behind: Breakdown) -> Breakdown:
    return replace(behind, overhead=(Overhead("tag", 8 * tag.SIZE), *behind.overhead))


def _explain(wire: bytes, held: SharedState, max_size: int) -> Explanation:
    """A message without a tag."""
    spans: list[Span] = []
    token_spans: list[Span] = []
    stream = b""
    message: bytes | None = None
    error: DecodeError | None = None
    try:
        parsed = parse_message(wire, trace=spans)
        if parsed.marker in COMPACT:
            spans.clear()
            COMPACT[parsed.marker](wire, spans)
        reader = READERS.get(parsed.marker)
        if reader is not None:
            reader(parsed.body, held, max_size, spans)
        if parsed.marker == Marker.BRIO and not brio2.is_version_2(parsed.body):
            stream = reference_brio.decode_tokens(brio.parse_body(parsed.body, max_size))
            list(token.parse_tokens(stream, trace=token_spans))
        message = get("reference").decode(wire, held, max_size)
    except DecodeError as refusal:
        error = questioned(refusal, wire)
    steps = _steps(wire, message, held)
    return Explanation(
        method=name_of(wire[0]) if wire else "nothing",
        size=len(wire),
        rows=tuple(_row(span, wire, held) for span in spans),
        tokens=tuple(_row(span, stream, held) for span in token_spans),
        slots=() if message is None else _slots(wire, message, held),
        steps=steps,
        breakdown=Breakdown() if message is None else parts.breakdown(wire, message, held, steps),
        message=message,
        error=error,
    )


def _container(body: bytes, max_size: int, trace: list[Span]) -> object:
    """A BRIO container of either version."""
    if brio2.is_version_2(body):
        return brio2.parse_body(body, max_size, trace)
    return brio.parse_body(body, max_size, trace)


Reader = Callable[[bytes, SharedState, int, list[Span]], object]

READERS: Final[dict[int, Reader]] = {
    Marker.CLASSIC: lambda body, _held, _limit, trace: classic.parse_body(body, trace),
    Marker.BROTLI: lambda body, _held, _limit, trace: brotli.parse_body(body, trace),
    Marker.BRIO: lambda body, _held, limit, trace: _container(body, limit, trace),
    Marker.ZSTANDARD: lambda body, _held, limit, trace: zstd.parse_frame(body, limit, trace),
    Marker.ZSTANDARD_DICTIONARY: lambda body, _held, limit, trace: zstd.parse_frame(body, limit, trace),
    Marker.TYPED: lambda body, held, _limit, trace: typed.parse_body(body, held.templates, trace),
    Marker.MODELLED: lambda body, held, _limit, trace: modelled.parse_body(body, held.templates, trace),
    Marker.FUZZY: lambda body, held, _limit, trace: fuzzy.parse_body(body, held.templates, trace),
    Marker.AURALITE_EXPLICIT: lambda body, _held, _limit, trace: auralite.parse_body(body, trace),
    Marker.STORED: lambda body, _held, _limit, trace: stored.parse_body(body, trace),
    Marker.ADAPTIVE_EXPLICIT: lambda body, _held, _limit, trace: auralite.parse_body(
        body, trace, adaptive=True
    ),
}
"""By marker, what reads the fields of a body, given what is held and the limit, and appends them to a trace."""


COMPACT: Final[Mapping[int, Callable[[bytes, list[Span]], bytes]]] = {
    **dict.fromkeys(ADAPTIVE_COMPACT, auralite.parse_adaptive),
    **dict.fromkeys(AURALITE_COMPACT, auralite.parse_compact),
}
"""By marker that is a part of the string, what reads the whole message."""


def _slots(wire: bytes, message: bytes, held: SharedState) -> tuple[tuple[str, str, bytes], ...]:
    """Name, type and value of the slots of a template frame that was read before."""
    if wire[0] == Marker.TYPED:
        template_id, values = reference_typed.read_values(wire[1:], held.templates)
    elif wire[0] == Marker.MODELLED and held.model is not None:
        template_id, values = reference_modelled.read_values(
            wire[1:], held.templates, held.model, len(message)
        )
    elif wire[0] == Marker.CLASSIC:
        frame = classic.parse_body(wire[1:])
        template_id, values = frame.template_id, frame.values
    else:
        return ()
    slots = held.templates[template_id].slots
    return tuple((slot.name, str(slot.kind), value) for slot, value in zip(slots, values, strict=True))


def _steps(  # noqa: PLR0911  # one case a method
    wire: bytes, message: bytes | None, held: SharedState
) -> tuple[Step, ...] | tuple[AdaptiveStep, ...]:
    """How the symbols of the string of a message that was read before were coded."""
    if message is None:
        return ()
    marker, model = wire[0], held.model
    if marker in {Marker.AURALITE_EXPLICIT, Marker.ADAPTIVE_EXPLICIT}:
        model = held.models[wire[1 : 1 + auralite.MODEL_ID_SIZE]]
    if model is None:
        return ()
    if marker in ADAPTIVE_COMPACT or marker == Marker.ADAPTIVE_EXPLICIT:
        return tuple(local_model.steps(message, Predictor(model)))
    if marker in AURALITE_COMPACT or marker == Marker.AURALITE_EXPLICIT:
        return tuple(reference_auralite.steps(message, model))
    if marker == Marker.MODELLED:
        template_id, values = reference_modelled.read_values(wire[1:], held.templates, model, len(message))
        return tuple(reference_modelled.steps(held.templates[template_id], values, model))
    if marker == Marker.FUZZY:
        frame = fuzzy.parse_body(wire[1:], held.templates)
        return tuple(reference_fuzzy.steps(message, held.templates[frame.template_id], model))
    return ()


def _steps_table(steps: Sequence[Step | AdaptiveStep]) -> list[str]:
    """A line a symbol: where it stands, what it is, and where its bits went."""
    is_adaptive = isinstance(steps[0], AdaptiveStep)
    lines = [_ADAPTIVE_HEAD if is_adaptive else "  byte  symbol   order  escapes  match      bits"]
    for step in steps:
        symbol = "end" if step.symbol == END else repr(bytes((step.symbol,)))[2:-1]
        if isinstance(step, AdaptiveStep):
            last = step.trials[-1] if step.trials else None
            hit = f"{100 * last.probability / PROB_ONE:.1f} %" if last and last.hit else "-"
            lines.append(
                f"{step.position:6}  {symbol:6}  {len(step.trials):5}  {hit:>8}  {step.reason or '-':7}  "
                f"{step.bits:6.2f}"
            )
            continue
        match = f"{step.match} {step.length}" if step.length else "-"
        where = f"run {step.char_run}" if step.char_run else str(step.order)
        lines.append(
            f"{step.position:6}  {symbol:6}  {where:>6}  {step.escapes:7}  {match:7}  {step.bits:6.2f}"
        )
    total = sum(step.bits for step in steps)
    lines.append(f"{len(steps):6}  symbols, {total:.1f} bits after the first of the string")
    return lines


def _row(span: Span, data: bytes, held: SharedState) -> Row:
    content = data[span.offset : span.offset + span.length]
    return Row(span.offset, content, span.path, _meaning(span, held), span.doc)


def _meaning(span: Span, held: SharedState) -> str:
    """The value of a field, for a person."""
    value = span.value
    name = span.path.rpartition(".")[2]
    if isinstance(value, bytes):
        return "" if name in _PACKED else _text(value)
    if name == "marker" and isinstance(value, int):
        return f"{value} {name_of(value)}"
    if name == "template_id" and value in held.templates:
        return f"{value} {held.templates[value].pattern!r}"  # type: ignore[index]  # just looked up
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"{len(value)} numbers, largest {max(value)}"
    return "" if value is None else str(value)


def _text(value: bytes, shown: int = _TEXT_SHOWN) -> str:
    """Bytes as text if they are UTF-8, cut to what a line holds."""
    try:
        text = repr(value.decode())
    except UnicodeDecodeError:
        text = repr(value)
    return text if len(text) <= shown else f"{text[: shown - 1]}…"


def _table(rows: Sequence[Row]) -> list[str]:
    lines = ["offset  bytes                    field                   value"]
    for row in rows:
        if not row.data:
            continue
        shown = row.data[:_BYTES_SHOWN].hex()
        if len(row.data) > _BYTES_SHOWN:
            shown += f"… ({len(row.data)})"
        lines.append(f"{row.offset:6}  {shown:23}  {row.field:22}  {row.value}")
    return lines
