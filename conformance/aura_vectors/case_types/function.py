"""Functions of bytes that a chapter defines: tables, hashes and states. Nothing is refused here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Final

from aura_fast import interleaved_rans as fast
from aura_fast.char_runs import NEXT
from aura_reference.match import slot_of
from aura_spec.char_runs import NO_RUN, after
from aura_spec.context_model import ESCAPES, FREQUENCIES
from aura_spec.interleaved_rans import frequencies_of
from aura_vectors.case import FAST, REFERENCE, Case, Fields

Function = Callable[[bytes], Fields]


def _weights(codes: bytes) -> Fields:
    """Rules CTX-4 and CTX-5."""
    return {
        "frequencies": [FREQUENCIES[code] for code in codes],
        "escapes_of_4096": [ESCAPES[code] for code in codes],
    }


def _slots(text: bytes) -> Fields:
    """Rule MAT-1: of each position from 4 on."""
    return {"slots": [slot_of(text[place - 4 : place]) for place in range(4, len(text) + 1)]}


def _states(text: bytes) -> Fields:
    """Rule RUN-2: before the first byte, and after each."""
    return {"states": list(accumulate(text, after, initial=NO_RUN))}


def _states_fast(text: bytes) -> Fields:
    """Rule RUN-2: in a table by state and byte."""
    return {"states": list(accumulate(text, lambda state, byte: NEXT[state << 8 | byte], initial=NO_RUN))}


def _frequencies(codes: bytes) -> Fields:
    """Rule IRN-7."""
    return {"frequencies": list(frequencies_of(codes))}


def _frequencies_fast(codes: bytes) -> Fields:
    """Rule IRN-7: a table's intervals hold its frequencies."""
    return {"frequencies": (fast.lay_out_codes([codes]).intervals[1:] >> 16).tolist()}


FUNCTIONS: Final[Mapping[str, Mapping[str, Function]]] = {
    "weights of codes": {REFERENCE: _weights},
    "slots of positions": {REFERENCE: _slots},
    "states of character runs": {REFERENCE: _states, FAST: _states_fast},
    "frequencies of a table": {REFERENCE: _frequencies, FAST: _frequencies_fast},
}
"""By the name of the case type, the function in each implementation that has it."""


@dataclass(frozen=True, slots=True)
class Values:
    """A group of cases of one function."""

    name: str

    @property
    def given(self) -> Sequence[str]:
        """No fields: a reader is given the bytes alone."""
        return ()

    def shared(self) -> Fields:
        """Return no fields: groups of this case type share none."""
        return {}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """The implementations that have the function."""
        return {name: partial(function, case.wire) for name, function in FUNCTIONS[self.name].items()}

    def writers(self, _case: Case) -> Mapping[str, Callable[[], bytes]]:
        """No function is inverted."""
        return {}

    def valid(self, comment: str, rules: tuple[str, ...], wire: bytes) -> Case:
        """A case with the value that the reference gives."""
        return Case(comment, rules, wire, FUNCTIONS[self.name][REFERENCE](wire))
