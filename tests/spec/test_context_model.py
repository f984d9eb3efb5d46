from __future__ import annotations

from fractions import Fraction

from aura_spec.context_model import CODES, ESCAPES, FREQUENCIES


def test_frequencies_halve_every_four_codes() -> None:
    """Rule CTX-4."""
    assert len(FREQUENCIES) == CODES
    assert [FREQUENCIES[code] for code in range(0, 56, 4)] == [8192 >> step for step in range(14)]
    for code, frequency in enumerate(FREQUENCIES):
        assert frequency == 1 or frequency**4 <= Fraction(8192**4, 2**code) < (frequency + 1) ** 4


def test_odds_of_an_escape_fall_by_three_twentieths() -> None:
    """Rule CTX-5."""
    assert len(ESCAPES) == CODES
    for code, frequency in enumerate(ESCAPES):
        odds = 10 * Fraction(17, 20) ** code
        assert frequency == max(1, int(4096 * odds / (1 + odds)))
