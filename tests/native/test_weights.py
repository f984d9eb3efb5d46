"""What lists and stretches are worth, in the native core: the same as in numpy."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.backends import check_both, check_equal, of_both
from tests.training.texts import statistics, text_of

from aura.models.training.extent import Extent
from aura.models.training.kneser_ney import usage
from aura.models.training.levels import Level
from aura.models.training.logarithm import log2
from aura.models.training.prefix_selection import Repeats, choose_prefix
from aura.models.training.pruning import gains
from aura.models.training.trie import link
from aura.models.training.weights import CLASSES, mix
from aura_spec.prefix import LENGTH

aura_native = pytest.importorskip("aura_native")

WORDS = st.lists(st.sampled_from([b"a", b"bb ", b"the same words again", b"0" * LENGTH, b"?"]), max_size=20)
MESSAGES = st.lists(WORDS.map(b"".join), min_size=1, max_size=8)


@given(MESSAGES, st.booleans(), st.integers(0, 1 << 30), st.sampled_from([1 << 30, 40]))
def test_uses_are_counted(messages: list[bytes], kneser_ney: bool, seed: int, most: int) -> None:
    trie = statistics(messages, Extent(5), most=most).trie
    kept = np.random.default_rng(seed).integers(0, 4, len(trie)) > 0
    check_both(lambda: usage(trie, kept, kneser_ney=kneser_ney))


@given(MESSAGES, st.integers(0, 1 << 30), st.sampled_from([1 << 30, 40]))
def test_gains_are_found(messages: list[bytes], seed: int, most: int) -> None:
    trie = statistics(messages, Extent(5), most=most).trie
    weights = np.random.default_rng(seed).random(CLASSES)
    mixture = mix(trie, usage(trie, np.ones(len(trie), np.bool_)), weights)
    check_both(lambda: gains(mixture))


def test_wide_counts_are_the_same() -> None:
    """Counts that need 64 bits stand in them; what is made of small ones does not depend on their width."""
    trie = statistics([b"one and one", b"one and all"], Extent(5)).trie
    wide = replace(trie, counts=trie.counts.astype(np.int64))
    assert trie.counts.dtype == np.int32
    everything = np.ones(len(trie), np.bool_)
    weights = np.full(CLASSES, 0.5)
    for one, other in ((trie, wide), (wide, trie)):
        expected = gains(mix(one, usage(one, everything), weights))
        check_equal(gains(mix(other, usage(other, everything), weights)), expected)
    none, one = np.zeros(1, np.int32), np.ones(1, np.int32)
    heavy = Level(none, np.array([97], np.int16), np.array([1 << 40], np.int64), one)
    assert int(link([heavy], 1 << 40, 1)[0].counts[1 + 97]) == 1 << 40


@given(st.lists(st.floats(0, allow_infinity=False), max_size=40))
def test_logarithms_are_the_same_to_the_last_bit(numbers: list[float]) -> None:
    expected, found = of_both(lambda: log2(np.array(numbers, np.float64)))
    assert found.tobytes() == expected.tobytes()
    for number, logarithm in zip(numbers, expected.tolist(), strict=True):
        assert logarithm == (pytest.approx(math.log2(number), rel=1e-15) if number else -math.inf)


def test_logarithms_of_powers_are_exact() -> None:
    powers = np.arange(-1074, 1024)
    for logarithms in of_both(lambda: log2(np.ldexp(1.0, powers))):
        assert np.array_equal(logarithms, powers)


def test_logarithms_have_the_shape_of_the_numbers() -> None:
    for logarithms in of_both(lambda: log2(np.ones((40, 1000), np.float32)[:, ::2])):
        assert logarithms.dtype == np.float64
        assert np.array_equal(logarithms, np.zeros((40, 500)))


@given(MESSAGES, st.integers(0, 600), st.integers(1, 3))
def test_stretches_are_chosen(messages: list[bytes], size: int, min_sources: int) -> None:
    text = text_of(messages * 2, [number // 2 for number in range(2 * len(messages))])
    chosen = np.ones(len(text.starts) - 1, np.bool_)
    check_both(lambda: choose_prefix(Repeats.of(text), chosen, size, min_sources))


def test_windows_are_passed_over_once_they_are_taken() -> None:
    """In a long text, windows overlap and repeat each other."""
    source = np.random.default_rng(7)
    parts = [bytes(source.integers(97, 110, 60).astype(np.uint8)) for _ in range(40)]
    messages = [b"".join(parts[number] for number in source.integers(0, 40, 9)) for _ in range(60)]
    text = text_of(messages, range(60))
    chosen = np.ones(60, np.bool_)
    for size in (1, 100, 2000, 1 << 20):
        check_both(lambda size=size: choose_prefix(Repeats.of(text), chosen, size))  # type: ignore[misc]


def numbers(count: int, dtype: str) -> Any:
    return np.zeros(count, dtype)


def level(**other: Any) -> list[Any]:
    """Arguments of ``count_uses`` with three entries of two contexts; some are others."""
    given = {"counts": numbers(3, "i8"), "parents": np.array([4, 5, 5], np.int32)}
    given |= {"suffixes": given["parents"], "kept": numbers(3, "u1"), "seen": numbers(3, "f8")}
    given |= {"uses": numbers(3, "f4"), **{name: numbers(2, "f8") for name in ("totals", "kinds", "shown")}}
    given |= {"entries": numbers(2, "u2"), "seen_coming": numbers(2, "f8")}
    return [*(given | {"first": 4, "begin": 3, "whole": 16, "discount": 0.8} | other).values()]


def gaining(**other: Any) -> list[Any]:
    """Arguments of ``find_gains``: three entries of two contexts."""
    given = {
        "counts": numbers(3, "i8"),
        "spreads": numbers(3, "u2"),
        "parents": np.array([4, 4, 5], np.int32),
    }
    given |= {"suffixes": given["parents"], "probability": numbers(3, "f4")}
    given |= {"lower": np.ones(2, np.float32), "weights": numbers(2, "f4"), "entries": numbers(2, "u2")}
    given |= {"gains": numbers(3, "f4"), "of_contexts": numbers(2, "f4")}
    return [*(given | {"first": 4, "whole": 16, "least_weight": 0.02} | other).values()]


def long_list(size: int) -> list[Any]:
    """The same with one list of so many entries."""
    parents = np.full(size, 4, np.int32)
    of_entries = {"counts": numbers(size, "i8"), "spreads": numbers(size, "u2"), "parents": parents}
    return gaining(**of_entries, suffixes=parents, probability=numbers(size, "f4"), gains=numbers(size, "f4"))


def windows(**other: Any) -> list[Any]:
    """Arguments of ``choose_stretches`` with a window of four symbols, two of which are worth something."""
    given = {"value": np.array([0, 2, 2, 0], np.float32), "kind": np.array([-1, 0, 1, -1], np.int32)}
    given |= {"order": numbers(1, "i8"), "worth": numbers(1, "f4") + np.float32(4), "taken": numbers(2, "u1")}
    given |= {"starts": numbers(1, "i4"), "ends": numbers(1, "i4")}
    return [*(given | {"step": 2, "window": 4, "length": 3, "wanted": 5, "faded": 0.5} | other).values()]


def test_arrays_that_belong_together_are_taken() -> None:
    aura_native.count_uses(*level())
    aura_native.find_gains(*gaining())
    aura_native.find_gains(*gaining(of_contexts=None))
    aura_native.find_gains(*long_list(257))
    starts, ends = numbers(1, "i4"), numbers(1, "i4")
    assert aura_native.choose_stretches(*windows(starts=starts, ends=ends)) == 1
    assert (starts[0], ends[0]) == (1, 5)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("count_uses", level(parents=np.array([4, 5, 6], np.int32))),
        ("count_uses", level(suffixes=np.array([3, 5, 5], np.int32))),
        ("count_uses", level(kept=numbers(2, "u1"))),
        ("count_uses", level(shown=numbers(1, "f8"))),
        ("find_gains", gaining(parents=np.array([5, 5, 4], np.int32))),
        ("find_gains", gaining(parents=np.array([4, 5, 6], np.int32))),
        ("find_gains", gaining(parents=np.array([3, 4, 5], np.int32))),
        ("find_gains", gaining(suffixes=np.array([4, 6, 5], np.int32))),
        ("find_gains", gaining(gains=numbers(2, "f4"))),
        ("find_gains", gaining(of_contexts=numbers(1, "f4"))),
        ("find_gains", gaining(weights=numbers(1, "f4"))),
        ("find_gains", gaining(first=-1)),
        ("find_gains", long_list(258)),
        ("log2", [numbers(2, "f8"), numbers(1, "f8")]),
        ("choose_stretches", windows(kind=np.array([-1, 0, 2, -1], np.int32))),
        ("choose_stretches", windows(kind=numbers(3, "i4"))),
        ("choose_stretches", windows(order=np.array([1], np.int64))),
        ("choose_stretches", windows(order=np.array([-1], np.int64))),
        ("choose_stretches", windows(starts=numbers(0, "i4"), ends=numbers(0, "i4"))),
        ("choose_stretches", windows(ends=numbers(0, "i4"))),
        ("choose_stretches", windows(worth=numbers(0, "f4"))),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(name: str, arguments: list[Any]) -> None:
    with pytest.raises(ValueError, match="arrays that do not belong together"):
        getattr(aura_native, name)(*arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("count_uses", level(discount="much")),
        ("count_uses", level(first=-1)),
        ("count_uses", level(first=1 << 31)),
        ("count_uses", []),
        ("find_gains", gaining(first=1.5)),
        ("find_gains", gaining(whole="16")),
        ("find_gains", gaining(least_weight=None)),
        ("find_gains", []),
        ("log2", []),
        ("choose_stretches", windows(wanted=1.5)),
        ("choose_stretches", windows(faded=None)),
        ("choose_stretches", []),
    ],
)
def test_arguments_of_other_types_are_refused(name: str, arguments: list[Any]) -> None:
    with pytest.raises((TypeError, OverflowError)):
        getattr(aura_native, name)(*arguments)
