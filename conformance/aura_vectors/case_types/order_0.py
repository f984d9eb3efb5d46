"""Payloads of rANS of order 0, with a count of symbols, and the frequencies of the bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from aura_fast import rans as fast
from aura_reference import rans as reference
from aura_vectors import states
from aura_vectors.case import FAST, REFERENCE, Case, CaseType, Fields

NAME = "rans"

_TRACED: Final = 20
"""Symbols of the longest payload that is traced."""

_MODULES: Final = {REFERENCE: reference, FAST: fast}


@dataclass(frozen=True, slots=True)
class Order0(CaseType):
    """A group of such cases, which share their frequencies."""

    frequencies: tuple[int, ...]

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    @property
    def given(self) -> Sequence[str]:
        """The number of symbols."""
        return ("count",)

    def shared(self) -> Fields:
        """The frequencies."""
        return {"frequencies": list(self.frequencies)}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """Both implementations."""
        return {name: partial(self._read, module.decode, case) for name, module in _MODULES.items()}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """Both implementations."""
        symbols = bytes.fromhex(str(case.value["symbols_hex"]))
        return {name: partial(module.encode, symbols, self.frequencies) for name, module in _MODULES.items()}

    def _read(self, decode: Callable[[bytes, int, Sequence[int]], bytes], case: Case) -> Fields:
        count = cast("int", case.given["count"])
        return {"symbols_hex": decode(case.wire, count, self.frequencies).hex()}

    def valid(self, symbols: bytes, comment: str, *rules: str) -> Case:
        """A case of these symbols."""
        wire = reference.encode(symbols, self.frequencies)
        steps = states.of_order_0(wire, symbols, self.frequencies) if len(symbols) <= _TRACED else ()
        value, given = {"symbols_hex": symbols.hex()}, {"count": len(symbols)}
        return Case(comment, rules, wire, value, given, encode={}, trace=tuple(steps))
