"""Integers alone: the edges of their lengths, overlong spellings, and bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aura_spec.errors import Code
from aura_vectors.case import Groups, refused
from aura_vectors.case_types.integer import Integers
from aura_vectors.derive import with_variants
from aura_vectors.flags import Flag

ANY: Final = Integers((1 << 64) - 1)
BYTES: Final = Integers(255)

EDGES: Final[Sequence[int]] = (
    0,
    1,
    2,
    127,
    128,
    129,
    300,
    16383,
    16384,
    (1 << 32) - 1,
    1 << 32,
    (1 << 63) - 1,
)


def groups() -> Groups:
    """All groups of the chapter."""
    cases = [ANY.valid(value, f"the integer {value}", "VAR-1") for value in EDGES]
    folded = [
        (1 << 63, "least positive one of nine bytes folded"),
        ((1 << 64) - 1, "-2^63, the largest of all"),
    ]
    cases += [ANY.valid(value, comment, "VAR-4") for value, comment in folded]
    yield from with_variants(ANY, cases)
    overlong, endless = Flag.OVERLONG_INTEGER, Flag.UNBOUNDED_INTEGER
    yield (
        ANY,
        [
            refused(Code.NON_CANONICAL, "VAR-2", "8000", "0 in two bytes", overlong),
            refused(Code.NON_CANONICAL, "VAR-2", "ff00", "127 in two bytes", overlong),
            refused(Code.NON_CANONICAL, "VAR-2", "ac8200", "300 in three bytes", overlong),
            refused(Code.NON_CANONICAL, "VAR-2", "80808080808080808000", "0 in ten bytes", overlong),
            refused(Code.LIMIT_EXCEEDED, "VAR-3", "80808080808080808002", "2^64", endless),
            refused(Code.LIMIT_EXCEEDED, "VAR-3", "ffffffffffffffffff7f", "2^70 - 1", endless),
            refused(Code.LIMIT_EXCEEDED, "VAR-3", "80" * 40 + "01", "2^280", Flag.UNBOUNDED_INTEGER),
        ],
    )
    bound = [BYTES.valid(value, f"{value}, bound by 255", "VAR-3") for value in (0, 128, 255)]
    over = [("8002", "256"), ("ff7f", "16383"), ("808001", "16384"), ("ffffffffff01", "2^36 - 1")]
    flag = Flag.UNBOUNDED_INTEGER
    yield BYTES, bound + [refused(Code.LIMIT_EXCEEDED, "VAR-3", wire, value, flag) for wire, value in over]
