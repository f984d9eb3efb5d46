from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.models.kinds import JUDGED, Kind, kind_of

EXAMPLES = [
    (b"", Kind.LATIN),
    (b"Yes, please.", Kind.LATIN),
    ("Größe und Gewicht, s'il vous plaît".encode(), Kind.LATIN),
    ("Привет, как дела?".encode(), Kind.OTHER_SCRIPT),
    ("你的爱好是什么？".encode(), Kind.OTHER_SCRIPT),
    (b'{"id": 7, "ok": true}', Kind.JSON),
    (b' [{"name": "a"}]\n', Kind.JSON),
    (b'{"text": "' + b"long " * JUDGED + b'"}', Kind.JSON),
    (b"{closed by none", Kind.LATIN),
    (b"2024-05-01 12:00:01,123 [main] INFO  ready", Kind.LOG),
    (b"Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user webmaster", Kind.LOG),
    (b"[WARN] disk is nearly full", Kind.LOG),
    (b"WARNING is not a level within INFORMATION", Kind.LOG),
    (b"INFORMATION is no level", Kind.LATIN),
    (b"<p>Hello to all of you</p>", Kind.CODE),
    (b"for (i = 0; i < n; i++) { sum += a[i]; }", Kind.CODE),
    (b"55.7558, 37.6173, 1700000000", Kind.NUMBERS),
    (b"+49 30 1234567", Kind.NUMBERS),
    (b"\x00\x01\x02", Kind.BINARY),
    (b"\x1b[31mred\x1b[0m as a terminal has it", Kind.LATIN),
]


@pytest.mark.parametrize(("message", "kind"), EXAMPLES)
def test_kinds_by_form(message: bytes, kind: Kind) -> None:
    assert kind_of(message) is kind


@given(st.binary(max_size=200))
def test_any_message_has_one_kind(message: bytes) -> None:
    assert kind_of(message) is kind_of(bytes(bytearray(message)))


@given(st.text("abc,. \n", max_size=80))
def test_white_space_around_a_message_does_not_matter(text: str) -> None:
    assert kind_of(f" \n{text}\n".encode()) is kind_of(text.encode())
