"""Estimates of what training takes, and of what more text would save."""

from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import aura
from aura.models import reports
from aura.models.reports import Drawn, Expected, Forgone
from aura.models.training import estimates, loss
from aura.models.training.estimates import Conditions, Corpus
from aura.models.training.resources import Resources
from aura.models.training.spill import Spill

GIB = 1 << 30
USUAL = Conditions(max_bytes=2 << 20, memory=2 * GIB)


def corpus(size: int) -> Corpus:
    return Corpus(size, size // 200)


def test_more_text_takes_more_of_all() -> None:
    found = [estimates.estimate(corpus(1 << shift), USUAL) for shift in range(14, 40, 2)]
    for less, more in pairwise(found):
        assert less.seconds < more.seconds
        assert less.memory <= more.memory
        assert less.needed <= more.needed
        assert less.disk < more.disk
    assert found[-1].memory < 2.5 * GIB  # however much there is
    assert all(estimate.needed < estimate.memory for estimate in found)


def test_larger_models_take_more_memory_and_quicker_machines_less_time() -> None:
    usual = estimates.estimate(corpus(GIB), USUAL)
    assert estimates.estimate(corpus(GIB), replace(USUAL, max_bytes=64 << 20)).needed > 5 * usual.needed
    assert estimates.estimate(corpus(GIB), replace(USUAL, speed=2.0)).seconds == usual.seconds / 2
    several = estimates.estimate(corpus(GIB), replace(USUAL, threads=4)).seconds
    assert usual.seconds / 4 < several < usual.seconds / 2
    assert estimates.estimate(corpus(GIB), replace(USUAL, scrub=False)).seconds < usual.seconds


@pytest.mark.parametrize("seconds", [60, 120, 600, 900])
def test_a_sample_is_the_largest_for_which_there_is_time(seconds: int) -> None:
    size = estimates.size_for(seconds, corpus(GIB), USUAL)
    assert estimates.FLOOR < size < GIB
    assert estimates.with_loss(corpus(GIB).part(size), USUAL) <= seconds
    assert estimates.with_loss(corpus(GIB).part(size + size // 32), USUAL) > seconds


def test_a_sample_has_bounds() -> None:
    assert estimates.size_for(0.001, corpus(GIB), USUAL) == estimates.FLOOR
    assert estimates.size_for(-5.0, corpus(GIB), USUAL) == estimates.FLOOR
    assert estimates.size_for(1e9, corpus(GIB), USUAL) == GIB
    assert estimates.size_for(0.001, corpus(1000), USUAL) == 1000


def test_the_speed_of_this_machine_is_measured() -> None:
    assert 0.001 < estimates.speed() < 100


def test_too_little_memory_is_refused_with_what_it_takes() -> None:
    found = estimates.estimate(corpus(GIB), USUAL)
    with pytest.raises(ValueError, match=f"memory is 256 MiB; .* at least {(found.needed >> 20) + 1} MiB"):
        estimates.check(found, Resources(memory=256 << 20))
    estimates.check(replace(found, disk=0), Resources(memory=found.needed))


def test_too_little_disk_is_refused_with_what_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024  # as shutil has it
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(1 << 40, 1 << 40, 100 << 20))
    found = estimates.estimate(corpus(GIB), USUAL)
    resources = Resources(memory=4 * GIB, spill=Spill(str(tmp_path)))
    with pytest.raises(OSError, match=f"about {found.disk >> 20} MiB, and 100 MiB are free") as caught:
        estimates.check(found, resources)
    assert caught.value.filename == str(tmp_path)
    estimates.check(replace(found, disk=100 << 20), resources)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(1 << 40, 1 << 40, 0))
    with pytest.raises(OSError, match="temporary files"):
        aura.train(["a", "b"], spill=tmp_path)


def falling(sizes: list[float], units: int = 50) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Compressed sizes of units, in sum about as given, which differ between units but not in what they gain."""
    weights = 1.0 + np.arange(units) % 5
    return [np.rint(1000 * size * weights / weights.sum()).astype(np.int64) for size in sizes]


def test_a_power_law_is_carried_on() -> None:
    """Bits 10 + 40·n^-0.5 for n of 1, 4 and 16, and then 64 and 256."""
    sizes = falling([50.0, 30.0, 20.0])
    assert loss.gain(sizes, 4.0).share == pytest.approx(5 / 20, abs=0.01)
    assert loss.gain(sizes, 16.0).share == pytest.approx(7.5 / 20, abs=0.01)
    assert loss.gain(sizes, 1.0).share == 0.0
    assert loss.gain(sizes, 4.0).error < 0.01


@pytest.mark.parametrize(
    ("sizes", "share"),
    [
        ([30, 25, 20], 1 - 0.8**2),  # where gains do not fall, the law is that of c = 0
        ([30, 29, 24], 1 - (24 / 29) ** 2),
        ([30, 20, 20], 0.0),
        ([20, 20, 21], 0.0),
    ],
)
def test_gains_never_rise_nor_fall_below_nothing(sizes: list[float], share: float) -> None:
    assert loss.gain(falling(sizes), 16.0).share == pytest.approx(share, abs=0.01)
    assert loss.gain(falling(sizes), 1e30).share <= 1.0


def test_the_error_tells_units_that_differ_much() -> None:
    sure = falling([50.0, 30.0, 20.0], units=400)
    rng = np.random.default_rng(1)
    unsure = [sizes + rng.integers(0, 60, len(sizes)) for sizes in sure]
    assert loss.gain(unsure, 16.0).error > 2 * loss.gain(sure, 16.0).error


def test_compressed_sizes_are_those_of_a_codec() -> None:
    model = aura.train([f"door {n} is shut" for n in range(200)], max_bytes=20_000)
    units = [[b"door 7 is shut"], [b"door 9 is open", b"window 3"]]
    codec = aura.Codec(model=model)
    expected = [sum(len(codec.compress(message)) for message in unit) for unit in units]
    assert loss.coded_sizes(model, units).tolist() == expected


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (
            Expected(512 << 20, 4_100_000, 360.0, int(1.7 * GIB), 9 * GIB, "/tmp"),  # noqa: S108
            "512 MiB in 4,100,000 messages: about 6 min, 1.7 GiB of memory, 9.0 GiB of temporary files in /tmp",
        ),
        (Drawn(1 << 20, 5000, 10 << 20), "sample of 1.0 MiB (10 %) in 5,000 messages"),
        (
            Forgone(GIB, 8000.0, 0.0234, 0.004),
            "counting all 1.0 GiB would take about 2.2 h and save about 2.3 % (± 0.4)",
        ),
    ],
)
def test_reports_are_lines(report: reports.Report, text: str) -> None:
    assert str(report) == text


def test_sizes_and_times_have_units() -> None:
    assert [reports.size_text(size) for size in (0, 999, 2048, 10 << 20, 5 << 40)] == [
        "0 bytes",
        "999 bytes",
        "2.0 KiB",
        "10 MiB",
        "5.0 TiB",
    ]
    assert [reports.time_text(seconds) for seconds in (1.2, 119, 300, 7300)] == [
        "1 s",
        "119 s",
        "5 min",
        "2.0 h",
    ]
