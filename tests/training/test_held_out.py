"""Which messages are held out of training, and what is measured on them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable

import pytest

import aura
from aura.models import figures
from aura.models.kinds import Kind
from aura.models.training import held_out, measurements
from aura.models.training.held_out import Choice, hold_out, message_digest, source_digest, source_name

LINES = [b"line %d of the file, which is not long" % (n * 7919 % 5003) for n in range(4000)]


def drawn(messages: list[bytes], sources: list[Hashable] | None) -> Counter[bytes]:
    found = hold_out(messages, sources)
    assert found is not None
    return Counter(message for unit in found.units for message in unit)


def shuffled(seed: int, sources: list[Hashable]) -> tuple[list[bytes], list[Hashable]]:
    """The lines in another order of sources, of which each keeps its own."""
    order = sorted(set(sources), key=str)
    random.Random(seed).shuffle(order)
    numbers = [n for source in order for n in range(len(LINES)) if sources[n] == source]
    return [LINES[n] for n in numbers], [sources[n] for n in numbers]


@pytest.mark.parametrize("width", [4, 1000])
def test_the_order_of_sources_does_not_matter(width: int) -> None:
    sources: list[Hashable] = [f"talk {n // width}" for n in range(len(LINES))]
    assert drawn(*shuffled(1, sources)) == drawn(*shuffled(2, sources)) == drawn(LINES, sources)


def test_the_order_of_messages_without_sources_does_not_matter() -> None:
    repeated = LINES[:1000] * 4
    assert drawn(repeated, None) == drawn(repeated[::-1], None)
    assert drawn(repeated, None) == drawn(sorted(repeated), None)


def test_a_source_is_held_out_as_a_whole_unless_it_is_large() -> None:
    sources: list[Hashable] = [n // 4 if n < 2000 else "large" for n in range(len(LINES))]
    found = hold_out(LINES, sources)
    assert found is not None
    assert found.sources is not None
    assert {len(unit) for unit in found.units} == {1, 4}
    assert found.conversations == [unit for unit in found.units if len(unit) == 4]
    left = Counter(found.sources)
    assert all(count == 4 for source, count in left.items() if source != "large")
    assert 1500 < left["large"] < 2000


def test_messages_are_either_trained_on_or_held_out() -> None:
    found = hold_out(LINES, None)
    assert found is not None
    assert found.sources is None
    assert not found.conversations
    assert sorted(found.messages + [m for unit in found.units for m in unit]) == sorted(LINES)


def test_about_one_byte_in_twenty_of_a_small_corpus_and_no_more_than_a_bound_of_a_large_one() -> None:
    size = sum(map(len, LINES))
    assert abs(sum(map(len, drawn(LINES, None).elements())) - size / held_out.ONE_IN) < size / 100
    many = [b"%d %s" % (n, b"x" * 90) for n in range(40_000)]
    amount = sum(map(len, drawn(many, None).elements()))
    assert abs(amount - held_out.HELD_OUT_BYTES) < held_out.HELD_OUT_BYTES / 4


def test_nothing_large_is_held_out() -> None:
    messages = [b"y" * 30_000, *LINES]
    found = hold_out(messages, None)
    assert found is not None
    assert messages[0] in found.messages
    for size in (0, 1, 1000, 1 << 20, 1 << 40):
        choice = Choice.for_size(size)
        assert choice.largest <= held_out.HELD_OUT_BYTES // 2
        assert choice.threshold <= (1 << 64) // held_out.ONE_IN


def test_a_small_corpus_spares_nothing() -> None:
    assert hold_out([], None) is None
    assert hold_out(LINES[:500], None) is None
    assert hold_out(LINES[:400], list(range(400))) is None
    assert hold_out([b"x" * 40_000], None) is None


def test_the_choice_of_a_unit_needs_no_other() -> None:
    choice = Choice.for_size(sum(map(len, LINES)))
    seen: Counter[bytes] = Counter()
    chosen: Counter[bytes] = Counter()
    for line in LINES:
        if choice.takes(message_digest(b"", line, seen[line])):
            chosen[line] += 1
        seen[line] += 1
    assert chosen == drawn(LINES, None)


def test_digests_tell_units_apart() -> None:
    digests = [
        source_digest(b"a"),
        source_digest(b"ab"),
        message_digest(b"a", b"b", 0),
        message_digest(b"", b"ab", 0),
        message_digest(b"ab", b"", 0),
        message_digest(b"a", b"b", 1),
    ]
    assert len(set(digests)) == len(digests)
    assert all(0 <= digest < 1 << 64 for digest in digests)


def test_sources_without_a_lasting_text_are_named_by_their_number() -> None:
    assert source_name(object(), 5) == source_name(frozenset("ab"), 5) == b"source 5"
    assert source_name(("user", 7), 5) == b"('user', 7)"
    assert source_name((object(),), 3) == b"source 3"
    assert source_name("\ud800", 3)


@pytest.fixture(scope="module")
def lines_model() -> aura.Model:
    return aura.train(LINES, max_bytes=40_000, options=aura.TrainingOptions(max_order=3))


def test_a_model_has_its_figures(lines_model: aura.Model) -> None:
    found = figures.parse(lines_model.metadata[figures.BITS_BY_KIND])
    assert sum(figure.size for figure in found.values()) == sum(map(len, drawn(LINES, None).elements()))
    assert set(found) <= {Kind.LATIN, Kind.NUMBERS}
    assert 0.2 < found[Kind.LATIN].bits < 4
    assert 0 < found[Kind.LATIN].error < 0.2
    assert len(lines_model.data) <= 40_000
    assert lines_model.stream_memory is None


def test_figures_are_reproducible(lines_model: aura.Model) -> None:
    again = aura.train(LINES, max_bytes=40_000, options=aura.TrainingOptions(max_order=3))
    assert again.data == lines_model.data


def test_figures_are_of_messages_that_the_model_has_not_seen() -> None:
    """Numbers that no other message has are as hard as ever, however many the model has seen."""
    noise = random.Random(5)
    texts = [b"%032x" % noise.getrandbits(128) for _ in range(1100)]
    model = aura.train(texts, max_bytes=200_000, options=aura.TrainingOptions(max_order=8))
    figure = figures.parse(model.metadata[figures.BITS_BY_KIND])[Kind.NUMBERS]
    assert figure.bits > 3.9


def test_nothing_is_held_out_if_a_caller_gives_both_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {figures.BITS_BY_KIND: "", "stream_memory": "0"}
    monkeypatch.delattr(measurements, "measure")
    options = aura.TrainingOptions(max_order=3, metadata=given)
    assert dict(aura.train(LINES, max_bytes=20_000, options=options).metadata) == given
    options = aura.TrainingOptions(max_order=3)
    small = aura.train(LINES, max_bytes=measurements.MIN_MAX_BYTES - 1, options=options)
    assert not small.metadata


def test_a_caller_may_give_one_of_the_texts() -> None:
    sources = [n // 4 for n in range(len(LINES))]
    for key in measurements.ROOM:
        options = aura.TrainingOptions(max_order=3, metadata={key: "own"})
        model = aura.train(LINES, sources=sources, max_bytes=20_000, options=options)
        assert model.metadata[key] == "own"
        assert model.metadata.keys() == measurements.ROOM.keys()
        assert all(len(model.metadata[name]) <= len(measurements.ROOM[name]) for name in measurements.ROOM)
