"""Messages for models that are small enough to see through: weights, escapes, exclusion, silent lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aura_fast import model as model_file
from aura_spec.context_model import CODES, END, SYMBOLS, ContextModel
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.function import Values
from aura_vectors.case_types.message import Messages
from aura_vectors.flags import Flag
from aura_vectors.models import (
    EXHAUSTED,
    FLAT,
    HAND_MADE,
    NEVER_ENDING,
    NO_CONTEXTS,
    START,
    A,
    B,
    C,
    assemble,
)
from aura_vectors.trace import coded, skewed


def held(model: ContextModel) -> Messages:
    """What both ends hold if this model is the implied one."""
    return Messages(model=model_file.write(model))


EVERY_CODE: Final = held(
    assemble(
        {
            (): {symbol: symbol % CODES for symbol in range(SYMBOLS)},
            (START,): {END: 0},
            **{(code,): {B: 0} for code in range(CODES)},
            **{(code + CODES,): {B: code, C: CODES - 1 - code} for code in range(CODES)},
        },
        {
            (START,): 40,
            **{(code,): code for code in range(CODES)},
            **{(code + CODES,): code for code in range(CODES)},
        },
    )
)
"""Bytes 0 to 63 are contexts of one entry with each escape code, 64 to 127 of two with each code."""

SILENT: Final = held(
    assemble(
        {
            (): FLAT,
            (START,): {A: 10, B: 12},
            (A,): {A: 0, B: 3, C: 3},
            (B,): {A: 1, B: 2},
            (A, A): {A: 1, B: 1},
            (B, A): {A: 0},
            (START, A): {A: 5, B: 9},
            (START, B): {A: 0},
            (A, A, A): {B: 0},
            (START, A, A): {A: 2, B: 2},
            (START, B, A): {A: 0},
        },
        {
            (START,): 20,
            (A,): 9,
            (B,): 12,
            (A, A): 11,
            (B, A): 13,
            (START, A): 12,
            (START, B): 10,
            (A, A, A): 14,
            (START, A, A): 7,
            (START, B, A): 15,
        },
    )
)
"""Contexts whose lists have nothing left after an escape from longer ones."""


def groups() -> Groups:
    """All groups of the chapter."""
    weights = Values("weights of codes")
    yield weights, [weights.valid("every code", ("CTX-4", "CTX-5"), bytes(range(CODES)))]
    yield EVERY_CODE, list(_weights())
    hand_made = held(HAND_MADE)
    yield (
        hand_made,
        [
            coded(hand_made, b"", "the end alone, at the start", "CTX-1", "AUR-2"),
            coded(hand_made, b"abc", "what the contexts predict, order by order", "CTX-3", "CTX-5", "AUR-2"),
            coded(hand_made, b"b", "the second of a list", "CTX-4", "CTX-7"),
            coded(hand_made, b"z", "an escape to the root, which has none", "CTX-6", "AUR-3"),
            coded(hand_made, b"abz", "escapes through four lists, their symbols excluded", "CTX-2", "AUR-3"),
            coded(hand_made, b"aa", "lists with and without the symbol", "CTX-2", "CTX-3", "AUR-3"),
            coded(hand_made, b"\0\xff", "the first and the last byte", "CTX-1", "CTX-7"),
            coded(hand_made, b"caabcb", "contexts that the start no longer counts in", "CTX-1", "CTX-3"),
        ],
    )
    yield (
        SILENT,
        [
            coded(SILENT, b"bac", "a list of one excluded entry is passed over in silence", "AUR-4"),
            coded(SILENT, b"aac", "and so is one of two", "AUR-4"),
            coded(SILENT, b"aaac", "an excluded entry is no option, the escape stays one", "AUR-4"),
            coded(SILENT, b"aaaz", "and nor does it count at the root", "AUR-4", "AUR-3"),
            coded(SILENT, b"aab", "entries with equal codes in the order of the suffix's list", "CTX-7"),
        ],
    )
    exhausted = held(EXHAUSTED)
    comment, flag = "an escape from a list of all symbols", Flag.NOTHING_LEFT
    yield (
        exhausted,
        [
            coded(exhausted, b"q", "a list of all symbols", "CTX-2"),
            skewed(exhausted, [SYMBOLS], comment, "AUR-4", flag),
        ],
    )
    empty = held(NO_CONTEXTS)
    yield (
        empty,
        [
            coded(empty, b"", "no byte", "AUR-2"),
            coded(empty, bytes(range(250, 256)), "bytes of eight bits each", "AUR-3"),
        ],
    )
    endless = held(NEVER_ENDING)
    yield (
        endless,
        [coded(endless, b"a" * size, f"{size} nearly certain bytes", "AUR-2") for size in (1, 9, 1000)],
    )


def _weights() -> Iterator[Case]:
    root = bytes(code for code in range(128, 128 + CODES))
    yield coded(EVERY_CODE, root, "every code at the root", "CTX-4", "CTX-6")
    escapes = b"".join(bytes((code, 200)) for code in range(CODES))
    yield coded(EVERY_CODE, escapes, "every escape from a list of one entry", "CTX-5", "AUR-3")
    for code in (0, 1, 31, 62, 63):
        text = bytes((code, B, code + CODES, B, code + CODES, C, code + CODES, 200))
        yield coded(EVERY_CODE, text, f"code {code} in lists of one and of two entries", "CTX-4", "CTX-5")
