"""Writes ``constants.h`` and ``units.h``: what the C of this folder takes from the specification.

``python native/constants.py`` writes the files anew; a test compares them. Names are those of the specification,
with the chapter before them. ``units.h`` has the units of BRIO version 2, and the counts with which its tables
begin.
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
    adaptive,
    auralite,
    brio,
    brio2,
    char_runs,
    chunked,
    context_model,
    fuzzy,
    interleaved_rans,
    limits,
    local_model,
    lz77,
    marker,
    match,
    mixer,
    model,
    modelled,
    parse,
    prefix,
    range_coder,
    rans,
    slot,
    stream,
    tag,
    template,
    token,
    trie,
    unit,
)
from aura_spec.interleaved_rans import frequencies_of

HEADER: Final = Path(__file__).with_name("constants.h")
UNITS: Final = Path(__file__).with_name("units.h")

_NUMBERS: Final = (
    (limits, "MAX_MODELLED MAX_ADAPTIVE MAX_WINDOW MAX_PATTERN MAX_SLOTS MAX_TEMPLATE_ID"),
    (slot, "MAX_MAGNITUDE MAX_SCALE MAX_FRACTION_DIGITS MIN_IPV6 IPV6_FORMS MAX_SECONDS"),
    (modelled, "STOP_SIZE"),
    (fuzzy, "START END"),
    (range_coder, "WINDOW START END ADAPTIVE_START ADAPTIVE_END LOWER_BOUND MAX_OMITTED"),
    (rans, "TOTAL SCALE_BITS LOWER_BOUND UPPER_BOUND STATE_BYTES SYMBOLS"),
    (lz77, "MIN_LENGTH MAX_LENGTH WINDOW"),
    (token, "LITERAL PHRASE MATCH TEMPLATE"),
    (brio, "VERSION HEADER_SIZE TOKENS_PER_PAYLOAD_BYTE"),
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
    (adaptive, "FIRST_ROUND INCREMENT"),
    (unit, "BUCKETS UNITS SYMBOLS MAX_UNIT UNIT_CONTEXTS"),
    (brio2, "VERSION MAX_LENGTH SYMBOLS_PER_BYTE MIN_LANES DIRECT NUMBERS MIN_MATCH DISTANCES"),
    (parse, "EXTENSION MAX_CANDIDATE BLOCK OVERLAP LONG AVERAGE ADVANTAGE TIMES"),
    (chunked, "MAX_BLOCK MIN_WINDOW_BITS MAX_WINDOW_BITS BLOCK FRAME_BIT"),
    (stream, "HEAD_BYTE MAX_STRING START SAME_KIND LATEST MIN_MEMORY MAX_MEMORY LARGE_MEMORY"),
    (stream, "HEAD_CHECK LONG_CHECK BEYOND SLOT_BITS LARGE_SLOT_BITS SLOT_SIZE STATE_SIZE"),
    (tag, "SIZE"),
)
"""The names of single numbers, by chapter."""

_TABLES: Final = (
    ("uint16_t", context_model, "FREQUENCIES ESCAPES"),
    ("uint8_t", fuzzy, "FILLING"),
    ("uint8_t", trie, "SIZE_BOUNDS"),
    ("uint8_t", match, "LENGTH_STEPS"),
    ("uint16_t", match, "PROBABILITY_STEPS"),
    ("uint8_t", char_runs, "CLASSES_OF_BYTES TRANSITIONS"),
    ("uint16_t", mixer, "SQUASH"),
    ("int16_t", mixer, "STRETCH"),
    ("uint8_t", local_model, "CLASS_OF_BYTE LENGTH_STEPS ROW_STARTS"),
    ("uint16_t", mixer, "SHARE_STEPS"),
    ("uint8_t", stream, "CHECKS WIDER"),
    (
        "int16_t",
        mixer,
        "WEIGHTS SET_BIASES CONTEXT_BIASES MATCH_BIASES NUMBER_BIASES FIELD_BIASES MISS_BIASES LENGTH_BIASES",
    ),
    ("uint8_t", brio, "MAGIC"),
    ("uint8_t", brio2, "RECENT NEAR"),
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
    for enumeration in (marker.Marker, local_model.Context, local_model.Relation, stream.Flag):
        lines += ["", *_members(enumeration)]
    lines += ["", *(f"#define TEMPLATE_{kind.name} {number}" for number, kind in enumerate(template.Kind))]
    lines += ["", *(f"#define STREAM_GENERATOR_{bits} {value}" for bits, value in stream.GENERATORS.items())]
    for markers in ("ADAPTIVE_COMPACT", "AURALITE_COMPACT"):
        span = getattr(marker, markers)
        lines += ["", f"#define MARKER_{markers} {span.start}", f"#define MARKER_{markers}_END {span.stop}"]
    for kind, chapter, names in _TABLES:
        for name in names.split():
            lines += ["", *_table(kind, f"{_chapter(chapter)}_{name}", getattr(chapter, name))]
    for level, lengths in enumerate(parse.SEARCH_LENGTHS):
        lines += ["", *_table("uint8_t", f"PARSE_SEARCH_LENGTHS_{level}", lengths)]
    return "\n".join([*lines, "", "#endif", ""])


def render_units() -> str:
    """The text of the header of units: of each its size and its bytes."""
    texts = [f'"{_octal(len(text))}{_escaped(text)}"' for text in unit.UNIT_BYTES]
    lines = [
        "/* The units of BRIO version 2 (rules UNI-1 and UNI-3). Written by native/constants.py; do not edit. */",
        "#ifndef AURA_UNITS_H",
        "#define AURA_UNITS_H",
        "",
        '#include "constants.h"',
        "",
        "/* Of each unit the number of its bytes, and these. */",
        f"static const uint8_t UNIT_BYTES[UNIT_UNITS][UNIT_MAX_UNIT + 2] = {{{texts[0]},",
        *textwrap.wrap(
            ", ".join(texts[1:]) + "};",
            118,
            subsequent_indent="    ",
            initial_indent="    ",
            break_on_hyphens=False,
        ),
        "",
        "/* For each symbol the context of the next. */",
        *_table("uint8_t", "UNIT_CONTEXT_AFTER", unit.CONTEXT_AFTER),
    ]
    for kind, tables in unit.CODES.items():
        counts = [frequencies_of(table) for table in tables]
        lines += ["", *_table("uint16_t", f"UNIT_COUNTS_OF_{kind.upper()}", counts)]
    return "\n".join([*lines, "", "#endif", ""])


def _octal(byte: int) -> str:
    return f"\\{byte:03o}"


def _escaped(text: bytes) -> str:
    """The characters of a string of C; a space is written as a number, so that lines break between strings only."""
    plain = set(range(0x21, 0x7F)) - set(b'"\\?')
    return "".join(chr(byte) if byte in plain else _octal(byte) for byte in text)


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
    chapter = enumeration.__module__.rpartition(".")[2].upper()
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
    UNITS.write_text(render_units(), encoding="ascii")
