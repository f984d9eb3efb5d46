"""Users stay where they are, candidates that cost too much are taken back, and decisions are seldom wrong."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.aura.small_models import TINY
from typer.testing import CliRunner

import aura
from aura.asgi import AuraMiddleware
from aura.cli import app
from aura.codec_base import CodecBase, CodecWrapper
from aura.connections.session import Models, Session, Settings
from aura.errors import DecodeError, EncodeError
from aura.experiments import (
    Decision,
    Experiment,
    ExperimentError,
    Interval,
    Limits,
    Look,
    Rule,
    Slot,
    Variant,
    rollout,
    slot_of,
)
from aura.experiments.assignment import Split
from aura.experiments.guard import Guard
from aura.experiments.measures import BUCKETS, Measures
from aura.metrics import Gauges, Totals
from aura.observation import MessageEvent, Observer, labelled

KEY = bytes(range(16))
SMALL = aura.Codec(model=TINY)
MESSAGES = [b"yes, of course", b"no, thank you", b"the door is open", b"x"]


def experiment(*candidates: Variant, **options: Any) -> Experiment:
    given: dict[str, Any] = {"key": KEY, "control": Variant("control", SMALL), **options}
    return Experiment("trial", candidates=candidates or (Variant("candidate", SMALL),), **given)


TWO_PROCESSES = experiment(), experiment(share=1.0)


def users(count: int) -> Iterator[str]:
    return (f"user-{number}" for number in range(count))


# which variant


@pytest.mark.parametrize(
    ("key", "name", "user", "slot"),
    [
        (KEY, "level-3", "ada", Slot(14861691200593374703, 16586809129960738588, 1162967864)),
        (KEY, "level-3", "", Slot(735818515439929950, 9154043763152250055, 3239772976)),
        (KEY, "", "ada", Slot(5202548926500143983, 4018491450077859131, 2133977595)),
        (bytes(64), "level-3", "ädä", Slot(10989065601440722266, 10484577227310052429, 731006741)),
    ],
)
def test_slots_are_those_of_the_vectors(key: bytes, name: str, user: str, slot: Slot) -> None:
    assert slot_of(key, name, user) == slot


def test_names_and_users_do_not_run_into_each_other() -> None:
    assert slot_of(KEY, "ab", "c") != slot_of(KEY, "a", "bc")
    assert slot_of(KEY, "a", "u") != slot_of(KEY, "b", "u")
    assert slot_of(KEY, "a", "u") != slot_of(KEY[::-1], "a", "u")


@given(st.text(), st.lists(st.floats(0, 1), min_size=2, max_size=6), st.lists(st.integers(1, 9), min_size=1))
def test_a_larger_share_moves_nobody_back(user: str, shares: list[float], weights: list[int]) -> None:
    try:
        slot = slot_of(KEY, "trial", user)
    except UnicodeEncodeError:
        return
    split = Split(weights)
    assert 0 <= split.candidate(slot) < len(weights)
    is_in = [split.is_in(slot, share) for share in sorted(shares)]
    assert all(later or not earlier for earlier, later in pairwise(is_in))
    assert split.is_in(slot, 1.0)
    assert not split.is_in(slot, 0.0)


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.floats(0, 1), max_size=4))
def test_assignment_is_stable(user: str, shares: list[float]) -> None:
    """The same user has the same variant at the same share, in any process and in any order of shares."""
    first, second = TWO_PROCESSES
    for share in (*shares, *reversed(shares)):
        first.share = second.share = share
        assert first.variant_of(user).name == second.variant_of(user).name


def test_shares_and_weights_are_kept() -> None:
    split = experiment(Variant("one", SMALL, weight=1), Variant("two", SMALL, weight=3), share=0.4)
    names = [split.variant_of(user).name for user in users(20_000)]
    for name, expected in (("control", 0.6), ("one", 0.1), ("two", 0.3)):
        assert names.count(name) / len(names) == pytest.approx(expected, abs=0.015)


def test_nobody_moves_between_candidates() -> None:
    split = experiment(Variant("one", SMALL), Variant("two", SMALL))
    before = dict.fromkeys(users(300), "control")
    for share in (0.1, 0.3, 0.6, 1.0):
        split.share = share
        for user, name in before.items():
            after = split.variant_of(user).name
            assert name in (after, "control")
            before[user] = after
    assert set(before.values()) == {"one", "two"}


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"key": b"short"}, ValueError, "key has 5 bytes, not 16 to 64"),
        ({"key": "text"}, TypeError, "key is bytes, not str"),
        ({"share": 1.5}, ValueError, "share is 1.5, above 1"),
        ({"candidates": []}, ValueError, "an experiment has no candidate"),
        ({"candidates": [Variant("control", SMALL)]}, ValueError, "have the same name"),
        ({"name": 5}, TypeError, "name is a str, not int"),
        ({"shadow": 1}, TypeError, "shadow is True or False"),
    ],
)
def test_arguments_are_checked(options: dict[str, Any], error: type[Exception], said: str) -> None:
    given = {
        "name": "trial",
        "key": KEY,
        "control": Variant("control", SMALL),
        "candidates": [Variant("candidate", SMALL)],
        **options,
    }
    with pytest.raises(error, match=said):
        Experiment(given.pop("name"), **given)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [(("", SMALL), ValueError), ((1, SMALL), TypeError), (("a", 1), TypeError), (("a", SMALL, 1), TypeError)],
)
def test_variants_are_checked(arguments: tuple[Any, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        Variant(*arguments)


# two models


@pytest.mark.parametrize(
    ("control", "candidate", "said"),
    [
        (
            SMALL,
            aura.Codec(model=aura.Model.load_small()),
            "the models differ; let both write explicit_model=True",
        ),
        (SMALL, aura.Codec(model=TINY, check=True), "one has check=True and the other has not"),
        (SMALL, aura.Codec(model=TINY, templates={300: "{a} is {b}"}), "it does not hold template 300"),
        (
            aura.Codec(model=TINY, explicit_model=True),
            aura.Codec(model=aura.Model.load_small(), explicit_model=True),
            "it does not hold the model; give it in models=",
        ),
    ],
)
def test_variants_have_to_read_each_other(control: aura.Codec, candidate: aura.Codec, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        experiment(Variant("candidate", aura.CachedCodec(candidate)), control=Variant("control", control))


def test_during_a_rollout_all_read_both_models() -> None:
    before, after = rollout(TINY, aura.Model.load_small())
    split = experiment(Variant("new", after), control=Variant("old", before), share=0.5)
    names = {user: split.variant_of(user).name for user in users(20)}
    assert set(names.values()) == {"old", "new"}
    for writer in names:
        for reader in names:
            for message in MESSAGES:
                assert split.codec(reader).decompress(split.codec(writer).compress(message)) == message
    split.share = 1.0
    wire = before.compress(MESSAGES[2])
    assert split.codec("user-1").decompress(wire) == MESSAGES[2]


# counting


def test_messages_are_counted_for_the_variant_of_their_user() -> None:
    split = experiment(share=0.5)
    sent = dict.fromkeys(("control", "candidate"), 0)
    for user in users(50):
        codec = split.codec(user)
        wires = codec.compress_batch(MESSAGES)
        assert codec.decompress_batch(wires) == MESSAGES
        assert codec.compress(MESSAGES[0]) == wires[0]
        sent[split.variant_of(user).name] += 2 * len(MESSAGES) + 1
    report = split.report()
    assert {one.name: one.messages for one in report.variants} == sent
    assert sum(one.users for one in report.variants) == 50
    assert all(one.ratio.low <= one.ratio.estimate <= one.ratio.high for one in report.variants)


def test_the_labels_say_the_user() -> None:
    split = experiment(share=1.0)
    codec = split.codec()
    codec.compress("yes")
    with labelled(user="ada"):
        assert codec.decompress(codec.compress("yes")) == b"yes"
    control, candidate = split.report().variants
    assert (control.messages, candidate.messages) == (0, 2)


def test_templates_that_the_caller_names_are_counted() -> None:
    split = experiment(share=1.0)
    message = "Timeout after 30ms for db"
    assert split.codec("ada").compress(message, template_id=85, slots=["30", "db"])
    with pytest.raises(EncodeError):
        split.codec("ada").compress("other", template_id=85, slots=["30", "db"])
    assert split.report().variants[1].messages == 1


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


LIMITS = Limits(errors=0.1, growth=0.3, latency=0.001, min_messages=20, every=5, strikes=2)


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


# sessions


def test_sessions_have_the_settings_of_their_users_variant() -> None:
    heard: list[str] = []

    class Listener(Observer):
        def on_message(self, event: MessageEvent) -> None:
            heard.append(event.method)

    models = Models([TINY])
    usual = Settings(models, memory=0, observer=Listener())
    split = experiment(
        Variant("candidate", SMALL, Settings(models, memory="auto")),
        control=Variant("control", SMALL, usual),
        share=0.5,
    )
    kinds = {user: split.variant_of(user).name for user in users(10)}
    assert set(kinds.values()) == {"control", "candidate"}
    assert split.settings() is usual
    for user, kind in kinds.items():
        with labelled(user=user):
            settings = split.settings()
        assert settings.memory == ("auto" if kind == "candidate" else 0)
        server, client = Session(settings, role="server"), Session(Settings(models), role="client")
        for end, other in ((server, client), (client, server)):
            for frame in other.data_to_send():
                end.receive_data(frame)
        server.send("yes, of course")
    counted = {one.name: one.messages for one in split.report().variants}
    assert counted == {name: list(kinds.values()).count(name) for name in ("control", "candidate")}
    assert len(heard) == counted["control"]
    with pytest.raises(ValueError, match="variant control has no settings"):
        experiment().settings()


def test_asgi_asks_for_the_settings_of_each_connection() -> None:
    split = experiment(
        Variant("candidate", SMALL, Settings(Models([TINY]))),
        control=Variant("control", SMALL, Settings(Models([TINY]))),
        share=1.0,
    )

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "yes"})

    client = Session(Settings(Models([TINY])), role="client")
    [hello] = client.data_to_send()

    async def main() -> list[Any]:
        sent: list[Any] = []
        events: list[Any] = [{"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": hello}]

        async def receive() -> Any:
            return events.pop(0)

        async def send(event: Any) -> None:
            sent.append(event)

        with labelled(user="ada"):
            await AuraMiddleware(application, split)(
                {"type": "websocket", "subprotocols": ["aura.v1"]}, receive, send
            )
        return sent

    assert len(asyncio.run(main())) >= 3
    assert split.report().variants[1].messages == 1


# statistics


def counted(split: Experiment, wire: tuple[float, float], count: int, seed: int = 1, each: int = 12) -> None:
    """Users with messages of 100 bytes that take so many on the wire in each variant, with differences of users."""
    generator = np.random.default_rng(seed)
    for trial, mean in zip((split.control, *split.candidates), wire, strict=True):
        measures = trial.counts.measures
        for size in generator.normal(mean, mean / 4, count):
            row = measures._total(int(generator.integers(1 << 32)))
            for place, value in enumerate((1, 100, max(1, int(size)), 0, 0, 1e-4)):
                row[place] += each * value


RULE = Rule(min_users=100, min_messages=100)


@pytest.mark.parametrize(
    ("wire", "decision"),
    [((25, 20), Decision.CANDIDATE), ((25, 25), Decision.UNDECIDED), ((25, 30), Decision.CONTROL)],
)
def test_differences_are_found(wire: tuple[float, float], decision: Decision) -> None:
    split = experiment(rule=Rule(min_users=100, min_messages=100, min_gain=0.0))
    counted(split, wire, 150)
    [comparison] = split.report().comparisons
    assert comparison.decision is decision
    assert comparison.look is not None
    assert (comparison.look.number, comparison.look.alpha) == (1, 0.025)
    assert comparison.change.low < comparison.change.estimate < comparison.change.high
    assert comparison.change.estimate == pytest.approx(wire[1] / wire[0] - 1, abs=0.08)
    assert comparison.next_users == (200 if decision is Decision.UNDECIDED else None)


def test_nothing_is_decided_before_there_is_enough() -> None:
    split = experiment(rule=RULE)
    counted(split, (25, 10), 80)
    [comparison] = split.report().comparisons
    assert (comparison.decision, comparison.look, comparison.next_users) == (Decision.UNDECIDED, None, 100)
    split = experiment(rule=Rule(min_users=10, min_messages=2000))
    counted(split, (25, 10), 80)
    assert split.report().comparisons[0].look is None


def test_asking_again_changes_nothing() -> None:
    split = experiment(rule=RULE)
    counted(split, (25, 25), 120)
    first = split.report()
    for _ in range(5):
        assert split.report() == first
    counted(split, (25, 25), 60, seed=2)
    [again] = split.report().comparisons
    assert again.look == first.comparisons[0].look
    counted(split, (25, 25), 60, seed=3)
    look = split.report().comparisons[0].look
    assert look is not None
    assert (look.number, look.alpha) == (2, pytest.approx(0.05 / 6))


def test_what_is_decided_stays_decided() -> None:
    split = experiment(rule=RULE)
    counted(split, (25, 15), 120)
    assert split.report().comparisons[0].decision is Decision.CANDIDATE
    counted(split, (25, 60), 500, seed=2)
    [comparison] = split.report().comparisons
    assert comparison.decision is Decision.CANDIDATE
    assert comparison.look is not None
    assert comparison.look.number == 1


def test_counting_begins_anew_with_another_share_and_looks_are_numbered_on() -> None:
    split = experiment(rule=RULE)
    counted(split, (25, 25), 120)
    split.check()
    split.share = 0.0
    assert split.report().variants[0].messages == 1440
    split.share = 0.5
    report = split.report()
    assert report.variants[0].messages == 0
    assert report.comparisons[0].next_users == 100
    counted(split, (25, 25), 120, seed=4)
    look = split.report().comparisons[0].look
    assert look is not None
    assert look.number == 2


def decided_without_a_difference(experiments: int) -> int:
    """How many experiments without a difference are decided, each of which is looked at four times."""
    rule = Rule(min_users=50, min_messages=50, min_gain=0.0, alpha=0.05)
    decided = 0
    for seed in range(experiments):
        split = experiment(rule=rule)
        for part in range(4):
            counted(split, (25, 25), 55 << max(0, part - 1), seed=1000 * seed + part, each=1)
            split.check()
        counts = split.candidates[0].counts
        assert len(counts.looks) == 4 or counts.decision is not Decision.UNDECIDED
        decided += counts.decision is not Decision.UNDECIDED
    return decided


def test_the_rule_errs_seldom_although_it_looks_again_and_again() -> None:
    assert decided_without_a_difference(12) <= 3  # with probability 0.05 each, more come once in 450 times


@pytest.mark.thorough
def test_the_rule_errs_no_more_often_than_it_says() -> None:
    assert decided_without_a_difference(400) <= 32  # with probability 0.05 each, more come once in 200 times


@pytest.mark.parametrize("options", [{"alpha": 0}, {"min_users": 0}, {"min_messages": 0}, {"min_gain": -1}])
def test_rules_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Rule(**options)


def test_users_are_counted_about_right() -> None:
    measures = Measures()
    assert measures.users == 0
    for user in users(5000):
        measures.add(slot_of(KEY, "trial", user).bucket, 1, 1, 0.0)
        measures.add(slot_of(KEY, "trial", user).bucket, 1, 1, 0.0)
    assert measures.users == pytest.approx(5000, rel=0.02)
    assert measures.messages == 10_000
    assert np.count_nonzero(measures.table().any(axis=1)) > 0.98 * BUCKETS


def test_totals_go_into_a_file_and_nothing_else_comes_out() -> None:
    measures = Measures()
    measures.add(5, 10, 20, 0.5)
    measures.add_error(1 << 31)
    content = measures.as_dictionary()
    again = Measures.from_dictionary(content)
    assert (again.table() == measures.table()).all()
    assert (again.users, again.messages) == (measures.users, 1)
    for damaged in (
        {**content, "seen": "AAAA"},
        {**content, "seen": 5},
        {**content, "buckets": {"0": [1, 2]}},
        {**content, "buckets": {"0": [-1.0] * 6}},
        {**content, "buckets": []},
        {},
    ):
        with pytest.raises(ValueError, match=r"users|totals|base64|padding"):
            Measures.from_dictionary(damaged)


# files


def test_an_experiment_goes_on_in_another_process(tmp_path: Path) -> None:
    path = tmp_path / "trial.json"
    split = experiment(share=0.5, rule=RULE, limits=LIMITS)
    counted(split, (25, 15), 120)
    for _ in range(30):
        split.candidates[0].counts.measures.add_error(5)
    split.candidates[0].counts.breach = Guard(Limits(growth=0.0, min_messages=1, strikes=1)).look(
        Totals(1, grown=1)
    )
    split.save(path)
    assert b"user-" not in path.read_bytes()
    assert KEY.hex() not in path.read_text()
    again = experiment(rule=RULE, limits=LIMITS)
    again.restore(path)
    assert again.share == 0.5
    assert not again.candidates[0].is_live
    assert again.report() == split.report()
    for other in (
        experiment(key=bytes(16)),
        experiment(Variant("another", SMALL)),
        Experiment(
            "other", key=KEY, control=Variant("control", SMALL), candidates=[Variant("candidate", SMALL)]
        ),
    ):
        with pytest.raises(ExperimentError):
            other.restore(path)


@settings(max_examples=40)
@given(st.data())
def test_damaged_files_are_refused_or_read(data: st.DataObject) -> None:
    split = experiment()
    counted(split, (25, 15), 3)
    split.candidates[0].counts.looks.append(Look(1, 5, 0.1, Interval(0.0, 0.0, 0.0), Decision.CONTROL))
    with TemporaryDirectory() as folder:
        path = Path(folder, "trial.json")
        split.save(path)
        content = json.loads(path.read_bytes())
        place: Any = content
        while True:
            key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
                break
            place = place[key]
        place[key] = data.draw(st.sampled_from([None, -1, "x", [], {}, 1e999, [1], {"a": 1}, True]))
        path.write_text(json.dumps(content))
        again = experiment()
        try:
            again.restore(path)
        except ExperimentError as error:
            assert str(path) in str(error)
            assert again.share == 0.0


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"form": "aura-experiment-2"}']
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trial.json"
    path.write_bytes(content)
    with pytest.raises(ExperimentError, match="is no file of an experiment"):
        experiment().restore(path)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["experiment", "report", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_reports(tmp_path: Path) -> None:
    path = str(tmp_path / "trial.json")
    split = experiment(share=0.5, rule=RULE, shadow=True)
    split.save(path)
    assert "nothing is decided before there are 100 users and 100 messages of each" in run(path)
    counted(split, (25, 25), 120)
    split.save(path)
    assert "; the next one is at 200" in run(path)
    counted(split, (25, 15), 400)
    split.candidates[0].counts.breach = Guard(Limits(growth=0.0, min_messages=1, strikes=1)).look(
        Totals(1, grown=1)
    )
    split.save(path)
    text = run(path)
    assert text.startswith("trial: 0.5 of the users get a candidate, measured only\n")
    assert "look 2 at 5" in text
    assert "users said: candidate" in text
    assert "candidate was taken back: growth is 1, above 0" in text
    told = json.loads(run(path, "--json"))
    assert told == json.loads(json.dumps(split.report().as_dictionary()))
    assert Interval(**told["variants"][0]["ratio"]) == split.report().variants[0].ratio


def test_metrics_show_the_variants() -> None:
    split = experiment(share=1.0)
    split.codec("ada").compress("yes, of course")
    gauges = Gauges()
    gauges.add(split)
    values = {(one.name, *(value for _, value in one.labels)): one.value for one in gauges.readings()}
    assert values["aura_experiment_share", "trial"] == 1.0
    assert values["aura_experiment_messages", "trial", "candidate"] == 1
    assert values["aura_experiment_messages", "trial", "control"] == 0
    assert values["aura_experiment_live", "trial", "candidate"] == 1.0


def test_a_codec_of_a_user_is_closed_with_all_variants() -> None:
    with experiment().codec("ada") as codec:
        assert codec.compress("yes")
