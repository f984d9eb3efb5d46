"""The n-grams of a text, against counts by dictionaries; whatever memory, threads and files there are."""

from __future__ import annotations

import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.texts import PLENTY, statistics, write

import aura
from aura.models.train import train_files
from aura.models.training import allocator, counting, local_text, sorted_runs, spill
from aura.models.training.extent import Extent, least_of
from aura.models.training.levels import Level, raised, threshold
from aura.models.training.pieces import distinct, mark, spread
from aura.models.training.resources import Resources
from aura.models.training.spill import Spill
from aura.models.training.text import BEGIN, WHOLE
from aura.models.training.trie import Trie
from aura_spec.context_model import END

Gram = tuple[int, ...]

messages_of_few_letters = st.lists(
    st.text("ab ", max_size=12).map(str.encode) | st.binary(max_size=4), min_size=1, max_size=12
)


def symbols_of(message: bytes) -> Gram:
    return (BEGIN, *message, END)


def grams_of(messages: Sequence[bytes], length: int) -> Counter[Gram]:
    """All n-grams of up to so many symbols, with how often they occur."""
    found: Counter[Gram] = Counter()
    for message in messages:
        symbols = symbols_of(message)
        for end in range(1, len(symbols) + 1):
            found.update(symbols[start:end] for start in range(max(0, end - length), end))
    return found


def spelled(trie: Trie) -> dict[Gram, int]:
    """The n-grams of a trie that occur, with their counts."""
    grams: list[Gram] = [()]
    result = {}
    for node in range(1, len(trie)):
        grams.append((*grams[trie.parents[node]], int(trie.symbols[node])))
        suffix = grams[trie.suffixes[node]]
        assert suffix == grams[node][1:]
        if trie.counts[node]:
            result[grams[node]] = int(trie.counts[node]) // WHOLE
    return result


@given(messages_of_few_letters, st.integers(1, 24), st.integers(1, 3))
def test_contexts_that_occur_often_are_extended_by_all_that_follows(
    messages: list[bytes], order: int, minimum: int
) -> None:
    every = grams_of(messages, order + 1)
    expected = {
        gram: count
        for gram, count in every.items()
        if len(gram) == 1 or every[gram[:-1]] >= minimum or gram[:-1] == (BEGIN,)
    }
    assert spelled(statistics(messages, Extent(order, minimum)).trie) == expected


@given(messages_of_few_letters, st.integers(1, 24), st.integers(0, 60))
def test_of_much_text_ngrams_must_occur_often_themselves(
    messages: list[bytes], order: int, most: int
) -> None:
    every = grams_of(messages, order + 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "COMPLETE", 0)
        found = statistics(messages, Extent(order, 2), most=most)

    def listed(gram: Gram, count: int, least: int) -> bool:
        return count >= least_of(len(gram), least)

    def always(gram: Gram) -> bool:
        return len(gram) == 1 or (len(gram) == 2 and gram[0] == BEGIN)

    least = found.trie.least
    expected = {gram: count for gram, count in every.items() if listed(gram, count, least) or always(gram)}
    assert spelled(found.trie) == expected
    assert least == 2 or sum(listed(gram, count, least) for gram, count in every.items()) <= most
    # with a lower one there would be too many, those that are always kept among them
    lower = sum(listed(gram, count, least - 1) or always(gram) for gram, count in every.items())
    assert least == 2 or lower > most


def test_too_many_rare_ngrams_are_left_out() -> None:
    """Where not all that follows a frequent context finds room, what is rare is left out."""
    rng = random.Random(4)
    messages = [bytes(rng.choices(b"abcdef", k=20)) for _ in range(100)]
    everything = statistics(messages, Extent(8, 2)).trie
    assert everything.least == 1
    some = statistics(messages, Extent(8, 2), most=len(everything) // 2).trie
    assert some.least > 1
    assert spelled(some).items() <= spelled(everything).items()
    assert len(some) <= len(everything) // 2 + 258


def test_what_is_left_out_still_counts_in_its_context() -> None:
    """The rest of a context is what its entries do not account for."""
    messages = [b"ab"] * 5 + [b"ac"] * 4 + [b"ad"]
    found = statistics(messages, Extent(2, 2), most=0)
    assert found.trie.least > 1
    node = 1 + ord("a")
    listed = found.trie.counts[found.trie.parents == node].sum()
    assert found.trie.rest(1)[ord("a")] == found.trie.counts[node] - listed > 0
    assert found.trie.rest(0)[0] == found.trie.rest(1)[BEGIN] == 0


CHATTER = [f"{word} {number % 37} {word}".encode() for number in range(4000) for word in ("on", "off", "dim")]


@pytest.mark.parametrize(("complete", "most"), [(True, PLENTY), (False, PLENTY), (False, 3000)])
@pytest.mark.parametrize("threads", [1, 3])
def test_memory_and_threads_change_nothing(
    complete: bool,
    most: int,
    threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counting, "COMPLETE", PLENTY if complete else 0)
    monkeypatch.setattr(local_text, "SMALL", 0)
    expected = statistics(CHATTER, Extent(10, 2), most=most)
    monkeypatch.setattr("aura.models.training.resources.LEAST_PIECE", 5000)
    monkeypatch.setattr(sorted_runs, "INDEXED", 16)
    found = statistics(CHATTER, Extent(10, 2), most=most, resources=Resources(memory=1, threads=threads))
    for name in ("offsets", "parents", "suffixes", "symbols", "counts", "spreads", "least"):
        assert np.array_equal(getattr(found.trie, name), getattr(expected.trie, name))
    for name in ("nodes", "contexts", "targets", "entries", "blocks"):
        assert np.array_equal(getattr(found.chains, name), getattr(expected.chains, name))


def test_the_order_of_files_changes_nothing() -> None:
    files = [
        [(f"{name} {number}".encode(), f"{name}/{number // 5}") for number in range(200)]
        for name in ("chat", "log", "call")
    ]
    ids = {
        train_files(some, max_bytes=20_000).id
        for some in (files, files[::-1], [files[1], files[0], files[2]])
    }
    assert len(ids) == 1
    assert train_files(files[:2], max_bytes=20_000).id not in ids


def test_a_generator_is_read_once_and_is_as_good_as_a_list() -> None:
    messages = [message.decode() for message in CHATTER[:600]]
    model = aura.train((message for message in messages), max_bytes=20_000)
    assert model.id == aura.train(messages, max_bytes=20_000, memory="64MiB", threads=1).id


@pytest.mark.parametrize(
    ("using", "error", "words"),
    [
        ({"memory": "much"}, ValueError, "memory: 'much' is not a size"),
        ({"memory": 5}, ValueError, "memory"),
        ({"memory": 1.5}, TypeError, "memory"),
        ({"spill": "/no/such/directory"}, ValueError, "not a directory"),
        ({"threads": 0}, ValueError, "threads"),
        ({"cores": 2}, TypeError, "cores"),
    ],
)
def test_what_may_be_used_is_checked(using: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        aura.train(["a"], **using)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 1 << 40), max_size=80))
def test_marks_never_tell_of_more_sources_than_there_are(numbers: list[int]) -> None:
    marks = np.bitwise_or.reduce(mark(numbers), initial=np.uint64(0))[np.newaxis]
    assert distinct(marks)[0] == int(marks[0]).bit_count() <= len(set(numbers))
    assert distinct(marks)[0] <= spread(marks)[0]


def test_few_sources_are_told_apart_and_many_are_estimated() -> None:
    for count in (1, 2, 5, 40, 150):
        marks = np.bitwise_or.reduce(mark(np.arange(count)))[np.newaxis]
        assert spread(marks)[0] == pytest.approx(count, rel=0.5)


def test_contexts_of_too_few_sources_are_not_extended() -> None:
    messages = [b"secret words of one"] * 9 + [b"what everybody says"] * 9
    sources = ["one"] * 9 + [f"source {number}" for number in range(9)]
    for complete in (PLENTY, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "COMPLETE", complete)
            extent = Extent(16, 2, sources=3, free_order=4, by_message=True)
            grams = spelled(statistics(messages, extent, sources).trie)
        assert max(len(gram) for gram in grams if bytes(s for s in gram if s < 256) in messages[0]) <= 5
        assert max(len(gram) for gram in grams if bytes(s for s in gram if s < 256) in messages[-1]) > 10


def test_what_one_message_repeats_counts_once() -> None:
    messages = [b"ababababab", b"cd", b"cd", b"cd"]
    grams = spelled(statistics(messages, Extent(3, 2, by_message=True)).trie)
    assert (ord("c"), ord("d"), END) in grams
    assert (ord("a"), ord("b"), ord("a")) not in grams


def test_a_threshold_is_the_lowest_that_fits() -> None:
    counts = np.array([1, 2, 2, 3, 5, 8]) * WHOLE
    level = Level(np.zeros(6, np.int32), np.arange(6, dtype=np.int32), counts, counts)
    assert [threshold([level], most, 1) for most in range(7)] == [17, 11, 7, 5, 5, 2, 1]
    none = replace(level, counts=np.zeros(0, np.int64))
    assert [threshold([none] * 8 + [level], most, 1) for most in range(7)] == [9, 6, 4, 3, 3, 2, 1]
    longer = replace(level, suffixes=np.arange(6, dtype=np.int32))
    kept, places = raised([level, longer], 5)
    assert len(kept[0]) == 6
    assert kept[1].counts.tolist() == [3 * WHOLE, 5 * WHOLE, 8 * WHOLE]
    assert places[1].tolist() == [-1, -1, -1, 0, 1, 2]
    assert raised([level, longer, longer], 17)[1][2].tolist() == [-1] * 6


def test_columns_go_to_disk_and_come_back() -> None:
    column = Spill().column(np.int32)
    expected: list[int] = []
    for start in range(0, 600_000, 150_000):
        column.append(np.arange(start, start + 150_000))
        expected += range(start, start + 150_000)
    assert len(column) == len(expected)
    assert column.read(299_990, 300_010).tolist() == expected[299_990:300_010]
    assert column.read(599_999, 700_000).tolist() == [599_999]
    assert not len(column.read(5, 3))
    assert [len(piece) for piece in column.pieces(400_000)] == [400_000, 200_000]
    column.close()
    assert not len(column)


def test_messages_are_written_down_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura.models.training.written.BATCH", 300)
    messages = [b"%d" % number * (number % 40) for number in range(100)]
    sources = [number % 7 for number in range(100)]
    written = write(messages, sources)
    order = written.in_order()
    by_source = defaultdict(list)
    for message, source in zip(messages, sources, strict=True):
        by_source[source].append(message)
    assert list(written.read(order.messages)) == [message for held in by_source.values() for message in held]
    assert order.sources.tolist() == sorted(order.sources.tolist())


def test_memory_is_given_back_where_the_c_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    library = SimpleNamespace(malloc_trim=calls.append)
    monkeypatch.setattr(allocator.ctypes, "CDLL", lambda _name: library)
    allocator.give_back()
    assert calls == [0]
    del library.malloc_trim
    allocator.give_back()
    assert calls == [0]


def test_columns_share_few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many systems let a process open 1,024 files, and a text of gigabytes has thousands of columns."""
    opened: list[object] = []
    make = tempfile.SpooledTemporaryFile

    def counted(*arguments: Any, **named: Any) -> Any:
        opened.append(make(*arguments, **named))
        return opened[-1]

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", counted)
    monkeypatch.setattr(spill, "AREA_SIZE", 100_000)
    where = Spill(str(Path(tempfile.gettempdir())))
    columns = [where.column(np.int16, np.full(500, number)) for number in range(1000)]
    assert [int(column.read(499, 500)[0]) for column in columns] == list(range(1000))
    assert len(opened) == 10
    for column in columns[:300]:
        column.close()
    del columns[:300], column
    assert [file.closed for file in opened] == [True] * 3 + [False] * 7  # type: ignore[attr-defined]
