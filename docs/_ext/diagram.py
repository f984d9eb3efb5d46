"""Diagrams of wire structures, made from their declarations.

A structure is a row of boxes, one a field, with its bytes; what repeats, or is there only under a condition, stands
in a frame. ``bittable`` takes the dotted name of a structure of bits, and shows them from bit 7 down, with a table.
Boxes are plain containers, which ``_static/aura.css`` lays out, so that they wrap on narrow pages and take the
colours of the page.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import ClassVar

import construct as c
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from structure import children, size, unwrap
from tables import table

from aura_spec.wire import Declaration


def diagram(declaration: Declaration) -> nodes.container:
    """The row of boxes of a structure."""
    return nodes.container("", *_boxes(declaration, "", ""), classes=["wire"])


def _boxes(declaration: Declaration, path: str, label: str) -> Iterator[nodes.Element]:
    name, _, inner = unwrap(declaration)
    path = ".".join(filter(None, (path, name)))
    parts = list(children(inner, path, path))
    if parts:
        boxes = [box for child, _, label in parts for box in _boxes(child, "", label)]
        if label:
            yield nodes.container("", _line(label, "wire-label"), *boxes, classes=["wire-group"])
        else:
            yield from boxes
    elif inner is c.Pass or inner is c.Terminated or isinstance(inner, c.Computed):
        return
    else:
        yield nodes.container(
            "",
            _line(name or "…", "wire-name"),
            _line(_bytes(size(inner)), "wire-size"),
            classes=["wire-field"],
        )


def _bytes(text: str) -> str:
    return text.replace("`", "")


def _line(text: str, kind: str) -> nodes.paragraph:
    return nodes.paragraph("", text.replace("`", "").rstrip(": "), classes=[kind])


class BitTable(SphinxDirective):
    """The bits of one structure, the highest first."""

    required_arguments: ClassVar = 1

    def run(self) -> list[nodes.Node]:
        """Make diagram and table."""
        module, _, name = self.arguments[0].rpartition(".")
        fields = [unwrap(part) for part in _bits(getattr(import_module(module), name))]
        places = sum(inner.length for _, _, inner in fields)
        boxes, rows = [], []
        top = places - 1
        for field, doc, inner in fields:
            span = f"{top}" if inner.length == 1 else f"{top}–{top - inner.length + 1}"
            top -= inner.length
            lines = (_line(span, "wire-size"), _line(field.replace("_", " "), "wire-name"))
            boxes.append(nodes.container("", *lines, classes=["bits-field", f"bits-{inner.length}"]))
            rows.append((span, f"`{field}`", doc))
        return [
            nodes.container("", *boxes, classes=["bits", f"bits-of-{places}"]),
            table(("Bits", "Field", "Meaning"), rows, self.env.docname),
        ]


def _bits(declaration: Declaration) -> list[Declaration]:
    """The fields of a structure of bits."""
    while not isinstance(declaration, c.Struct):
        declaration = declaration.subcon
    return list(declaration.subcons)


def setup(app: Sphinx) -> dict[str, bool]:
    """Entry point of the extension."""
    app.add_directive("bittable", BitTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
