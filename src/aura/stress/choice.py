"""Which template a message is made of: the one that was measured to be best, or another one, to learn more.

>>> import random
>>> evidence = Evidence(decay=0.9)
>>> evidence.learn([(56, 43, 2), (57, 40, 20)])
>>> evidence.ratio(56), evidence.ratio(57), evidence.ratio(58)
(21.5, 2.0, None)
>>> {EpsilonGreedy(0.0).choose(random.Random(1), [56, 57], evidence) for _ in range(20)}
{56}
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

FORGOTTEN: Final = 0.01
"""Evidence that has faded to less than this share of a message counts as none."""

_PRIOR: Final = math.log(4)
_PRIOR_DEVIATION: Final = 1.0
"""What Thompson sampling takes the ratio of a template for that was not measured, as a logarithm."""

_DEVIATION: Final = 0.5
"""Standard deviation of the logarithms of the ratios that a template gives with various slots."""


@dataclass(slots=True)
class _Measured:
    """What was measured of a template; sums that fade."""

    messages: float = 0.0
    plain: float = 0.0
    wire: float = 0.0


class Evidence:
    """What was measured of templates. What was learned earlier counts less with each round.

    Args:
        decay: by which all that was learned is multiplied before a round is added, above 0 and at most 1.
    """

    def __init__(self, decay: float) -> None:
        self._decay = decay
        self._by_template: dict[int, _Measured] = {}

    def learn(self, measured: Iterable[tuple[int, int, int]]) -> None:
        """Add a round: the template of each message, its bytes, and those on the wire."""
        for found in self._by_template.values():
            found.messages *= self._decay
            found.plain *= self._decay
            found.wire *= self._decay
        for template_id, plain, wire in measured:
            found = self._by_template.setdefault(template_id, _Measured())
            found.messages += 1
            found.plain += plain
            found.wire += wire

    def messages(self, template_id: int) -> float:
        """Messages that were measured; earlier ones count less."""
        found = self._by_template.get(template_id)
        return found.messages if found is not None and found.messages >= FORGOTTEN else 0.0

    def ratio(self, template_id: int) -> float | None:
        """Bytes of a template's messages for each byte on the wire; None without evidence."""
        found = self._by_template.get(template_id)
        if found is None or found.messages < FORGOTTEN or not found.wire:
            return None
        return found.plain / found.wire


class Choice(Protocol):
    """A way to choose."""

    def choose(self, rng: random.Random, candidates: Sequence[int], evidence: Evidence) -> int:
        """One of the candidates, of which there is at least one."""


@dataclass(frozen=True, slots=True)
class EpsilonGreedy:
    """Explores with a fixed probability, else takes the best; what was never measured counts as best.

    Attributes:
        exploration: probability of any candidate instead of the best, from 0 to 1.
    """

    exploration: float

    def choose(self, rng: random.Random, candidates: Sequence[int], evidence: Evidence) -> int:
        """One of the candidates; of equally good ones the first."""
        if rng.random() < self.exploration:
            return candidates[rng.randrange(len(candidates))]
        best, most = candidates[0], -1.0
        for template_id in candidates:
            ratio = evidence.ratio(template_id)
            if ratio is None:
                return template_id
            if ratio > most:
                best, most = template_id, ratio
        return best


@dataclass(frozen=True, slots=True)
class Thompson:
    """Thompson sampling (Thompson 1933): takes the candidate whose ratio is highest in a draw from what is known.

    The less was measured of a template, the wider its draws. The logarithm of its ratio is taken to have a normal
    distribution.
    """

    def choose(self, rng: random.Random, candidates: Sequence[int], evidence: Evidence) -> int:
        """One of the candidates."""
        draws = [self._draw(rng, template_id, evidence) for template_id in candidates]
        return candidates[draws.index(max(draws))]

    @staticmethod
    def _draw(rng: random.Random, template_id: int, evidence: Evidence) -> float:
        ratio = evidence.ratio(template_id)
        if ratio is None:
            return rng.gauss(_PRIOR, _PRIOR_DEVIATION)
        # the prior counts as one message
        known = evidence.messages(template_id)
        mean = (_PRIOR + known * math.log(ratio)) / (1 + known)
        return rng.gauss(mean, _DEVIATION / math.sqrt(1 + known))
