"""How the choice of templates changes in the course of a test, and how diverse it is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from aura.stress.metadata import Usage
from aura.stress.speaker import Said

MAX_WINDOWS: Final = 64
"""Windows that are kept; beyond that each two become one."""

LEAST_EVENNESS: Final = 0.5
MOST_SHARE: Final = 0.25
LEAST_VALUES: Final = 0.5
"""Below this share of the examples of a slot, its values are not diverse."""

USES: Final = 8
"""Uses for each example of a slot, from which on its diversity is judged."""

MIN_MESSAGES: Final = 100
"""Messages of templates from which on the choice is judged."""


@dataclass(frozen=True, slots=True)
class Report:
    """How the choice of templates changed.

    Attributes:
        used: templates that were used.
        available: templates that there are.
        evenness: entropy of the choice for each bit that it could have, from 0 (always the same) to 1 (all alike).
        churn: for each window but the first, the share of the templates in it or in the one before that are not in
            both.
        top: the templates that were used most, and how often.
        warnings: where the choice is not diverse.
    """

    used: int
    available: int
    evenness: float
    churn: tuple[float, ...]
    top: tuple[tuple[int, int], ...]
    warnings: tuple[str, ...]


class Churn:
    """Counts which templates were chosen, and which values their slots got.

    Args:
        usages: of templates, by id.
    """

    def __init__(self, usages: Mapping[int, Usage]) -> None:
        self._usages = usages
        self._windows: list[Counter[int]] = []
        self._values: dict[tuple[int, int], Counter[bytes]] = {}

    def add(self, said: Iterable[Said]) -> None:
        """Count a round of messages, which is a window."""
        window: Counter[int] = Counter()
        for message in said:
            match = message.match
            if match is None:
                continue
            window[match.template_id] += 1
            for slot, value in enumerate(match.values):
                self._values.setdefault((match.template_id, slot), Counter())[value] += 1
        self._windows.append(window)
        if len(self._windows) > MAX_WINDOWS:
            pairs = zip(self._windows[::2], [*self._windows[1::2], Counter()], strict=False)
            self._windows = [first + second for first, second in pairs]

    def report(self) -> Report:
        """What was found."""
        total = sum(self._windows, Counter[int]())
        evenness = _evenness(total)
        return Report(
            used=len(total),
            available=len(self._usages),
            evenness=evenness,
            churn=tuple(_changed(before, after) for before, after in pairwise(self._windows)),
            top=tuple(sorted(total.items(), key=lambda item: (-item[1], item[0]))[:10]),
            warnings=(*self._warnings(total, evenness), *self._slot_warnings()),
        )

    def _warnings(self, total: Counter[int], evenness: float) -> Iterable[str]:
        messages = total.total()
        if messages < MIN_MESSAGES:
            return
        if evenness < LEAST_EVENNESS:
            yield f"low diversity: the evenness of templates is {evenness:.2f}, below {LEAST_EVENNESS}"
        for number, count in total.most_common(3):
            if count > MOST_SHARE * messages:
                yield f"low diversity: template {number} gives {count / messages:.0%} of the messages of templates"

    def _slot_warnings(self) -> Iterable[str]:
        for (number, slot), values in sorted(self._values.items()):
            examples = len(set(self._usages[number].values[slot]))
            if values.total() >= USES * examples and len(values) < LEAST_VALUES * examples:
                name = self._usages[number].template.slots[slot].name
                yield f"low diversity: slot {{{name}}} of template {number} took {len(values)} of {examples} values"


def _evenness(counts: Counter[int]) -> float:
    if len(counts) < 2:
        return 0.0
    total = counts.total()
    entropy = -sum(count / total * math.log2(count / total) for count in counts.values())
    return entropy / math.log2(len(counts))


def _changed(before: Counter[int], after: Counter[int]) -> float:
    """Share of the templates of two windows that are not in both."""
    both = before.keys() | after.keys()
    return len(before.keys() ^ after.keys()) / len(both) if both else 0.0
