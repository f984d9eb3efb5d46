"""Sensitive parts of messages, which must not become part of a pattern.

A pattern is stored and sent to peers. So a secret, or what names someone, becomes a slot even where all messages
have it in common. As in training, this finds what tells by its form or its label. What has neither, such as a name
in a sentence, is kept out only by the number of sources that must have it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from aura.models.training import labels, sensitive
from aura.models.training.sensitive import Found
from aura.templates.discovery.units import Unit


def findings(text: str) -> list[Found]:
    """Each sensitive string in a message, by its place in UTF-8."""
    message = sensitive.without_escapes(text.encode())
    return sensitive.find(message) + labels.find_secrets(message) + labels.find_names(message)


def private_units(parts: Sequence[Unit]) -> frozenset[int]:
    """The numbers of the units that share a byte with something sensitive."""
    found = findings("".join([unit.word + unit.gap for unit in parts]))
    if not found:
        return frozenset()
    starts = list(accumulate((len((unit.word + unit.gap).encode()) for unit in parts[:-1]), initial=0))
    touched: set[int] = set()
    for start, end, _ in found:
        touched.update(range(bisect_right(starts, start) - 1, bisect_right(starts, max(start, end - 1))))
    return frozenset(touched)


def kinds_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The kinds of sensitive strings in texts, in order of the alphabet."""
    return tuple(sorted({found.kind for text in texts for found in findings(text)}))
