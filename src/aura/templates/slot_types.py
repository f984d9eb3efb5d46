"""The type of a slot, from the values that it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from aura_reference.slot import spell
from aura_spec.template import Kind, Slot

_ORDER: Final = (
    Kind.UUID,
    Kind.TIMESTAMP,
    Kind.IPV4,
    Kind.IPV6,
    Kind.INT,
    Kind.DECIMAL,
    Kind.HEX,
)
"""The types with a spelling of their own, the narrowest first."""

_FITTING: Final = 0.95
"""Share of values that fit a type; others are sent as texts."""

_MIN_HEX: Final = 4
"""Characters of hexadecimal digits on average; shorter words have such letters by chance."""

MAX_CHOICES: Final = 16
_MAX_CHOICE: Final = 32
"""Characters of an alternative."""

_REPEATED: Final = 4
"""Values for each alternative, at least: fewer would not show that there are no others."""


def kind_of(values: Sequence[str], choices: Sequence[str] = ()) -> str:
    """The type of a slot as it stands in a pattern; that of an enumeration is its alternatives.

    Args:
        values: that the slot took.
        choices: the alternatives that the slot may have if it is an enumeration, from :func:`choices_of`.

    >>> kind_of(["1", "27", "-3"]), kind_of(["1.5", "2"]), kind_of(["Anna", "Bo"]), kind_of(["two words", ""])
    ('int', 'decimal', 'word', 'text')
    >>> kind_of(["GET", "PUT"] * 8, choices_of(["GET", "PUT"] * 8))
    'GET|PUT'
    """
    if choices and not all(value.isdigit() for value in choices):
        return "|".join(choices)
    for kind in _ORDER:
        if _fits(values, Slot("0", kind)):
            return kind.value
    if choices:
        return "|".join(choices)
    return str(Kind.WORD if all(value and not _has_space(value) for value in values) else Kind.TEXT)


def _fits(values: Sequence[str], slot: Slot) -> bool:
    if slot.kind is Kind.HEX and sum(map(len, values)) < _MIN_HEX * len(values):
        return False
    fitting = sum(spell(slot, value.encode()).head > 0 for value in values)
    return fitting >= _FITTING * len(values)


def choices_of(values: Sequence[str]) -> list[str]:
    """The alternatives of an enumeration, the most frequent first; none if the values are none."""
    counts = Counter(values)
    if not 1 < len(counts) <= min(MAX_CHOICES, len(values) // _REPEATED) or min(counts.values()) < 2:
        return []
    if not all(map(is_alternative, counts)):
        return []
    return [value for value, _ in counts.most_common()]


def is_alternative(value: str) -> bool:
    """Whether a value can be an alternative of an enumeration."""
    return 0 < len(value) <= _MAX_CHOICE and not set(value) & set("{}|")


def _has_space(value: str) -> bool:
    return any(character.isspace() for character in value)
