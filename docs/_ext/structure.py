"""How a declaration is walked, and how its fields are worded, for tables and diagrams."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch

import construct as c

from aura_spec import varint
from aura_spec.wire import Checked, Declaration

_WRAPPERS = (c.Renamed, c.Rebuild, c.ExprAdapter, Checked)
_INTEGERS = {"B": "u8", "H": "u16", "L": "u32", "Q": "u64"}
_ORDERS = {">": "big endian", "<": "little endian"}


@dataclass(frozen=True)
class Row:
    """A field as the table shows it."""

    name: str
    size: str
    kind: str
    meaning: str


def rows(declaration: Declaration, prefix: str = "", condition: str = "") -> Iterator[Row]:
    """The fields of a declaration, in the order of the wire."""
    name, doc, inner = unwrap(declaration)
    path = ".".join(filter(None, (prefix, name)))
    parts = list(children(inner, path, prefix))
    for child, place, extra in parts:
        yield from rows(child, place, condition + extra)
    if parts or inner is c.Pass:
        return
    if inner is c.Terminated:
        yield Row("", "0", "end", "nothing may follow")
    elif not isinstance(inner, c.Computed):
        yield Row(f"`{path}`", size(inner), _kind(inner), f"{condition}{doc}{_refusal(declaration)}")
    elif name != _text(inner.func):
        yield Row(f"`{path}`", "0", "computed", f"{condition}`{_text(inner.func)}`")


def unwrap(declaration: Declaration) -> tuple[str, str, Declaration]:
    """Name, documentation, and what stands on the wire. The first two may come in two layers."""
    name = doc = ""
    while isinstance(declaration, _WRAPPERS):
        if isinstance(declaration, c.Renamed):
            name, doc = name or declaration.name or "", doc or declaration.docs or ""
        declaration = declaration.subcon
    return name, doc, declaration


def children(inner: Declaration, path: str, prefix: str) -> Iterator[tuple[Declaration, str, str]]:
    """The structures inside a structure: each with the path of its fields and the condition for them."""
    match inner:
        case c.Struct():
            for part in inner.subcons:
                yield part, path, ""
        case c.Array() if _has_structs((inner.subcon,)):
            yield inner.subcon, f"{path}[]", f"for each of `{_text(inner.count)}`: "
        case c.Switch(cases=cases) if _has_structs(cases.values()):
            for key, case in cases.items():
                yield case, prefix, f"if `{_text(inner.keyfunc)}` = {key}: "
        case c.IfThenElse() if _has_structs((inner.thensubcon, inner.elsesubcon)):
            test = _test(inner.condfunc)
            yield inner.thensubcon, prefix, f"if {test}: "
            yield inner.elsesubcon, prefix, f"unless {test}: "


def _has_structs(cases: Iterable[Declaration]) -> bool:
    return any(isinstance(unwrap(case)[2], c.Struct) for case in cases)


def _refusal(declaration: Declaration) -> str:
    """What is refused, if a value is checked."""
    while isinstance(declaration, _WRAPPERS):
        if isinstance(declaration, Checked):
            return f"; `{declaration.kind.__name__}` if {declaration.reason}"
        declaration = declaration.subcon
    return _refusal(declaration.thensubcon) if isinstance(declaration, c.IfThenElse) else ""


def _text(expression: object) -> str:
    """An expression over fields as a reader would write it."""
    text = re.sub(r"this(?:\['\w+'\])*\['(\w+)'\]", r"\1", str(expression))
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    return text.replace("==", "=")


def _test(expression: object) -> str:
    """A condition; what a function tests is for the rules to say."""
    return f"`{_text(expression)}`" if isinstance(expression, c.expr.ExprMixin) else "its head says so"


@singledispatch
def size(declaration: Declaration) -> str:
    """Bytes that a field takes: a number, an expression, or a range."""
    try:
        return str(declaration.sizeof())
    except c.SizeofError:
        return "varies"


@size.register
def _(declaration: varint.VarInt) -> str:
    return f"1–{varint.size(declaration.maximum)}"


@size.register
def _(declaration: c.Bytes) -> str:
    return (
        str(declaration.length) if isinstance(declaration.length, int) else f"`{_text(declaration.length)}`"
    )


@size.register
def _(declaration: c.Switch) -> str:
    return ", ".join(dict.fromkeys(size(unwrap(case)[2]) for case in declaration.cases.values()))


@size.register
def _(declaration: c.IfThenElse) -> str:
    return f"{size(unwrap(declaration.elsesubcon)[2])} or {size(unwrap(declaration.thensubcon)[2])}"


@size.register(type(c.GreedyBytes))
def _(_declaration: Declaration) -> str:
    return "the rest"


@singledispatch
def _kind(declaration: Declaration) -> str:
    """The type of a field; of one that the project declares, the first words of its documentation."""
    return (type(declaration).__doc__ or "").partition(" (")[0].rstrip(".").lower()


@_kind.register
def _(declaration: c.FormatField) -> str:
    order, letter = declaration.fmtstr
    return _INTEGERS[letter] + ("" if letter == "B" else f", {_ORDERS[order]}")


@_kind.register
def _(declaration: varint.VarInt) -> str:
    bound = declaration.maximum
    return "varint" if bound == varint.MAX_VALUE else f"varint, at most {bound}"


@_kind.register
def _(declaration: c.Array) -> str:
    return f"{_text(declaration.count)} of {_kind(unwrap(declaration.subcon)[2])}"


@_kind.register
def _(declaration: c.Const) -> str:
    return f"`{declaration.value.hex(' ')}`"


@_kind.register
def _(declaration: c.Switch) -> str:
    kinds = (f"{key}: {_kind(unwrap(case)[2])}" for key, case in declaration.cases.items())
    return f"by `{_text(declaration.keyfunc)}`: " + "; ".join(kinds)


@_kind.register
def _(declaration: c.IfThenElse) -> str:
    return f"{_kind(unwrap(declaration.thensubcon)[2])}, if {_test(declaration.condfunc)}"


@_kind.register(c.Computed)
@_kind.register(type(c.Pass))
def _(_declaration: Declaration) -> str:
    return "absent"


@_kind.register(c.Bytes)
@_kind.register(type(c.GreedyBytes))
def _(_declaration: Declaration) -> str:
    return "bytes"
