"""Where the specification states a rule, and its words.

The words are taken from the sources of the package ``aura_spec``, which are the text of the specification; they
are read, not imported. Without that package there is nothing to say of a rule but its id.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_STATEMENT: Final = re.compile(r"\(rule\s+([A-Z]+)-(\d+)\)|^\s*\"{0,3}([A-Z]+)-(\d+):", re.MULTILINE)
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n|\"\"\"")
_SENTENCE: Final = re.compile(r".*?\(rule [A-Z]+-\d+\)\S*")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the specification.

    Attributes:
        id: letters and a number.
        chapter: that states it.
        text: its words, on one line.
    """

    id: str
    chapter: str
    text: str

    @property
    def place(self) -> str:
        """Its page of the documentation, and its place there."""
        return f"docs/spec/{self.chapter}.html#{self.id.lower()}"


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id. The chapter of some letters is the module that states most rules of them."""
    spec = find_spec("aura_spec")
    found: dict[str, dict[str, str]] = defaultdict(dict)  # by chapter, words by id
    for directory in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(directory).glob("*.py")):
            found[path.stem] = _statements(path.read_text(encoding="utf-8"))
    counts = {chapter: Counter(map(_letters, stated)) for chapter, stated in found.items()}
    return {
        name: Rule(name, chapter, text)
        for chapter, stated in found.items()
        for name, text in stated.items()
        if counts[chapter][_letters(name)] == max(count[_letters(name)] for count in counts.values())
    }


def _letters(name: str) -> str:
    return name.partition("-")[0]


def _statements(source: str) -> dict[str, str]:
    """The rules that a module states, and for each the sentences that end with its id, or follow it."""
    found: dict[str, str] = {}
    for paragraph in _PARAGRAPH.split(source):
        line = " ".join(paragraph.split())
        heads = {f"{m[3]}-{m[4]}" for m in _STATEMENT.finditer(paragraph.strip()) if m[3]}
        for name in heads:
            found.setdefault(name, line.removeprefix(f"{name}: ").replace("``", "`"))
        for sentence in _SENTENCE.findall(line):
            for stated in _STATEMENT.finditer(sentence):
                words = _STATEMENT.sub("", sentence).strip(" .:;,").replace("``", "`")
                found.setdefault(f"{stated[1]}-{stated[2]}", f"{words}.")
    return found
