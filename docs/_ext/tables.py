"""Text and tables: backquotes mark code, asterisks strong words, ``chapter:NAME`` a link to a chapter."""

import re
from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx.addnodes import pending_xref

_PIECE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|chapter:(\w+)")


Cell = str | nodes.Element
"""Marked-up text, or a node as it is."""


def table(
    head: Sequence[Cell], rows: Iterable[Sequence[Cell]], docname: str, classes: Sequence[str] = ()
) -> nodes.table:
    """A table with a head and one paragraph a cell."""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    group += nodes.thead("", _row(head, docname))
    group += nodes.tbody("", *(_row(row, docname) for row in rows))
    return nodes.table("", group, classes=list(classes))


def _row(cells: Sequence[Cell], docname: str) -> nodes.row:
    return nodes.row("", *(nodes.entry("", _paragraph(cell, docname)) for cell in cells))


def _paragraph(cell: Cell, docname: str) -> nodes.paragraph:
    return nodes.paragraph("", "", cell) if isinstance(cell, nodes.Element) else paragraph(cell, docname)


def paragraph(text: str, docname: str, classes: Sequence[str] = ()) -> nodes.paragraph:
    """A paragraph of marked-up text."""
    made = nodes.paragraph(classes=list(classes))
    position = 0
    for piece in _PIECE.finditer(text):
        made += nodes.Text(text[position : piece.start()])
        position = piece.end()
        if piece[1]:
            made += nodes.literal(text=piece[1])
        elif piece[2]:
            made += nodes.strong(text=piece[2])
        else:
            made += _link(piece[3], docname)
    made += nodes.Text(text[position:])
    return made


def _link(chapter: str, docname: str) -> pending_xref:
    return pending_xref(
        "",
        nodes.inline("", chapter),
        refdomain="std",
        reftype="doc",
        reftarget=f"/spec/{chapter}",
        refexplicit=True,
        refwarn=True,
        refdoc=docname,
    )
