"""Records of event streams, as the specification takes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aura_fast import event_stream
from aura_spec import event_stream as spec
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.event_stream import MARGIN, MAX_RECORD


def outcome(take: Callable[[bytearray, int, int], bytes | None], content: bytes, most: int) -> object:
    """What comes of taking all records."""
    come = bytearray(content)
    taken = []
    try:
        while (message := take(come, most, len(content) - len(come))) is not None:
            taken.append(message)
    except DecodeError as error:
        return taken, error.code, error.offset, error.path, error.reason
    return taken, come


@given(st.lists(st.binary(max_size=300), max_size=5), st.binary(max_size=6), st.integers(0, 300))
@example([b"x" * size for size in (0, 127, 128, 300)], b"", 300)
@example([], bytes.fromhex("8000"), 300)
@example([], bytes.fromhex("80"), 300)
@example([], bytes.fromhex("ffffff7f"), 300)
@example([bytes(MARGIN + 9)], b"", 8)
@example([bytes(1 << 14)], b"", 1 << 14)
def test_the_same_records(messages: list[bytes], behind: bytes, most: int) -> None:
    content = b"".join(map(spec.build_record, messages)) + behind
    assert b"".join(map(event_stream.build_record, messages)) + behind == content
    expected = outcome(spec.take_record, content, most)
    assert outcome(event_stream.take_record, content, most) == expected


def test_a_message_that_is_too_long() -> None:
    with pytest.raises(EncodeError):
        event_stream.build_record(bytes(MAX_RECORD + 1))
