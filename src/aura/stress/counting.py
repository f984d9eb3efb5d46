"""Counts the rounds of a test, user by user in order, so that totals do not depend on who is faster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aura.stress.churn import Churn
from aura.stress.measured import Measured
from aura.stress.tallies import Tallies
from aura.stress.traces import Tracer


class Counting:
    """Counts rounds.

    Args:
        tallies: of all messages.
        churn: of the choice of templates, if that is of interest.
        tracer: for messages that stand out, if that is wanted.
    """

    def __init__(self, tallies: Tallies, churn: Churn | None = None, tracer: Tracer | None = None) -> None:
        self.tallies = tallies
        self._churn = churn
        self._tracer = tracer
        self._numbers: Counter[int] = Counter()

    def add(self, found: Sequence[Sequence[Measured]]) -> None:
        """Count a round: what each user said, in order."""
        for user, measured in enumerate(found):
            for one in measured:
                self.tallies.add(user, one)
                if self._tracer is not None:
                    self._tracer.add(user, self._numbers[user], one)
                self._numbers[user] += 1
        if self._churn is not None:
            self._churn.add(one.said for measured in found for one in measured)
