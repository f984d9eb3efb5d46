"""States of rANS coders as a decoder has them, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aura_reference import adaptive, brio2
from aura_reference.adaptive import Tables
from aura_reference.interleaved_rans import Reader, table_of
from aura_reference.rans import cumulatives_of
from aura_spec import rans, unit
from aura_spec.brio2 import Container, lanes_of, number_symbol
from aura_spec.interleaved_rans import frequencies_of
from aura_vectors.case import Fields


def of_order_0(payload: bytes, symbols: bytes, frequencies: Sequence[int]) -> Iterator[Fields]:
    """The state at the start, and each slot and symbol with the state after it (rules RNS-5 and RNS-6)."""
    cumulatives = cumulatives_of(frequencies)
    position = len(payload) - rans.STATE_BYTES
    state = int.from_bytes(payload[position:], "little")
    yield {"state": state}
    for symbol in symbols:
        slot = state % rans.TOTAL
        state = frequencies[symbol] * (state >> rans.SCALE_BITS) + slot - cumulatives[symbol]
        while state < rans.LOWER_BOUND:
            position -= 1
            state = state << 8 | payload[position]
        yield {"slot": slot, "symbol": symbol, "state": state}


class _Watched(Reader):
    """A reader that shows the states of its lanes."""

    @property
    def states(self) -> list[int]:
        """The states of the lanes, in order."""
        return list(self._states)


def of_payload(
    payload: bytes, lanes: int, tables: Sequence[Sequence[int]], batches: Sequence[Sequence[int]]
) -> Iterator[Fields]:
    """The states at the start, and after each step of at most a symbol a lane (rules IRN-1 and IRN-4)."""
    reader = _Watched(payload, lanes)
    held = [table_of(frequencies_of(bytes(codes))) if codes else None for codes in tables]
    yield {"states": reader.states}
    for number, batch in enumerate(batches):
        for start in range(0, len(batch), lanes):
            symbols = reader.read([held[table] for table in batch[start : start + lanes]])
            yield {"batch": number, "symbols": symbols, "states": reader.states}


def of_brio2(container: Container) -> Iterator[Fields]:
    """The states at the start, the symbols of each stream with the states after it, and what they say."""
    lanes = lanes_of(container.length)
    count = container.sequences
    literal_runs, distances, lengths, units = brio2.decode_parse(container)
    literal_run_symbols = [number_symbol(literal_run)[0] for literal_run in literal_runs]
    distance_symbols = [symbol for symbol, _, _ in brio2.code_distances(distances)]
    reader = _Watched(container.words, lanes)
    yield {"states": reader.states}
    for stream, values, places in (
        ("literal_runs", literal_runs, [0] * count),
        ("distances", distances, brio2.distance_contexts(literal_run_symbols)),
        ("lengths", lengths, brio2.length_contexts(literal_run_symbols, distance_symbols)),
        ("units", units, brio2.unit_contexts(literal_runs, container.units, lanes)),
    ):
        symbols = adaptive.read(reader, lanes, Tables(unit.CODES[stream]), places, unit.CONTEXT_AFTER)
        yield {"stream": stream, "symbols": symbols, "values": values, "states": reader.states}
        if stream == "literal_runs":
            reader.words(-(-sum(number_symbol(literal_run)[2] for literal_run in literal_runs) // 16))
    yield {"rest": reader.rest()}
