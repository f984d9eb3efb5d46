"""How likely a candidate of the local model hits (rules MIX-1 to MIX-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aura_spec import mixer as spec
from aura_spec.local_model import Context
from aura_spec.mixer import squash, stretch


class Share:
    """Multiplies the shares of the choices that lead to ``symbol`` (rule MIX-1)."""

    def __init__(self, symbol: int) -> None:
        self.symbol = symbol
        self.value = spec.PROB_ONE

    def choose(self, symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """As :class:`~aura_reference.context.Coder` says."""
        place = symbols.index(self.symbol) if self.symbol in symbols else len(symbols)
        self.value = self.value * frequencies[place] // sum(frequencies)
        return place


@dataclass(frozen=True, slots=True)
class Evidence:
    """A bias that speaks for a candidate, or against it: its table, and which entry of it (rule MIX-3)."""

    table: str
    index: tuple[int, ...]

    @property
    def name(self) -> str:
        """What it is by, for people: "match", "number", "miss" and so on, or the name of a context."""
        if self.table == "CONTEXT_BIASES":
            return Context(self.index[0]).name.lower()
        return self.table.removesuffix("_BIASES").lower()


class Sum:
    """Weights and biases, by table and index, and what is summed of them (rules MIX-4 to MIX-6)."""

    def __init__(self) -> None:
        self._weights: dict[tuple[int, ...], int] = {}
        self._biases: dict[Evidence, int] = {}

    def probability(self, share: int, evidence: Sequence[Evidence]) -> int:
        """The probability of a hit, out of ``PROB_ONE`` (rule MIX-4). The first evidence names the set."""
        total = self.weight(evidence[0].index) * stretch(share) >> 4
        total += sum(self.bias(one) for one in evidence)
        least = spec.MIN_PROBABILITY
        return min(max(least, squash(total >> 12)), spec.PROB_ONE - least)

    def weight(self, index: tuple[int, ...]) -> int:
        """The weight of a set."""
        return self._weights.get(index, _entry(spec.WEIGHTS, index) << 10)

    def bias(self, one: Evidence) -> int:
        """A bias."""
        return self._biases.get(one, _entry(getattr(spec, one.table), one.index) << 12)

    def learn(self, error: int, share: int, evidence: Sequence[Evidence]) -> None:
        """Move what was summed towards what happened (rule MIX-5)."""
        if -spec.MIN_ERROR < error < spec.MIN_ERROR:
            return
        index = evidence[0].index
        self._weights[index] = self.weight(index) + (error * stretch(share) >> 14)
        for one in evidence:
            self._biases[one] = self.bias(one) + error

    def copy(self) -> Sum:
        """Another one that learns by itself."""
        other = Sum()
        other._weights = dict(self._weights)  # of its own class
        other._biases = dict(self._biases)
        return other


def _entry(table: object, index: tuple[int, ...]) -> int:
    for place in index:
        table = table[place]  # type: ignore[index]
    return table  # type: ignore[return-value]
