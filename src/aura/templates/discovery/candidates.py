"""Candidates: templates that were found, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

from aura_spec.template import Template


@dataclass(frozen=True, slots=True)
class SlotReport:
    """A slot of a candidate, and the values that it took in the messages that were mined.

    Attributes:
        name: of the slot, a number.
        kind: its type, as it stands in the pattern; that of an enumeration is its alternatives.
        diversity: different values, as a share of all.
        examples: frequent values; where they are sensitive, random strings of their form.
        sensitive: kinds of secrets and personal data among the values, such as ``mail``.
    """

    name: str
    kind: str
    diversity: float
    examples: tuple[str, ...]
    sensitive: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saving:
    """What a candidate saves on messages that it was not mined from, beside the model and the templates before it.

    Attributes:
        messages: that were held out and match.
        before: bytes that they take without the candidate.
        after: bytes that they take with it.
        low: bytes that are saved a message: the lower end of the interval in which the mean is with 95 %.
        high: the upper end.
    """

    messages: int
    before: int
    after: int
    low: float
    high: float

    @property
    def mean(self) -> float:
        """Bytes saved a message."""
        return (self.before - self.after) / self.messages

    @property
    def advantage(self) -> float:
        """Bytes without the candidate, as a multiple of those with it."""
        return self.before / self.after


@dataclass(frozen=True, slots=True)
class Candidate:
    """A template that is worth to be published.

    Attributes:
        pattern: of the template.
        frequency: messages of the stream that match, estimated from a sample.
        slots: its slots.
        saving: what it saves.
    """

    pattern: str
    frequency: int
    slots: tuple[SlotReport, ...]
    saving: Saving


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pattern that is not judged yet.

    Attributes:
        template: the pattern, parsed.
        frequency: messages of the stream that match, estimated.
        mined: texts that it was made of.
        held_out: texts to judge it on.
        private: the numbers of the slots with something sensitive in them.
    """

    template: Template
    frequency: int
    mined: tuple[bytes, ...]
    held_out: tuple[bytes, ...]
    private: frozenset[int]
