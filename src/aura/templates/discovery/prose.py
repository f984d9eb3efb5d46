"""Groups of groups: messages that are alike although Drain keeps them apart, as prose of varying length is.

Drain compares messages with equal numbers of words, and word by word. Here a few messages of each of its groups are
compared by the words that they have, whatever their number and order: by the cosine of their TF-IDF vectors, with
DBSCAN (scikit-learn).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from aura.extra import needed
from aura.templates.discovery.samples import Group, Sample
from aura.templates.discovery.units import line_of, units

_DISTANCE: Final = 0.4
"""Cosine distance of neighbours."""

_MAX_COMPARED: Final = 1 << 12
"""Groups that are compared: the most frequent ones."""

_MAX_SETS: Final = 1 << 8
"""Sets that are found: those of the most messages."""


def alike(groups: Sequence[Group]) -> list[list[Group]]:
    """Sets of two groups or more whose messages are alike.

    Raises:
        ImportError: the extra ``discovery`` is not installed.
    """
    compared = groups[:_MAX_COMPARED]
    lines = [line_of(units(group.mined.kept[0].text)) for group in compared]
    if len(lines) < 2 or not any(lines):
        return []
    vectorizer = needed("sklearn.feature_extraction.text", "discovery").TfidfVectorizer(analyzer=str.split)
    dbscan = needed("sklearn.cluster", "discovery").DBSCAN(eps=_DISTANCE, min_samples=2, metric="cosine")
    sets: defaultdict[int, list[Group]] = defaultdict(list)
    for group, label in zip(compared, dbscan.fit_predict(vectorizer.fit_transform(lines)), strict=True):
        sets[int(label)].append(group)
    found = [alike for label, alike in sorted(sets.items()) if label >= 0]
    return sorted(found, key=lambda alike: -sum(group.count for group in alike))[:_MAX_SETS]


def joined(groups: Sequence[Group]) -> tuple[list[Sample], list[Sample]]:
    """What is kept of several groups to mine and to judge: one message of each, then the next of each."""
    return _in_turn([group.mined.kept for group in groups]), _in_turn(
        [group.held_out.kept for group in groups]
    )


def _in_turn(kept: Sequence[Sequence[Sample]]) -> list[Sample]:
    longest = max(map(len, kept))
    return [samples[turn] for turn in range(longest) for samples in kept if turn < len(samples)]
