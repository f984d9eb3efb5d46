"""Figures of the models that come with the package, and what went into them.

``model-figures`` and ``model-orders`` show what the shipped files hold; ``model-corpora`` takes lines of
corpus, repository, commit and licence, and refuses them unless they name the corpora of the recipe.
"""

from collections.abc import Iterator
from importlib import resources
from itertools import zip_longest
from pathlib import Path
from runpy import run_path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import table

from aura.models.model import Model
from aura.models.model_info import ModelInfo, inspect

_NAMES = ("default", "small")


class _Models(SphinxDirective):
    def inspections(self) -> Iterator[ModelInfo]:
        for name in _NAMES:
            with resources.as_file(resources.files("aura").joinpath(f"data/{name}.aura")) as path:
                self.env.note_dependency(str(path))
                yield inspect(Model.load(path))


class Figures(_Models):
    """A row a model."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        rows = [
            (name, f"`{found.model_id}`", *(f"{n:,}" for n in (found.size, found.contexts, found.entries)))
            for name, found in zip(_NAMES, self.inspections(), strict=True)
        ]
        return [table(("Model", "Id", "Bytes", "Contexts", "Entries"), rows, self.env.docname)]


class Orders(_Models):
    """A row an order, two columns a model."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        orders = zip_longest(*(found.orders for found in self.inspections()), fillvalue=(0, 0))
        rows = [
            (str(order), *(f"{number:,}" for pair in pairs for number in pair))
            for order, pairs in enumerate(orders)
        ]
        head = ["Order", *(f"{name}: {what}" for name in _NAMES for what in ("contexts", "entries"))]
        return [table(head, rows, self.env.docname)]


class Corpora(SphinxDirective):
    """A row a repository, with how often the recipe counts its messages."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        recipe = Path(self.env.srcdir).parent / "models" / "recipe.py"
        self.env.note_dependency(str(recipe))
        times = run_path(str(recipe))["CORPORA"]
        lines = [[cell.strip() for cell in line.split("|")] for line in self.content if line.strip()]
        if {line[0] for line in lines} != set(times):
            raise self.error(f"the recipe trains on {', '.join(times)}")
        rows = [
            (f"`{corpus}`", str(times[corpus]), repository, f"`{commit}`", licence)
            for corpus, repository, commit, licence in lines
        ]
        return [table(("Corpus", "Counted", "Repository", "Commit", "Licence"), rows, self.env.docname)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Entry point of the extension."""
    app.add_directive("model-figures", Figures)
    app.add_directive("model-orders", Orders)
    app.add_directive("model-corpora", Corpora)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
