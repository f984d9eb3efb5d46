"""Payloads of interleaved rANS, and the symbols in them.

A group shares ``tables``: rows of codes of rule IRN-7, an empty row for a table without symbols. Each row of
``batches`` names the tables of a batch by their places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np

from aura_fast import interleaved_rans as fast
from aura_reference.interleaved_rans import Reader, table_of
from aura_spec.interleaved_rans import frequencies_of
from aura_vectors.case import FAST, REFERENCE, Case, CaseType, Fields

NAME = "payload"

Rows = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Payloads(CaseType):
    """A group of such cases, which share their tables."""

    tables: tuple[tuple[int, ...], ...]

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    @property
    def given(self) -> Sequence[str]:
        """What is known before the payload is read."""
        return ("lanes", "batches")

    def shared(self) -> Fields:
        """The tables."""
        return {"tables": [list(codes) for codes in self.tables]}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """Both implementations."""
        return {REFERENCE: partial(self._read, case), FAST: partial(self._read_fast, case)}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """The fast implementation: the reference does not write model files."""
        symbols = cast("Rows", case.value["symbols"])
        return {FAST: partial(self.write, *_given(case), symbols)}

    def _read(self, case: Case) -> Fields:
        lanes, batches = _given(case)
        reader = Reader(case.wire, lanes)
        tables = [table_of(frequencies_of(bytes(codes))) if codes else None for codes in self.tables]
        symbols = [reader.read([tables[table] for table in batch]) for batch in batches]
        reader.finish()
        return {"symbols": symbols}

    def _read_fast(self, case: Case) -> Fields:
        lanes, batches = _given(case)
        reader = fast.Reader(case.wire, lanes, self._laid_out())
        symbols = [reader.read(np.array(batch, np.int64)).tolist() for batch in batches]
        reader.finish()
        return {"symbols": symbols}

    def write(self, lanes: int, batches: Rows, symbols: Rows) -> bytes:
        """The payload of these symbols."""
        pairs = [
            (np.array(batch, np.int64), np.array(row, np.int64))
            for batch, row in zip(batches, symbols, strict=True)
        ]
        return fast.write_batches(pairs, lanes, self._laid_out())

    def _laid_out(self) -> fast.Tables:
        return fast.lay_out_codes([bytes(codes) for codes in self.tables])


def _given(case: Case) -> tuple[int, Rows]:
    """Number of lanes, and batches."""
    return int(str(case.given["lanes"])), cast("Rows", case.given["batches"])
