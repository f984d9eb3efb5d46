"""The report of an experiment: figures of each variant with intervals, and what was decided."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from aura.experiments import statistics
from aura.experiments.counts import Counts, Look
from aura.experiments.statistics import Decision, Interval, Rule, Table

_log: Final = logging.getLogger("aura.experiments")

_FIGURES: Final[tuple[tuple[str, Callable[[Table], Table]], ...]] = (
    ("ratio", statistics.ratio),
    ("growth", statistics.growth),
    ("errors", statistics.errors),
    ("seconds", statistics.seconds),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an experiment.

    Attributes:
        name: of the experiment.
        share: of users that get a candidate.
        shadow: whether candidates are only measured.
        rule: that decides.
        counts: of the control, then of the candidates.
    """

    name: str
    share: float
    shadow: bool
    rule: Rule
    counts: tuple[Counts, ...]


@dataclass(frozen=True, slots=True)
class VariantReport:
    """What was counted of a variant.

    Attributes:
        name: of the variant.
        users: about how many.
        messages: of its users.
        ratio: bytes before for each byte after.
        growth: share of messages that grow.
        errors: share of messages that were refused or could not be coded.
        seconds: mean time of a message.
        taken_back: why users do not get it any more; None if they do.
    """

    name: str
    users: int
    messages: int
    ratio: Interval
    growth: Interval
    errors: Interval
    seconds: Interval
    taken_back: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate beside the control.

    Attributes:
        candidate: its name.
        change: in bytes on the wire for each byte of the messages, as of now; for information.
        decision: what the rule said at the last look.
        look: the last look; None if there was none.
        next_users: users of each of the two variants at which the next look is; None if it is decided.
    """

    candidate: str
    change: Interval
    decision: Decision
    look: Look | None
    next_users: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """What was counted and decided.

    Attributes:
        name: of the experiment.
        share: of users that get a candidate.
        shadow: whether candidates are only measured.
        rule: that decides.
        variants: the control, then the candidates.
        comparisons: of each candidate with the control.
    """

    name: str
    share: float
    shadow: bool
    rule: Rule
    variants: tuple[VariantReport, ...]
    comparisons: tuple[Comparison, ...]

    def as_dictionary(self) -> dict[str, Any]:
        """The report, for JSON."""
        return asdict(self)


def _generator(*parts: object) -> np.random.Generator:
    """Random numbers that are the same for the same names."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def change_of(control: Counts, candidate: Counts, alpha: float, seed: tuple[object, ...]) -> Interval:
    """The change in bytes from control to candidate, as of now."""
    ours, theirs = control.measures.table(), candidate.measures.table()
    generator, draws = _generator(*seed), statistics.draws_for(alpha)
    values = statistics.change_in_bytes(
        statistics.drawn(ours, draws, generator), statistics.drawn(theirs, draws, generator)
    )
    return statistics.interval(
        statistics.change_in_bytes(ours.sum(axis=0), theirs.sum(axis=0)), values, alpha
    )


def look_at(control: Counts, candidate: Counts, rule: Rule, name: str) -> None:
    """Decide between control and candidate, if it is time for a look and nothing is decided yet."""
    if candidate.decision is not Decision.UNDECIDED:
        return
    both = (control.measures, candidate.measures)
    users = min(measures.users for measures in both)
    steps = rule.steps(users, min(measures.messages for measures in both))
    if steps <= candidate.steps:
        return
    candidate.steps = steps
    number = len(candidate.looks) + 1
    alpha = rule.alpha_of(number)
    change = change_of(control, candidate, alpha, (name, candidate.name, number))
    look = Look(number, users, alpha, change, rule.decide(change))
    candidate.looks.append(look)
    _log.info("look %d at candidate %s: %s", number, candidate.name, look.decision)


def report_of(known: Known) -> Report:
    """The report of what is known of an experiment."""
    control, *candidates = known.counts
    return Report(
        known.name,
        known.share,
        known.shadow,
        known.rule,
        tuple(_variant(counts, known) for counts in known.counts),
        tuple(_comparison(control, candidate, known) for candidate in candidates),
    )


def _variant(counts: Counts, known: Known) -> VariantReport:
    alpha, table = known.rule.alpha, counts.measures.table()
    generator = _generator(known.name, counts.name, "variant")
    draws = statistics.drawn(table, statistics.draws_for(alpha), generator)
    total = table.sum(axis=0)
    figures = {name: statistics.interval(figure(total), figure(draws), alpha) for name, figure in _FIGURES}
    breach = None if counts.breach is None else str(counts.breach)
    return VariantReport(counts.name, counts.measures.users, int(total[0]), **figures, taken_back=breach)


def _comparison(control: Counts, candidate: Counts, known: Known) -> Comparison:
    last = candidate.looks[-1] if candidate.looks else None
    alpha = known.rule.alpha_of(max(len(candidate.looks), 1))
    change = change_of(control, candidate, alpha, (known.name, candidate.name, "now"))
    is_open = candidate.decision is Decision.UNDECIDED
    next_users = known.rule.min_users << candidate.steps if is_open else None
    return Comparison(candidate.name, change, candidate.decision, last, next_users)
