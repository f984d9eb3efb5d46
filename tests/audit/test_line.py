from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.audit.logs import event, refusal

from aura.audit import AuditError
from aura.audit.entries import entry_of
from aura.audit.line import START, build_line, chain_of, erased, parse_line, read_record
from aura.audit.rendering import rendered
from aura.observation import MessageEvent, RefusalEvent

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LABEL = st.none() | TEXT


def line_of(of: MessageEvent | RefusalEvent, seq: int = 0, key: bytes | None = None) -> bytes:
    entry = entry_of(of)
    return build_line(seq, entry.body, entry.private, START, key)[0]


@given(TEXT, LABEL, LABEL)
@example('","digest":"x","chain":"y","private":{"a":"b"}}\n', '"', "\\")
@example("\x00\x1f\x7f\u2028\x85\r\n", None, None)
def test_what_is_recorded_is_read(text: str, user: str | None, conversation: str | None) -> None:
    line = line_of(event(text, user, conversation=conversation))
    assert line.count(b"\n") == 1
    assert json.loads(line)["private"]["content"] == text
    record = read_record(line)
    assert record.content == text
    assert record.private.get("user") == user
    assert record.private.get("conversation") == conversation
    assert (record.seq, record.kind, record.is_erased) == (0, "message", False)
    assert rendered(record).isprintable()


def test_a_message_has_all_its_members() -> None:
    record = read_record(line_of(event("hello", "ada", conversation="7", role="assistant", at=0.5)))
    assert record.as_dictionary() == {
        "seq": 0,
        "kind": "message",
        "time": "1970-01-01T00:00:00.500000Z",
        "direction": "out",
        "method": "auralite",
        "plain": 5,
        "wire": 3,
        "ratio": 1.667,
        "duration_us": 250,
        "template": None,
        "model": "0123456789abcdef",
        "role": "assistant",
        "user": "ada",
        "conversation": "7",
        "content": "hello",
    }


def test_a_refusal_has_its_reason() -> None:
    record = read_record(line_of(refusal('said "no"')))
    assert record.kind == "refusal"
    assert record.fields["error"] == "Malformed"
    assert (record.fields["offset"], record.fields["reason"]) == (4, 'said "no"')
    assert record.private["user"] == "eve"
    assert "Malformed at offset 4" in rendered(record)


def test_bytes_that_are_no_text_are_recorded_as_base64() -> None:
    record = read_record(line_of(event(b"\xff\x00")))
    assert record.content is None
    assert record.private["content_base64"] == "/wA="
    assert rendered(record).endswith("base64 /wA=")


def test_equal_messages_have_different_digests() -> None:
    assert parse_line(line_of(event(at=1.0))).digest != parse_line(line_of(event(at=1.0))).digest


@given(st.data())
def test_every_changed_byte_is_found(data: st.DataObject) -> None:
    line = line_of(event("hello", "ada", at=7.0))
    place = data.draw(st.integers(0, len(line) - 1))
    changed = bytearray(line)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        parsed = parse_line(bytes(changed))
    except AuditError:
        return
    assert chain_of(parsed.covered, START, None) != parsed.chain or not parsed.is_private_sound


def test_a_key_makes_another_chain() -> None:
    line = line_of(event(), key=b"k" * 16)
    parsed = parse_line(line)
    assert chain_of(parsed.covered, START, b"k" * 16) == parsed.chain != chain_of(parsed.covered, START, None)


def test_erasing_keeps_the_chain_and_nothing_private() -> None:
    line = line_of(event("secret", "ada", conversation="c-17"))
    after = erased(line)
    for private in (b"secret", b"ada", b"c-17", b"salt"):
        assert private in line
        assert private not in after
    parsed = parse_line(after)
    assert parsed.is_erased
    assert parsed.is_private_sound
    assert chain_of(parsed.covered, START, None) == parsed.chain
    assert rendered(read_record(after)).endswith("(erased)")
    assert erased(after) == after


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}\n",
        b'{"seq":00}\n',
        line_of(event())[:-1],
        line_of(event()) + b"\n",
        line_of(event()).replace(b'"seq":0', b'"seq":-1'),
        line_of(event()).replace(b'"private":{', b'"private":["'),
    ],
)
def test_other_lines_are_refused(line: bytes) -> None:
    for read in (parse_line, read_record, erased):
        with pytest.raises(AuditError):
            read(line)


@given(st.binary(max_size=200))
def test_what_is_private_may_be_damaged(junk: bytes) -> None:
    line = line_of(event("x", "u")).partition(b'"private":')[0] + b'"private":{' + junk + b"}}\n"
    try:
        record = read_record(line)
    except AuditError:
        return
    assert isinstance(record.private, dict)
    rendered(record)
