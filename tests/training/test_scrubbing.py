"""Secrets and personal data in training text: found, replaced by strings of the same form, and not extractable."""

from __future__ import annotations

import json
import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aura
from aura.models.model import Model
from aura.models.training.extraction import continuations, information, scan
from aura.models.training.scrubbing import PUBLIC_SOURCES, REPEATED, Scrubber, disguise, scrub

KEY = "phc_C44vUK9R1J6HYVdfJarTEPqVAoRPJzMXzFcj8PIrJgQ"

PUBLIC = [b"21031067", b"MDQ6VXNlcjIxMDMxMDY3"]
"""Of an example account, as in the recipe."""

SENSITIVE = [
    ("write to ana.maier@posteo.de today", "ana.maier@posteo.de"),
    ('"api_key": "' + KEY + '"', KEY.removeprefix("phc_")),
    ("key AKIA2ZJZYVRE7Y3TUXHH here", "AKIA2ZJZYVRE7Y3TUXHH"),
    ('{"password":"correct-horse"}', "correct-horse"),
    ('{\\"password\\": \\"correct-horse\\"}', "correct-horse"),
    ("Authorization: Bearer a1b2c3d4e5f6", "a1b2c3d4e5f6"),
    (
        "ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA2Mm0RjTNAYFfSCtUpO54usdseroUSIYg5K",
        "2Mm0RjTNAYFfSCtUpO54usdseroUSIYg5K",
    ),
    ("call me at +1 833-625-6111.", "+1 833-625-6111"),
    ("call me at (833) 625-6111", "(833) 625-6111"),
    ("电话是01053020889。", "01053020889"),
    ("account 218007301253", "218007301253"),
    ("id 8b1e7bf8-28c8-46b2-ba74-9de25294cff4", "8b1e7bf8-28c8-46b2-ba74-9de25294cff4"),
    ('"sha":"dbfbf7f07b81d616d4da032bcfa7ca90dcd79575"', "dbfbf7f07b81d616d4da032bcfa7ca90dcd79575"),
    ("from 203.0.113.77 port 22", "203.0.113.77"),
    ('{"login":"coopernetes","id":57812123}', "coopernetes"),
    ('{"login":"coopernetes","id":57812123}', "57812123"),
    ("https://api.github.com/users/coopernetes/gists", "coopernetes"),
    ("thanks @coopernetes for this", "coopernetes"),
    ('{"name":"Vincent Jacques","email":"x@example.com"}', "Vincent Jacques"),
    ('{"first_name": "Amelia"}', "Amelia"),
    ("Author: Steve Kowalik <steven@example.org>", "Steve Kowalik"),
    ('{"name":"Владимир Иванов","screen_name":"vladi"}', "Владимир Иванов"),
]

ORDINARY = [
    "get_reservation_details",
    "2021-04-17T12:00:00Z",
    "claude-3-5-sonnet-20241022 or gpt-4o-mini",
    '{"received":58335115,"price":0.578344845}',
    "write to user@example.com or noreply@github.com",
    "1700000000000 and 2024-05-06T07:08:09.123456789Z",
    "0.30000000000000004",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 000000000000",
    "@Override\npublic void run()",
    "/api/v3/organizations/members/settings/index.html",
    "127.0.0.1:8080, version 1.2.3",
    '{"name":"get_weather","description":"City, State"}',
    "The quick brown fox jumps over the lazy dog on 31 Aug 00:29:08 +0000 2014",
]


@pytest.mark.parametrize(("text", "secret"), SENSITIVE)
def test_what_is_sensitive_is_replaced_by_something_of_the_same_form(text: str, secret: str) -> None:
    [scrubbed] = scrub([text.encode()])
    assert secret.encode() not in scrubbed
    other = scrubbed.decode()
    assert len(other) == len(text)
    assert [bool(re.match(r"\W|_", each)) for each in other] == [
        bool(re.match(r"\W|_", each)) for each in text
    ]
    if text.startswith("{"):
        json.loads(other.replace('\\"', '"'))


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays(text: str) -> None:
    assert scrub([text.encode()]) == [text.encode()]


def test_what_a_label_names_is_replaced_where_it_stands_without_one() -> None:
    messages = [b'{"login":"coopernetes"}', b"the repository of coopernetes, and coopernetes2"]
    one, other = scrub(messages)
    assert b"coopernetes" not in one
    assert b"of coopernetes," not in other
    assert other.endswith(b", and coopernetes2")


def test_equal_strings_stay_equal_within_a_message_and_differ_between_messages() -> None:
    message = b"a81f3bd09e77c2d4 is a81f3bd09e77c2d4"
    one, other = scrub([message, message])
    assert one != other
    for text in (one, other):
        first, second = text.split(b" is ")
        assert first == second
    assert scrub([message, message]) == [one, other]


def test_a_string_that_a_message_repeats_often_becomes_several() -> None:
    """Otherwise contexts would learn the string that was put in."""
    [scrubbed] = scrub([b" ".join([b"a81f3bd09e77c2d4"] * (3 * REPEATED))])
    counts = Counter(scrubbed.split())
    assert set(counts.values()) == {REPEATED}


def test_what_many_sources_name_is_public() -> None:
    messages = [b'{"login":"octocat"}'] * PUBLIC_SOURCES
    assert scrub(messages, list(range(PUBLIC_SOURCES))) == messages
    fewer = scrub(messages[1:], list(range(PUBLIC_SOURCES - 1)))
    assert not any(b"octocat" in message for message in fewer)
    assert not any(b"octocat" in message for message in scrub(messages))
    assert scrub(messages, public=[b"octocat"]) == messages


def test_a_scrubber_knows_what_it_replaced() -> None:
    scrubber = Scrubber([b"call +1 833-625-6111"], ["a"])
    scrubber.scrub(b"call +1 833-625-6111", 0)
    assert scrubber.replaced == {b"+1 833-625-6111"}


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_can_be_scrubbed(message: bytes) -> None:
    [scrubbed] = scrub([message])
    assert len(scrubbed) == len(message)
    for value in (message, message.hex().encode()):
        assert len(disguise(value, 1)) == len(value)


def _model(messages: list[bytes], **options: int) -> Model:
    return aura.train(
        messages,
        sources=range(len(messages)),
        max_bytes=60_000,
        options=aura.TrainingOptions(max_order=12, **options),
    )


def _leaky() -> list[bytes]:
    rng = random.Random(3)
    messages = []
    for number in range(400):
        name = rng.choice(["lamp", "door", "shop", "heater"])
        messages.append(f'{{"event":"{name}","count":{number % 17},"api_key": "{KEY}","ok":true}}'.encode())
    return messages


@pytest.mark.no_cover
def test_a_key_can_be_read_out_of_a_model_unless_it_was_scrubbed() -> None:
    messages = _leaky()
    leaking = scan(_model(messages))
    assert any(finding.text == KEY.removeprefix("phc_").encode() for finding in leaking)
    assert all(finding.bits < finding.information / 2 for finding in leaking)
    scrubber = Scrubber(messages, range(len(messages)))
    scrubbed = [scrubber.scrub(message, number) for number, message in enumerate(messages)]
    clean = _model(scrubbed)
    assert scan(clean, scrubber.replaced) == []
    by_option = aura.train(
        messages, sources=range(400), max_bytes=60_000, scrub=True, options=aura.TrainingOptions(max_order=12)
    )
    assert by_option.id == clean.id


def test_prefix_and_dictionary_are_searched_as_text() -> None:
    model = aura.Model.load_small()
    carrying = model.with_sections(
        dictionary=b"mail ana.maier@posteo.de now", templates={300: "ask +1 833-625-6111 {x}"}
    )
    found = {finding.text for finding in scan(carrying, [b"now unknown"])}
    assert {b"ana.maier@posteo.de", b"+1 833-625-6111"} <= found


def test_public_strings_that_repeat_are_no_key() -> None:
    """They are as long as a key, and the rest is too short for one."""
    messages = [b"8/" + b"octoCat42/" * 8] * 60
    model = _model(messages)
    assert {finding.kind for finding in scan(model)} == {"key"}
    assert scan(model, public=[b"octoCat42"]) == []


def test_the_small_model_gives_out_nothing_of_sensitive_form() -> None:
    assert scan(Model.load_small(), public=PUBLIC) == []


@pytest.mark.thorough
def test_the_default_model_gives_out_nothing_of_sensitive_form() -> None:
    assert scan(Model.load_default(), public=PUBLIC) == []


def test_continuations_cost_what_their_symbols_do() -> None:
    model = _model([b"the lamp is on"] * 50)
    texts = b"".join(text for text, _ in continuations(model.context_model))
    assert b"\0the lamp is on" in texts
    for text, costs in continuations(model.context_model):
        assert len(text) == len(costs)
        assert (costs >= 0).all()


def test_information_of_forms() -> None:
    assert information(b"0f") == 8.0
    assert information(b"1234") == pytest.approx(4 * 3.3219, abs=0.01)
    assert information(b"A" * 50 + b"b") == information(b"Ab")
    assert information(b"xyz") == pytest.approx(3 * 4.7, abs=0.01)
