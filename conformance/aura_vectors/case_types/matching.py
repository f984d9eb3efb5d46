"""How an encoder matches texts with a pattern: the values of the slots, in order, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from aura_spec.template import parse_pattern
from aura_vectors.case import REFERENCE, Case, CaseType, Fields

NAME = "template match"


@dataclass(frozen=True, slots=True)
class Matches(CaseType):
    """A group of such cases, which share their pattern."""

    pattern: str

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    def shared(self) -> Fields:
        """The pattern."""
        return {"pattern": self.pattern}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """What the specification itself does."""
        return {REFERENCE: partial(self._read, case.wire)}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """Rendering, for texts that match."""
        values = cast("list[str]", case.value["slots"])
        render = parse_pattern(self.pattern).render
        return {REFERENCE: partial(render, [bytes.fromhex(value) for value in values])}

    def _read(self, text: bytes) -> Fields:
        values = parse_pattern(self.pattern).match(text)
        return {"slots": None if values is None else [value.hex() for value in values]}

    def valid(self, text: bytes, comment: str, *rules: str) -> Case:
        """A case of a text."""
        value = self._read(text)
        return Case(comment, rules, text, value, encode=None if value["slots"] is None else {})
