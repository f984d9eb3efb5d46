"""The tables of chapters have every chapter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aura_spec
from aura_conformance.rules import CHAPTERS, rules

SPEC = Path(aura_spec.__file__).parent
PAGES = SPEC.parent.parent / "docs" / "spec"
MODULES = sorted(path.stem for path in SPEC.glob("[!_]*.py"))
_AUTOMODULE = re.compile(r"automodule:: aura_spec\.(\w+)$", re.MULTILINE)
_TOCTREE = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)
_ENTRY = re.compile(r"^[a-z]\w*$", re.MULTILINE)


def test_the_package_lists_every_module_once() -> None:
    table = (aura_spec.__doc__ or "").split("\n=====")[1]
    listed = [name for row in table.splitlines() for name in re.findall(r"``(\w+)``", row.split("  ")[0])]
    assert sorted(listed) == MODULES


def test_pages_are_in_the_tables_of_contents_once() -> None:
    texts = [page.read_text(encoding="utf-8") for page in PAGES.glob("*.md")]
    listed = [name for text in texts for tree in _TOCTREE.findall(text) for name in _ENTRY.findall(tree)]
    assert sorted([*listed, "index"]) == sorted(page.stem for page in PAGES.glob("*.md"))


@pytest.mark.parametrize(("letters", "chapter"), CHAPTERS.items())
def test_rules_of_a_chapter_are_stated_in_its_module_and_shown_on_its_page(
    letters: str, chapter: str
) -> None:
    assert chapter in MODULES
    assert chapter in _AUTOMODULE.findall((PAGES / f"{chapter}.md").read_text(encoding="utf-8"))
    assert f"{letters}-1" in rules()
