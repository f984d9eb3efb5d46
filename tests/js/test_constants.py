"""What the TypeScript takes from the specification is what the specification says; no Node is needed to see it."""

from __future__ import annotations

from js import constants


def test_the_module_is_up_to_date() -> None:
    """``python js/constants.py`` writes it anew."""
    assert constants.MODULE.read_text(encoding="utf-8") == constants.render()


def test_the_lock_names_no_addresses() -> None:
    """``make lock-js`` writes it."""
    assert "http" not in constants.MODULE.parents[1].joinpath("package-lock.json").read_text(encoding="utf-8")
