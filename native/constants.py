"""Writes ``constants.h``: what the C of this folder takes from the specification.

``python native/constants.py`` writes the file anew; a test compares it. Names are those of the specification, with
the chapter before them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import accumulate
from pathlib import Path
from types import ModuleType
from typing import Final

from aura_spec import (
    auralite,
    char_runs,
    context_model,
    interleaved_rans,
    limits,
    local_model,
    marker,
    match,
    mixer,
    model,
    prefix,
    range_coder,
    rans,
    trie,
)

HEADER: Final = Path(__file__).with_name("constants.h")

_NUMBERS: Final = (
    (limits, "MAX_MODELLED MAX_ADAPTIVE MAX_WINDOW"),
    (range_coder, "WINDOW START END ADAPTIVE_START ADAPTIVE_END LOWER_BOUND MAX_OMITTED"),
    (rans, "TOTAL SCALE_BITS LOWER_BOUND UPPER_BOUND STATE_BYTES SYMBOLS"),
    (interleaved_rans, "TOTAL SCALE_BITS LOWER_BOUND WORD_BITS MAX_LANES_EXPONENT MAX_LANES"),
    (context_model, "END SYMBOLS CODES TOTAL_OF_ONE MAX_ORDER"),
    (trie, "MAX_ENTRIES MAX_TABLE_BYTES"),
    (match, "SLOTS SLOT_SHIFT MULTIPLIER MIN_LENGTH MAX_LENGTH PROBABILITY_CLASSES MISS_CLASSES HITS TOTAL"),
    (prefix, "LENGTH HITS MAX_SIZE"),
    (char_runs, "MAX_LENGTH NO_RUN STATES"),
    (auralite, "MODEL_ID_SIZE"),
    (
        model,
        "VERSION TRIE MATCH PREFIX TEMPLATES DICTIONARY CHAR_RUNS METADATA FIRST_OPTIONAL MAX_FILE MAX_METADATA",
    ),
    (
        local_model,
        "HASH_MULTIPLIER HASH_MULTIPLIER_2 WORD SLOT_BITS MAX_RUN MIN_MATCH MAX_MATCH_LENGTH FIELDS",
    ),
    (local_model, "MAX_DIGITS MAX_CONFIDENCE MAX_TRIED MIN_TRIED MAX_MISSES CLASSES"),
    (mixer, "PROB_ONE LIMIT MIN_PROBABILITY MIN_ERROR LONG_LEVEL MAX_LEFT MAX_SINCE"),
)
"""The names of single numbers, by chapter."""

_TABLES: Final = (
    ("uint16_t", context_model, "FREQUENCIES ESCAPES"),
    ("uint8_t", trie, "SIZE_BOUNDS"),
    ("uint8_t", match, "LENGTH_STEPS"),
    ("uint16_t", match, "PROBABILITY_STEPS"),
    ("uint8_t", char_runs, "CLASSES_OF_BYTES TRANSITIONS"),
    ("uint16_t", mixer, "SQUASH"),
    ("int16_t", mixer, "STRETCH"),
    ("uint8_t", local_model, "CLASS_OF_BYTE LENGTH_STEPS ROW_STARTS"),
    ("uint16_t", mixer, "SHARE_STEPS"),
    (
        "int16_t",
        mixer,
        "WEIGHTS SET_BIASES CONTEXT_BIASES MATCH_BIASES NUMBER_BIASES FIELD_BIASES MISS_BIASES LENGTH_BIASES",
    ),
)
"""The names of tables, by the type of their entries and by chapter."""


def render() -> str:
    """The text of the header."""
    lines = [
        "/* Constants of the specification. Written by native/constants.py; do not edit. */",
        "#ifndef AURA_CONSTANTS_H",
        "#define AURA_CONSTANTS_H",
        "",
        "#include <stdint.h>",
    ]
    for chapter, names in _NUMBERS:
        lines += ["", *(_define(chapter, name) for name in names.split())]
    lines += ["", *_families()]
    for enumeration in (marker.Marker, local_model.Context, local_model.Relation):
        lines += ["", *_members(enumeration)]
    for markers in ("ADAPTIVE_COMPACT", "AURALITE_COMPACT"):
        span = getattr(marker, markers)
        lines += ["", f"#define MARKER_{markers} {span.start}", f"#define MARKER_{markers}_END {span.stop}"]
    for kind, chapter, names in _TABLES:
        for name in names.split():
            lines += ["", *_table(kind, f"{_chapter(chapter)}_{name}", getattr(chapter, name))]
    return "\n".join([*lines, "", "#endif", ""])


def _chapter(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2].upper()


def _define(chapter: ModuleType, name: str) -> str:
    value = getattr(chapter, name)
    return f"#define {_chapter(chapter)}_{name} {value if value < 1 << 31 else f'{value}u'}"


def _families() -> Iterator[str]:
    """The first table of each family of rule TRI-2, and how many tables there are."""
    names = ("COUNT", "RANK", "CODE", "ONE", "MANY", "CHILD")
    for name, first in zip(names, accumulate(trie.FAMILIES, initial=0), strict=False):
        yield f"#define TRIE_FIRST_{name} {first}u"
    yield f"#define TRIE_TABLES {sum(trie.FAMILIES)}u"


def _members(enumeration: type[IntEnum]) -> Iterator[str]:
    prefix_of_names = enumeration.__name__.upper()
    chapter = _chapter(marker if enumeration is marker.Marker else local_model)
    head = chapter if chapter == prefix_of_names else f"{chapter}_{prefix_of_names}"
    for member in enumeration:
        yield f"#define {head}_{member.name} {member.value}"


def _table(kind: str, name: str, entries: Sequence[object]) -> list[str]:
    """A table of any number of dimensions, all rows of equal length."""
    sizes, row = "", entries
    while not isinstance(row, int):
        sizes += f"[{len(row)}]"
        row = row[0]  # type: ignore[assignment]
    text = textwrap.fill(_braces(entries), 108, break_on_hyphens=False)
    return [
        f"static const {kind} {name}{sizes} =",
        *textwrap.indent(text, "    ").splitlines()[:-1],
        *_last(text),
    ]


def _last(text: str) -> list[str]:
    return [f"    {text.splitlines()[-1]};"]


def _braces(entries: object) -> str:
    if isinstance(entries, int):
        return str(int(entries))
    return "{" + ", ".join(map(_braces, entries)) + "}"  # type: ignore[call-overload]


if __name__ == "__main__":
    HEADER.write_text(render(), encoding="ascii")
