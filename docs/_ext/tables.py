"""Tables of text in which backquotes mark code and ``chapter:NAME`` a link to a chapter."""

import re
from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx.addnodes import pending_xref

_PIECE = re.compile(r"`([^`]+)`|chapter:(\w+)")


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
    return nodes.row("", *(nodes.entry("", _block(cell, docname)) for cell in cells))


def _block(cell: Cell, docname: str) -> nodes.Element:
    return cell if isinstance(cell, nodes.bullet_list) else _paragraph(cell, docname)


def _paragraph(text: Cell, docname: str) -> nodes.paragraph:
    paragraph = nodes.paragraph()
    if isinstance(text, nodes.Element):
        paragraph += text
        return paragraph
    position = 0
    for piece in _PIECE.finditer(text):
        paragraph += nodes.Text(text[position : piece.start()])
        position = piece.end()
        paragraph += nodes.literal(text=piece[1]) if piece[1] else _link(piece[2], docname)
    paragraph += nodes.Text(text[position:])
    return paragraph


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
