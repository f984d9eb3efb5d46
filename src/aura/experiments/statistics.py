"""How sure a difference between two variants is: intervals by bootstrap, and the rule that decides.

**Interval.** Each bucket of users is taken as often as a Poisson number of mean 1 says, for each of the two
variants; the difference is computed of what was taken, some thousand times. The interval leaves out the smallest
and the largest of these (Efron's percentile bootstrap, by clusters, with the weights of Chamandy et al. 2012). The
draws depend on nothing but a seed, so that a report is the same each time.

**Rule.** Nothing is decided before both variants have ``min_users`` users and ``min_messages`` messages. Then there
is a first look, and a further one whenever the number of users has doubled. The look of number ``k`` may err with
probability ``alpha / (k (k + 1))``. The sum over all looks, however many, is ``alpha``: it does no harm to look
again and again, and whoever asks for a report between two looks changes nothing. With the change in bytes on the
wire for each byte of the messages, from control to candidate:

- the candidate wins if the whole interval is below ``-min_gain``;
- the control wins if the whole interval is above ``-min_gain``;
- otherwise the next look decides.

What was decided stays decided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura import arguments
from aura.experiments.measures import FIELDS

Table = NDArray[np.float64]

_CHUNK: Final = 250
"""Draws that are made together; it bounds the memory."""

_MIN_DRAWS: Final = 2000
_MAX_DRAWS: Final = 10_000
_TAIL: Final = 20
"""Draws that should be outside of an interval."""

_LARGEST: Final = 8
"""Times that a bucket is taken at most: more would come once in a million."""


def _poisson() -> Table:
    """Poisson numbers of mean 1, each as often among 2^16 as it is likely."""
    sizes = np.array([1 / math.factorial(number) for number in range(_LARGEST + 1)])
    ends = np.rint((1 << 16) * np.cumsum(sizes) / sizes.sum()).astype(int)
    return np.repeat(np.arange(_LARGEST + 1, dtype=np.float64), np.diff(ends, prepend=0))


_POISSON: Final = _poisson()

_MESSAGES, _PLAIN, _WIRE, _GROWN, _ERRORS, _SECONDS = range(len(FIELDS))


class Decision(StrEnum):
    """What the rule says."""

    CANDIDATE = "candidate"
    CONTROL = "control"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Rule:
    """When it is decided, and how.

    Attributes:
        alpha: probability with which a decision may be wrong, above 0 and below 1.
        min_users: users that each of the two variants has, at least, at the first look.
        min_messages: messages likewise.
        min_gain: share of bytes by which the candidate has to be better.

    Raises:
        TypeError: an attribute has a wrong type.
        ValueError: one is out of range.
    """

    alpha: float = 0.05
    min_users: int = 200
    min_messages: int = 2000
    min_gain: float = 0.01

    def __post_init__(self) -> None:
        arguments.number("alpha", self.alpha, 1e-6, 0.5)
        arguments.number("min_gain", self.min_gain, 0, 1)
        arguments.whole_number("min_users", self.min_users, 1)
        arguments.whole_number("min_messages", self.min_messages, 1)

    def steps(self, users: int, messages: int) -> int:
        """How many times a sample has reached the size of a look.

        Args:
            users: of the variant that has fewer.
            messages: of the variant that has fewer.

        >>> rule = Rule(min_users=100, min_messages=1)
        >>> [rule.steps(users, 1000) for users in (99, 100, 199, 200, 400)]
        [0, 1, 1, 2, 3]
        """
        if messages < self.min_messages or users < self.min_users:
            return 0
        return (users // self.min_users).bit_length()

    def alpha_of(self, look: int) -> float:
        """The probability with which a look may err, from the first, 1.

        >>> round(sum(Rule(alpha=0.05).alpha_of(look) for look in range(1, 10_000)), 4)
        0.05
        """
        return self.alpha / (look * (look + 1))

    def decide(self, interval: Interval) -> Decision:
        """What an interval of the change in bytes says."""
        if interval.high < -self.min_gain:
            return Decision.CANDIDATE
        if interval.low > -self.min_gain:
            return Decision.CONTROL
        return Decision.UNDECIDED


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate, and how sure it is.

    Attributes:
        estimate: of all that was counted.
        low: end of the interval.
        high: end of the interval.
    """

    estimate: float
    low: float
    high: float


def ratio(total: Table) -> Table:
    """Bytes before for each byte after, by totals (…, fields)."""
    return _over(total[..., _PLAIN], total[..., _WIRE], 1.0)


def growth(total: Table) -> Table:
    """Share of messages that grow."""
    return _over(total[..., _GROWN], total[..., _MESSAGES], 0.0)


def errors(total: Table) -> Table:
    """Share of messages that were refused or could not be coded."""
    return _over(total[..., _ERRORS], total[..., _MESSAGES] + total[..., _ERRORS], 0.0)


def seconds(total: Table) -> Table:
    """Mean time of a message."""
    return _over(total[..., _SECONDS], total[..., _MESSAGES], 0.0)


def _over(above: Table, below: Table, otherwise: float) -> Table:
    found: Table = np.divide(above, below, out=np.full(np.shape(above), otherwise), where=below != 0)
    return found


def draws_for(alpha: float) -> int:
    """How many draws an interval takes that may err with this probability."""
    return min(max(_MIN_DRAWS, round(2 * _TAIL / alpha)), _MAX_DRAWS)


def drawn(table: Table, draws: int, generator: np.random.Generator) -> Table:
    """Totals of buckets that are taken as often as Poisson numbers say.

    Args:
        table: (buckets, fields) of a variant.
        draws: how often.
        generator: of random numbers.

    Returns:
        (draws, fields) float64.
    """
    full = table[table.any(axis=1)]
    if not len(full):
        return np.zeros((draws, table.shape[1]))
    parts = []
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start), len(full)
        parts.append(_POISSON[generator.integers(0, len(_POISSON), size, dtype=np.uint16)] @ full)
    return np.concatenate(parts)


def interval(estimate: Table, values: Table, alpha: float) -> Interval:
    """The interval that leaves out a share of the values, half of it at each end."""
    low, high = np.quantile(values, [alpha / 2, 1 - alpha / 2])
    return Interval(float(estimate), float(low), float(high))


def change_in_bytes(control: Table, candidate: Table) -> Table:
    """By how much the bytes on the wire change for each byte of the messages; -0.1 are 10 % fewer."""
    return ratio(control) / ratio(candidate) - 1
