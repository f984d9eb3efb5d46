"""rANS of order 0 with twelve-bit frequencies (rules RNS-1 to RNS-6)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from aura_spec import rans as spec
from aura_spec.errors import Malformed, Truncated


def cumulatives_of(frequencies: Sequence[int]) -> tuple[int, ...]:
    """For each symbol the sum of the frequencies below it (rule RNS-2)."""
    return tuple(accumulate(frequencies, initial=0))[:-1]


def encode(symbols: bytes, frequencies: Sequence[int]) -> bytes:
    """Code ``symbols`` backwards into a payload (rules RNS-3 and RNS-4)."""
    cumulatives = cumulatives_of(frequencies)
    payload = bytearray()
    state = spec.LOWER_BOUND
    for symbol in reversed(symbols):
        frequency = frequencies[symbol]
        while state >= frequency << 16:
            payload.append(state & 0xFF)
            state >>= 8
        state = (state // frequency) * spec.TOTAL + state % frequency + cumulatives[symbol]
    return bytes(payload) + state.to_bytes(spec.STATE_BYTES, "little")


def decode(payload: bytes, count: int, frequencies: Sequence[int]) -> bytes:
    """Read ``count`` symbols from a payload (rules RNS-5 and RNS-6).

    Raises:
        Truncated: the payload is too short for a state, or runs out of bytes.
        Malformed: the state is out of range at the start or the end, or bytes are left.
    """
    if len(payload) < spec.STATE_BYTES:
        raise Truncated("the payload is too short for a state", len(payload), "payload")
    cumulatives = cumulatives_of(frequencies)
    symbol_of_slot = bytes(symbol for symbol in range(spec.SYMBOLS) for _ in range(frequencies[symbol]))
    position = len(payload) - spec.STATE_BYTES
    state = int.from_bytes(payload[position:], "little")
    if not spec.LOWER_BOUND <= state < spec.UPPER_BOUND:
        raise Malformed("the state is out of range", position, "payload")
    symbols = bytearray()
    for _ in range(count):
        slot = state % spec.TOTAL
        symbol = symbol_of_slot[slot]
        state = frequencies[symbol] * (state >> spec.SCALE_BITS) + slot - cumulatives[symbol]
        while state < spec.LOWER_BOUND:
            if position == 0:
                raise Truncated("the payload runs out of bytes", 0, "payload")
            position -= 1
            state = state << 8 | payload[position]
        symbols.append(symbol)
    if state != spec.LOWER_BOUND or position:
        raise Malformed("the payload does not end where its symbols do", position, "payload")
    return bytes(symbols)
