"""How a declaration is run: strict parsing, building, and tracing of fields.

``construct`` is lenient by default: it ignores bytes that follow a structure, turns unknown tags into
``None`` and lets errors of a repeated element end the repetition. Everything in this package goes
through :func:`parse`, which knows no such leniency, and through the small constructs below:

* :class:`Field` names a field, documents it, and records where it stood if a trace is wanted;
* :class:`Checked` accepts a value only if it keeps a rule;
* ``End`` closes every structure, so that nothing may follow it.

A refusal by ``construct`` becomes one of the declared errors with an offset; no ``ConstructError``
leaves this package.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

import construct as c
from construct.core import Construct

from aura_spec.errors import DecodeError, EncodeError, Malformed, Truncated

if TYPE_CHECKING:
    Declaration = Construct[Any, Any]
    Adapter = c.Adapter[Any, Any, Any, Any]
    Renamed = c.Renamed[Any, Any]
else:  # the classes are generic for type checkers only
    Declaration = Construct
    Adapter = c.Adapter
    Renamed = c.Renamed
"""``Declaration`` is any structure. Its values are untyped; chapters convert them to dataclasses."""

End: Final[Declaration] = c.Terminated
"""Nothing may follow (rule MSG-3)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A field as it stood in a message.

    Attributes:
        offset: bytes from the start of the message.
        length: bytes.
        path: dotted name, outermost first.
        value: the meaning of the bytes.
        doc: one line about the field, from its declaration.
    """

    offset: int
    length: int
    path: str
    value: object
    doc: str = ""


class Refused(c.ConstructError):
    """Carries a declared error through ``construct``."""

    def __init__(self, error: DecodeError, path: str) -> None:
        super().__init__(error.reason, path)
        self.error = error


def refuse(kind: type[DecodeError], reason: str, *, offset: int, path: str) -> Refused:
    """Make the exception by which a construct of this package refuses bytes."""
    return Refused(kind(reason, offset, _dotted(path)), path)


class Field(Renamed):
    """A named, documented field that records its place in the message.

    Parsing with the keyword ``trace=[]`` appends a :class:`Span` for each field.
    """

    def __init__(self, name: str, subcon: Declaration, doc: str = "") -> None:
        super().__init__(subcon, newname=name, newdocs=doc)

    def _parse(self, stream: IO[bytes], context: Any, path: str) -> Any:
        start = stream.tell()
        value = super()._parse(stream, context, path)
        trace = context._params.get("trace")  # noqa: SLF001  # construct's documented way to parameters
        if trace is not None:
            base = context._params.get("base", 0)  # noqa: SLF001
            index = context.get("_index")
            name = _dotted(f"{path} -> {self.name}")
            if index is not None:
                head, _, tail = name.rpartition(".")
                name = f"{head}[{index}].{tail}"
            length = stream.tell() - start
            trace.append(Span(base + start, length, name, value, self.docs or ""))
        return value


class Checked(Adapter):
    """A value that is refused unless ``rule`` holds, with the given error and reason."""

    def __init__(
        self,
        subcon: Declaration,
        rule: Callable[[Any], bool],
        reason: str,
        kind: type[DecodeError] = Malformed,
    ) -> None:
        super().__init__(subcon)
        self.rule = rule
        self.reason = reason
        self.kind = kind

    def _parse(self, stream: IO[bytes], context: Any, path: str) -> Any:
        start = stream.tell()
        value = self.subcon._parsereport(stream, context, path)  # noqa: SLF001
        if not self.rule(value):
            base = context._params.get("base", 0)  # noqa: SLF001
            raise refuse(self.kind, self.reason, offset=base + start, path=path)
        return value

    def _encode(self, obj: Any, _context: Any, path: str) -> Any:
        if not self.rule(obj):
            raise c.ValidationError(self.reason, path)
        return obj


def bits(name: str, width: int, doc: str) -> Declaration:
    """A field of some bits, for a ``BitStruct``, whose first field has the highest."""
    return Field(name, c.BitsInteger(width), doc)


def parse(
    declaration: Declaration,
    data: bytes,
    *,
    base: int = 0,
    trace: list[Span] | None = None,
) -> Any:
    """Parse ``data`` strictly.

    Args:
        declaration: the structure to read. Close it with ``End`` if nothing may follow.
        data: the bytes.
        base: offset of ``data`` in the message, added to the offsets of errors and spans.
        trace: receives a :class:`Span` for every field, in the order of reading.

    Raises:
        DecodeError: one of its subclasses, with code, offset and path.
    """
    return parse_from(declaration, io.BytesIO(data), base=base, trace=trace)


def parse_from(
    declaration: Declaration,
    stream: io.BytesIO,
    *,
    base: int = 0,
    trace: list[Span] | None = None,
) -> Any:
    """Like :func:`parse`, from the position of ``stream``."""
    try:
        return declaration.parse_stream(stream, base=base, trace=trace)
    except Refused as refused:
        raise refused.error from None
    except c.StreamError as error:
        raise Truncated(
            "the message ends inside a field",
            base + stream.seek(0, io.SEEK_END),
            _dotted(error.path),
        ) from None
    except c.TerminatedError as error:
        raise Malformed(
            "bytes follow the end of the structure", base + stream.tell() - 1, _dotted(error.path)
        ) from None
    except c.ConstructError as error:
        raise Malformed(str(error).rpartition("\n")[2], base + stream.tell(), _dotted(error.path)) from None


def build(declaration: Declaration, value: object) -> bytes:
    """Build ``value``.

    Raises:
        EncodeError: the value has no spelling in this structure.
    """
    try:
        return declaration.build(value)
    except c.ConstructError as error:
        raise EncodeError(f"{_dotted(error.path)}: {str(error).rpartition(chr(10))[2]}") from None


def _dotted(path: str | None) -> str:
    """Turn ``(parsing) -> slots -> length`` into ``slots.length``."""
    return ".".join((path or "").split(" -> ")[1:])
