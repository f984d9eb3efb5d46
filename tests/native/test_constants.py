"""What the C takes from the specification is what the specification says; no compiler is needed to see it."""

from __future__ import annotations

from native import constants


def test_the_header_is_up_to_date() -> None:
    """``python native/constants.py`` writes it anew."""
    assert constants.HEADER.read_text(encoding="ascii") == constants.render()


def test_the_header_of_units_is_up_to_date() -> None:
    assert constants.UNITS.read_text(encoding="ascii") == constants.render_units()
