"""An experiment: users get the control or a candidate, and what happens is counted.

>>> import aura
>>> experiment = Experiment(
...     "level-3",
...     key=bytes(range(16)),
...     control=Variant("usual", aura.Codec()),
...     candidates=[Variant("thorough", aura.Codec(level=3))],
...     share=0.5,
... )
>>> [experiment.variant_of(user).name for user in ("ada", "bob", "carol")]
['usual', 'usual', 'thorough']
>>> codec = experiment.codec("carol")
>>> codec.decompress(codec.compress("Yes, of course.")).decode()
'Yes, of course.'
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Final

from aura import arguments
from aura.connections.session import Settings
from aura.experiments import saving
from aura.experiments.assignment import Slot, Split, check_key, slot_of
from aura.experiments.coding import ExperimentCodec
from aura.experiments.guard import Limits
from aura.experiments.report import Known, Report, look_at, report_of
from aura.experiments.statistics import Rule
from aura.experiments.trial import Trial, TrialObserver
from aura.experiments.variant import Variant, check_readable
from aura.metrics.gauges import Reading
from aura.observation import Observer, Observers, current_labels

_USUAL_LIMITS: Final = Limits()
_USUAL_RULE: Final = Rule()


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a user gets.

    Attributes:
        slot: of the user; None for messages of nobody, which are not counted.
        trial: whose codec is used.
        shadow: the candidate that is measured beside it, in an experiment that only measures.
    """

    slot: Slot | None
    trial: Trial
    shadow: Trial | None = None


class Experiment:
    """Splits users among a control and candidates, counts, and takes back what passes its limits. Thread-safe.

    Args:
        name: of the experiment; one with another name splits users anew.
        key: of the hash that splits them, 16 to 64 bytes; the same in all processes, and a secret.
        control: that everybody has who gets no candidate.
        candidates: one or more; their names and weights stay as they are as long as the experiment lasts.
        share: of users that get a candidate, 0 to 1; it may change at any time.
        shadow: measure candidates on the messages of their users, and send what the control makes of them. With
            ``aura.Codec(level=0)`` as control messages go as they are.
        limits: of candidates; one that passes a limit is taken back, and its users get the control.
        rule: when it is decided which variant is better, and how.
        clock: gives seconds, for the windows of the limits; ``time.monotonic`` unless given.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: one is out of range, or a variant cannot read what another writes.
    """

    def __init__(  # noqa: PLR0913  # all that an experiment is
        self,
        name: str,
        *,
        key: bytes,
        control: Variant,
        candidates: Sequence[Variant],
        share: float = 0.0,
        shadow: bool = False,
        limits: Limits = _USUAL_LIMITS,
        rule: Rule = _USUAL_RULE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not isinstance(name, str):
            raise TypeError(f"name is a str, not {type(name).__name__}")
        check_readable([control, *candidates])
        self._name = name
        self._key = check_key(key)
        self._split = Split([candidate.weight for candidate in candidates])
        self._share = arguments.number("share", share, 0, 1)
        self._is_shadow = arguments.flag("shadow", shadow)
        self._rule = rule
        self._control = Trial(control, None, clock)
        self._candidates = [Trial(candidate, limits, clock) for candidate in candidates]
        self._looking = threading.Lock()

    @property
    def name(self) -> str:
        """Of the experiment."""
        return self._name

    @property
    def rule(self) -> Rule:
        """When it is decided which variant is better, and how."""
        return self._rule

    @property
    def is_shadow(self) -> bool:
        """Whether candidates are only measured."""
        return self._is_shadow

    @property
    def control(self) -> Trial:
        """The control, and what was counted of it."""
        return self._control

    @property
    def candidates(self) -> tuple[Trial, ...]:
        """The candidates, and what was counted of them."""
        return tuple(self._candidates)

    @property
    def share(self) -> float:
        """Of users that get a candidate. Raising it moves users from the control to a candidate, and no others.

        Counting begins anew when it changes: users who were in both variants, and times in which there were more
        users in one of them, would show differences that are none of the variants. Decisions stay.
        """
        return self._share

    @share.setter
    def share(self, share: float) -> None:
        with self._looking:
            before, self._share = self._share, arguments.number("share", share, 0, 1)
            if share != before:
                for trial in (self._control, *self._candidates):
                    trial.counts.restart()

    def slot_of(self, user: str) -> Slot:
        """Where a user stands in this experiment, for good."""
        return slot_of(self._key, self._name, user)

    def variant_of(self, user: str) -> Variant:
        """The variant that a user gets now; in a shadow experiment the control."""
        return self.assigned(self.slot_of(user)).trial.variant

    def assigned(self, slot: Slot | None) -> Assigned:
        """What the user of a slot gets now."""
        if slot is None or not self._split.is_in(slot, self._share):
            return Assigned(slot, self._control)
        candidate = self._candidates[self._split.candidate(slot)]
        if not candidate.is_live:
            return Assigned(slot, self._control)
        return Assigned(slot, self._control, candidate) if self._is_shadow else Assigned(slot, candidate)

    def codec(self, user: str | None = None) -> ExperimentCodec:
        """A codec for the messages of a user.

        Args:
            user: the user id; None takes that of the labels of each message, see
                :func:`aura.observation.labelled`. Messages of nobody get the control, and are not counted.
        """
        return ExperimentCodec(self, user)

    def settings(self, user: str | None = None) -> Settings:
        """The settings of a session of a user, which counts its messages for the variant.

        :class:`aura.asgi.AuraMiddleware` and :func:`aura.websockets.serve` take the experiment itself as settings,
        and ask for those of each connection.

        Args:
            user: as in :meth:`codec`, but looked for once.

        Raises:
            ValueError: the variant has no settings.
        """
        if user is None:
            user = current_labels().user
        assigned = self.assigned(None if user is None else self.slot_of(user))
        settings = assigned.trial.variant.settings
        if settings is None:
            raise ValueError(f"variant {assigned.trial.name} has no settings")
        if assigned.slot is None:
            return settings
        observer: Observer = TrialObserver(assigned.trial, assigned.slot.bucket)
        if settings.observer is not None:
            observer = Observers(settings.observer, observer)
        return replace(settings, observer=observer)

    def check(self) -> None:
        """Look whether something is to be decided by now, and decide it.

        Call it from time to time, as ``refresh`` of :class:`aura.metrics.Monitor` for example. It takes nothing
        between two looks, and up to a second at one.
        """
        with self._looking:
            for candidate in self._candidates:
                look_at(self._control.counts, candidate.counts, self._rule, self._name)

    def report(self) -> Report:
        """What was counted and decided so far."""
        self.check()
        return report_of(self._known())

    def _known(self) -> Known:
        counts = tuple(trial.counts for trial in (self._control, *self._candidates))
        return Known(self._name, self._share, self._is_shadow, self._rule, counts)

    def resume(self, name: str) -> None:
        """Give a candidate to users again that was taken back.

        Raises:
            KeyError: there is no such candidate.
        """
        for candidate in self._candidates:
            if candidate.name == name:
                candidate.resume()
                return
        raise KeyError(name)

    def readings(self) -> list[Reading]:
        """Values for metrics: give the experiment to :meth:`Gauges.add <aura.metrics.Gauges.add>`."""
        found = [Reading("aura_experiment_share", self._share, (("experiment", self._name),))]
        for trial in (self._control, *self._candidates):
            labels = (("experiment", self._name), ("variant", trial.name))
            totals = trial.window.totals()
            looked = totals.messages + totals.refusals.total()
            found += [
                Reading("aura_experiment_messages", totals.messages, labels),
                Reading("aura_experiment_ratio", totals.ratio, labels),
                Reading("aura_experiment_growth", totals.growth, labels),
                Reading(
                    "aura_experiment_errors", totals.refusals.total() / looked if looked else 0.0, labels
                ),
                Reading("aura_experiment_p95_seconds", totals.duration(0.95), labels),
                Reading("aura_experiment_live", float(trial.is_live), labels),
            ]
        return found

    def save(self, path: str | PathLike[str]) -> None:
        """Write what was counted and decided into a file, in one step, for :meth:`restore` and ``aura experiment``.

        No user ids are in it.

        Raises:
            OSError: the file cannot be written.
        """
        self.check()
        saving.save(self._known(), Path(path), key_digest=saving.digest_of(self._key))

    def restore(self, path: str | PathLike[str]) -> None:
        """Go on with what an earlier process has saved: counts, decisions, and candidates that were taken back.

        Raises:
            ExperimentError: the file is damaged, or of another experiment.
            OSError: the file cannot be read.
        """
        known = saving.read(Path(path), key_digest=saving.digest_of(self._key))
        trials = (self._control, *self._candidates)
        names, ours = [counts.name for counts in known.counts], [trial.name for trial in trials]
        if known.name != self._name or names != ours:
            raise saving.ExperimentError(f"{path} is of {known.name} with the variants {', '.join(names)}")
        with self._looking:
            self._share = known.share
            for trial, counts in zip(trials, known.counts, strict=True):
                trial.restore(counts)
