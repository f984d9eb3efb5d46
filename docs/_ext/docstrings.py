"""Three habits of the sources that Sphinx has to be told of.

Hanging paragraphs, a word, a gap, and text that goes on under itself, are definition lists. The docstring of an
attribute is a text, even where a colon in it looks like the end of a type to Napoleon. And errors call themselves
by the package that users import, not by the module that declares them.
"""

import re
from typing import cast

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.environment import BuildEnvironment

import aura_spec.errors

_ENTRY = re.compile(r"(\S+) {2,}(\S.*)")


def _is_hanging(block: list[str]) -> bool:
    entries = [_ENTRY.fullmatch(line) for line in block]
    return bool(
        entries[0]
        and not any(line.startswith("==") for line in block)
        and any(line.startswith(" ") for line in block)
        and all(entry or line.startswith(" ") for line, entry in zip(block, entries, strict=True))
    )


def _definitions(block: list[str]) -> list[str]:
    lines: list[str] = []
    for line in block:
        if entry := _ENTRY.fullmatch(line):
            lines += [entry[1], f"    {entry[2]}"]
        else:
            lines.append(f"    {line.strip()}")
    return lines


def _process(_app: Sphinx, what: str, _name: str, _obj: object, _options: object, lines: list[str]) -> None:
    if what in {"attribute", "data", "property"}:
        lines[:0] = ["..", ""]  # an empty comment: Napoleon looks for a type in the first line only
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    result: list[str] = []
    changed = False
    for block in blocks:
        hanging = bool(block) and _is_hanging(block)
        changed |= hanging
        result += [*(_definitions(block) if hanging else block), ""]
    if changed:
        lines[:] = result


def _declared_in(_app: Sphinx, module: str, name: str) -> str | None:
    """The module with the source of an error."""
    return module if module == "aura_spec.errors" and hasattr(aura_spec.errors, name) else None


def _resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """A link to the page of an error that is named as in ``aura.DecodeError``."""
    package, _, name = node.get("reftarget", "").rpartition(".")
    if package != "aura" or not hasattr(aura_spec.errors, name):
        return None
    domain = cast("PythonDomain", env.get_domain("py"))
    target = f"{aura_spec.errors.__name__}.{name}"
    docname = node.get("refdoc", "")
    return domain.resolve_xref(env, docname, app.builder, "exc", target, node, content)


def setup(app: Sphinx) -> dict[str, bool]:
    """Entry point of the extension."""
    app.connect("autodoc-process-docstring", _process, priority=400)  # before Napoleon
    app.connect("viewcode-follow-imported", _declared_in)
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
