"""What is known of a variant: what was counted, what was decided, and whether it was taken back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from aura.experiments.guard import Breach
from aura.experiments.measures import Measures
from aura.experiments.statistics import Decision, Interval


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a candidate, by which the rule said something.

    Attributes:
        number: of all looks at it, from 1.
        users: of the variant that had fewer.
        alpha: probability with which this look may err.
        change: in bytes on the wire for each byte of the messages.
        decision: what the rule said.
    """

    number: int
    users: int
    alpha: float
    change: Interval
    decision: Decision

    @classmethod
    def from_dictionary(cls, content: dict[str, Any]) -> Look:
        """A look as ``dataclasses.asdict`` gives it.

        Raises:
            KeyError, TypeError, ValueError: it has another form.
        """
        change = {name: float(content["change"][name]) for name in ("estimate", "low", "high")}
        return cls(
            int(content["number"]),
            int(content["users"]),
            float(content["alpha"]),
            Interval(**change),
            Decision(content["decision"]),
        )


@dataclass(slots=True)
class Counts:
    """What is known of a variant.

    Attributes:
        name: of the variant.
        measures: what was counted since the share of users changed last.
        looks: at a candidate, the first one first.
        steps: how many times the sample has reached the size of a look since the share changed last.
        breach: why a candidate was taken back; None if it was not.
    """

    name: str
    measures: Measures = field(default_factory=Measures)
    looks: list[Look] = field(default_factory=list)
    steps: int = 0
    breach: Breach | None = None

    @property
    def decision(self) -> Decision:
        """What was decided between the control and this candidate."""
        return self.looks[-1].decision if self.looks else Decision.UNDECIDED

    def restart(self) -> None:
        """Count anew. Decisions stay, and looks are numbered on."""
        self.measures, self.steps = Measures(), 0

    def as_dictionary(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "name": self.name,
            "measures": self.measures.as_dictionary(),
            "looks": [asdict(look) for look in self.looks],
            "steps": self.steps,
            "breach": None if self.breach is None else asdict(self.breach),
        }

    @classmethod
    def from_dictionary(cls, content: dict[str, Any]) -> Counts:
        """What :meth:`as_dictionary` gave.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it has another form.
        """
        breach = content["breach"]
        return cls(
            str(content["name"]),
            Measures.from_dictionary(content["measures"]),
            [Look.from_dictionary(look) for look in content["looks"]],
            int(content["steps"]),
            breach and Breach(str(breach["limit"]), float(breach["value"]), float(breach["allowed"])),
        )
