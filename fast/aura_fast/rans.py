"""rANS of order 0, one state, as a tight loop (rules RNS-1 to RNS-6).

One state leaves nothing to vectorise; this reads the few kilobytes of tables in a model file.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from aura_spec import rans as spec
from aura_spec.errors import Malformed, Truncated
from aura_spec.rans import LOWER_BOUND, SCALE_BITS, STATE_BYTES, UPPER_BOUND


def encode(symbols: bytes, frequencies: Sequence[int]) -> bytes:
    """Code ``symbols`` into a payload (rules RNS-3 and RNS-4)."""
    cumulatives = list(accumulate(frequencies, initial=0))
    payload = bytearray()
    state = LOWER_BOUND
    for symbol in reversed(symbols):
        frequency = frequencies[symbol]
        while state >= frequency << 16:
            payload.append(state & 0xFF)
            state >>= 8
        quotient, remainder = divmod(state, frequency)
        state = (quotient << SCALE_BITS) + remainder + cumulatives[symbol]
    return bytes(payload) + state.to_bytes(STATE_BYTES, "little")


def decode(payload: bytes, count: int, frequencies: Sequence[int]) -> bytes:
    """Read ``count`` symbols (rules RNS-5 and RNS-6).

    Raises:
        Truncated: the payload is too short for a state, or runs out of bytes.
        Malformed: the state is out of range at the start or the end, or bytes are left.
    """
    position = len(payload) - STATE_BYTES
    if position < 0:
        raise Truncated("the payload is too short for a state", len(payload), "payload")
    cumulatives = list(accumulate(frequencies, initial=0))
    symbol_of_slot = b"".join(bytes((symbol,)) * frequencies[symbol] for symbol in range(spec.SYMBOLS))
    frequency_of_slot = [frequencies[symbol] for symbol in symbol_of_slot]
    rest_of_slot = [slot - cumulatives[symbol] for slot, symbol in enumerate(symbol_of_slot)]
    state = int.from_bytes(payload[position:], "little")
    if not LOWER_BOUND <= state < UPPER_BOUND:
        raise Malformed("the state is out of range", position, "payload")
    symbols = bytearray()
    mask = spec.TOTAL - 1
    for _ in range(count):
        slot = state & mask
        state = frequency_of_slot[slot] * (state >> SCALE_BITS) + rest_of_slot[slot]
        while state < LOWER_BOUND:
            position -= 1
            if position < 0:
                raise Truncated("the payload runs out of bytes", 0, "payload")
            state = state << 8 | payload[position]
        symbols.append(symbol_of_slot[slot])
    if state != LOWER_BOUND or position:
        raise Malformed("the payload does not end where its symbols do", position, "payload")
    return bytes(symbols)
