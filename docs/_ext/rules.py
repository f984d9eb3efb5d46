"""Rule ids, such as VAR-2: the place that states a rule becomes a target, every other mention a link.

A rule is stated in the chapter of its letters, in parentheses after the sentence, ``(rule VAR-2)``, or
before it, ``LIM-1:``. A mention of a rule that no chapter states is a warning. The directive
``rule-index`` lists the rules, the modules of the reference implementation that name them, and how many
golden vectors rest on them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode
from tables import Cell, table

import aura_reference

_CHAPTERS = {
    "MSG": "marker",
    "VAR": "varint",
    "STO": "stored",
    "BRO": "brotli",
    "ZST": "zstd",
    "TPL": "template",
    "SLT": "slot",
    "CLS": "classic",
    "TYP": "typed",
    "FRS": "foreseen",
    "BRI": "brio",
    "BII": "brio2",
    "UNI": "unit",
    "ADA": "adaptive",
    "PAR": "parse",
    "TOK": "token",
    "RNS": "rans",
    "LZ": "lz77",
    "PHR": "phrase",
    "AUR": "auralite",
    "CTX": "context_model",
    "RNG": "range_coder",
    "RUN": "run",
    "HIS": "history",
    "MAT": "match",
    "MDL": "model",
    "TRI": "trie",
    "IRN": "interleaved_rans",
    "LIM": "limits",
    "ERR": "errors",
}
_RULE = re.compile(rf"\b({'|'.join(_CHAPTERS)})-(\d+)\b")
_STATEMENT = re.compile(r"(?:\(rule\s+|^)$")
_RANGE = re.compile(r"([A-Z]+)-(\d+) to \1-(\d+)")

_logger = logging.getLogger(__name__)


class _Mention(nodes.literal):
    """A rule id in a text, before it is known where the rule is stated."""


class _Index(nodes.General, nodes.Element):
    """Where the list of rules is to stand."""


class RuleIndex(SphinxDirective):
    """The list of all rules."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for it."""
        return [_Index()]


def _stated(env: BuildEnvironment) -> dict[str, str]:
    """The rules stated so far, and the page of each."""
    if not hasattr(env, "aura_rules"):
        env.aura_rules = {}  # type: ignore[attr-defined]
    return cast("dict[str, str]", env.aura_rules)  # type: ignore[attr-defined]


def _purge(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    for rule in [rule for rule, page in _stated(env).items() if page == docname]:
        del _stated(env)[rule]


def _split(app: Sphinx, doctree: nodes.document) -> None:
    """Cut every rule id out of the text around it."""
    docname = app.env.docname
    stated = _stated(app.env)
    for text in list(doctree.findall(nodes.Text)):
        content = text.astext()
        if isinstance(text.parent, (nodes.literal, nodes.literal_block)) or not _RULE.search(content):
            continue
        pieces: list[nodes.Node] = []
        position = 0
        for rule in _RULE.finditer(content):
            before = content[: rule.start()]
            pieces += [nodes.Text(content[position : rule.start()]), _mention(rule, before, docname, stated)]
            position = rule.end()
        text.parent.replace(text, [*pieces, nodes.Text(content[position:])])


def _mention(rule: re.Match[str], before: str, docname: str, stated: dict[str, str]) -> nodes.Node:
    name = rule[0]
    if docname == f"spec/{_CHAPTERS[rule[1]]}" and name not in stated and _STATEMENT.search(before):
        stated[name] = docname
        return nodes.strong("", name, ids=[name.lower()])
    return _Mention("", name)


def _resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the mentions, and fill in the list."""
    stated = _stated(app.env)
    for mention in list(doctree.findall(_Mention)):
        name = mention.astext()
        if name not in stated:
            _logger.warning("no chapter states rule %s", name, location=docname)
        mention.replace_self(_link(app, docname, name, stated.get(name, docname)))
    for place in list(doctree.findall(_Index)):
        place.replace_self(
            table(("Rule", "Chapter", "Named in the reference by", "Vectors"), _cells(app, docname), docname)
        )


def _link(app: Sphinx, docname: str, name: str, page: str) -> nodes.reference:
    return make_refnode(app.builder, docname, page, name.lower(), nodes.inline("", name))


def _cells(app: Sphinx, docname: str) -> Iterator[tuple[Cell, ...]]:
    users = _users()
    cases = _cases(Path(app.srcdir).parent / "vectors")
    stated = _stated(app.env)
    order = list(_CHAPTERS)
    for name in sorted(
        stated, key=lambda name: (order.index(name.partition("-")[0]), int(name.split("-")[1]))
    ):
        modules = ", ".join(f"`{module}`" for module in sorted(users.get(name, ())))
        yield (
            _link(app, docname, name, stated[name]),
            stated[name].rpartition("/")[2],
            modules,
            str(cases[name] or ""),
        )


def _users() -> dict[str, set[str]]:
    """For each rule the modules of the reference that name it; ranges count for every rule in them."""
    users: dict[str, set[str]] = {}
    folder = Path(aura_reference.__file__).parent
    for path in folder.rglob("*.py"):
        module = path.relative_to(folder).parts[0].removesuffix(".py")
        text = path.read_text(encoding="utf-8")
        names = {rule[0] for rule in _RULE.finditer(text)}
        for span in _RANGE.finditer(text):
            names |= {f"{span[1]}-{number}" for number in range(int(span[2]), int(span[3]) + 1)}
        for name in names:
            users.setdefault(name, set()).add(module)
    return users


def _cases(folder: Path) -> Counter[str]:
    """For each rule the number of golden vectors that rest on it."""
    files = (json.loads(path.read_text(encoding="ascii")) for path in folder.glob("*.json"))
    groups = (group for file in files for group in file.get("groups", ()))
    return Counter(rule for group in groups for case in group["tests"] for rule in case["rules"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Entry point of the extension."""
    app.add_directive("rule-index", RuleIndex)
    app.add_node(_Mention)
    app.add_node(_Index)
    app.connect("env-purge-doc", _purge)
    app.connect("doctree-read", _split)
    app.connect("doctree-resolved", _resolve)
    return {"version": "1", "env_version": 1, "parallel_read_safe": False, "parallel_write_safe": True}
