"""What a run found, put in order for those who show it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from aura_conformance.execute import Outcome
from aura_conformance.protocol import Announcement
from aura_conformance.suite import Bug, Case, Suite
from aura_conformance.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Kind:
    """Failures that look like one mistake: of one chapter, verdict and likely bug.

    Attributes:
        first: of them.
        count: how many there are.
        consequences: how many further checks fail because these do.
    """

    first: Outcome
    count: int
    consequences: int


@dataclass(frozen=True)
class Report:
    """A run.

    Attributes:
        about: the implementation.
        suite: the vectors.
        outcomes: in order.
        planned: how many checks there were to make.
        seconds: that the run took.
    """

    about: Announcement
    suite: Suite
    outcomes: Sequence[Outcome]
    planned: int
    seconds: float

    @property
    def is_success(self) -> bool:
        """Whether everything was asked, and nothing stands in the way."""
        return len(self.outcomes) == self.planned and not self.failures

    @property
    def failures(self) -> Sequence[Outcome]:
        """Outcomes that stand in the way by themselves."""
        return [outcome for outcome in self._bad if outcome.check.name not in self.consequences]

    @cached_property
    def consequences(self) -> Mapping[str, str]:
        """Checks that fail where one before in the same story fails, with the first one that does.

        Whoever misreads a message of a stream has lost what follows; it says nothing of its own.
        """
        first: dict[str, str] = {}
        bad = {outcome.check.name for outcome in self._bad}
        for outcome in self._bad:
            before = f"{outcome.check.case.follows}:{outcome.check.direction}"
            if before in bad:
                first[outcome.check.name] = first.get(before, before)
        return first

    @cached_property
    def _bad(self) -> Sequence[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.is_good]

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How often each verdict was given."""
        return Counter(outcome.verdict for outcome in self.outcomes)

    def by_chapter(self) -> Mapping[str, Sequence[Outcome]]:
        """Outcomes by chapter, in the order of the vectors, which is a good one to build a port in."""
        chapters: defaultdict[str, list[Outcome]] = defaultdict(list)
        for outcome in self.outcomes:
            chapters[outcome.check.case.chapter].append(outcome)
        return chapters

    @property
    def _judged(self) -> Iterator[Outcome]:
        """Outcomes that say something: all but consequences."""
        return (outcome for outcome in self.outcomes if outcome.check.name not in self.consequences)

    def kinds(self) -> Sequence[Kind]:
        """Failures, those that look alike taken together."""
        alike: defaultdict[object, list[Outcome]] = defaultdict(list)
        for outcome in self.failures:
            likely = [bug.flag for bug in self.likely(outcome.check.case)[:1]]
            alike[outcome.check.case.chapter, outcome.verdict, str(likely)].append(outcome)
        caused = Counter(self.consequences.values())
        return [
            Kind(outcomes[0], len(outcomes), sum(caused[outcome.check.name] for outcome in outcomes))
            for outcomes in alike.values()
        ]

    @cached_property
    def by_bug(self) -> Mapping[Bug, tuple[int, int]]:
        """Mistakes that would explain failures, with the numbers of failures and of checks that catch them.

        Those come first of whose checks the most fail: one that an implementation makes fails nearly all of them.
        """
        failed = Counter(bug for outcome in self.failures for bug in outcome.check.case.bugs)
        made = Counter(bug for outcome in self._judged for bug in outcome.check.case.bugs)
        return {
            bug: (failed[bug], made[bug])
            for bug in sorted(failed, key=lambda bug: (-failed[bug] / made[bug], -failed[bug]))
        }

    def likely(self, case: Case) -> Sequence[Bug]:
        """The mistakes that a case catches, the likely ones first."""
        order = list(self.by_bug)
        return sorted(case.bugs, key=lambda bug: order.index(bug) if bug in order else len(order))

    def by_rule(self) -> Sequence[tuple[str, int, int]]:
        """Rules whose checks fail, with the numbers of failures and of checks; the most failures first."""
        failed = _count_rules(self.failures)
        made = _count_rules(self._judged)
        return [(rule, count, made[rule]) for rule, count in failed.most_common()]

    @cached_property
    def by_profile(self) -> Mapping[str, tuple[int, int, int]]:
        """For each profile of which there were checks, how many passed, how many were made, and how many it has."""
        counts = {}
        for name, profile in self.suite.profiles.items():
            made = [outcome.verdict for outcome in self.outcomes if profile.requires(outcome.check)]
            if made:
                size = sum(map(profile.requires, self.suite.checks))
                counts[name] = made.count(Verdict.PASS), len(made), size
        return counts


def _count_rules(outcomes: Iterable[Outcome]) -> Counter[str]:
    return Counter(rule for outcome in outcomes for rule in outcome.check.case.rules)


def conclusion(report: Report) -> str:
    """The outcome in a sentence."""
    made, failed, more = len(report.outcomes), len(report.failures), len(report.consequences)
    if made < report.planned:
        return f"given up after {made} of {report.planned} checks: too many crashes and time-outs"
    if failed:
        return f"{failed} of {made} checks failed" + f", and {more} that follow from them" * bool(more)
    if not made:
        return "no checks were made"
    skipped = report.verdicts[Verdict.UNIMPLEMENTED]
    known = sum(outcome.known is not None for outcome in report.outcomes)
    notes = [f"{skipped} are not implemented"] * bool(skipped) + [f"{known} fail as expected"] * bool(known)
    return f"{report.verdicts[Verdict.PASS]} of {made} checks passed" + "".join(f", {note}" for note in notes)
