from __future__ import annotations

import pytest

from aura_spec.context_model import Prefix
from aura_spec.errors import EncodeError, Malformed, Truncated
from aura_spec.prefix import HITS, MAX_SIZE, build_section, parse_section

TABLE = tuple(1 + 113 * index for index in range(HITS))


@pytest.mark.parametrize("text", [b"x", b"some text", bytes(MAX_SIZE)])
def test_round_trip(text: bytes) -> None:
    """Rule HIS-4."""
    section = build_section(Prefix(text, TABLE))
    assert parse_section(section) == Prefix(text, TABLE)
    assert section.endswith(text)
    assert section[:4].hex() == "00010072"


@pytest.mark.parametrize(
    "prefix", [Prefix(b"", TABLE), Prefix(bytes(MAX_SIZE + 1), TABLE), Prefix(b"x", TABLE[1:])]
)
def test_not_written(prefix: Prefix) -> None:
    with pytest.raises(EncodeError):
        build_section(prefix)


@pytest.mark.parametrize("hit", [0, 4096])
def test_odd_probabilities_are_malformed(hit: int) -> None:
    """Rule HIS-4."""
    section = build_section(Prefix(b"x", TABLE))
    with pytest.raises(Malformed, match="probability"):
        parse_section(hit.to_bytes(2, "big") + section[2:])


def test_sections_without_a_text() -> None:
    """Rule HIS-4."""
    section = build_section(Prefix(b"x", TABLE))
    with pytest.raises(Malformed, match="prefix has"):
        parse_section(section[:-1])
    with pytest.raises(Truncated):
        parse_section(section[:20])
