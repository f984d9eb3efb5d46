"""A constant that a rule names has its value on the site."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import aura_spec

DOCS = Path(__file__).parent.parent / "docs"
DATA = DOCS.parent / "vectors" / "data" / "constants.json"
CHAPTERS = sorted(
    path.stem
    for path in Path(aura_spec.__file__).parent.glob("[!_]*.py")
    if (DOCS / "spec" / f"{path.stem}.md").exists()
)
ELSEWHERE = {"char_runs.KINDS_AFTER", "template.CHARACTERS", "mixer.STRETCH"}
"""What has a table of its own, or is made by a rule of numbers that are shown."""

_TABLE = re.compile(r"^```\{constants\} aura_spec\.(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"``(?:(\w+)\.)?([A-Z][A-Z0-9_]+)(?:\[\w\])?``")
_TEXTS = {"AURA", "AURM"}
"""What is bytes and no name."""

SHOWN = {
    f"{chapter}.{name.rpartition('.')[2]}"
    for page in DOCS.rglob("*.md")
    for chapter, names in _TABLE.findall(page.read_text(encoding="utf-8"))
    for name in names.split()
}


def _named(chapter: ModuleType) -> Iterator[str]:
    for elsewhere, name in _NAMED.findall(chapter.__doc__ or ""):
        home = "context_model" if name == "END" else elsewhere or chapter.__name__.rpartition(".")[2]
        if name not in _TEXTS:
            yield f"{home}.{name}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_constants_of_rules_have_values(chapter: str) -> None:
    for dotted in _named(import_module(f"aura_spec.{chapter}")):
        assert dotted in SHOWN | ELSEWHERE, f"{chapter} names {dotted}, whose value no page shows"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_constants_of_rules_are_beside_the_vectors(chapter: str) -> None:
    constants = json.loads(DATA.read_text(encoding="ascii"))["constants"]
    for dotted in _named(import_module(f"aura_spec.{chapter}")):
        home, name = dotted.split(".")
        members = {member for kind in constants[home].values() if isinstance(kind, dict) for member in kind}
        assert name in constants[home].keys() | members, f"{dotted} is missing in {DATA.name}"
