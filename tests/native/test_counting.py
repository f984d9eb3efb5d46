"""Counting n-grams in the native core: the same as in numpy, and the same models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.backends import check_both, of_both
from tests.training.texts import framed, statistics

import aura
from aura.models.training import local_text, sorted_runs, trainer
from aura.models.training.extent import Extent
from aura.models.training.pieces import Alphabet, load
from aura.models.training.resources import Resources
from aura.models.training.roles import View, find_roles
from aura.models.training.stages import Stage, keys_of
from aura.models.training.tallies import Occurrences, Run, find, grouped, merge, tally

aura_native = pytest.importorskip("aura_native")

KEYS = st.integers(0, 40) | st.integers(0, 300).map(lambda key: key << 50) | st.integers(0, (1 << 63) - 1)
SETTINGS = st.tuples(st.booleans(), st.booleans(), st.integers(0, 1 << 30))
"""Whether messages and weights are counted, and a seed."""


def keys_array(keys: list[int]) -> Any:
    return np.array(keys, np.uint64)


def occurrences(size: int, settings: tuple[bool, bool, int]) -> Occurrences:
    source = np.random.default_rng(settings[2])
    marks = np.uint64(1) << source.integers(0, 64, (2, size)).astype(np.uint64)
    weights = source.integers(1, 17, size).astype(np.uint8) if settings[1] else None
    return Occurrences(marks[0], marks[1] if settings[0] else None, weights)


@given(st.lists(KEYS, unique=True).map(sorted), st.lists(KEYS))
def test_keys_are_found(keys: list[int], wanted: list[int]) -> None:
    check_both(lambda: find(keys_array(keys), keys_array(wanted + keys)))


@given(st.lists(KEYS), SETTINGS)
def test_places_are_tallied(keys: list[int], settings: tuple[bool, bool, int]) -> None:
    check_both(lambda: tally(keys_array(keys), occurrences(len(keys), settings)))


@given(st.lists(st.lists(KEYS), min_size=1, max_size=4), SETTINGS)
def test_runs_are_merged(parts: list[list[int]], settings: tuple[bool, bool, int]) -> None:
    check_both(
        lambda: merge([tally(keys_array(keys), occurrences(len(keys), settings))[0] for keys in parts])
    )


@given(st.lists(KEYS), SETTINGS, st.integers(0, 63))
def test_ngrams_are_grouped(keys: list[int], settings: tuple[bool, bool, int], shift: int) -> None:
    def group() -> tuple[Run, Any]:
        run, _ = tally(keys_array(keys), occurrences(len(keys), settings))
        return grouped(run.keys, run.tallies, shift)

    check_both(group)


@given(
    st.lists(st.binary(max_size=9), min_size=1, max_size=9), st.integers(1, 6), st.integers(1, 3), st.data()
)
def test_keys_are_of_the_symbols_before(
    messages: list[bytes], depth: int, width: int, data: st.DataObject
) -> None:
    text = framed(messages)
    alphabet = Alphabet.of(text.size.occurrences)
    piece = load(text, text.stretches[0], alphabet, depth + width)
    places = data.draw(
        st.none() | st.lists(st.integers(0, len(piece) - 1)).map(lambda some: np.array(some, np.int32))
    )
    groups = None if places is None else np.arange(len(places), dtype=np.int32)
    check_both(lambda: keys_of(piece, Stage(depth, width, alphabet.bits, 1 << 10), places, groups))


@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 1 << 30))
def test_roles_are_found(size: int, groups: int, seed: int) -> None:
    def roles() -> Any:
        source = np.random.default_rng(seed)
        found: list[Any] = [None]
        places = np.flatnonzero(source.integers(0, 4, size)).astype(np.int32)
        sample = 1 + np.flatnonzero(source.integers(0, 2, size - 1))
        for _ in range(3):
            group = source.integers(0, groups, len(places)).astype(np.int32)
            kept = np.where(np.bincount(group, minlength=groups), source.integers(-1, 9, groups), -1).astype(
                np.int32
            )
            index = np.arange(len(places), dtype=np.int32)
            found.append(find_roles(View(size, places, index, group, kept, sample), found[-1]))
        return found

    check_both(roles)


CHATTER = [f"{word} {number % 37} {word}" for number in range(300) for word in ("on", "off", "dim")]


@pytest.mark.parametrize("weighed", [False, True])
def test_whatever_memory_and_threads_there_are(weighed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura.models.training.resources.LEAST_PIECE", 1000)
    monkeypatch.setattr(sorted_runs, "INDEXED", 16)
    monkeypatch.setattr(local_text, "SMALL", 0)
    messages = [text.encode() for text in CHATTER]

    def count() -> Any:
        found = statistics(
            messages,
            Extent(10, 2, sources=2, free_order=4, by_message=True),
            [number // 3 for number in range(len(messages))],
            resources=Resources(memory=1, threads=2),
            background=messages[::7] if weighed else (),
        )
        return found.trie, found.chains, found.shares

    check_both(count)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sources": [number // 50 for number in range(len(CHATTER))]},
        {"options": aura.TrainingOptions(max_order=5, min_count=3, min_sources=2)},
        {"memory": "64MiB", "threads": 1},
    ],
)
def test_models_are_the_same(options: dict[str, Any]) -> None:
    expected, found = of_both(lambda: aura.train(CHATTER, max_bytes=8000, **options).data)
    assert found == expected


@pytest.mark.parametrize("most", [trainer.LEAST_COUNTED, 9000])
def test_models_of_identifiers_are_the_same(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have lists for character runs, and with few n-grams some are left out of the trie."""
    monkeypatch.setattr(trainer, "LEAST_COUNTED", most)
    monkeypatch.setattr(trainer, "_COUNTED", 0)
    source = np.random.default_rng(5)
    notes = [bytes(source.integers(97, 123, 300).astype(np.uint8)).decode() for _ in range(60)]
    messages = [
        f"{source.bytes(6).hex()} {source.integers(10**9)} {notes[number % 60]} {source.integers(100)}"
        for number in range(300)
    ]
    expected, found = of_both(lambda: aura.train(messages, max_bytes=12_000, scrub=False))
    assert found.id == expected.id
    assert found.context_model.char_runs


def test_training_goes_on_with_either(tmp_path: Path) -> None:
    """The counts of one go on in the other."""
    counts = tmp_path / "counts"
    aura.train(CHATTER, max_bytes=8000, counts=counts)
    options = aura.TrainingOptions(update=counts)
    expected, found = of_both(lambda: aura.train(CHATTER[::3], max_bytes=8000, options=options).data)
    assert found == expected


def test_keys_need_not_be_aligned() -> None:
    """Those that come over a network lie where they lie in its messages."""
    keys = np.frombuffer(b"\0" + np.arange(5, dtype=np.uint64).tobytes(), np.uint64, offset=1)
    assert not keys.flags.aligned
    check_both(lambda: find(keys, keys[::-1]))
    check_both(lambda: tally(keys, occurrences(5, (True, True, 0))))


def study(**other: Any) -> list[Any]:
    """Arguments of ``study_length``: four symbols, each with its own n-gram of two; some are others."""
    each, two = np.arange(4, dtype=np.int32), np.array([0, 1, 1, 0], np.int32)
    given = {
        "places": each,
        "index": each,
        "group": two,
        "kept": numbers(2, "i4"),
        "sample": numbers(1, "i8") + 2,
    }
    given |= {name: numbers(4, "i4") for name in ("context", "entry")}
    written = [numbers(2, "i4") for _ in range(5)] + [numbers(4, "i4") for _ in range(2)]
    written += [numbers(1, "i4") for _ in range(4)] + [numbers(2, "i4") for _ in range(2)]
    return [*(given | other).values(), *written]


def group(**other: Any) -> list[Any]:
    """Arguments of ``group_keys`` with three items; some are others."""
    names = (
        "sizes",
        "counts",
        "sources",
        "messages",
        "keys",
        "of_sizes",
        "of_counts",
        "of_sources",
        "of_messages",
    )
    given = {"all": numbers(3, "u8"), "order": numbers(3, "u4"), **{name: numbers(3, "u8") for name in names}}
    return [*(given | {"index": None, "shift": 0} | other).values()]


def keys(places: Any, lead: int = 2, depth: int = 1, width: int = 2, bits: int = 8) -> list[Any]:
    """Arguments of ``keys_of`` with a piece of three symbols."""
    return [numbers(5, "u2"), numbers(3, "u1"), places, None, numbers(2, "u8"), lead, depth, width, bits]


def numbers(count: int, dtype: str) -> Any:
    return np.zeros(count, dtype)


def test_arrays_that_belong_together_are_taken() -> None:
    assert aura_native.study_length(*study()) == (1, 2, 2)
    assert aura_native.group_keys(*group()) == 1
    aura_native.keys_of(*keys(np.array([0, 2], np.int32)))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("find_keys", [numbers(2, "u8"), numbers(3, "u8"), numbers(2, "i4")]),
        ("find_keys", [numbers(2, "u8"), numbers(3, "u4"), numbers(3, "i4")]),
        ("sort_keys", [numbers(3, "u8"), numbers(3, "u4"), numbers(2, "u8"), numbers(3, "u4")]),
        ("group_keys", group(order=np.array([0, 1, 3], np.uint32))),
        ("group_keys", group(counts=None)),
        ("group_keys", group(of_messages=None)),
        ("group_keys", group(sources=numbers(2, "u8"))),
        ("group_keys", group(shift=64)),
        ("keys_of", keys(np.array([0, 3], np.int32))),
        ("keys_of", keys(np.array([0, -1], np.int32))),
        ("keys_of", keys(np.array([0], np.int32))),
        ("keys_of", keys(None, lead=3)),
        ("keys_of", keys(None, depth=2)),
        ("keys_of", keys(None, bits=33)),
        ("keys_of", keys(None, width=1 << 31)),
        ("study_length", study(places=np.array([0, 1, 2, 4], np.int32))),
        ("study_length", study(index=np.array([0, 1, 2, -1], np.int32))),
        ("study_length", study(group=np.array([0, 1, 1, 2], np.int32))),
        ("study_length", study(sample=numbers(1, "i8"))),
        ("study_length", study(sample=numbers(2, "i8") + 2)),
        ("study_length", study(context=numbers(3, "i4"))),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(name: str, arguments: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"arrays that do not belong together|items of"):
        getattr(aura_native, name)(*arguments)


@pytest.mark.parametrize("name", ["find_keys", "sort_keys", "group_keys", "keys_of", "study_length"])
def test_arguments_are_counted(name: str) -> None:
    with pytest.raises(TypeError, match="expected"):
        getattr(aura_native, name)(numbers(1, "u8"))


@pytest.mark.parametrize(
    "arguments", [group(shift=-1), keys(None, lead=-1), keys("places"), group(sources=None)]
)
def test_arguments_of_other_types_are_refused(arguments: list[Any]) -> None:
    function = aura_native.group_keys if len(arguments) > 9 else aura_native.keys_of
    with pytest.raises((TypeError, OverflowError)):
        function(*arguments)
