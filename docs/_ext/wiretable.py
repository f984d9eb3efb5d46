"""Tables of wire structures, made from their declarations.

``wiretable`` takes the dotted name of a declaration, and draws it, too; ``slottable`` shows how each slot type is
spelt.
"""

from importlib import import_module
from typing import ClassVar

from diagram import diagram
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from structure import rows
from tables import table

from aura_spec import slot
from aura_spec.template import Kind, Slot


class WireTable(SphinxDirective):
    """The fields of one declaration, as a diagram and as a table."""

    required_arguments: ClassVar = 1

    def run(self) -> list[nodes.Node]:
        """Make diagram and table."""
        module, _, name = self.arguments[0].rpartition(".")
        declaration = getattr(import_module(module), name)
        cells = [(row.name, row.size, row.kind, row.meaning) for row in rows(declaration)]
        return [diagram(declaration), table(("Field", "Bytes", "Type", "Meaning"), cells, self.env.docname)]


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
