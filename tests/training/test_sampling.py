"""Samples of a corpus: which messages are in them, and what training on them reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import pytest
from tests.training.texts import write

import aura
from aura.models.reports import Drawn, Expected, Forgone, Report
from aura.models.train import train_files
from aura.models.training import budget, estimates
from aura.models.training.sampling import Draw
from aura.models.training.spill import Spill
from aura.models.training.written import Messages

WORDS = ("river", "lamp", "winter", "copper", "street", "violin", "garden", "engine")
COUNT = 1500
LINES = [
    f"{WORDS[n * 7919 % 8]} {n * 31 % 997} and {WORDS[n * 104729 % 7]} near {WORDS[n * 1299709 % 5]}"
    for n in range(COUNT)
]


def drawn(messages: Messages, size: int) -> list[bytes]:
    order = Draw.of(messages, messages.in_order()).first(size).order
    return list(messages.read(order.messages))


def lines(sources: Sequence[Hashable] | None) -> Messages:
    return write([line.encode() for line in LINES], sources)


@pytest.mark.parametrize("sources", [None, [n // 3 for n in range(COUNT)], [n // 750 for n in range(COUNT)]])
def test_a_larger_sample_contains_a_smaller_one(sources: list[Hashable] | None) -> None:
    messages = lines(sources)
    whole = Counter(line.encode() for line in LINES)
    before: Counter[bytes] = Counter()
    for size in (1, 1000, 5000, 10_000, 30_000, 1 << 30):
        sample = Counter(drawn(messages, size))
        assert before <= sample <= whole
        before = sample
    assert before == whole


@pytest.mark.parametrize("size", [1000, 10_000, 30_000])
def test_a_sample_has_the_size_that_was_asked_for_and_at_most_a_unit_more(size: int) -> None:
    sizes = sum(map(len, drawn(lines(None), size)))
    assert size <= sizes < size + max(map(len, LINES))


def test_a_sample_depends_neither_on_the_order_of_messages_nor_on_that_of_files() -> None:
    pairs = [(line.encode(), n // 3) for n, line in enumerate(LINES)]
    files = [pairs[:900], pairs[900:1200], pairs[1200:]]
    expected = Counter(drawn(lines([n // 3 for n in range(COUNT)]), 20_000))
    for some in (files, files[::-1]):
        found = Messages.write(some, Spill(), have_sources=True)
        assert Counter(drawn(found, 20_000)) == expected
    options = aura.TrainingOptions(sample="20%", max_order=4)
    ids = {train_files(some, max_bytes=20_000, options=options).id for some in (files, files[::-1])}
    assert len(ids) == 1


def test_small_sources_are_drawn_as_a_whole() -> None:
    messages = lines([n // 2 for n in range(COUNT)])
    sample = set(drawn(messages, 20_000))
    halves = [(LINES[n].encode() in sample, LINES[n + 1].encode() in sample) for n in range(0, len(LINES), 2)]
    assert all(first == second for first, second in halves)
    assert 0 < sum(first for first, _ in halves) < len(halves)


def test_a_large_source_is_drawn_message_by_message() -> None:
    sample = drawn(lines([0] * 750 + [1] * 750), 20_000)
    owners = {message in {line.encode() for line in LINES[:750]} for message in sample}
    assert owners == {True, False}


def test_equal_messages_are_drawn_apart() -> None:
    messages = write([b"the same line"] * 400)
    assert len(drawn(messages, 13 * 100)) == 100


def trained(**arguments: object) -> tuple[aura.Model, list[Report]]:
    reports: list[Report] = []
    options = aura.TrainingOptions(max_order=4, **arguments)  # type: ignore[arg-type]
    model = aura.train(LINES, max_bytes=20_000, options=options, report=reports.append)
    return model, reports


def test_a_sample_is_a_model_of_its_own_and_the_whole_is_the_default() -> None:
    whole, reports = trained()
    assert [type(report) for report in reports] == [Expected]
    for everything in ("100%", "1GiB"):
        assert trained(sample=everything)[0].id == whole.id
    half, _ = trained(sample="50%")
    assert half.id != whole.id
    assert trained(sample=f"{sum(map(len, LINES)) // 2}")[0].id == half.id


def test_a_sample_is_reported_with_what_it_forgoes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "LEAST_SIZE", 1)
    _, reports = trained(sample="80%")
    assert [type(report) for report in reports] == [Drawn, Expected, Forgone]
    sample, expected, forgone = reports
    assert isinstance(sample, Drawn)
    assert isinstance(expected, Expected)
    assert isinstance(forgone, Forgone)
    size = sum(map(len, LINES))
    assert sample.whole == forgone.whole == size
    assert sample.size == expected.size
    assert 0.8 * size <= sample.size < 0.81 * size
    assert 0.0 <= forgone.share < 0.5
    assert 0.0 < forgone.error < 0.5
    assert str(forgone).startswith(f"counting all {size / 1024:.0f} KiB would take about ")


def test_a_small_sample_is_too_small_to_tell_what_it_forgoes() -> None:
    _, reports = trained(sample="5%")
    assert [type(report) for report in reports] == [Drawn, Expected]


def test_little_time_chooses_a_sample_and_much_time_takes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "FLOOR", 1 << 12)
    whole, _ = trained()
    assert trained(time="10h")[0].id == whole.id
    monkeypatch.setattr(estimates, "speed", lambda: 1e-3)
    _, reports = trained(time="1s")
    assert isinstance(reports[0], Drawn)
    assert reports[0].size == pytest.approx(1 << 12, rel=0.02)  # never less
    _, reports = trained(time=1, sample="3%")
    assert isinstance(reports[0], Drawn)
    assert reports[0].size == pytest.approx(0.03 * reports[0].whole, rel=0.02)
