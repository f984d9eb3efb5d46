"""Asking an implementation, check by check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from aura_conformance.expected import Entry
from aura_conformance.protocol import Announcement, Answer, Request, request_of
from aura_conformance.suite import Check, Profile
from aura_conformance.verdict import Judgement, Verdict, judge


class Subject(Protocol):
    """An implementation under test."""

    @property
    def jobs(self) -> int:
        """How many requests it can be put at a time."""

    def start(self) -> Announcement:
        """Make it ready to be asked, and learn its name."""

    def ask(self, request: Request) -> Answer:
        """Put a request; whatever happens is an answer."""

    def stop(self) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a check.

    Attributes:
        check: that was made.
        judgement: verdict and reasons.
        seconds: that it took.
        required: whether a profile that the implementation is to fulfil has the check.
        known: the line that expects a failure, if there is one.
    """

    check: Check
    judgement: Judgement
    seconds: float
    required: bool
    known: Entry | None

    @property
    def verdict(self) -> Verdict:
        """The verdict of the check."""
        return self.judgement.verdict

    @property
    def is_good(self) -> bool:
        """Whether it stands in the way of success: nothing does that was expected, or need not be there."""
        if self.known is not None:
            return self.known.allows(self.verdict)
        return self.verdict is Verdict.PASS or (self.verdict is Verdict.UNIMPLEMENTED and not self.required)

    @property
    def is_surprise(self) -> bool:
        """Whether it passed although a list says that it fails."""
        return self.known is not None and self.verdict is Verdict.PASS


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a run is held to.

    Attributes:
        profiles: the implementation has to have what is in them.
        known: failures that are expected.
        max_crashes: after so many crashes and time-outs the run is given up.
    """

    profiles: Sequence[Profile] = ()
    known: Sequence[Entry] = ()
    max_crashes: int = 50

    def apply(self, check: Check, judgement: Judgement, seconds: float) -> Outcome:
        """The outcome of a check under these conditions."""
        required = any(profile.requires(check) for profile in self.profiles)
        known = next((entry for entry in self.known if entry.covers(check)), None)
        return Outcome(check, judgement, seconds, required, known)


def execute(subject: Subject, checks: Sequence[Check], conditions: Conditions) -> Iterator[Outcome]:
    """Make the checks, in order; fewer of them if too many end in a crash or a time-out."""

    def make(check: Check) -> Outcome:
        begin = monotonic()
        judgement = judge(check, subject.ask(request_of(check)), subject.ask)
        return conditions.apply(check, judgement, monotonic() - begin)

    verdicts: Counter[Verdict] = Counter()
    pool = ThreadPoolExecutor(subject.jobs)
    try:
        for outcome in pool.map(make, checks):
            yield outcome
            verdicts[outcome.verdict] += 1
            if verdicts[Verdict.CRASH] + verdicts[Verdict.TIMEOUT] >= conditions.max_crashes:
                return
    finally:  # also if nobody wants to know the rest
        pool.shutdown(cancel_futures=True)
