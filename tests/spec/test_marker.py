from __future__ import annotations

from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker, build_message, name_of, parse_message


def test_every_marker_value_has_a_name() -> None:
    """Rule MSG-2."""
    names = {value: name_of(value) for value in range(256)}
    assert {names[value] for value in AURALITE_COMPACT} == {"auralite compact"}
    assert {names[value] for value in ADAPTIVE_COMPACT} == {"adaptive compact"}
    assert (range(0x10, 0x20), range(0x80, 0x100)) == (ADAPTIVE_COMPACT, AURALITE_COMPACT)
    assert {names[value] for value in (*range(0x0B, 0x10), *range(0x20, 0x80))} == {"unassigned"}
    assert [names[value] for value in Marker] == [
        "classic",
        "brotli",
        "brio",
        "auralite explicit",
        "zstandard",
        "zstandard dictionary",
        "typed",
        "stored",
        "modelled",
        "adaptive explicit",
        "fuzzy",
    ]


def test_marker_and_body_are_joined_and_split() -> None:
    """Rule MSG-1."""
    message = parse_message(build_message(Marker.TYPED, b"\x01x"))
    assert (message.marker, message.body) == (6, b"\x01x")
