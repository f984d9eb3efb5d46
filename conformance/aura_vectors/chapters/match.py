"""The match model: slots, lengths, hits and misses, and what is predicted beside them."""

from __future__ import annotations

from itertools import count
from typing import Final

from aura_reference.match import slot_of
from aura_spec import match
from aura_spec.context_model import FREQUENCIES
from aura_vectors.case import Groups
from aura_vectors.case_types.function import Values
from aura_vectors.case_types.message import Messages
from aura_vectors.chapters.context_model import held
from aura_vectors.models import FLAT, HAND_MADE, HIT_TABLE, NO_CONTEXTS, START, A, B, C, Context, assemble
from aura_vectors.trace import coded

ALIKE: Final = next(four for n in count() if slot_of(four := n.to_bytes(4, "big")) == slot_of(b"abcd"))
"""Four bytes with the slot of ``abcd``."""

ESCAPE: Final = 63
"""The code of the smallest frequency."""

LARGEST: Final = 1 << 15
"""What the entries beside one of interest sum to, at most."""

_FIRST: Final = (START,)
_COMMON: Final[dict[Context, dict[int, int]]] = {(): FLAT, _FIRST: {A: 0}}

STEPS: Final = 200
"""The most symbols of a text that is traced: all of them."""


def groups() -> Groups:
    """All groups of the chapter."""
    slots = Values("slots of positions")
    texts = (b"\0\0\0\0", b"\1\0\0\0", b"\0\0\0\1", b"\xff\xff\xff\xff", b"abcdefgh", b"abcd" + ALIKE)
    yield slots, [slots.valid(repr(text), ("MAT-1",), text) for text in texts]
    plain = held(NO_CONTEXTS)
    yield (
        plain,
        [
            coded(plain, b"abcdabce", "three bytes alike are too few", "MAT-2"),
            coded(plain, b"abcdeabcde", "a match of four bytes, which hits", "MAT-2", "MAT-4", "MAT-7"),
            coded(plain, b"abcdeabcdx", "and one that misses", "MAT-8", "AUR-5"),
            coded(plain, b"abcdabcd", "the end is a miss", "MAT-8"),
            coded(plain, b"aaaaaaa", "a match that overlaps what it predicts", "MAT-2", "MAT-3"),
            coded(plain, b"abcd" + ALIKE + b"abcd!", "a slot taken over by other bytes", "MAT-2", "MAT-3"),
            coded(plain, b"abcd1abcd2abcd2", "the latest place wins", "MAT-3", "MAT-8"),
            coded(plain, b"abcd++1abcd++2abcd++2", "places are kept while a match is active", "MAT-3"),
            coded(plain, b"1wxyzA+2wxyzB+3wxyzA+", "a length found backwards", "MAT-2", "MAT-5"),
            coded(plain, b"abcd1abcd2abcd3abcd4", "none, one, two and three misses", "MAT-4", "MAT-8"),
            coded(
                plain,
                bytes(range(64, 110)) * 2,
                "a length that stays at the largest, through all its classes",
                "MAT-5",
                "MAT-7",
                steps=STEPS,
            ),
            coded(
                plain,
                b"+" + bytes(range(64, 110)) + b"-" + bytes(range(64, 100)) + b"!" + bytes(range(64, 112)),
                "a match after a miss in a long one",
                "MAT-2",
                "MAT-8",
                steps=STEPS,
            ),
        ],
    )
    hand_made = held(HAND_MADE)
    yield (
        hand_made,
        [
            coded(hand_made, b"abcabcabc", "a byte that the current list has", "MAT-6", "AUR-5"),
            coded(
                hand_made, b"wzabwzabc", "a list of one that a miss does not touch keeps its total", "AUR-4"
            ),
            coded(hand_made, b"abcabcac", "a byte that a miss excludes from its list", "AUR-5", "AUR-4"),
            coded(hand_made, b"abcbabcba", "a byte that the current list lacks", "MAT-6", "AUR-5"),
            coded(
                hand_made,
                b"wwabcwwabd",
                "a miss that leaves nothing in a list of one entry",
                "AUR-4",
                "AUR-5",
            ),
        ],
    )
    every_class = _every_class()
    text = b"".join(bytes((byte, B)) * 4 + b"." for byte in range(128, 138))
    yield every_class, [coded(every_class, text, "every class of probabilities", "MAT-6", steps=STEPS)]
    for step in match.PROBABILITY_STEPS:
        edges = _edges(step)
        beside = held(assemble({**_COMMON, **edges}, {_FIRST: 9, **dict.fromkeys(edges, ESCAPE)}, HIT_TABLE))
        text = b"".join(bytes((*context, B)) * 4 + b"." for context in edges)
        comment = f"shares of the total just below and at or just above {step} of 1000"
        yield beside, [coded(beside, text, comment, "MAT-6", steps=STEPS)]
    for hits, extreme in ((1, "least"), (match.TOTAL - 1, "largest")):
        lists: dict[Context, dict[int, int]] = {(): FLAT, (START,): {A: 0}, (A,): {B: 0, C: 0}}
        sure = held(assemble(lists, {(START,): 9, (A,): 9}, (hits,) * match.HITS))
        comment = f"the {extreme} probability of a hit"
        yield sure, [coded(sure, text, comment, "MAT-4") for text in (b"abcabcabc", b"abcaabcab")]


def _edges(step: int) -> dict[Context, dict[int, int]]:
    """Lists in which ``b`` has as nearly this many thousandths of the total as can be: below, and not below.

    The first of them has them exactly, if there is such a list.
    """
    weights = [weight for weight in FREQUENCIES if weight * (1000 - step) <= LARGEST * step]
    exact = [weight for weight in weights if weight * (1000 - step) % step == 0 and weight * (1000 - step)]
    rests = [(weight, weight * (1000 - step) // step) for weight in (*exact[:1], weights[0])]
    rests.append((weights[0], rests[-1][1] + 1))
    return {
        (128 + place,): {B: FREQUENCIES.index(weight), **_others(rest - FREQUENCIES[ESCAPE])}
        for place, (weight, rest) in enumerate(rests)
    }


def _others(total: int) -> dict[int, int]:
    """Entries of upper-case letters whose frequencies sum to ``total``."""
    codes = list[int]()
    while total:
        codes.append(next(code for code, weight in enumerate(FREQUENCIES) if weight <= total))
        total -= FREQUENCIES[codes[-1]]
    return dict(enumerate(codes, ord("A")))


def _every_class() -> Messages:
    """Bytes 128 and above are contexts in which ``b`` has less and less of the total."""
    escapes = (0, 4, 12, 19, 25, 30, 35, 40, 45, 63)
    lists: dict[Context, dict[int, int]] = {(128 + place,): {B: 0} for place in range(len(escapes))}
    return held(
        assemble(
            {(): FLAT, (START,): {A: 0}, **lists},
            {(START,): 9, **{(128 + place,): escape for place, escape in enumerate(escapes)}},
            HIT_TABLE,
        )
    )
