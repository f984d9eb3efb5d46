"""The warm-up: what was seen in the first messages, and how the mix is adjusted to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aura.stress.tallies import Sums, Tallies

AIM: Final = 0.4
"""Share of messages that should go as template frames."""

STRENGTH: Final = 0.5
"""Change of the corpus weight for each difference to the aim."""

LEAST_WEIGHT: Final = 0.1
MOST_WEIGHT: Final = 0.9

EXPLORATION: Final = 0.3
"""Probability of exploring before anything is known."""

EXPLORATION_AFTER: Final = 0.2
"""Probability of exploring after a warm-up that tried enough templates."""

ENOUGH: Final = 0.2
"""Share of the templates that is enough."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a warm-up found, and what came of it.

    Attributes:
        messages: of the warm-up.
        ratio: of all of them.
        template_ratio: of those made of templates; 0 without any.
        corpus_ratio: of those of the corpus; 0 without any.
        template_share: share that went as template frames.
        tried: templates that were tried.
        templates: that there are.
        weight_before: share of messages of the corpus during the warm-up.
        weight: the same afterwards.
        exploration: probability of exploring afterwards.
    """

    messages: int
    ratio: float
    template_ratio: float
    corpus_ratio: float
    template_share: float
    tried: int
    templates: int
    weight_before: float
    weight: float
    exploration: float

    def sentences(self) -> list[str]:
        """What to tell people."""
        turned = "raised" if self.weight > self.weight_before else "lowered"
        weight = (
            f"the corpus weight stays {self.weight:.2f}"
            if self.weight == self.weight_before
            else f"the corpus weight is {turned} from {self.weight_before:.2f} to {self.weight:.2f}"
        )
        explored = (
            f"exploration goes down to {self.exploration:.0%}"
            if self.exploration < EXPLORATION
            else f"exploration stays {self.exploration:.0%}"
        )
        ratios = f"of templates {self.template_ratio:.2f}, of the corpus {self.corpus_ratio:.2f}"
        return [
            f"warm-up: {self.messages} messages, ratio {self.ratio:.2f}; {ratios}",
            f"{self.template_share:.0%} went as template frames, {AIM:.0%} is the aim: {weight}",
            f"{self.tried} of {self.templates} templates were tried: {explored}",
        ]


def adjusted(tallies: Tallies, weight: float, templates: int) -> Adjustment:
    """How to go on after a warm-up.

    Args:
        tallies: of the warm-up.
        weight: share of messages of the corpus during the warm-up.
        templates: that there are.
    """
    share = tallies.template_share
    moved = round(min(MOST_WEIGHT, max(LEAST_WEIGHT, weight + STRENGTH * (share - AIM))), 2)
    # who asked for one kind alone gets that
    new = weight if weight in {0.0, 1.0} else moved
    tried = len(tallies.by_template)
    return Adjustment(
        messages=tallies.total.messages,
        ratio=tallies.total.ratio,
        template_ratio=tallies.by_source.get("template", Sums()).ratio,
        corpus_ratio=tallies.by_source.get("corpus", Sums()).ratio,
        template_share=share,
        tried=tried,
        templates=templates,
        weight_before=weight,
        weight=new,
        exploration=EXPLORATION_AFTER if tried >= ENOUGH * templates else EXPLORATION,
    )
