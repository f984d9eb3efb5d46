"""Patterns for groups of messages, with slots that are typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from aura.templates.discovery import prose
from aura.templates.discovery.candidates import Proposal
from aura.templates.discovery.drafts import Draft, cut, drafts, folded, trim
from aura.templates.discovery.privacy import findings
from aura.templates.discovery.samples import Group, Sample
from aura.templates.pattern_text import pattern_of, slot_text
from aura.templates.slot_types import choices_of, kind_of
from aura_spec.errors import TemplateError
from aura_spec.template import Template, parse_pattern

_MIN_MINED: Final = 4
"""Messages of which a pattern is made, at least: what fewer have in common may be chance."""


@dataclass(frozen=True, slots=True)
class Proposer:
    """Makes proposals.

    Attributes:
        min_frequency: messages of the stream that match a pattern, at least.
        min_sources: sources that have the literals of a pattern, and each alternative of an enumeration, at least.
    """

    min_frequency: int
    min_sources: int

    def propose(self, groups: Sequence[Group]) -> list[Proposal]:
        """Proposals for groups and for sets of groups that are alike; each pattern once, the largest first."""
        found: dict[str, Proposal] = {}
        for group in groups:
            if group.count >= self.min_frequency:
                self._add(found, group.mined.kept, group.held_out.kept, group.count)
        for alike in prose.alike(groups):
            count = sum(group.count for group in alike)
            if count >= self.min_frequency:
                self._add(found, *prose.joined(alike), count)
        return sorted(found.values(), key=_weight, reverse=True)

    def _add(
        self, found: dict[str, Proposal], mined: Sequence[Sample], held_out: Sequence[Sample], count: int
    ) -> None:
        cuts = cut(mined)
        made = drafts(cuts, _MIN_MINED)
        if len({len(each.units) for each in cuts}) > 1 and (draft := folded(cuts, _MIN_MINED)):
            made.append(draft)
        for draft in made:
            if len({sample.source for sample in draft.samples}) < self.min_sources:
                continue
            template = self._template(trim(draft))
            if template is None:
                continue
            texts = _matching(template, mined)
            frequency = round(count * len(texts) / len(mined))
            if frequency >= self.min_frequency:
                known = found.get(template.pattern)
                if known is None or known.frequency < frequency:
                    proposal = Proposal(
                        template, frequency, texts, _matching(template, held_out), frozenset(draft.private)
                    )
                    found[template.pattern] = proposal

    def _template(self, draft: Draft) -> Template | None:
        """The template of a draft; None if it is unusable, sensitive, or matches nearly anything."""
        if any(findings(literal) for literal in draft.literals):
            return None
        slots = []
        for number, values in enumerate(draft.columns):
            choices = [] if number in draft.unsettled else self._choices(draft.samples, values)
            slots.append(slot_text(number, kind_of(values, choices)))
        try:
            template = parse_pattern(
                pattern_of(draft.literals[0], zip(slots, draft.literals[1:], strict=True))
            )
        except TemplateError:
            return None
        return template if template.is_anchored else None

    def _choices(self, samples: Sequence[Sample], values: Sequence[str]) -> list[str]:
        """The alternatives of an enumeration, if enough sources have each of them."""
        choices = choices_of(values)
        if choices and self.min_sources > 1:
            sources: defaultdict[str, set[str]] = defaultdict(set)
            for sample, value in zip(samples, values, strict=True):
                sources[value].add(sample.source)
            if min(map(len, sources.values())) < self.min_sources:
                return []
        return choices


def _matching(template: Template, samples: Iterable[Sample]) -> tuple[bytes, ...]:
    """The messages that match."""
    return tuple(sample.data for sample in samples if template.match(sample.data) is not None)


def _weight(proposal: Proposal) -> tuple[int, str]:
    literal = sum(map(len, proposal.template.literals))
    return proposal.frequency * literal, proposal.template.pattern
