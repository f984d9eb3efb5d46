"""The token stream of BRIO version 1, before entropy coding.

TOK-1: A stream is a row of tokens, each a tag byte and its fields:

=====  =========================================================================
0x00   literal: the byte
0x01   dictionary phrase: its id, one byte
0x02   match: distance (two bytes, big endian), length (one byte)
0x03   template: id (one byte), slot count (one byte), then for each slot its
       length (two bytes, big endian) and its bytes
=====  =========================================================================

TOK-2: Any other tag is ``Malformed``.

TOK-3: A phrase that is not held is ``UnknownModel``, a template that is not held is ``UnknownTemplate``. The slot
count is that of the template, otherwise the stream is ``Malformed``. The values need not be UTF-8, unlike those of
a classic frame.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import construct as c
from construct import this

from aura_spec import lz77
from aura_spec.wire import Checked, Declaration, Field, Span, build, parse_from

LITERAL, PHRASE, MATCH, TEMPLATE = range(4)

_SLOT: Final = c.Struct(
    Field("length", c.Rebuild(c.Int16ub, c.len_(this.text)), "bytes"),
    Field("text", c.Bytes(this.length), "as it is"),
)

_FIELDS: Final[dict[int, Declaration]] = {
    LITERAL: c.Struct(Field("byte", c.Byte, "as it is")),
    PHRASE: c.Struct(Field("phrase_id", c.Byte, "which dictionary phrase")),
    MATCH: c.Struct(
        Field(
            "distance",
            Checked(c.Int16ub, lambda n: 1 <= n <= lz77.WINDOW, f"a distance is not in 1..{lz77.WINDOW}"),
            "bytes back from the end of the output",
        ),
        Field(
            "length",
            Checked(
                c.Byte,
                lambda n: lz77.MIN_LENGTH <= n <= lz77.MAX_LENGTH,
                f"a match length is not in {lz77.MIN_LENGTH}..{lz77.MAX_LENGTH}",
            ),
            "bytes to copy",
        ),
    ),
    TEMPLATE: c.Struct(
        Field("template_id", c.Byte, "which pattern to fill"),
        Field("slot_count", c.Rebuild(c.Byte, c.len_(this.slots)), "slots of the template"),
        "slots" / c.Array(this.slot_count, _SLOT),
    ),
}

TOKEN: Final = c.Struct(
    Field(
        "tag",
        Checked(c.Byte, lambda tag: tag in _FIELDS, "no token has this tag"),
        "0 literal, 1 phrase, 2 match, 3 template",
    ),
    "fields" / c.Switch(this.tag, _FIELDS, default=c.Error),
)


@dataclass(frozen=True, slots=True)
class Literal:
    """One byte of output."""

    byte: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A dictionary phrase."""

    phrase_id: int


@dataclass(frozen=True, slots=True)
class Match:
    """A copy from the output so far."""

    distance: int
    length: int


@dataclass(frozen=True, slots=True)
class TemplateEvent:
    """A filled template."""

    template_id: int
    values: tuple[bytes, ...]


Token = Literal | Phrase | Match | TemplateEvent


def parse_tokens(stream: bytes, trace: list[Span] | None = None) -> Iterator[Token]:
    """Read tokens one by one, so that a reader can stop at its limit.

    Offsets of errors count from the start of the token stream.
    """
    source = io.BytesIO(stream)
    while source.tell() < len(stream):
        value = parse_from(TOKEN, source, trace=trace)
        yield _token(value.tag, value.fields)


def _token(tag: int, fields: Any) -> Token:
    """Leave the construct boundary."""
    if tag == LITERAL:
        return Literal(fields.byte)
    if tag == PHRASE:
        return Phrase(fields.phrase_id)
    if tag == MATCH:
        return Match(fields.distance, fields.length)
    return TemplateEvent(fields.template_id, tuple(slot.text for slot in fields.slots))


def build_tokens(tokens: Iterable[Token]) -> bytes:
    """Write a token stream (rule TOK-1).

    Raises:
        EncodeError: a value does not fit its field.
    """
    return b"".join(build(TOKEN, _container(token)) for token in tokens)


def _container(token: Token) -> dict[str, object]:
    match token:
        case Literal(byte):
            return {"tag": LITERAL, "fields": {"byte": byte}}
        case Phrase(phrase_id):
            return {"tag": PHRASE, "fields": {"phrase_id": phrase_id}}
        case Match(distance, length):
            return {"tag": MATCH, "fields": {"distance": distance, "length": length}}
        case TemplateEvent(template_id, values):  # pragma: no branch  # there is no fifth
            slots = [{"text": value} for value in values]
            return {"tag": TEMPLATE, "fields": {"template_id": template_id, "slots": slots}}
