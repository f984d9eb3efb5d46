"""A variant while an experiment lasts: its messages are counted, and it is taken back if it passes a limit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from aura.experiments.counts import Counts
from aura.experiments.guard import Guard, Limits
from aura.experiments.variant import Variant
from aura.metrics.window import Window
from aura.observation import MessageEvent, Observer, RefusalEvent

_log: Final = logging.getLogger("aura.experiments")


class Trial:
    """A variant, what is counted of it, and whether it is taken back. Thread-safe.

    Args:
        variant: a control or a candidate.
        limits: of a candidate; None for the control, which nothing takes back.
        clock: gives seconds.
    """

    def __init__(self, variant: Variant, limits: Limits | None, clock: Callable[[], float]) -> None:
        self._variant = variant
        self._counts = Counts(variant.name)
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        limits = self._limits or Limits()
        self._window = Window(limits.seconds, clock=self._clock)
        self._guard = Guard(limits)
        self._since = 0

    @property
    def variant(self) -> Variant:
        """The control or the candidate."""
        return self._variant

    @property
    def counts(self) -> Counts:
        """What is counted of it."""
        return self._counts

    @property
    def window(self) -> Window:
        """Totals of the last minutes, which the guard looks at."""
        return self._window

    @property
    def name(self) -> str:
        """Of the variant."""
        return self._variant.name

    @property
    def is_live(self) -> bool:
        """Whether users get it: it was not taken back."""
        return self._counts.breach is None

    def resume(self) -> None:
        """Give it to users again; the guard begins anew."""
        with self._lock:
            self._counts.breach = None
            self._begin()

    def restore(self, counts: Counts) -> None:
        """Go on with what was counted of it before."""
        self._counts = counts

    def on_message(self, bucket: int, event: MessageEvent) -> None:
        """Count a message of a user."""
        self._counts.measures.add(bucket, len(event.message), event.wire_size, event.duration)
        self._window.on_message(event)
        self._look()

    def on_error(self, bucket: int, event: RefusalEvent) -> None:
        """Count a message that was refused, or could not be coded."""
        self._counts.measures.add_error(bucket)
        self._window.on_refusal(event)
        self._look()

    def _look(self) -> None:
        if self._limits is None:
            return
        with self._lock:
            self._since += 1
            if self._since < self._limits.every or not self.is_live:
                return
            self._since = 0
            breach = self._counts.breach = self._guard.look(self._window.totals())
        if breach is not None:
            _log.error("candidate %s is taken back: %s", self.name, breach)


class TrialObserver(Observer):
    """Counts the messages of one user for a variant.

    Args:
        trial: of the variant.
        bucket: of the user's slot.
    """

    def __init__(self, trial: Trial, bucket: int) -> None:
        self._trial = trial
        self._bucket = bucket

    def on_message(self, event: MessageEvent) -> None:
        """Count a message."""
        self._trial.on_message(self._bucket, event)

    def on_refusal(self, event: RefusalEvent) -> None:
        """Count a refusal."""
        self._trial.on_error(self._bucket, event)
