"""What the values of a slot say about its type.

A slot that takes few values again and again is better an enumeration, which takes a byte, and one that takes only
numbers is better an ``int``. Patterns never change, so that what is suggested is a new pattern, for a new id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aura.templates.pattern_text import escaped, slot_text, type_of
from aura.templates.slot_types import MAX_CHOICES, is_alternative, kind_of
from aura_spec.template import Kind, Slot, Template

MIN_USES: Final = 11
"""Uses from which on a slot is judged."""

MIN_DIVERSITY: Final = 0.6
"""Different values for each use, below which values recur so often that an alternative for each may pay."""

_TOP: Final = 3
_MAX_TOP_SHARE: Final = 0.5
"""The share of uses that the three most frequent values have at most in a slot of any values."""

_MIN_CHOICE_SHARE: Final = 0.05
"""The share of uses that a value has if it is suggested as an alternative."""

_MAX_VALUE: Final = 64
"""Bytes of a value that is kept; longer ones hardly recur, and count as different."""


class SlotWarning(StrEnum):
    """What is wrong with the type of a slot."""

    CONSTANT = "constant"
    LOW_DIVERSITY = "low diversity"
    TOO_WIDE = "too wide"


class Tally:
    """The values that a slot took, and how often."""

    __slots__ = ("counts", "uses")

    def __init__(self) -> None:
        self.uses = 0
        self.counts: Counter[bytes] = Counter()

    def add(self, value: bytes, *, keep: bool = True) -> bool:
        """Count a use; give whether a value is kept that was not before.

        Args:
            value: of the slot.
            keep: whether a value that was not seen before may be kept.
        """
        self.uses += 1
        is_new = value not in self.counts
        if is_new and (not keep or len(value) > _MAX_VALUE):
            return False
        self.counts[value] += 1
        return is_new


@dataclass(frozen=True, slots=True)
class SlotAnalysis:
    """The values of a slot.

    Attributes:
        name: of the slot.
        kind: its type, as it stands in the pattern.
        uses: messages in which it was filled.
        distinct: different values; those that were not kept, as they are long or too many, count as different.
        diversity: different values for each use, above 0 and at most 1; 1 without uses.
        top: the most frequent values, three at most, and how often each was used.
        top_share: the share of the uses that they have.
        warnings: what is wrong with the type; only from :data:`MIN_USES` uses on.
        suggestion: a type to write instead; None if none is better.
    """

    name: str
    kind: str
    uses: int
    distinct: int
    diversity: float
    top: tuple[tuple[bytes, int], ...]
    top_share: float
    warnings: tuple[SlotWarning, ...]
    suggestion: str | None

    @property
    def constant(self) -> str | None:
        """The text that stands in the slot every time; None if it is no text, or there are others."""
        return _text(self.top[0][0]) if SlotWarning.CONSTANT in self.warnings and self.top else None


def analyze(slot: Slot, tally: Tally) -> SlotAnalysis:
    """Judge a slot by the values that it took.

    >>> tally = Tally()
    >>> for value in [b"GET", b"PUT"] * 10: _ = tally.add(value)
    >>> found = analyze(Slot("verb"), tally)
    >>> found.diversity, found.warnings, found.suggestion
    (0.1, (<SlotWarning.LOW_DIVERSITY: 'low diversity'>,), 'GET|PUT')
    """
    uses, counts = tally.uses, tally.counts
    distinct = len(counts) + uses - counts.total()
    top = tuple(counts.most_common(_TOP))
    top_share = sum(count for _, count in top) / uses if uses else 0.0
    diversity = distinct / uses if uses else 1.0
    warnings: list[SlotWarning] = []
    suggestion = None
    if uses >= MIN_USES and slot.kind is not Kind.ENUM:
        if distinct == 1:
            warnings.append(SlotWarning.CONSTANT)
        elif diversity < MIN_DIVERSITY or top_share > _MAX_TOP_SHARE:
            warnings.append(SlotWarning.LOW_DIVERSITY)
            suggestion = _enumeration(counts, uses)
        # numbers are better an int than an enumeration
        if distinct > 1 and (suggestion is None or suggestion.replace("|", "").isdigit()):
            narrower = _narrower(slot, counts, distinct)
            warnings += [SlotWarning.TOO_WIDE] if narrower else []
            suggestion = narrower or suggestion
    return SlotAnalysis(
        name=slot.name,
        kind=type_of(slot),
        uses=uses,
        distinct=distinct,
        diversity=diversity,
        top=top,
        top_share=top_share,
        warnings=tuple(warnings),
        suggestion=suggestion,
    )


def better_pattern(template: Template, slots: Sequence[SlotAnalysis]) -> str | None:
    """The pattern of a template with what is suggested for its slots; None if nothing is.

    Args:
        template: whose pattern is to be changed.
        slots: what is known of each slot, in their order.

    >>> from aura_spec.template import parse_pattern
    >>> template = parse_pattern("{{{verb} {path}")
    >>> tallies = Tally(), Tally()
    >>> for number in range(20): _ = tallies[0].add(b"GET"), tallies[1].add(b"%d" % number)
    >>> better_pattern(template, [analyze(*pair) for pair in zip(template.slots, tallies)])
    '{{GET {path:int}'
    """
    if all(slot.suggestion is None and slot.constant is None for slot in slots):
        return None
    # without some slots the others may be no longer numbered from 0
    is_numbered = any(slot.name.isdigit() for slot in slots)
    kept = [slot.name for slot in slots if slot.constant is None]
    parts = [escaped(template.literals[0].decode())]
    for place, literal in zip(template.places, template.literals[1:], strict=True):
        slot = slots[place]
        if slot.constant is None:
            name = str(kept.index(slot.name)) if is_numbered else slot.name
            kind = slot.suggestion or slot.kind
            parts.append(slot_text(name, kind))
        else:
            parts.append(escaped(slot.constant))
        parts.append(escaped(literal.decode()))
    return "".join(parts)


def _enumeration(counts: Counter[bytes], uses: int) -> str | None:
    """The values that recur most, as alternatives, if they make up most of the uses."""
    frequent = [
        (value, count)
        for value, count in counts.most_common(MAX_CHOICES)
        if count >= _MIN_CHOICE_SHARE * uses
    ]
    choices = [(text, count) for value, count in frequent if (text := _alternative(value))]
    if len(choices) < 2 or sum(count for _, count in choices) <= _MAX_TOP_SHARE * uses:
        return None
    return "|".join(text for text, _ in choices)


def _alternative(value: bytes) -> str | None:
    """A value as an alternative of an enumeration; None if it cannot be one."""
    text = _text(value)
    return text if text is not None and is_alternative(text) else None


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _narrower(slot: Slot, counts: Counter[bytes], distinct: int) -> str | None:
    """A type that nearly all values fit, for a slot of any text."""
    texts: Sequence[str | None] = [_text(value) for value in counts]
    if slot.kind not in {Kind.TEXT, Kind.WORD} or len(counts) < distinct or None in texts:
        return None
    kind = kind_of([text for text in texts if text is not None])
    return None if kind in {Kind.TEXT, Kind.WORD} else kind
