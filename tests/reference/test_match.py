from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import NO_CONTEXTS, PAST, WITH_PREFIX

from aura_reference.match import Matcher, length_class, probability_class, slot_of
from aura_spec import match, prefix
from aura_spec.context_model import Prefix


def feed(matcher: Matcher, data: bytes) -> list[int | None]:
    """Let a message pass; what was predicted at each position."""
    predictions = []
    for byte in data:
        predicted = matcher.predict()
        predictions.append(predicted)
        if predicted is not None:
            if predicted == byte:
                matcher.hit()
            else:
                matcher.miss()
        matcher.message.append(byte)
    return predictions


def after(data: bytes) -> Matcher:
    """The matcher at the end of a message, having looked for a match."""
    matcher = Matcher(NO_CONTEXTS)
    feed(matcher, data)
    matcher.predict()
    return matcher


def test_slots() -> None:
    """Rule MAT-1."""
    assert slot_of(b"\0\0\0\0") == 0
    assert slot_of(b"\1\0\0\0") == 0x9E3779B1 >> 18
    assert slot_of(b"\2\0\0\0") == (2 * 0x9E3779B1 - 2**32) >> 18
    assert slot_of(b"abcd") == (0x64636261 * 0x9E3779B1 % 2**32) >> 18


@given(st.binary(min_size=4, max_size=4))
def test_slots_are_in_the_table(four: bytes) -> None:
    """Rule MAT-1."""
    assert 0 <= slot_of(four) < match.SLOTS


def test_length_classes() -> None:
    """Rule MAT-5."""
    classes = [length_class(length) for length in range(4, 33)]
    assert classes == [0, 1, 2, 3, 3, *[4] * 3, *[5] * 4, *[6] * 8, *[7] * 8, 8]
    assert max(classes) + 1 == match.LENGTH_CLASSES


@pytest.mark.parametrize(
    ("frequency", "total", "expected"),
    [
        (1, 1000, 1),
        (19, 1000, 1),
        (20, 1000, 2),
        (199, 10000, 1),
        (99, 1000, 2),
        (100, 1000, 3),
        (300, 1000, 4),
        (600, 1000, 5),
        (800, 1000, 6),
        (900, 1000, 7),
        (950, 1000, 8),
        (980, 1000, 9),
        (990, 1000, 10),
        (4079, 4096, 10),
        (996, 1000, 11),
        (4095, 4096, 11),
    ],
)
def test_probability_classes(frequency: int, total: int, expected: int) -> None:
    """Rule MAT-6."""
    assert probability_class(frequency, total) == expected < match.PROBABILITY_CLASSES


def test_indices_fill_the_table() -> None:
    """Rule MAT-4."""
    numbered = replace(NO_CONTEXTS, hits=range(match.HITS))
    indices = set()
    for length in range(4, match.MAX_LENGTH + 1):
        for probability in range(match.PROBABILITY_CLASSES):
            for misses in range(5):
                matcher = Matcher(numbered)
                matcher.length, matcher.misses = length, misses
                index = (length_class(length) * 12 + probability) * 3 + min(misses, 2)
                indices.add(index)
                assert matcher.hits(probability) == index
    assert indices == set(range(match.HITS))


def test_nothing_is_predicted_before_four_bytes_repeat() -> None:
    """Rule MAT-2."""
    assert feed(Matcher(NO_CONTEXTS), b"abcabcab") == [None] * 7 + [ord("b")]
    assert feed(Matcher(NO_CONTEXTS), b"abcd-abcd-") == [None] * 9 + [ord("-")]


def test_match_may_overlap_itself() -> None:
    """Rule MAT-7."""
    assert feed(Matcher(NO_CONTEXTS), b"aaaaaaaa") == [None] * 5 + [ord("a")] * 3


def test_match_has_the_length_found_backwards() -> None:
    """After the second miss, on A, its four bytes lead to the first group, which begins one byte earlier.

    Rule MAT-2.
    """
    matcher = after(b"1wxyzA+2wxyzB+3wxyzA")
    assert (matcher.length, matcher.misses) == (5, 2)
    assert matcher.predict() == ord("+")


def test_match_grows_with_each_hit() -> None:
    """Rule MAT-7."""
    assert after(b"12345678+1234").length == 4
    assert after(b"12345678+123456").length == 6


def test_length_backwards_is_bounded_by_the_start_and_the_largest() -> None:
    """Rule MAT-2."""
    text = bytes(range(100))
    matcher = Matcher(NO_CONTEXTS)
    for part in (text, text):  # in silence, as if nothing had been looked for meanwhile
        matcher.message += part
    matcher._places[slot_of(text[-4:])] = 100
    assert matcher.predict() == 0
    assert matcher.length == match.MAX_LENGTH
    matcher.hit()
    assert matcher.length == match.MAX_LENGTH
    short = Matcher(NO_CONTEXTS)
    short.message += b"abcdeabcde"
    short._places[slot_of(b"bcde")] = 5
    assert short.predict() == ord("a")
    assert short.length == 5


def test_latest_occurrence_wins() -> None:
    """Rule MAT-3."""
    matcher = after(b"abcd1 abcd2 abcd")
    assert matcher.message[matcher.pointer] == ord("2")


def test_positions_are_kept_while_a_match_is_active() -> None:
    """The second abcd+ is passed by hits, and yet the third finds it, and what followed it. Rule MAT-3."""
    matcher = after(b"abcd+++1 abcd+++2 abcd")
    assert matcher.pointer == 13


def test_miss_ends_the_match_and_is_counted() -> None:
    """Rule MAT-8."""
    matcher = Matcher(NO_CONTEXTS)
    assert feed(matcher, b"abcd1 abcd2")[-1] == ord("1")
    assert (matcher.length, matcher.misses) == (0, 1)
    assert matcher.predict() is None


def test_slot_shared_by_other_bytes_is_no_match_and_is_taken_over() -> None:
    """Rules MAT-2 and MAT-3."""
    other = next(four for n in count() if slot_of(four := n.to_bytes(4, "big")) == slot_of(b"abcd"))
    assert after(b"abcd" + other).length == 0
    matcher = after(b"abcd" + other + b"abcd")
    assert matcher.length == 0  # the slot forgot the first abcd


def test_three_bytes_alike_are_too_few() -> None:
    """Rule MAT-2."""
    matcher = Matcher(NO_CONTEXTS)
    matcher.message += b"-bcde+bcd"
    matcher._places[slot_of(b"+bcd")] = 4
    assert matcher.predict() is None
    matcher.message[0] = ord("+")
    matcher._places[slot_of(b"+bcd")] = 4
    assert matcher.predict() == ord("e")


def with_prefix(data: bytes) -> list[int | None]:
    return feed(Matcher(WITH_PREFIX), data)


def test_the_prefix_is_looked_into() -> None:
    """Rules HIS-1 and HIS-3."""
    assert with_prefix(PAST[:30]) == [None] * 24 + list(PAST[24:30])
    assert with_prefix(b"+" + PAST[9:40]) == [None] * 25 + list(PAST[33:40])
    assert with_prefix(PAST) == [None] * 24 + list(PAST[24:])
    at_the_end = with_prefix(PAST + b"xy")
    assert at_the_end[len(PAST) :] == [None, None]


def test_the_last_place_in_the_prefix_counts() -> None:
    """Rule HIS-1."""
    twice = replace(NO_CONTEXTS, prefix=Prefix(PAST + b"1" + PAST + b"2", (2000,) * prefix.HITS))
    assert feed(Matcher(twice), PAST[20:] + b"2")[-1] == ord("2")
    at_the_end = replace(NO_CONTEXTS, prefix=Prefix(PAST + b"1" + PAST, (2000,) * prefix.HITS))
    assert feed(Matcher(at_the_end), PAST[-24:] + b"1")[-1] is None


def test_the_message_comes_before_the_prefix() -> None:
    """Rule HIS-1."""
    data = PAST[2:40] + b"wrong" + PAST[2:12] + b"wrong" + PAST[2:12]
    assert feed(Matcher(WITH_PREFIX), data + b"w")[-1] == ord("w")


def test_a_miss_in_the_prefix_is_a_miss() -> None:
    """Rules HIS-3 and MAT-8."""
    matcher = Matcher(WITH_PREFIX)
    feed(matcher, PAST[:24] + b"\0")
    assert (matcher.length, matcher.misses) == (0, 1)
    assert feed(matcher, PAST[30:55])[-1] == PAST[54]
    assert matcher.misses == 1


def test_hits_in_the_prefix_have_their_own_table() -> None:
    """Rule HIS-2."""
    assert WITH_PREFIX.prefix is not None
    numbered = replace(NO_CONTEXTS, prefix=Prefix(PAST, range(prefix.HITS)))
    for misses in range(4):
        matcher = Matcher(numbered)
        feed(matcher, PAST[:24])
        matcher.misses = misses
        assert matcher.predict() == PAST[24]
        assert [matcher.hits(probability) for probability in (0, 11)] == [min(2, misses), 33 + min(2, misses)]
