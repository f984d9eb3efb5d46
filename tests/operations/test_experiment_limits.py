"""Candidates that cost too much are taken back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import pytest
from tests.aura.small_models import TINY
from tests.operations.trials import LIMITS, MESSAGES, SMALL, experiment, users

import aura
from aura.codec_base import CodecBase, CodecWrapper
from aura.errors import DecodeError
from aura.experiments import (
    Experiment,
    Limits,
    Variant,
)
from aura.experiments.assignment import Split
from aura.experiments.guard import Guard
from aura.metrics import Totals


class Failing(CodecWrapper[CodecBase]):
    """A codec with a fault."""

    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        raise RuntimeError(f"fault at {len(messages)} messages")

    def decode_wires(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        return self.codec.decode_wires(wires, max_size)


class Watch:
    """A clock that only a slow codec moves on, so that no machine is too slow for a test."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    time = perf_counter


WATCH = Watch()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let observers and experiments look at the watch."""
    monkeypatch.setattr("aura.observed.time", WATCH)
    monkeypatch.setattr("aura.experiments.coding.time", WATCH)


class Slow(Failing):
    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        WATCH.now += 0.002 * len(messages)
        return self.codec.encode_messages(messages)


class Growing(Failing):
    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        return [b"\x07" + message for message in messages]


class Wrong(Failing):
    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        return [b"\x07" + message[::-1] for message in messages]


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("codec", "limit"),
    [(Failing(SMALL), "errors"), (Slow(SMALL), "latency"), (Growing(SMALL), "growth")],
)
@pytest.mark.parametrize("shadow", [False, True])
def test_a_candidate_that_passes_a_limit_is_taken_back(
    codec: CodecBase, limit: str, shadow: bool, caplog: pytest.LogCaptureFixture
) -> None:
    split = experiment(
        Variant("candidate", codec), Variant("other", SMALL), share=1.0, limits=LIMITS, shadow=shadow
    )
    [bad, good] = split.candidates
    user = next(
        user
        for user in users(99)
        if split.assigned(split.slot_of(user)).slot and _would_get(split, user) == 0
    )
    lucky = next(user for user in users(99) if _would_get(split, user) == 1)
    with caplog.at_level(logging.ERROR, "aura.experiments"):
        for number in range(40):
            message = f"yes, of course {number}".encode()
            wire = split.codec(user).compress(message)
            assert SMALL.decompress(wire) == message
            split.codec(lucky).compress(message)
            assert bad.is_live or number >= 20
    assert not bad.is_live
    assert bad.counts.breach is not None
    assert bad.counts.breach.limit == limit
    assert good.is_live
    assert split.variant_of(user).name == "control"
    assert f"candidate candidate is taken back: {limit} is" in caplog.text
    report = split.report()
    assert str(report.variants[1].taken_back).startswith(limit)
    split.resume("candidate")
    assert bad.is_live
    assert split.variant_of(user).name == ("control" if shadow else "candidate")
    with pytest.raises(KeyError):
        split.resume("control")


def _would_get(split: Experiment, user: str) -> int:
    return Split([1] * len(split.candidates)).candidate(split.slot_of(user))


def test_the_control_is_never_taken_back_and_its_errors_are_raised() -> None:
    split = experiment(control=Variant("control", Failing(SMALL)), limits=LIMITS)
    with pytest.raises(RuntimeError, match="fault at 1 messages"):
        split.codec("ada").compress("yes")
    assert split.control.is_live


def test_a_shadow_experiment_measures_and_sends_plain() -> None:
    plain = aura.Codec(model=TINY, level=0)
    split = experiment(control=Variant("plain", plain), share=1.0, shadow=True)
    codec = split.codec("ada")
    for message in MESSAGES:
        wire = codec.compress(message)
        assert wire == plain.compress(message)
        assert codec.decompress(wire) == message
    assert split.variant_of("ada").name == "plain"
    control, candidate = split.report().variants
    assert control.messages == candidate.messages == len(MESSAGES)
    assert control.ratio.estimate < 1 < candidate.ratio.estimate


def test_a_shadow_finds_messages_that_are_not_read_back() -> None:
    split = experiment(Variant("wrong", Wrong(SMALL)), share=1.0, shadow=True)
    assert SMALL.decompress(split.codec("ada").compress("abc")) == b"abc"
    assert split.report().variants[1].errors.estimate == 1.0


def test_refused_messages_count_as_errors() -> None:
    split = experiment(share=1.0, limits=LIMITS)
    for _ in range(40):
        with pytest.raises(DecodeError):
            split.codec("ada").decompress(b"\x7f")
    assert not split.candidates[0].is_live


def test_hysteresis_counts_looks_in_a_row() -> None:
    guard = Guard(Limits(errors=None, growth=0.1, latency=None, min_messages=10, every=1, strikes=3))
    bad, fair, good = (Totals(messages=100, grown=grown) for grown in (20, 9, 8))
    assert [guard.look(totals) for totals in (bad, bad, good, bad, bad, fair)] == [None] * 6
    assert guard.look(Totals(messages=9, grown=9)) is None
    breach = guard.look(bad)
    assert breach is not None
    assert str(breach) == "growth is 0.2, above 0.1"


@pytest.mark.parametrize(
    "options", [{"errors": 2}, {"latency": -1}, {"strikes": 0}, {"clear": 2}, {"seconds": 0}]
)
def test_limits_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Limits(**options)
