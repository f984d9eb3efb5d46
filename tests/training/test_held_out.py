"""Which messages are held out of training, and what is measured on them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import pytest
from tests.training.texts import write

import aura
from aura.models import figures
from aura.models.kinds import Kind
from aura.models.training import held_out, measurements
from aura.models.training.held_out import Choice

LINES = [b"line %d of the file, which is not long" % (n * 7919 % 5003) for n in range(4000)]


@dataclass
class Split:
    """Messages to train on with their sources, and what is held out."""

    messages: list[bytes]
    sources: list[Hashable]
    units: Sequence[Sequence[bytes]]
    conversations: Sequence[Sequence[bytes]]


def hold_out(messages: list[bytes], sources: list[Hashable] | None) -> Split | None:
    written = write(messages, sources)
    if not len(written):
        return None
    order = written.in_order()
    found = held_out.hold_out(written, order)
    if found is None:
        return None
    kept = order.messages[found.kept].tolist()
    owners = messages if sources is None else sources
    return Split(
        [messages[number] for number in kept],
        [owners[number] for number in kept],
        found.units,
        found.conversations,
    )


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
    assert {len(unit) for unit in found.units} == {1, 4}
    assert found.conversations == [unit for unit in found.units if len(unit) == 4]
    left = Counter(found.sources)
    assert all(count == 4 for source, count in left.items() if source != "large")
    assert 1500 < left["large"] < 2000


def test_messages_are_either_trained_on_or_held_out() -> None:
    found = hold_out(LINES, None)
    assert found is not None
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


def test_sources_without_a_lasting_text_are_named_by_their_number() -> None:
    def digests(*sources: Hashable) -> list[int]:
        column = write([b""] * len(sources), sources).sources
        assert column is not None
        return column.read().tolist()

    one, other = object(), frozenset("ab")
    found = digests(one, other, one, "x")
    assert found[:2] == digests(frozenset("cd"), object()) != found[1::-1]
    assert found[2:] == [found[0], *digests("x")]
    assert digests(1, 1.0, "1", ("1",), None) == digests(1, 1.0, "1", ("1",), None)
    assert len(set(digests(1, 1.0, "1", ("1",), None, (None,), "\ud800"))) == 7


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
    assert dict(aura.train(LINES, max_bytes=20_000, scrub=False, options=options).metadata) == given
    options = aura.TrainingOptions(max_order=3)
    small = aura.train(LINES, max_bytes=measurements.MIN_MAX_BYTES - 1, scrub=False, options=options)
    assert not small.metadata


def test_a_caller_may_give_one_of_the_texts() -> None:
    sources = [n // 4 for n in range(len(LINES))]
    for key in measurements.ROOM:
        options = aura.TrainingOptions(max_order=3, metadata={key: "own"})
        model = aura.train(LINES, sources=sources, max_bytes=20_000, scrub=False, options=options)
        assert model.metadata[key] == "own"
        assert model.metadata.keys() == measurements.ROOM.keys()
        assert all(len(model.metadata[name]) <= len(measurements.ROOM[name]) for name in measurements.ROOM)
