"""Rule ids, such as VAR-2: the place that states a rule becomes a target, every other mention a link.

A rule is stated in the chapter of its letters, as ``aura_conformance.rules`` says; there it links to its entry in
the index. The directive ``rule-index`` makes the index: for
each chapter the rules with their texts, the modules of the reference implementation that name them, and the golden
vectors and tests that rest on them.

A mention of a rule that no chapter states is a warning, and so are a rule with neither a vector nor a test, and
a vector that cites no rule or an unknown one: the documentation is built with warnings as errors.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, cast

from citations import Citations, collect, faults
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode
from tables import paragraph

import aura_reference
from aura_conformance.rules import CHAPTERS, ID, STATEMENT, place, rules_in
from aura_conformance.rules import rules as stated_rules

_INDEX = "spec/rules"

_logger = logging.getLogger(__name__)


class _Statement(nodes.strong):
    """A rule id where the rule is stated."""


class _Mention(nodes.literal):
    """A rule id in a text, before it is known where the rule is stated."""


class _Entries(nodes.General, nodes.Element):
    """Where the rules of one chapter are to be listed; ``letters`` says which."""


class RuleIndex(SphinxDirective):
    """The rules of all chapters, a section each."""

    def run(self) -> list[nodes.Node]:
        """Leave places for the entries."""
        return [
            nodes.section(
                "",
                nodes.title("", f"{letters}: {chapter.replace('_', ' ')}"),
                _Entries(letters=letters),
                ids=[f"rules-{letters.lower()}"],
                names=[f"rules {letters}"],
            )
            for letters, chapter in CHAPTERS.items()
        ]


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
        if isinstance(text.parent, (nodes.literal, nodes.literal_block)) or not ID.search(content):
            continue
        pieces: list[nodes.Node] = []
        position = 0
        for rule in ID.finditer(content):
            is_statement = not rule.start() and STATEMENT.match(content)
            piece = _statement(rule, docname, stated) if is_statement else _Mention("", rule[0])
            pieces += [nodes.Text(content[position : rule.start()]), piece]
            position = rule.end()
        text.parent.replace(text, [*pieces, nodes.Text(content[position:])])


def _statement(rule: re.Match[str], docname: str, stated: dict[str, str]) -> nodes.Node:
    """The id at the beginning of a rule; a mention outside its chapter, and where it is stated again."""
    name = rule[0]
    if docname == f"spec/{CHAPTERS[rule[1]]}" and name not in stated:
        stated[name] = docname
        return _Statement("", name, ids=[name.lower()])
    return _Mention("", name)


def _collected(app: Sphinx) -> Citations:
    """The citations, looked for once a build."""
    if not hasattr(app, "aura_citations"):
        app.aura_citations = collect(Path(app.srcdir).parent)  # type: ignore[attr-defined]
    return cast("Citations", app.aura_citations)  # type: ignore[attr-defined]


def _check(app: Sphinx, env: BuildEnvironment) -> None:
    """Hold the rules and what cites them together."""
    for fault in faults(_stated(env), _collected(app)):
        _logger.warning("%s", fault, location=_INDEX)
    for name in sorted(stated_rules().keys() ^ _stated(env).keys()):
        _logger.warning("rule %s is stated in the sources alone, or on a page alone", name, location=_INDEX)


def _resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the mentions and statements, and fill in the lists."""
    stated = _stated(app.env)
    for mention in list(doctree.findall(_Mention)):
        name = mention.astext()
        if name not in stated:
            _logger.warning("no chapter states rule %s", name, location=docname)
        mention.replace_self(_link(app, docname, name, stated.get(name, docname)))
    for statement in list(doctree.findall(_Statement)):
        name = statement.astext()
        link = make_refnode(
            app.builder, docname, _INDEX, f"tests-{name.lower()}", nodes.inline("", name), "what tests it"
        )
        statement.replace_self(nodes.strong("", "", link, ids=statement["ids"], classes=["rule"]))
    for place_of_entries in list(doctree.findall(_Entries)):
        place_of_entries.replace_self(list(_entries(app, docname, place_of_entries["letters"])))


def _link(app: Sphinx, docname: str, name: str, page: str) -> nodes.reference:
    return make_refnode(app.builder, docname, page, name.lower(), nodes.inline("", name))


def _entries(app: Sphinx, docname: str, letters: str) -> Iterator[nodes.Node]:
    """An entry for each rule: id, text, procedure, and what cites it."""
    users = _users()
    citations = _collected(app)
    stated = _stated(app.env)
    for name in sorted((rule for rule in stated if rule.startswith(f"{letters}-")), key=place):
        rule = stated_rules()[name]
        words = paragraph(f" {rule.text[:1].upper()}{rule.text[1:]}", docname)
        words.insert(0, nodes.strong("", "", _link(app, docname, name, stated[name])))
        entry = nodes.container("", words, ids=[f"tests-{name.lower()}"], classes=["rule-entry"])
        if rule.procedure:
            entry += nodes.literal_block(rule.procedure, dedent(rule.procedure), language="none")
        chapters = citations.vectors.get(name, {})
        cited = {
            "Reference": ", ".join(f"`{module}`" for module in sorted(users.get(name, ()))),
            "Vectors": ", ".join(f"`{chapter}` {count}" for chapter, count in sorted(chapters.items())),
            "Tests": "; ".join(citations.tests.get(name, ())),
        }
        sources = [f"{kind}: {places}." for kind, places in cited.items() if places]
        entry += paragraph(" ".join(sources), docname, classes=["rule-cited"])
        yield entry


def _users() -> dict[str, set[str]]:
    """For each rule the modules of the reference that name it; ranges count for every rule in them."""
    users: dict[str, set[str]] = {}
    folder = Path(aura_reference.__file__).parent
    for path in folder.rglob("*.py"):
        module = path.relative_to(folder).parts[0].removesuffix(".py")
        for name in rules_in(path.read_text(encoding="utf-8")):
            users.setdefault(name, set()).add(module)
    return users


def setup(app: Sphinx) -> dict[str, Any]:
    """Entry point of the extension."""
    app.add_directive("rule-index", RuleIndex)
    app.add_node(_Statement)
    app.add_node(_Mention)
    app.add_node(_Entries)
    app.connect("env-purge-doc", _purge)
    app.connect("doctree-read", _split)
    app.connect("env-check-consistency", _check)
    app.connect("doctree-resolved", _resolve)
    return {"version": "2", "env_version": 2, "parallel_read_safe": False, "parallel_write_safe": True}
