"""Where the specification states a rule, its words, and which rules a text cites.

A paragraph that begins with an id and a colon, ``VAR-2:``, states this rule, together with the indented lines that
follow if it ends in a double colon. The documentation and the checks of citations use these functions, too.

The words are taken from the sources of the package ``aura_spec``, which are the text of the specification; they
are read, not imported. Without that package there is nothing to say of a rule but its id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from typing import Final

CHAPTERS: Final[Mapping[str, str]] = {
    "MSG": "marker",
    "VAR": "varint",
    "STO": "stored",
    "BRO": "brotli",
    "ZST": "zstd",
    "TPL": "template",
    "SLT": "slot",
    "CLS": "classic",
    "TYP": "typed",
    "FRS": "modelled",
    "FUZ": "fuzzy",
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
    "RUN": "char_runs",
    "HIS": "prefix",
    "STR": "stream",
    "LOC": "local_model",
    "MIX": "mixer",
    "MAT": "match",
    "MDL": "model",
    "TRI": "trie",
    "IRN": "interleaved_rans",
    "TAG": "tag",
    "SES": "session",
    "EVS": "event_stream",
    "CHK": "chunked",
    "LIM": "limits",
    "ERR": "errors",
}
"""The chapter of the rules with these letters, in the order of the index of rules."""

ID: Final = re.compile(rf"\b({'|'.join(CHAPTERS)})-(\d+)\b")
"""The id of a rule: letters and a number."""

_RANGE: Final = re.compile(rf"\b({'|'.join(CHAPTERS)})-(\d+) to \1-(\d+)\b")
STATEMENT: Final = re.compile(rf"\s*\"{{0,3}}({ID.pattern}):")
"""The beginning of a paragraph that states a rule."""

_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n|\"\"\"")


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
    """All rules by id, in the order of their chapters.

    A rule may be stated in another module than that of its chapter, as those of an index of chunked files are.
    """
    spec = find_spec("aura_spec")
    found: dict[str, Rule] = {}
    for directory in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(directory).glob("*.py")):
            for rule in _statements(path.read_text(encoding="utf-8")):
                if rule.id not in found or path.stem == rule.chapter:
                    found[rule.id] = rule
    return {name: found[name] for name in sorted(found, key=_order)}


def place(rule: str) -> tuple[str, int]:
    """What sorts rules by letters and number.

    >>> sorted(["SES-10", "SES-2"], key=place)
    ['SES-2', 'SES-10']
    """
    letters, _, number = rule.partition("-")
    return letters, int(number)


def rules_in(text: str) -> set[str]:
    """The ids of all rules that a text mentions, ranges spelt out.

    >>> sorted(rules_in("Rules RNG-4 and CTX-1 to CTX-3, in UTF-8."))
    ['CTX-1', 'CTX-2', 'CTX-3', 'RNG-4']
    """
    spans = (
        f"{span[1]}-{number}"
        for span in _RANGE.finditer(text)
        for number in range(int(span[2]), int(span[3]) + 1)
    )
    return {rule[0] for rule in ID.finditer(text)}.union(spans)


def _order(name: str) -> tuple[int, int]:
    letters, number = place(name)
    return list(CHAPTERS).index(letters), number


def _statements(source: str) -> list[Rule]:
    """The rules that a module states, each where it is stated first."""
    found: dict[str, Rule] = {}
    paragraphs = _PARAGRAPH.split(source)
    for number, paragraph in enumerate(paragraphs):
        if head := STATEMENT.match(paragraph):
            line = " ".join(paragraph[head.end() :].split())
            procedure = _procedure(paragraphs[number + 1 :]) if line.endswith("::") else ""
            words = line.replace("::", ":").replace("``", "`")
            found.setdefault(head[1], Rule(head[1], CHAPTERS[head[2]], words, procedure))
    return list(found.values())


def _procedure(paragraphs: Sequence[str]) -> str:
    """The indented paragraphs at the beginning of some."""
    indented = takewhile(lambda paragraph: paragraph.startswith("    "), paragraphs)
    return "\n\n".join(paragraph.rstrip() for paragraph in indented)
