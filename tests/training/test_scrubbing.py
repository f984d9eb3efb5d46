"""Secrets and personal data in training text: found, replaced by strings of the same form, and not extractable."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.sensitive_texts import KEY, ORDINARY, SENSITIVE

import aura
from aura.models.model import Model
from aura.models.training.extraction import continuations, information, scan
from aura.models.training.scrubbing import Scrubber, disguise, scrub
from aura.models.training.survey import PUBLIC_SOURCES, Survey
from models import recipe

PUBLIC = [text.encode() for text in (*recipe.PUBLIC, *recipe.REVIEWED)]


def scrubbed_all(
    messages: list[bytes], sources: Sequence[int] | None = None, public: Iterable[bytes] = ()
) -> list[bytes]:
    return scrub(messages, sources, public).messages


def scrubber_of(messages: list[bytes], sources: Sequence[int] | None = None) -> Scrubber:
    survey = Survey()
    survey.add(messages, sources)
    return Scrubber(survey, remember=True)


@pytest.mark.parametrize(("text", "secret"), SENSITIVE)
def test_what_is_sensitive_is_replaced_by_something_of_the_same_form(text: str, secret: str) -> None:
    [scrubbed] = scrubbed_all([text.encode()])
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
    assert scrubbed_all([text.encode()]) == [text.encode()]


def test_what_a_label_names_is_replaced_where_it_stands_without_one() -> None:
    messages = [b'{"login":"coopernetes"}', b"the repository of coopernetes, and coopernetes2"]
    one, other = scrubbed_all(messages)
    assert b"coopernetes" not in one
    assert b"of coopernetes," not in other
    assert other.endswith(b", and coopernetes2")


def test_equal_strings_become_different_ones_and_always_the_same() -> None:
    """Otherwise contexts would learn the strings that are put in."""
    message = b" ".join([b"a81f3bd09e77c2d4"] * 20)
    one, other = scrubbed_all([message, message])
    assert len({*one.split(), *other.split()}) == 40
    assert scrubbed_all([message, message]) == [one, other]


def test_what_many_sources_name_is_public() -> None:
    messages = [b'{"login":"octocat"}'] * PUBLIC_SOURCES
    assert scrubbed_all(messages, list(range(PUBLIC_SOURCES))) == messages
    fewer = scrubbed_all(messages[1:], list(range(PUBLIC_SOURCES - 1)))
    assert not any(b"octocat" in message for message in fewer)
    assert not any(b"octocat" in message for message in scrubbed_all(messages))
    assert scrubbed_all(messages, public=[b"octocat"]) == messages


def test_a_scrubber_knows_what_it_replaced() -> None:
    scrubber = scrubber_of([])
    scrubber.scrub(b"call +1 833-625-6111", 0)
    assert scrubber.replaced == {b"+1 833-625-6111"}


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_can_be_scrubbed(message: bytes) -> None:
    [scrubbed] = scrubbed_all([message])
    assert len(scrubbed) == len(message)
    for value in (message, message.hex().encode()):
        assert len(disguise(value, 1)) == len(value)


def _model(messages: list[bytes], **options: int) -> Model:
    return aura.train(
        messages,
        sources=range(len(messages)),
        max_bytes=60_000,
        scrub=False,
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
    scrubber = scrubber_of(messages, range(len(messages)))
    scrubbed = scrubber.scrub_batch(messages, range(len(messages)))
    clean = _model(scrubbed)
    assert scan(clean, scrubber.replaced or ()) == []
    by_option = aura.train(
        messages, sources=range(400), max_bytes=60_000, options=aura.TrainingOptions(max_order=12)
    )
    assert scan(by_option, scrubber.replaced or ()) == []
    report = r"(\d+) strings in \1 messages \(credential \1\)"
    assert re.fullmatch(report, by_option.metadata["scrubbed"])


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
    assert information(b"20" + b"142857" * 9 + b"1") == information(b"201428571")
    assert information(b"142857142857") == 2 * information(b"142857")
    assert information(b"xyz") == pytest.approx(3 * 4.7, abs=0.01)
