"""Models in sessions: those that are added or fetched while messages go on, and peers that give others."""

from __future__ import annotations

import gc
import hashlib
import weakref
from dataclasses import replace

import pytest
from tests.aura.session_ends import HELLO, SMALL_ID, TINY_ID, Pair, frames_of
from tests.aura.small_models import OTHER, SINGLE, SMALL, TINY

from aura.connections.session import ModelFetched, Models, Session, Settings, coding
from aura.connections.session.models import MAX_FETCHED
from aura.connections.session.transfer import MAX_REQUESTS
from aura.errors import DecodeError, Malformed
from aura.models.model import Model
from aura_spec.errors import ChecksumMismatch, LimitExceeded
from aura_spec.session import NO_MODEL, Chunk, Control, Have, Offer, Use, build_control, parse_control
from aura_spec.session_negotiation import Coding, Hello


@pytest.mark.parametrize("memory", [0, 1 << 15])
def test_a_model_is_added_while_messages_go_on(memory: int) -> None:
    """Rules SES-7 and SES-12."""
    ends = [Settings(Models([TINY]), memory=memory) for _ in range(2)]
    pair = Pair(*ends)
    assert pair.carry("one", pair.client) == "one"
    for end in ends:
        end.models.add(OTHER)
    for text in ("two", "three"):
        assert pair.carry(text, pair.server) == text
        assert pair.carry(text, pair.client) == text
    for session in (pair.client, pair.server):
        assert session.use
        assert session.use.model == bytes.fromhex(OTHER.id)


def test_each_session_begins_with_the_hello_of_its_own_settings() -> None:
    """Though sessions that share models and settings begin with the same bytes, which are written once."""

    def hello(settings: Settings) -> tuple[bytes, Hello]:
        [frame] = Session(settings, role="server").data_to_send()
        said = parse_control(frame)
        assert isinstance(said, Hello)
        return frame, said

    models = Models([TINY])
    first, second = Settings(models), Settings(models, memory=0, max_message=99)
    frame, said = hello(first)
    assert hello(first)[0] is frame
    assert (said.max_message, said.models) == (1 << 20, (TINY_ID,))
    assert (hello(second)[1].max_message, hello(second)[1].memory) == (99, 0)
    assert hello(first) == (frame, said)
    models.add(OTHER)
    assert hello(first)[1] == replace(said, models=(bytes.fromhex(OTHER.id), TINY_ID))
    assert hello(replace(first, models=Models([])))[1].models == ()


def test_a_model_that_lacks_is_fetched_and_then_used() -> None:
    """Rules SES-12 to SES-15."""
    client = Settings(Models([TINY]), max_fetch=1 << 20)
    server = Settings(Models([SMALL]))
    pair = Pair(client, server)
    assert client.models.get(bytes.fromhex(SMALL.id))
    for sender in (pair.client, pair.server):
        assert pair.carry("hi", sender) == "hi"
        assert sender.use
        assert sender.use.model == bytes.fromhex(SMALL.id)
    again = Pair(client, server)
    assert again.frames == 3  # two hellos, and word that the client holds it
    assert again.carry("hi", again.server) == "hi"
    assert again.server.use == Use(Coding.STREAM, 1 << 15, SMALL_ID, 4)


def test_a_model_that_is_added_later_is_fetched() -> None:
    client = Settings(Models([TINY]), max_fetch=1 << 20)
    server = Settings(Models([TINY]))
    pair = Pair(client, server)
    server.models.add(SMALL)
    for _ in range(2):
        assert pair.carry("hi", pair.server) == "hi"
    assert pair.server.use
    assert pair.server.use.model == bytes.fromhex(SMALL.id)
    server.models.add(OTHER)
    for _ in range(2):
        assert pair.carry("hi", pair.client) == "hi"
    assert pair.client.use
    assert pair.client.use.model == bytes.fromhex(OTHER.id)


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (Settings(Models([TINY]), max_fetch=100), Settings(Models([SMALL]))),
        (Settings(Models([TINY]), max_fetch=1 << 20), Settings(Models([SMALL]), serve_models=False)),
        (Settings(Models([TINY])), Settings(Models([SMALL]))),
    ],
)
def test_a_model_that_is_not_given_is_not_used(client: Settings, server: Settings) -> None:
    pair = Pair(client, server)
    assert pair.carry("hi", pair.client) == "hi"
    assert len(client.models) == 1
    assert pair.client.use
    assert pair.client.use.model == NO_MODEL


DATA = SMALL.data
OFFER = Offer(SMALL_ID, len(DATA), hashlib.sha256(DATA).digest())
WRONG: dict[str, tuple[list[Control | bytes], type[DecodeError]]] = {
    "another model": ([replace(OFFER, model=TINY_ID)], Malformed),  # SES-14
    "too large": ([replace(OFFER, size=(1 << 20) + 1)], LimitExceeded),  # SES-15
    "two offers": ([OFFER, OFFER], Malformed),  # SES-14
    "no offer": ([Chunk(DATA[:99])], Malformed),  # SES-15
    "too much": ([replace(OFFER, size=98), Chunk(DATA[:99])], Malformed),  # SES-15
    "another digest": ([replace(OFFER, size=99), Chunk(DATA[:99])], ChecksumMismatch),  # SES-15
    "one after a refusal": ([replace(OFFER, size=0), OFFER], Malformed),  # SES-14
}


@pytest.mark.parametrize("name", WRONG)
def test_a_model_that_is_not_what_was_asked_for_is_refused(name: str) -> None:
    """Rules SES-14 and SES-15."""
    steps, kind = WRONG[name]
    *before, last = frames_of(replace(HELLO, models=(SMALL_ID,)), *steps)
    session = Session(replace(SINGLE, max_fetch=1 << 20), role="client")
    for frame in before:
        session.receive_data(frame)
    with pytest.raises(kind):
        session.receive_data(last)


def test_a_model_file_with_another_id_is_refused() -> None:
    """Rule SES-15."""
    with pytest.raises(ChecksumMismatch):
        ModelFetched(TINY_ID, SMALL.data).load()
    with pytest.raises(DecodeError):
        ModelFetched(TINY_ID, b"no model").load()


def test_a_peer_cannot_make_a_session_ask_without_end() -> None:
    session = Session(replace(SINGLE, max_fetch=1 << 20), role="client")
    session.receive_data(build_control(HELLO))
    session.data_to_send()
    requests = 0
    for number in range(500):
        model = number.to_bytes(8, "big")
        session.receive_data(build_control(Have(model)))
        if session.data_to_send():
            requests += 1
            session.receive_data(build_control(Offer(model, 0, bytes(32))))
    assert len(session._peer_models) <= 64
    assert requests == MAX_REQUESTS


def test_a_peer_that_pushes_models_takes_none_of_the_applications_own_away() -> None:
    """Neither for this peer nor for others, and but few of them are kept."""
    victim = Settings(Models([TINY]), max_fetch=1 << 20)
    pushed = [TINY.with_sections(templates={300: "{who} " + name}) for name in "abcdefghijkl"]
    for start in (0, 4, 8):
        attacker = Settings(Models([]))
        pair = Pair(attacker, victim)
        for model in pushed[start : start + 4]:
            attacker.models.add(model)
            assert pair.carry("hi", pair.client) == "hi"
    assert [model.id for model in victim.models] == [TINY.id]
    kept = [model for model in pushed if victim.models.get(bytes.fromhex(model.id))]
    assert kept == pushed[-MAX_FETCHED:]
    other = Pair(Settings(Models([TINY])), victim)
    assert other.frames == 2
    assert other.carry("hi", other.server) == "hi"
    assert other.server.use
    assert other.server.use.model == TINY_ID


def test_models_are_kept_in_order() -> None:
    models = Models([TINY])
    models.add(SMALL)
    models.add(TINY)
    assert [model.id for model in models] == [TINY.id, SMALL.id]
    assert models.get(SMALL_ID) is SMALL
    assert models.get(bytes(8)) is None
    assert Models().get(bytes.fromhex(Model.load_default().id))


def test_a_model_goes_with_the_sessions_that_use_it() -> None:
    """What they share is kept as long as the model, and no longer."""
    model = TINY.with_sections(templates={300: "Nobody else has {what}."})
    model_id, gone = model.id, weakref.ref(model)
    pair = Pair(Settings(Models([model])))
    assert pair.carry("Nobody else has this.", pair.client) == "Nobody else has this."
    shared = coding._shared[model_id, True]
    again = Pair(Settings(Models([model])))
    assert again.carry("hi", again.client) == "hi"
    assert coding._shared[model_id, True] is shared
    del model, pair, again, shared
    gc.collect()
    assert gone() is None
    assert (model_id, True) not in coding._shared
