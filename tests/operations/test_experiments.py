"""Users stay where they are, and their messages are counted for their variant."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.aura.small_models import TINY
from tests.operations.trials import KEY, MESSAGES, SMALL, experiment, users

import aura
from aura.asgi import AuraMiddleware
from aura.connections.session import Models, Session, Settings
from aura.errors import EncodeError
from aura.experiments import (
    Experiment,
    Slot,
    Variant,
    rollout,
    slot_of,
)
from aura.experiments.assignment import Split
from aura.observation import MessageEvent, Observer, labelled

TWO_PROCESSES = experiment(), experiment(share=1.0)


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
