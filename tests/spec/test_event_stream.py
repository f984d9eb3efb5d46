"""Records of event streams: they come back however they are cut, and hostile sizes are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura_spec.errors import DecodeError, EncodeError, LimitExceeded, NonCanonical, Truncated
from aura_spec.event_stream import MAX_RECORD, build_record, check_end, take_record


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(1, 50))
def test_records_come_back_however_they_are_cut(messages: list[bytes], step: int) -> None:
    """Rule EVS-2."""
    wire = b"".join(map(build_record, messages))
    content, found = bytearray(), []
    for start in range(0, len(wire), step):
        content += wire[start : start + step]
        while (message := take_record(content, 300)) is not None:
            found.append(message)
    assert found == messages
    check_end(content)


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ("ffffffff7f", LimitExceeded),
        ("ffffffff", LimitExceeded),
        ("8080808080", LimitExceeded),
        ("8000", NonCanonical),
        ("8080808000", NonCanonical),
        ("a502", LimitExceeded),  # 293 bytes where 228 + 64 may be
    ],
)
def test_hostile_sizes_are_refused(wire: str, kind: type[DecodeError]) -> None:
    """Rule EVS-3."""
    with pytest.raises(kind):
        take_record(bytearray.fromhex(wire), 228)


def test_what_is_not_there_yet_is_waited_for() -> None:
    for wire in ("", "80", "80808080", "a402", "0507"):
        assert take_record(bytearray.fromhex(wire), 228) is None


def test_content_that_ends_inside_a_record_is_refused() -> None:
    """Rule EVS-4."""
    with pytest.raises(Truncated):
        check_end(bytearray(b"\5"))


def test_a_record_has_a_limit() -> None:
    with pytest.raises(EncodeError):
        build_record(bytes(MAX_RECORD + 1))
