from __future__ import annotations

import pytest

from aura_spec.context_model import History
from aura_spec.errors import EncodeError, Malformed, Truncated
from aura_spec.history import HITS, MAX_SIZE, build_section, parse_section

TABLE = tuple(1 + 113 * index for index in range(HITS))


@pytest.mark.parametrize("text", [b"x", b"some text", bytes(MAX_SIZE)])
def test_round_trip(text: bytes) -> None:
    """Rule HIS-4."""
    section = build_section(History(text, TABLE))
    assert parse_section(section) == History(text, TABLE)
    assert section.endswith(text)
    assert section[:4].hex() == "00010072"


@pytest.mark.parametrize(
    "history", [History(b"", TABLE), History(bytes(MAX_SIZE + 1), TABLE), History(b"x", TABLE[1:])]
)
def test_not_written(history: History) -> None:
    with pytest.raises(EncodeError):
        build_section(history)


@pytest.mark.parametrize("hit", [0, 4096])
def test_odd_probabilities_are_malformed(hit: int) -> None:
    """Rule HIS-4."""
    section = build_section(History(b"x", TABLE))
    with pytest.raises(Malformed, match="probability"):
        parse_section(hit.to_bytes(2, "big") + section[2:])


def test_sections_without_a_text() -> None:
    """Rule HIS-4."""
    section = build_section(History(b"x", TABLE))
    with pytest.raises(Malformed, match="history has"):
        parse_section(section[:-1])
    with pytest.raises(Truncated):
        parse_section(section[:20])
