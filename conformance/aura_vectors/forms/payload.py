"""Payloads of interleaved rANS, and the symbols in them.

``tables`` are rows of codes of rule IRN-7, an empty row for a table without symbols; each row of ``batches``
names the tables of a batch by their places.
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
from aura_vectors.case import FAST, REFERENCE, Case, Fields

NAME = "payload"

Rows = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Payloads:
    """A group of such cases, which share nothing."""

    @property
    def given(self) -> Sequence[str]:
        """What is known before the payload is read."""
        return ("lanes", "tables", "batches")

    def shared(self) -> Fields:
        """The name of the form."""
        return {"form": NAME}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """Both implementations."""
        return {REFERENCE: partial(_read, case), FAST: partial(_read_fast, case)}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """The fast implementation: the reference does not write model files."""
        lanes, tables, batches = given_of(case)
        return {FAST: partial(write, lanes, tables, batches, cast("Rows", case.value["symbols"]))}


def given_of(case: Case) -> tuple[int, Rows, Rows]:
    """Number of lanes, tables and batches."""
    return (
        int(str(case.given["lanes"])),
        cast("Rows", case.given["tables"]),
        cast("Rows", case.given["batches"]),
    )


def _read(case: Case) -> Fields:
    lanes, tables, batches = given_of(case)
    reader = Reader(case.wire, lanes)
    held = [table_of(frequencies_of(bytes(codes))) if codes else None for codes in tables]
    symbols = [reader.read([held[table] for table in batch]) for batch in batches]
    reader.finish()
    return {"symbols": symbols}


def _read_fast(case: Case) -> Fields:
    lanes, tables, batches = given_of(case)
    reader = fast.Reader(case.wire, lanes, fast.lay_out_codes([bytes(codes) for codes in tables]))
    symbols = [reader.read(np.array(batch, np.int64)).tolist() for batch in batches]
    reader.finish()
    return {"symbols": symbols}


def write(lanes: int, tables: Rows, batches: Rows, symbols: Rows) -> bytes:
    """The payload of these symbols."""
    pairs = [
        (np.array(batch, np.int64), np.array(row, np.int64))
        for batch, row in zip(batches, symbols, strict=True)
    ]
    return fast.write(pairs, lanes, fast.lay_out_codes([bytes(codes) for codes in tables]))
