"""Character runs: the state after each byte, lists that stand in, and the sections that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from aura_spec import char_runs
from aura_spec.char_runs import Kind, state_of
from aura_spec.context_model import END, SYMBOLS, CharRunList, ContextModel
from aura_spec.errors import Code
from aura_spec.model import CHAR_RUNS
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.function import Values
from aura_vectors.case_types.model import Sections
from aura_vectors.chapters.context_model import held
from aura_vectors.derive import with_variants
from aura_vectors.flags import Flag
from aura_vectors.models import FLAT, HAND_MADE, NO_CONTEXTS, START, Context, assemble
from aura_vectors.trace import coded, skewed

ONE, TWO, THREE, FOUR = b"1234"
DIGITS: Final = tuple(b"0123456789")

LISTS: Final[Mapping[int, CharRunList]] = {
    **{
        state_of(Kind.DIGITS, length): CharRunList(2, (*DIGITS, END), (8,) * 10 + (20 - length,), 24)
        for length in (2, 3, 4)
    },
    **{
        state_of(Kind.LETTERS_TO_F, length): CharRunList(0, tuple(b"abcdef"), (9, 8, 9, 7, 9, 9), 8)
        for length in (1, 2, 3)
    },
    state_of(Kind.LETTERS, char_runs.MAX_LENGTH): CharRunList(32, tuple(b"x"), (3,), 12),
}
"""Lists that know how long a number is, some that give way only where no context helps, and one of one symbol."""

SECTIONS: Final = Sections(CHAR_RUNS)


def groups() -> Groups:
    """All groups of the chapter."""
    states = Values("states of character runs")
    yield states, [states.valid(comment, ("RUN-1", "RUN-2"), text) for text, comment in _texts()]
    hand_made = held(replace(HAND_MADE, char_runs=LISTS))
    yield (
        hand_made,
        [
            coded(hand_made, b"12345", "lists for lengths 2 to 4, and for no other", "RUN-3", "RUN-4"),
            coded(hand_made, b"12", "the end in a list", "RUN-3", "RUN-4"),
            coded(hand_made, b"12x", "an escape leads to the root", "RUN-4", "RUN-5"),
            coded(hand_made, b"123 ", "and ends the run", "RUN-4", "RUN-2"),
            coded(hand_made, b"abca", "contexts of a higher order do not give way", "RUN-4", "RUN-5"),
            coded(hand_made, b"aad", "the root does, after an escape", "RUN-4", "AUR-3"),
            coded(hand_made, b"bbbcd", "symbols that longer contexts excluded", "RUN-4", "AUR-4"),
            coded(hand_made, b"ccabc", "the context after a symbol that only the root has", "RUN-5"),
            coded(hand_made, b"cczbc", "the context after an escape from there", "RUN-5"),
            coded(
                hand_made,
                b"++123 ++124",
                "a byte that a miss excludes from a list",
                "AUR-5",
                "RUN-4",
                steps=60,
            ),
            coded(hand_made, b"q" * 41 + b"xy", "the longest run, and beyond", "RUN-1", "RUN-4", steps=60),
            coded(hand_made, b"7w127w12 7w127", "matches beside lists", "MAT-6", "RUN-4", steps=60),
        ],
    )
    numbers = held(replace(_numbers(), char_runs=LISTS))
    yield (
        numbers,
        [
            coded(numbers, b"1234", "the context after a symbol of a list, of order 3", "RUN-5", "CTX-3"),
            coded(numbers, b"1243", "and one that the context in its place lacks", "RUN-5"),
            coded(numbers, b"12.3", "and after an escape", "RUN-5"),
        ],
    )
    every = CharRunList(0, tuple(range(SYMBOLS)), (32,) * SYMBOLS, 0)
    exhausted = held(replace(NO_CONTEXTS, char_runs={state_of(Kind.DIGITS, 1): every}))
    comment, flag = "an escape from a list of all symbols", Flag.NOTHING_LEFT
    yield (
        exhausted,
        [
            coded(exhausted, b"1\0", "a list of all symbols", "RUN-4"),
            skewed(exhausted, [*b"1", SYMBOLS], comment, "AUR-4", flag),
        ],
    )
    small = {state_of(Kind.DIGITS, 2): CharRunList(2, tuple(b"01"), (8, 9), 24)}
    yield from with_variants(SECTIONS, [_section(small, "one list")])
    yield SECTIONS, [_section({}, "no kinds"), _section(LISTS, "three kinds"), *_broken()]
    yield (
        states,
        [
            states.valid(
                f"{text[size : size + 1]!r} after {size} digits and letters", ("RUN-1", "RUN-2"), text
            )
            for size in (8, 13, 18, 23)
            for text in _joined(size)
        ],
    )


def _joined(size: int) -> Iterator[bytes]:
    """Characters that go on with a mixed run, and not with a hexadecimal one, where a hyphen does."""
    hexadecimal = (b"0123abcd" * 3)[:size]
    for joiner in b"_+/":
        yield hexadecimal + bytes((joiner,)) + b"12"
    yield b"g" + hexadecimal[1:] + b"_-"


def _numbers() -> ContextModel:
    """Contexts of digits, up to order 3."""
    lists: dict[Context, dict[int, int]] = {
        (): FLAT,
        (START,): {ONE: 3},
        (ONE,): {TWO: 2, THREE: 5},
        (TWO,): {THREE: 3, FOUR: 4},
        (THREE,): {FOUR: 0},
        (ONE, TWO): {THREE: 0},
        (TWO, THREE): {FOUR: 0},
        (ONE, TWO, THREE): {FOUR: 0},
    }
    return assemble(lists, {context: 9 + 2 * len(context) for context in lists})


def _texts() -> Iterator[tuple[bytes, str]]:
    yield b"", "no run"
    yield b"1" * 42, "a length that stays at the largest"
    yield b"3f0-1", "digits, hexadecimal; a hyphen elsewhere ends the run"
    yield b"12345678-1234-1234-1234-123456789012", "digits and hyphens become hexadecimal"
    yield b"abcdefab-cdef-abcd-efab-cdefabcdefab", "so do letters to f"
    yield b"550e8400-e29b-41d4-a716-446655440000", "an identifier"
    yield b"abcdefgh-1", "a hyphen ends letters"
    yield b"sk-a1_B2+c3/d4-e5=", "mixed, with what joins"
    yield b"F0 0F f0", "upper case is not hexadecimal"
    yield "a1é2".encode(), "bytes above 0x7f end a run"
    for prefix, kind in (
        (b"", "no run"),
        (b" 7", "digits"),
        (b" a", "letters to f"),
        (b" 7a", "hexadecimal"),
        (b" g", "letters"),
        (b" 7g", "mixed"),
        (b" 12345678", "eight digits"),
    ):
        text = b"".join(prefix + bytes((byte,)) for byte in range(256))
        yield text, f"every byte after: {kind}"


def _section(lists: Mapping[int, CharRunList], comment: str) -> Case:
    return SECTIONS.valid(comment, ("RUN-3",), char_runs.build_section(lists), {})


def _broken() -> Iterator[Case]:
    digits = (1 << ord("0") | 1 << ord("1")).to_bytes(33, "little")

    def kind(
        number: int = 0, order: int = 2, first: int = 2, count: int = 1, symbols: bytes = digits
    ) -> bytes:
        codes = bytes(1 + sum(byte.bit_count() for byte in symbols))
        return bytes((number, order, first, count)) + symbols + codes * count

    def malformed(kinds: list[bytes], comment: str, flag: Flag) -> Case:
        wire = bytes((len(kinds),)) + b"".join(kinds)
        return Case(comment, ("RUN-3",), wire, code=Code.MALFORMED, flag=flag)

    yield malformed([kind(1), kind(0)], "kinds that descend", Flag.IGNORES_ORDER)
    yield malformed([kind(1), kind(1)], "a kind twice", Flag.IGNORES_ORDER)
    yield malformed([kind(5)], "a sixth kind", Flag.ACCEPTS_RESERVED)
    yield malformed([kind(order=33)], "an order above the largest", Flag.INDEXES_OUTSIDE)
    yield malformed([kind(first=0)], "runs of length 0", Flag.LAX_CHAR_RUN_LIST)
    yield malformed([kind(count=0)], "no lists", Flag.LAX_CHAR_RUN_LIST)
    yield malformed([kind(first=41)], "a run that is too long", Flag.LAX_CHAR_RUN_LIST)
    yield malformed([kind(first=40, count=2)], "a second run that is too long", Flag.LAX_CHAR_RUN_LIST)
    yield malformed([kind(symbols=bytes(33))], "no symbols", Flag.LAX_CHAR_RUN_LIST)
    yield malformed([kind(symbols=bytes(32) + b"\2")], "a symbol 257", Flag.ACCEPTS_RESERVED)
    yield malformed([kind(symbols=bytes(32) + b"\x81")], "a symbol 263", Flag.ACCEPTS_RESERVED)
    for place, what in ((0, "first symbol"), (2, "escape")):
        codes = bytearray(3)
        codes[place] = 64
        wire = kind()[:-3] + bytes(codes)
        yield malformed([wire], f"a code of 64 for the {what}", Flag.INDEXES_OUTSIDE)
