"""The searches for what is sensitive: quick, and with the same results as the plain way."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.sensitive_texts import ORDINARY, SENSITIVE

from aura.models.training import blocks, labels, sensitive
from aura.models.training.labels import NAMED_FORMS, NAMES, SECRETS, Label, Labels
from aura.models.training.scrubbing import Scrubber, scrub
from aura.models.training.sensitive import BASE64, FORMS, LETTERS, NUMBERS, TOKENS, Found, Run
from aura.models.training.survey import Strings, Survey

FRAGMENTS = [text.encode() for text, _ in SENSITIVE] + [text.encode() for text in ORDINARY]
PIECES = [piece for text in FRAGMENTS for piece in re.split(rb"(?<=\W)", text)]
TEXTS = st.lists(
    st.sampled_from(FRAGMENTS)
    | st.sampled_from(PIECES)
    | st.text("0123456789 .-/:+()@aF\"'=\\<Z\0", max_size=12).map(str.encode),
    max_size=12,
).map(b"".join)


@given(TEXTS)
def test_hints_lose_no_match(text: bytes) -> None:
    shape = sensitive.shape_of(text)
    for form in (*FORMS, *NAMED_FORMS):
        assert list(form.find(text, shape)) == form.pattern.find(text, 0, len(text))


@given(TEXTS)
def test_runs_are_found_as_expressions_find_them(text: bytes) -> None:
    for run in (TOKENS, BASE64, NUMBERS, LETTERS):
        plain = re.finditer(run.characters + b"{%d,}" % run.shortest, text)
        assert list(run.places(text)) == [match.span() for match in plain]


@given(TEXTS)
def test_what_a_run_needs_loses_no_match(text: bytes) -> None:
    for run in (TOKENS, BASE64):
        without = Run(run.characters, run.shortest, [], run.patterns)
        for start, end in run.places(text):
            assert run.find(text, start, end) == without.find(text, start, end)


@given(TEXTS)
def test_anchors_lose_no_match(text: bytes) -> None:
    for group in (SECRETS, NAMES):
        everywhere = Labels(*(Label(label.pattern, (b"",)) for label in group.labels))
        assert set(group.find(text)) == set(everywhere.find(text))


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_messages_that_are_joined_have_the_matches_that_they_have_alone(messages: list[bytes]) -> None:
    def everything(text: bytes) -> set[Found]:
        return {*sensitive.find(text), *labels.find_secrets(text), *labels.find_names(text)}

    block = blocks.Block(messages)
    together = everything(block.text)
    alone = set()
    for message, offset in zip(messages, block.starts, strict=True):
        alone |= {
            Found(start + offset, end + offset, kind)
            for start, end, kind in everything(sensitive.without_escapes(message))
        }
    assert together == alone


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_batch_is_scrubbed_as_its_messages_are(messages: list[bytes]) -> None:
    survey = Survey()
    survey.add(messages)
    one_by_one = Scrubber(survey)
    alone = [one_by_one.scrub(message, number) for number, message in enumerate(messages)]
    together = scrub(messages)
    assert together.messages == alone
    assert together.report == one_by_one.report


def test_blocks_hold_all_messages_and_are_small() -> None:
    messages = [bytes([number % 250 + 1]) * (number * 37 % 3000) for number in range(300)]
    found = list(blocks.blocks(messages))
    assert [message for block in found for message in block.messages] == messages
    assert max(len(block.text) for block in found) < 1 << 15
    assert len(found) < 60
    huge = list(blocks.blocks([b"x" * (1 << 20), b"y"]))
    assert [len(block.messages) for block in huge] == [1, 1]
    assert list(blocks.blocks([])) == []


ATTACKS = [
    b"a",
    b"1",
    b"A",
    b"-",
    b"\\",
    b"@",
    b"a@",
    b"a.",
    b"a@a.",
    b"1.",
    b"1:",
    b"::",
    b"a:",
    b"f0-",
    b"+1 ",
    b"000 ",
    b"00 00 00 00 ",
    b"(",
    b"a1",
    b"aB-",
    b"sk_",
    b"token",
    b'token":"',
    b"token=",
    b"bearer ",
    b"password'",
    b"password'\\",
    b"password' ",
    b"login",
    b'login":"ab","',
    b'login" :',
    b"email",
    b'email":"',
    b'name":"abcd',
    b"://a:",
    b"://",
    b".com/",
    b"github.com/a",
    b"Aa Aa ",
    b"Aa <",
    b" <a",
    b"1 Aa ",
    b"1 A ",
    b"Astra\xc3\x9fe ",
    b"@a-",
    b"@aaaaaaaa",
    b"/a1",
    b"\\u00e9",
    b"\\n",
    b"\0",
    b"=",
    b'"',
]


@pytest.mark.parametrize("piece", ATTACKS)
def test_time_grows_with_the_text_alone(piece: bytes) -> None:
    """A quadratic search would take minutes."""
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    scrub([text, text + b'"', b"x" + text + b"!"])
    assert time.process_time() - started < 10


def test_a_survey_does_not_depend_on_order_or_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura.models.training.survey.MAX_VALUES", 40)
    messages = [f'{{"login":"person{number % 150}x"}}'.encode() for number in range(600)]
    sources = [number // 200 for number in range(600)]

    def surveyed(order: Iterable[int]) -> Survey:
        survey = Survey()
        for number in order:
            survey.add([messages[number]], [sources[number]])
        return survey

    whole = Survey()
    whole.add(messages, sources)
    private = set(whole.private())
    parts = surveyed(range(300))
    parts.merge(surveyed(range(300, 600)))
    for other in (surveyed(reversed(range(600))), parts):
        assert set(other.private()) == private
        for number in range(150):
            value = f"person{number}x".encode()
            assert other.is_public(value) == whole.is_public(value)
    kept = len(private) + sum(whole.is_public(f"person{number}x".encode()) for number in range(150))
    assert 10 <= kept <= 40


def test_ordinary_words_are_names_only_where_a_label_says_so() -> None:
    messages = [
        b'{"last_name":"Long"} Long time',
        b"Long time no see, Mr. Longfellow",
        b'{"user_id":"12345"}',
        b"12345",
    ]
    first, second, third, fourth = scrub(messages).messages
    assert b"Long" not in first
    assert second == messages[1]
    assert b"12345" not in third
    assert fourth == messages[3]


def test_a_report_counts_strings_messages_and_kinds() -> None:
    report = scrub([b"ana.maier@posteo.de or 203.0.113.77", b"bob.maier@posteo.de", b"nothing"]).report
    assert (report.strings, report.messages) == (3, 2)
    assert str(report) == "3 strings in 2 messages (mail 2, IP address 1)"
    assert str(scrub([b"nothing"]).report) == "0 strings in 0 messages"
    report.add(scrub([b"cy.maier@posteo.de"]).report)
    assert str(report) == "4 strings in 3 messages (mail 3, IP address 1)"


def test_every_form_has_a_window_as_long_as_its_longest_match() -> None:
    """A match at each end of a window."""
    longest = {
        "mail": b"a" * 64 + b"@" + b".".join([b"b" * 63] * 5) + b".abcdefghijkl",
        "phone": b"+123 (4567)" + b" 8901" * 4,
        "postal address": b"12345 " + b"A" + b"bcdefghijklmnopqrstu " + b"Ab Ac Crescent",
    }
    for form in (*FORMS, *NAMED_FORMS):
        text = longest.get(form.pattern.kind)
        if text is not None and form.pattern.expression.fullmatch(text):
            assert list(form.find(b"\n" + text + b"\n", sensitive.shape_of(b"\n" + text + b"\n"))) == [
                Found(1, 1 + len(text), form.pattern.kind)
            ]
            longest.pop(form.pattern.kind)
    assert not longest


WORDS = st.lists(
    st.sampled_from(["ana", "maier", "li", "The", "x9", "an", "ana-li", "\xe9"]), min_size=1, max_size=3
)


@given(st.lists(WORDS.map(" ".join), max_size=4), st.lists(WORDS.map(".".join) | WORDS.map(" ".join)))
def test_strings_are_found_where_they_stand_as_words(values: list[str], parts: list[str]) -> None:
    text = " ".join(parts).encode()
    word = rb"[A-Za-z0-9\x80-\xff]"
    plain = {
        match.span()
        for value in values
        for match in re.finditer(rb"(?<!%b)%b(?!%b)" % (word, re.escape(value.encode()), word), text)
    }
    assert plain <= set(Strings(value.encode() for value in values).find(text))
    for start, end in Strings(value.encode() for value in values).find(text):
        assert text[start:end].decode() in values
