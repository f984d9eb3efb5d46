from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura_reference.range_coder import Decoder, Encoder
from aura_spec import range_coder
from aura_spec.errors import DecodeError, Malformed, NonCanonical, Truncated

Choice = tuple[tuple[int, ...], int]
"""Frequencies, and the place of the option."""

THIRDS = (1, 1, 1)
WIDE = (1,) * 97 + (range_coder.MAX_TOTAL - 97,)


@st.composite
def choice(draw: st.DrawFn) -> Choice:
    frequencies = draw(
        st.lists(st.integers(1, 9000), min_size=1, max_size=8).map(tuple)
        | st.sampled_from([(1, 4095), (4095, 1), THIRDS, WIDE, (8192,)])
    )
    return frequencies, draw(st.integers(0, len(frequencies) - 1))


CHOICES = st.lists(choice(), max_size=60)


def encode(choices: Sequence[Choice]) -> bytes:
    encoder = Encoder()
    for frequencies, place in choices:
        encoder.code(sum(frequencies[:place]), frequencies[place], sum(frequencies))
    return encoder.finish()


def follow(string: bytes, choices: Sequence[Choice]) -> bool:
    """Whether ``string`` stands for these choices. Raises an error if it is not canonical."""
    decoder = Decoder(string)
    for frequencies, place in choices:
        value = decoder.value(sum(frequencies))
        bounds = list(accumulate(frequencies))
        if not bounds[place] - frequencies[place] <= value < bounds[place]:
            return False
        decoder.take(bounds[place] - frequencies[place], frequencies[place])
    decoder.finish()
    return True


def interval(choices: Sequence[Choice]) -> tuple[int, int, int]:
    """low, range and T, with numbers of any size."""
    low, size, window = 1 << 31, 1 << 31, 4
    for frequencies, place in choices:
        unit = size // sum(frequencies)
        low, size = low + sum(frequencies[:place]) * unit, frequencies[place] * unit
        while size < range_coder.LOWER_BOUND:
            low, size, window = low * 256, size * 256, window + 1
    return low, size, window


@given(CHOICES)
def test_round_trip(choices: list[Choice]) -> None:
    """Rules RNG-2 and RNG-5."""
    assert follow(encode(choices), choices)


@given(CHOICES)
def test_string_is_the_shortest_and_smallest_in_the_interval(choices: list[Choice]) -> None:
    """Rule RNG-4."""
    low, size, window = interval(choices)
    string = encode(choices)
    least = max(1, window - range_coder.MAX_OMITTED)
    assert least <= len(string) <= window - 3
    assert string[0] >= 0x80
    for length in range(least, len(string) + 1):
        unit = 256 ** (window - length)
        smallest = -(-low // unit)
        if length < len(string):
            assert smallest * unit >= low + size
        else:
            assert smallest * unit < low + size
            assert int.from_bytes(string, "big") == smallest


@given(CHOICES, st.randoms())
def test_every_other_string_in_the_interval_is_refused(choices: list[Choice], source: random.Random) -> None:
    """Rule RNG-7."""
    low, size, window = interval(choices)
    canonical = encode(choices)
    for length in range(1, window + 3):
        unit = 256 ** max(0, window - length)
        scale = 256 ** max(0, length - window)
        first, beyond = -(-low // unit) * scale, -(-(low + size) // unit) * scale
        candidates = {
            first,
            first + 1,
            first + 256,
            beyond - 1,
            source.randrange(first, max(beyond, first + 1)),
        }
        for candidate in sorted(c for c in candidates if c in range(first, beyond)):
            string = candidate.to_bytes(length, "big")
            if string == canonical:
                assert follow(string, choices)
                continue
            with pytest.raises((NonCanonical, Truncated) if length <= window else Malformed) as refused:
                follow(string, choices)
            assert (refused.type is Truncated) == (length < window - range_coder.MAX_OMITTED)
        strings = range(128 * 256 ** (length - 1), 256**length)
        for candidate in (c for c in (first - 1, beyond) if c in strings):
            outside = candidate.to_bytes(length, "big")
            with suppress(Malformed, Truncated):
                assert not follow(outside, choices)


def test_no_choices_leave_the_first_step() -> None:
    """Rule RNG-1."""
    assert encode([]).hex() == "80"
    assert follow(b"\x80", [])


def test_one_choice_worked_by_hand() -> None:
    """unit = 2^31 div 3 = 0x2aaaaaaa, low = 0x80000000 + unit = 0xaaaaaaaa; the first byte in it is ab.

    Rules RNG-1, RNG-2 and RNG-4.
    """
    assert encode([(THIRDS, 0)]).hex() == "80"
    assert encode([(THIRDS, 1)]).hex() == "ab"
    assert encode([(THIRDS, 2)]).hex() == "d6"


def test_what_division_leaves_over_belongs_to_no_option() -> None:
    """3 · unit = 0x7ffffffe, so the last two numbers of the window are free. Rule RNG-2."""
    assert follow(b"\xd6", [(THIRDS, 2)])
    with pytest.raises(NonCanonical):
        follow(b"\xff\xff\xff\xfd", [(THIRDS, 2)])
    with pytest.raises(Malformed, match="outside the total frequency"):
        follow(b"\xff\xff\xff\xfe", [(THIRDS, 2)])


def test_carry_runs_through_many_bytes() -> None:
    """Close in on 0x81 from below, so that low begins with 80 ff ff ..., then step over it. Rule RNG-3."""
    target, choices = 0x81, list[Choice]()
    for _ in range(200):
        for place in reversed(range(3)):
            low, _, window = interval([*choices, (THIRDS, place)])
            if low < target * 256 ** (window - 1):
                choices.append((THIRDS, place))
                break
    low, _, window = interval(choices)
    assert low.to_bytes(window, "big").startswith(b"\x80" + b"\xff" * 25)
    last = ((range_coder.LOWER_BOUND - 1, 1), 1)
    assert interval([*choices, last])[0].to_bytes(99, "big").lstrip(b"\0")[:9] == b"\x81" + bytes(8)
    assert follow(encode([*choices, last]), [*choices, last])


def test_long_row_of_choices() -> None:
    source = random.Random(4)
    choices = [(WIDE, source.randrange(98)) for _ in range(3000)]
    string = encode(choices)
    low, size, window = interval(choices)
    assert low <= int.from_bytes(string, "big") * 256 ** (window - len(string)) < low + size
    assert follow(string, choices)


@pytest.mark.parametrize(
    ("string", "error", "reason"),
    [
        ("", Truncated, "missing"),
        ("7f", Malformed, "outside 0x80 to 0xff"),
        ("00800000", Malformed, "outside 0x80 to 0xff"),
        ("81", NonCanonical, "shortest"),  # not the smallest
        ("8000", NonCanonical, "shortest"),
        ("80000000", NonCanonical, "shortest"),
        ("8000000000", Malformed, "follow"),
        ("80000001ff", Malformed, "follow"),
    ],
)
def test_refused_strings(string: str, error: type[DecodeError], reason: str) -> None:
    """Rules RNG-5, RNG-6 and RNG-7."""
    with pytest.raises(error, match=reason) as refused:
        follow(bytes.fromhex(string), [])
    assert refused.value.offset == 0


@pytest.mark.parametrize("first", [0x00, 0x0F, 0x20, 0xFF])
def test_an_adaptive_string_lies_in_its_own_interval(first: int) -> None:
    """Rules RNG-1 and RNG-5."""
    bounds = range_coder.ADAPTIVE_START, range_coder.ADAPTIVE_END
    encoder = Encoder(*bounds)
    encoder.code(2, 1, 3)
    assert encoder.finish().hex() == "1b"  # 0x10000000 + 2 · (2^28 div 3) = 0x1aaaaaaa
    decoder = Decoder(b"\x1b", *bounds)
    assert decoder.value(3) == 2
    decoder.take(2, 1)
    decoder.finish()
    with pytest.raises(Malformed, match="outside 0x10 to 0x1f") as refused:
        Decoder(bytes((first, 0)), *bounds)
    assert refused.value.offset == 0


def test_first_options_alone_stay_at_the_start_of_the_interval() -> None:
    """80 would stand for any number of them; the window grows by one with each. Rule RNG-4."""
    for count in range(20):
        choices = [((1, 255), 0)] * count
        _, _, window = interval(choices)
        string = encode(choices)
        assert string == b"\x80".ljust(max(1, window - range_coder.MAX_OMITTED), b"\0")
        assert follow(string, choices)


@given(st.binary(max_size=12))
def test_a_string_ends_in_time(rest: bytes) -> None:
    """Each shift takes in a byte, so that a decoder is done after n + 8 - 4 of them. Rule RNG-6."""
    string = b"\x80" + rest
    decoder = Decoder(string)
    for _ in range(len(string) + range_coder.MAX_OMITTED - 4):
        value = decoder.value(256)
        decoder.take(value, 1)  # a shift, but for the first, which has 2^31 to take from
    decoder.take(decoder.value(128), 1)
    with pytest.raises(Truncated, match="before its message"):
        decoder.take(decoder.value(256), 1)
