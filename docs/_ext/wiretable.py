"""Tables of wire structures, made from their declarations.

``wiretable`` takes the dotted name of a declaration; ``slottable`` shows how each slot type is spelt.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from importlib import import_module
from typing import ClassVar

import construct as c
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import table

from aura_spec import slot, varint
from aura_spec.template import Kind, Slot
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
    name, doc, inner = _unwrap(declaration)
    path = ".".join(filter(None, (prefix, name)))
    children = list(_children(inner, path, prefix))
    for child, place, extra in children:
        yield from rows(child, place, condition + extra)
    if children or inner is c.Pass:
        return
    if inner is c.Terminated:
        yield Row("", "0", "end", "nothing may follow")
    elif not isinstance(inner, c.Computed):
        yield Row(f"`{path}`", _size(inner), _kind(inner), f"{condition}{doc}{_refusal(declaration)}")
    elif name != _text(inner.func):
        yield Row(f"`{path}`", "0", "computed", f"{condition}`{_text(inner.func)}`")


def _unwrap(declaration: Declaration) -> tuple[str, str, Declaration]:
    """Name, documentation, and what stands on the wire. The first two may come in two layers."""
    name = doc = ""
    while isinstance(declaration, _WRAPPERS):
        if isinstance(declaration, c.Renamed):
            name, doc = name or declaration.name or "", doc or declaration.docs or ""
        declaration = declaration.subcon
    return name, doc, declaration


def _children(inner: Declaration, path: str, prefix: str) -> Iterator[tuple[Declaration, str, str]]:
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
    return any(isinstance(_unwrap(case)[2], c.Struct) for case in cases)


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
def _size(declaration: Declaration) -> str:
    """Bytes that a field takes: a number, an expression, or a range."""
    try:
        return str(declaration.sizeof())
    except c.SizeofError:
        return "varies"


@_size.register
def _(declaration: varint.VarInt) -> str:
    return f"1–{varint.size(declaration.maximum)}"


@_size.register
def _(declaration: c.Bytes) -> str:
    return (
        str(declaration.length) if isinstance(declaration.length, int) else f"`{_text(declaration.length)}`"
    )


@_size.register
def _(declaration: c.Switch) -> str:
    return ", ".join(dict.fromkeys(_size(_unwrap(case)[2]) for case in declaration.cases.values()))


@_size.register
def _(declaration: c.IfThenElse) -> str:
    return f"{_size(_unwrap(declaration.elsesubcon)[2])} or {_size(_unwrap(declaration.thensubcon)[2])}"


@_size.register(type(c.GreedyBytes))
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
    return f"{_text(declaration.count)} of {_kind(_unwrap(declaration.subcon)[2])}"


@_kind.register
def _(declaration: c.Const) -> str:
    return f"`{declaration.value.hex(' ')}`"


@_kind.register
def _(declaration: c.Switch) -> str:
    kinds = (f"{key}: {_kind(_unwrap(case)[2])}" for key, case in declaration.cases.items())
    return f"by `{_text(declaration.keyfunc)}`: " + "; ".join(kinds)


@_kind.register
def _(declaration: c.IfThenElse) -> str:
    return f"{_kind(_unwrap(declaration.thensubcon)[2])}, if {_test(declaration.condfunc)}"


@_kind.register(c.Computed)
@_kind.register(type(c.Pass))
def _(_declaration: Declaration) -> str:
    return "absent"


@_kind.register(c.Bytes)
@_kind.register(type(c.GreedyBytes))
def _(_declaration: Declaration) -> str:
    return "bytes"


class WireTable(SphinxDirective):
    """The fields of one declaration."""

    required_arguments: ClassVar = 1

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        module, _, name = self.arguments[0].rpartition(".")
        declaration = getattr(import_module(module), name)
        cells = [(row.name, row.size, row.kind, row.meaning) for row in rows(declaration)]
        return [table(("Field", "Bytes", "Type", "Meaning"), cells, self.env.docname)]


class SlotTable(SphinxDirective):
    """The fields of every slot type but the enumerations, whose head depends on their alternatives."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        cells = []
        for kind in Kind:
            if kind is Kind.ENUM:
                continue
            name = f"`{kind}`"
            for row in rows(slot.declaration(Slot("value", kind), last=False)):
                if not row.meaning.startswith("if `head = 0`"):
                    meaning = row.meaning.removeprefix("unless `head = 0`: ")
                    cells.append((name, row.name, row.size, row.kind, meaning))
                    name = ""
        return [table(("Slot", "Field", "Bytes", "Type", "Meaning"), cells, self.env.docname)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Entry point of the extension."""
    app.add_directive("wiretable", WireTable)
    app.add_directive("slottable", SlotTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
