"""Where the specification states a rule, and its words.

The words are taken from the sources of the package ``aura_spec``, which are the text of the specification; they
are read, not imported. Without that package there is nothing to say of a rule but its id.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import takewhile
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
        procedure: the indented lines that belong to it; empty if there are none.
    """

    id: str
    chapter: str
    text: str
    procedure: str = ""

    def __str__(self) -> str:
        """Words and procedure."""
        return self.text + f"\n{self.procedure}" * bool(self.procedure)

    @property
    def place(self) -> str:
        """Its page of the documentation, and its place there."""
        return f"docs/spec/{self.chapter}.html#{self.id.lower()}"


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id.

    The chapter of some letters is the module that states most rules of them. Another one may state the rest; what
    it only mentions in parentheses, the chapter has already.
    """
    spec = find_spec("aura_spec")
    found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)  # by chapter, words and procedure by id
    for directory in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(directory).glob("*.py")):
            found[path.stem] = _statements(path.read_text(encoding="utf-8"))
    counts = {chapter: Counter(map(_letters, stated)) for chapter, stated in found.items()}
    rules: dict[str, Rule] = {}
    for letters in {_letters(name) for stated in found.values() for name in stated}:
        most = sorted(counts, key=lambda chapter: -counts[chapter][letters])
        for module in most:
            for name, (text, procedure) in found[module].items():
                if _letters(name) == letters:
                    rules.setdefault(name, Rule(name, most[0], text, procedure))
    return rules


def _letters(name: str) -> str:
    return name.partition("-")[0]


def _statements(source: str) -> dict[str, tuple[str, str]]:
    """The rules that a module states: the sentences that end with an id, or follow it, and the procedure."""
    found: dict[str, tuple[str, str]] = {}
    paragraphs = _PARAGRAPH.split(source)
    for number, paragraph in enumerate(paragraphs):
        line = " ".join(paragraph.split())
        heads = {f"{m[3]}-{m[4]}" for m in _STATEMENT.finditer(paragraph.strip()) if m[3]}
        procedure = _procedure(paragraphs[number + 1 :]) if heads and line.endswith("::") else ""
        for name in heads:
            words = line.removeprefix(f"{name}: ").replace("::", ":").replace("``", "`")
            found.setdefault(name, (words, procedure))
        if heads:
            continue
        for sentence in _SENTENCE.findall(line):
            for stated in _STATEMENT.finditer(sentence):
                words = _STATEMENT.sub("", sentence).strip(" .:;,").replace("``", "`")
                found.setdefault(f"{stated[1]}-{stated[2]}", (f"{words}.", ""))
    return found


def _procedure(paragraphs: Sequence[str]) -> str:
    """The indented paragraphs at the beginning of some."""
    indented = takewhile(lambda paragraph: paragraph.startswith("    "), paragraphs)
    return "\n\n".join(paragraph.rstrip() for paragraph in indented)
