"""Writes ``src/constants.ts``: what the TypeScript of this folder takes from the specification.

``python js/constants.py`` writes the file anew from ``vectors/data``; a test compares it. Names are those of the
specification, with the chapter before them. Tables of any number of dimensions become one row.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT / "vectors" / "data"
MODULE: Final = Path(__file__).with_name("src") / "constants.ts"

_NUMBERS: Final = {
    "adaptive": "FIRST_ROUND INCREMENT",
    "auralite": "MODEL_ID_SIZE",
    "brio": "VERSION HEADER_SIZE MAX_METADATA TOKENS_PER_PAYLOAD_BYTE",
    "brio2": "VERSION MAX_LENGTH SYMBOLS_PER_BYTE MIN_LANES DIRECT NUMBERS MIN_MATCH",
    "char_runs": "MAX_LENGTH STATES",
    "context_model": "END SYMBOLS CODES TOTAL_OF_ONE MAX_ORDER",
    "chunked": "VERSION HAS_INDEX MIN_WINDOW_BITS MAX_WINDOW_BITS MAX_BLOCK BLOCK MAX_INDEX MIN_BLOCK MIN_END "
    "FRAME_BIT HEADER_SIZE TRAILER_SIZE",
    "event_stream": "MAX_RECORD MAX_PART MARGIN",
    "fuzzy": "START END",
    "interleaved_rans": "TOTAL SCALE_BITS LOWER_BOUND MAX_LANES_EXPONENT",
    "limits": "DEFAULT_MAX_SIZE MAX_PATTERN MAX_SLOTS MAX_TEMPLATE_ID MAX_MODELLED MAX_ADAPTIVE MAX_WINDOW",
    "local_model": "WORD HASH_MULTIPLIER HASH_MULTIPLIER_2 SLOT_BITS MAX_RUN MIN_MATCH MAX_MATCH_LENGTH FIELDS "
    "MAX_DIGITS MAX_CONFIDENCE MAX_TRIED MIN_TRIED MAX_MISSES",
    "lz77": "MIN_LENGTH MAX_LENGTH WINDOW",
    "match": "SLOTS SLOT_SHIFT MULTIPLIER MIN_LENGTH MAX_LENGTH PROBABILITY_CLASSES MISS_CLASSES HITS TOTAL",
    "mixer": "PROB_ONE MIN_PROBABILITY MIN_ERROR LONG_LEVEL MAX_LEFT MAX_SINCE LIMIT",
    "model": "VERSION TRIE MATCH PREFIX TEMPLATES DICTIONARY CHAR_RUNS METADATA FIRST_OPTIONAL MAX_FILE "
    "MAX_TEMPLATES MAX_TEMPLATES_SIZE MAX_METADATA",
    "modelled": "STOP_SIZE",
    "parse": "EXTENSION MAX_CANDIDATE BLOCK OVERLAP LONG AVERAGE ADVANTAGE TIMES",
    "prefix": "LENGTH HITS MAX_SIZE",
    "range_coder": "START END ADAPTIVE_START ADAPTIVE_END LOWER_BOUND MAX_OMITTED",
    "rans": "TOTAL SCALE_BITS LOWER_BOUND UPPER_BOUND STATE_BYTES SYMBOLS",
    "session": "TEXT BINARY CONTROL MAX_CHUNK MARGIN COUNTERS CRC_SIZE",
    "session_negotiation": "VERSION MAX_MODELS MAX_SIZE COMPACT ADAPTIVE LONG_CHECK_BIT ALL_CODINGS "
    "CHECK_OF_ALL",
    "slot": "MAX_SCALE MAX_FRACTION_DIGITS IPV6_FORMS MIN_IPV6 MAX_SECONDS",
    "stream": "HEAD_BYTE MAX_STRING START SAME_KIND COUNTERS LATEST LONG_CHECK BEYOND SLOT_BITS LARGE_SLOT_BITS "
    "LARGE_MEMORY SLOT_SIZE STATE_SIZE MIN_MEMORY MAX_MEMORY DEFAULT_CHECK DEFAULT_MEMORY",
    "tag": "SIZE",
    "template": "FIRST_APPLICATION_ID",
    "trie": "MAX_ENTRIES MAX_TABLE_BYTES",
    "unit": "TIERS BUCKETS PHRASES SYMBOLS MAX_UNIT UNIT_CONTEXTS",
}
"""The names of single numbers, by chapter."""

_ENUMERATIONS: Final = {
    "marker": "Marker",
    "local_model": "Relation",
    "stream": "Flag",
    "session": "Kind",
    "session_negotiation": "Coding",
}
"""Those whose members become numbers."""

_TABLES: Final = {
    "brio2": "RECENT NEAR",
    "context_model": "FREQUENCIES ESCAPES",
    "local_model": "LENGTH_STEPS",
    "match": "LENGTH_STEPS PROBABILITY_STEPS",
    "mixer": "SHARE_STEPS KNOTS WEIGHTS SET_BIASES CONTEXT_BIASES MATCH_BIASES NUMBER_BIASES FIELD_BIASES "
    "MISS_BIASES LENGTH_BIASES",
    "trie": "FAMILIES SIZE_BOUNDS",
}
"""The names of tables, by chapter."""


def render() -> str:
    """The text of the module."""
    chapters = json.loads((DATA / "constants.json").read_text(encoding="utf-8"))["constants"]
    patterns = json.loads((DATA / "templates.json").read_text(encoding="utf-8"))["templates"]
    lines = ["// Constants of the specification. Written by js/constants.py; do not edit."]
    for chapter, names in _NUMBERS.items():
        lines += ["", *(_number(f"{chapter}_{name}", chapters[chapter][name]) for name in names.split())]
    for chapter, name in _ENUMERATIONS.items():
        kind = "" if chapter == name.lower() else f"{name}_"
        lines += [
            "",
            *(
                _number(f"{chapter}_{kind}{member}", value)
                for member, value in chapters[chapter][name].items()
            ),
        ]
    for chapter, names in _TABLES.items():
        for name in names.split():
            lines += ["", *_table(f"{chapter}_{name}", list(_flat(chapters[chapter][name])))]
    lines += ["", "/** What a slot of each type matches, as expressions over bytes (rule TPL-7). */"]
    lines += ["export const TEMPLATE_CHARACTERS = {"]
    lines += [
        f"  {kind}: {json.dumps(_expression(text))},"
        for kind, text in chapters["template"]["CHARACTERS"].items()
    ]
    lines += ["} as const;", "", "/** The built-in templates by id (rule TPL-9). */"]
    lines += ["export const BUILTIN_PATTERNS: Readonly<Record<number, string>> = {"]
    lines += [f"  {number}: {json.dumps(pattern)}," for number, pattern in patterns.items()]
    return "\n".join([*lines, "};", ""])


def _number(name: str, value: int) -> str:
    return f"export const {name.upper()} = {value};"


def _flat(table: Sequence[Any]) -> Iterator[int]:
    for entry in table:
        if isinstance(entry, int):
            yield entry
        else:
            yield from _flat(entry)


def _table(name: str, entries: Sequence[int]) -> list[str]:
    text = textwrap.fill(", ".join(map(str, entries)) + ",", 108, break_on_hyphens=False)
    return [
        f"export const {name.upper()}: readonly number[] = [",
        *textwrap.indent(text, "  ").splitlines(),
        "];",
    ]


def _expression(text: str) -> str:
    r"""An expression of Python over bytes in JavaScript, where ``\s`` stands for more characters."""
    return text.replace(r"\s", r"\t-\r ")


if __name__ == "__main__":
    MODULE.write_text(render(), encoding="utf-8")
