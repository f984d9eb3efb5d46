"""Matches in a prefix: where they begin and end, and the sections that hold one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from aura_spec import prefix
from aura_spec.context_model import Prefix
from aura_spec.errors import Code
from aura_spec.model import PREFIX
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.message import Messages
from aura_vectors.case_types.model import Sections
from aura_vectors.chapters.context_model import held
from aura_vectors.derive import with_variants
from aura_vectors.flags import Flag
from aura_vectors.models import HAND_MADE, NO_CONTEXTS
from aura_vectors.trace import coded

PAST: Final = b'The quick brown fox jumps over a lazy dog {"type":"message","id":null}'
HITS: Final = tuple(1 + 100 * index for index in range(prefix.HITS))

SECTIONS: Final = Sections(PREFIX)


def groups() -> Groups:
    """All groups of the chapter."""
    once = _held(PAST)
    twice = _held(PAST + b"1" + PAST + b"2")
    long = 120
    yield (
        once,
        [
            coded(once, PAST[:24], "the last 24 bytes: a match that the end misses", "HIS-1", "HIS-2"),
            coded(once, PAST[:23] + b"!", "23 bytes are too few", "HIS-1"),
            coded(once, b"+" + PAST[9:40], "24 bytes, and hits", "HIS-1", "HIS-2"),
            coded(once, PAST[40:] + b"xy", "the end of the prefix is not a miss", "HIS-3"),
            coded(once, PAST[-24:] + b"x", "the last place is the end of the prefix: no match", "HIS-1"),
            coded(once, PAST[:24] + b"!", "a miss", "HIS-3", "MAT-8"),
            coded(
                once,
                b"abcd1abcd2" + PAST[:28] + b"!" + PAST[30:56] + b"?",
                "misses in the message and in the prefix count together",
                "HIS-2",
                "HIS-3",
                steps=long,
            ),
            coded(
                once,
                PAST[2:40] + b"wrong" + PAST[2:12] + b"wrong" + PAST[2:12] + b"w",
                "a match in the message comes first",
                "HIS-1",
                steps=long,
            ),
        ],
    )
    yield (
        twice,
        [
            coded(twice, PAST[-24:] + b"2", "the last place counts", "HIS-1"),
            coded(twice, PAST[20:46], "and not the first", "HIS-1", steps=0),
        ],
    )
    short = _held(PAST[:23])
    yield short, [coded(short, PAST[:26], "a prefix that is too short to predict", "HIS-1")]
    predicted = b"aabzcabcxbbaccbzacbccabbabcaaab"
    hand_made = held(replace(HAND_MADE, prefix=Prefix(b"+" + predicted, HITS)))
    yield (
        hand_made,
        [
            coded(
                hand_made, predicted, "bytes that contexts predict, and one that they lack", "HIS-2", "MAT-6"
            ),
            coded(hand_made, predicted[:25] + b"c", "a byte that a miss excludes", "HIS-3", "AUR-5"),
        ],
    )
    sections = [
        SECTIONS.valid("one byte", ("HIS-4",), prefix.build_section(Prefix(b"x", HITS)), {}),
        SECTIONS.valid("a text", ("HIS-4",), prefix.build_section(Prefix(PAST, HITS)), {}),
    ]
    yield from with_variants(SECTIONS, sections[:1])
    yield SECTIONS, [*sections[1:], *_broken()]


def _held(text: bytes) -> Messages:
    return held(replace(NO_CONTEXTS, prefix=Prefix(text, HITS)))


def _broken() -> Iterator[Case]:
    for place, hit in ((0, 0), (prefix.HITS - 1, 0), (7, 4096), (9, 0xFFFF)):
        hits = b"".join((hit if index == place else 7).to_bytes(2, "big") for index in range(prefix.HITS))
        comment, flag = f"a probability of {hit} at place {place}", Flag.BROKEN_TABLE
        yield Case(comment, ("HIS-4",), hits + b"x", code=Code.MALFORMED, flag=flag)
