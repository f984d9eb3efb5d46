"""Makes what a user's connection says, the same for the same seed and evidence."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aura.stress.choice import Choice, Evidence
from aura.stress.corpus import Corpus, Message, as_message
from aura.stress.lengths import Turn, length, turns
from aura.stress.metadata import ROLES, Usage
from aura.templates import Match

CANDIDATES: Final = 20
"""Templates of about the right length that one is chosen from."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message.

    Attributes:
        turn: whose it is, and where in the conversation.
        message: itself.
        match: the template that it was made of, with the values of its slots; None if it is of the corpus.
    """

    turn: Turn
    message: Message
    match: Match | None

    @property
    def data(self) -> bytes:
        """The message in bytes."""
        return self.message.encode() if isinstance(self.message, str) else self.message


@dataclass(frozen=True, slots=True)
class Mix:
    """How messages are chosen.

    Attributes:
        corpus_weight: share of messages of the corpus, from 0 to 1; the others are made of templates.
        choice: of templates.
    """

    corpus_weight: float
    choice: Choice


class Material:
    """What messages are made of; shared by all users.

    Args:
        corpus: messages to pick from.
        usages: of templates.
    """

    def __init__(self, corpus: Corpus, usages: Sequence[Usage]) -> None:
        self.corpus = corpus
        self.usages = {usage.template_id: usage for usage in usages}
        by_role = {role: [usage for usage in usages if role in usage.roles] for role in ROLES}
        self._ids: dict[str, list[int]] = {}
        self._sizes: dict[str, list[int]] = {}
        for role, found in by_role.items():
            found.sort(key=lambda usage: (usage.size, usage.template_id))
            self._ids[role] = [usage.template_id for usage in found]
            self._sizes[role] = [usage.size for usage in found]

    def candidates(self, role: str, wanted: int) -> Sequence[int]:
        """Templates of a role whose messages have about the wanted length; may be empty."""
        sizes = self._sizes[role]
        start = max(0, min(bisect_left(sizes, wanted) - CANDIDATES // 2, len(sizes) - CANDIDATES))
        return self._ids[role][start : start + CANDIDATES]


class Speaker:
    """Says what one user's connection carries: the messages of all roles of the user's conversations.

    Args:
        material: what messages are made of.
        seed: of the test.
        user: number of the user.
        part: of the test, such as the warm-up; each says something else.
    """

    def __init__(self, material: Material, seed: int, user: int, part: str) -> None:
        self._material = material
        self._rng = random.Random(f"{part}:{seed}:{user}")  # noqa: S311  # is to be repeated
        self._turns = turns(self._rng)

    def say(self, mix: Mix, evidence: Evidence) -> Said:
        """The next message."""
        rng, material = self._rng, self._material
        turn = next(self._turns)
        wanted = length(rng, turn)
        candidates = material.candidates(turn.role, wanted)
        if not candidates or rng.random() < mix.corpus_weight:
            return Said(turn, material.corpus.pick(rng, turn.role, wanted), None)
        usage = material.usages[mix.choice.choose(rng, candidates, evidence)]
        values = tuple(examples[rng.randrange(len(examples))] for examples in usage.values)
        match = Match(usage.template_id, usage.template, values)
        return Said(turn, as_message(usage.template.render(values)), match)
