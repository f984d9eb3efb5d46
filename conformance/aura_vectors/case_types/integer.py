"""Integers of chapter ``varint``, alone. A group shares the largest that its field allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import construct as c

from aura_spec.varint import VarInt, unzigzag
from aura_spec.wire import End, Field, build, parse
from aura_vectors.case import REFERENCE, Case, CaseType, Fields

NAME = "integer"


@dataclass(frozen=True, slots=True)
class Integers(CaseType):
    """A group of such cases; ``value`` is what the bytes say, ``signed`` what it is if they are folded."""

    maximum: int

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    def shared(self) -> Fields:
        """The largest integer."""
        return {"maximum": str(self.maximum)}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """The declaration."""
        return {REFERENCE: partial(self._read, case.wire)}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """The declaration."""
        return {REFERENCE: partial(self._write, int(str(case.value["value"])))}

    def _read(self, wire: bytes) -> Fields:
        value: int = parse(c.Struct(Field("value", VarInt(self.maximum), "alone"), End), wire).value
        return {"value": str(value), "signed": str(unzigzag(value))}

    def _write(self, value: int) -> bytes:
        return build(c.Struct(Field("value", VarInt(self.maximum), "alone")), {"value": value})

    def valid(self, value: int, comment: str, rule: str) -> Case:
        """A case of an integer."""
        wire = self._write(value)
        return Case(comment, (rule,), wire, self._read(wire), encode={})
