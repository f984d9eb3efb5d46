"""Tables that list chapters, and the modules and pages that they stand for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import aura_vectors.chapters
from aura_conformance.rules import CHAPTERS as LETTERS
from aura_spec.marker import Marker
from aura_vectors.chapters import CHAPTERS

ROOT = Path(__file__).parent.parent
SPEC = {
    path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "spec" / "aura_spec").glob("[!_]*.py")
}
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "spec").glob("*.md")}
NO_CHAPTERS = {"chunked_index", "session_negotiation", "shared_state", "strict_json", "wire"}
"""Modules of the specification that are no chapter of their own."""
PARTS = {"session_exchanges", "session_messages", "session_models", "stream_long_check", "stream_rules"}
"""Modules of vectors that are parts of the chapters ``session`` and ``stream``."""


def chapters_of_markers() -> ast.Dict:
    """The dictionary ``_CHAPTERS`` of an extension of the documentation."""
    tree = ast.parse((ROOT / "docs" / "_ext" / "registries.py").read_text(encoding="utf-8"))
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if "_CHAPTERS" in [getattr(target, "id", "") for target in targets]:
            assert isinstance(node, (ast.Assign, ast.AnnAssign))
            assert isinstance(node.value, ast.Dict)
            return node.value
    raise AssertionError("there is no table of chapters")


def test_the_table_of_rules_has_every_chapter_once() -> None:
    assert sorted(LETTERS.values()) == sorted(SPEC.keys() - NO_CHAPTERS)


def test_rules_are_stated_in_the_chapter_of_their_letters() -> None:
    for letters, chapter in LETTERS.items():
        stated = {
            name for name, text in SPEC.items() if re.search(rf"^\s*{letters}-\d+:", text, re.MULTILINE)
        }
        assert stated <= {chapter, *NO_CHAPTERS}, letters
        assert f"{letters}-1" in SPEC[chapter]


def test_every_chapter_has_a_page_that_shows_its_module() -> None:
    for chapter in LETTERS.values():
        assert f"aura_spec.{chapter}" in PAGES[chapter]


def test_every_page_of_the_specification_is_in_a_table_of_contents() -> None:
    trees = re.findall(r"^```\{toctree\}\n(.*?)^```", "\n".join(PAGES.values()), re.MULTILINE | re.DOTALL)
    listed = {line for tree in trees for line in tree.splitlines() if line and not line.startswith(":")}
    assert listed >= PAGES.keys() - {"index"}


def test_the_table_of_markers_has_every_method() -> None:
    shown = chapters_of_markers()
    named = {key.attr for key in shown.keys if isinstance(key, ast.Attribute)}
    assert named == {marker.name for marker in Marker}
    assert {
        ast.literal_eval(value) for value in shown.values if isinstance(value, ast.Constant)
    } <= PAGES.keys()


def test_chapters_of_vectors_are_chapters_of_the_specification() -> None:
    folder = Path(aura_vectors.chapters.__file__).parent
    modules = {path.stem for path in folder.glob("[!_]*.py") if "\ndef groups(" in path.read_text("utf-8")}
    assert set(CHAPTERS) == modules - PARTS
    assert CHAPTERS.keys() <= set(LETTERS.values())
    assert {f"{chapter}.json" for chapter in CHAPTERS} <= {path.name for path in (ROOT / "vectors").iterdir()}


def test_what_compares_implementations_is_there() -> None:
    page = (ROOT / "docs" / "conformance" / "independence.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/.]+)`", page)
    assert len(set(named)) >= 7
    assert all((ROOT / name).exists() for name in named)
