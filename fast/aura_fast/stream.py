"""Streams (rules STR-1 to STR-11)."""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Callable
from copy import copy
from typing import Final

from aura_fast.context_model import Choice, contexts_of
from aura_fast.local_memory import LocalMemory
from aura_fast.local_model import code
from aura_fast.range_coder import Decoder, narrow
from aura_spec import stream as spec
from aura_spec.errors import EncodeError, LimitExceeded, Malformed, NonCanonical, StreamDesync, Truncated
from aura_spec.mixer import PROB_ONE
from aura_spec.range_coder import WINDOW
from aura_spec.stream import (
    COUNTERS,
    GENERATORS,
    HEAD_BYTE,
    LATEST,
    LONG_CHECK,
    MAX_STRING,
    SAME_KIND,
    Flag,
    Terms,
    Text,
    check_bits,
    check_size,
    max_beyond,
    remainder,
)

_RESET_SIZE: Final = 4
_HEAD_SIZE: Final = 2


def _byte_table(bits: int) -> tuple[int, ...]:
    """What a byte becomes that moves up by ``bits``, at least by a byte."""
    return tuple(remainder(bytes((byte, *bytes(max(1, bits // 8)))), bits) for byte in range(256))


_TABLES: Final = {bits: _byte_table(bits) for bits in GENERATORS if bits != 16}


def remainder_of(wire: bytes, bits: int) -> int:
    """Rule STR-5, for at least one byte."""
    if bits == 16:
        # the library's CRC is the remainder of the bytes with 16 zero bits behind them
        return crc_hqx(wire[:-2], 0) ^ int.from_bytes(wire[-2:], "big")
    table = _TABLES[bits]
    value = 0
    if bits == LONG_CHECK:
        for byte in wire[:-4]:
            value = table[value >> 24 ^ byte] ^ (value & 0xFFFFFF) << 8
        return value ^ int.from_bytes(wire[-4:], "big")
    for byte in wire[:-1]:
        value = table[value ^ byte]
    return remainder(bytes((value ^ wire[-1],)), bits)


def memory_of(terms: Terms) -> LocalMemory:
    """A memory of a stream that remembers nothing yet (rule STR-12)."""
    return LocalMemory(terms.slot_bits, terms.window, is_stream=True)


class Sender:
    """The end of a stream that sends; as in ``aura_reference.stream``."""

    __slots__ = ("_contexts", "_counter", "_flags", "_is_text", "_state", "_terms")

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._contexts = contexts_of(terms.model)
        self._state = memory_of(terms)
        self._is_text = True
        self._counter = 0
        self._flags = Flag(0)

    def reset(self, *, ask: bool) -> None:
        """Forget all, and say so with the next message (rules STR-9 and STR-10)."""
        self._state = memory_of(self._terms)
        self._is_text = True
        self._flags |= Flag.RESET | (Flag.ASK if ask else Flag(0))

    def encode(
        self, text: Text, compressed: Callable[[bytes], bytes] | None = None, max_string: int = MAX_STRING
    ) -> bytes:
        """The next message; as in ``aura_reference.stream``. One longer than ``max_string`` is no string."""
        if len(text.data) > max_string and compressed is None:
            raise EncodeError(f"a string codes at most {max_string} bytes")
        wire = None
        state = self._state
        if len(text.data) <= max_string:
            if compressed is not None:
                state = state.copy()
            wire = self._string(text, state)
        if compressed is not None and (wire is None or 2 * len(wire) > len(text.data)):
            other = self._message(text, compressed(text.data))
            if wire is None or len(other) < len(wire):
                wire = other
                state = self._state
                state.learn(text.data)
        assert wire is not None  # noqa: S101  # one of both was made
        self._state = state
        return self._sent(text, wire)

    def encode_message(self, text: Text, message: bytes) -> bytes:
        """The next message, which is coded by itself already as ``message`` (rule STR-4)."""
        wire = self._message(text, message)
        self._state.learn(text.data)
        return self._sent(text, wire)

    def _sent(self, text: Text, wire: bytes) -> bytes:
        self._is_text = text.is_text
        self._counter = (self._counter + 1) % COUNTERS
        self._flags = Flag(0)
        return wire

    def _head(self, flags: Flag) -> bytes:
        """Rule STR-2."""
        counter = self._counter.to_bytes(2, "big") if flags & Flag.RESET else b""
        return bytes((HEAD_BYTE, flags)) + counter if flags else b""

    def _string(self, text: Text, state: LocalMemory) -> bytes:
        choices: list[Choice] = [_kind(same=text.is_text == self._is_text)]
        code(state, self._contexts, text.data, choices)
        low, span = narrow(choices, spec.START)
        head = self._head(self._flags)
        return head + find_string(low, span, head, self._terms, self._counter)

    def _message(self, text: Text, message: bytes) -> bytes:
        wire = self._head(self._flags | Flag.MESSAGE | (Flag.TEXT if text.is_text else Flag(0))) + message
        size = check_size(self._terms.check)
        check = remainder_of(wire + bytes(size), 8 * size) ^ expected(self._terms, self._counter, 8 * size)
        return wire + check.to_bytes(size, "big")


class Receiver:
    """The end of a stream that receives; as in ``aura_reference.stream``."""

    __slots__ = ("_contexts", "_counter", "_is_text", "_state", "_terms", "asked", "lost")

    def __init__(self, terms: Terms) -> None:
        self.asked = False
        self.lost = False
        self._terms = terms
        self._contexts = contexts_of(terms.model)
        self._state = memory_of(terms)
        self._is_text = True
        self._counter = 0

    def copy(self) -> Receiver:
        """One that goes on from here by itself."""
        other = copy(self)
        other._state = self._state.copy()  # noqa: SLF001  # of the same kind
        return other

    def decode(
        self,
        wire: bytes,
        max_size: int,
        decompressed: Callable[[bytes, int], bytes],
        *,
        keeps: bool = False,
    ) -> Text:
        """Read the next message; as in ``aura_reference.stream``.

        Args:
            wire: as there.
            max_size: as there.
            decompressed: as there.
            keeps: whether a message that is refused for its length may be read again, with a larger ``max_size``.
        """
        lost = self.lost
        try:
            return self._decode(wire, max_size, decompressed, keeps=keeps)
        except LimitExceeded:
            self.lost = lost if keeps else True
            raise

    def _decode(
        self, wire: bytes, max_size: int, decompressed: Callable[[bytes, int], bytes], *, keeps: bool
    ) -> Text:
        lost, self.lost, self.asked = self.lost, True, False
        flags, place, counter = _split(wire)
        if flags & Flag.RESET:
            if (counter - self._counter) % COUNTERS > LATEST:
                raise StreamDesync("the reset is an old one", 2, "counter")
            state, was_text = memory_of(self._terms), True
        elif lost:
            raise StreamDesync("the stream is lost until it is reset", 0)
        else:
            counter, state, was_text = self._counter, self._state, self._is_text
        bits = check_bits(len(wire), self._terms.check, head=place > 0)
        if remainder_of(wire, bits) != expected(self._terms, counter, bits):
            raise StreamDesync("the message is not the next one, or damaged", place)
        if flags & Flag.MESSAGE:
            end = len(wire) - bits // 8
            if end < place:
                raise Truncated("the message ends before its check does", len(wire), "body")
            text = Text(decompressed(wire[place:end], max_size), bool(flags & Flag.TEXT))
            state.learn(text.data)
        else:
            state = state.copy() if keeps else state
            text = self._read_string(state, wire, place, counter, max_size, was_text=was_text)
        if text.is_text:
            _check_utf8(text.data)
        self._state, self._is_text, self._counter = state, text.is_text, (counter + 1) % COUNTERS
        self.lost, self.asked = False, bool(flags & Flag.ASK)
        return text

    def _read_string(
        self, state: LocalMemory, wire: bytes, place: int, counter: int, max_size: int, *, was_text: bool
    ) -> Text:
        string = wire[place:]
        decoder = Decoder(string, spec.START)
        same = decoder.value(PROB_ONE) < SAME_KIND
        decoder.take(*_kind(same=same)[:2])
        data = code(state, self._contexts, decoder=decoder, most=min(max_size, MAX_STRING))
        window = decoder.window
        if len(string) > window + max_beyond(self._terms.check):
            raise Malformed("bytes follow the end of the string", place, "string")
        low = int.from_bytes(string[:window].ljust(window, b"\0"), "big") - decoder.offset
        found = find_string(low.to_bytes(window, "big"), decoder.span, wire[:place], self._terms, counter)
        if found != string:
            raise NonCanonical("the string is not the shortest and smallest", place, "string")
        return Text(data, was_text == same)


def _kind(*, same: bool) -> Choice:
    """The first choice of a string (rule STR-3)."""
    return (0, SAME_KIND, PROB_ONE) if same else (SAME_KIND, PROB_ONE - SAME_KIND, PROB_ONE)


def _split(wire: bytes) -> tuple[int, int, int]:
    """The flags of a message, where its body begins, and the counter in the head (rule STR-2)."""
    if not wire:
        raise Truncated("the message is empty", 0, "head")
    if wire[0] != HEAD_BYTE:
        return 0, 0, 0
    if len(wire) < _HEAD_SIZE:
        raise Truncated("the message ends inside a field", len(wire), "flags")
    flags = wire[1]
    if not 0 < flags < 16 or (flags & Flag.TEXT and not flags & Flag.MESSAGE):
        raise Malformed("the flags are unknown", 1, "flags")
    if not flags & Flag.RESET:
        return flags, _HEAD_SIZE, 0
    if len(wire) < _RESET_SIZE:
        raise Truncated("the message ends inside a field", len(wire), "counter")
    return flags, _RESET_SIZE, int.from_bytes(wire[_HEAD_SIZE:_RESET_SIZE], "big")


def expected(terms: Terms, counter: int, bits: int) -> int:
    """Rule STR-6."""
    return terms.agreed + counter + (terms.server << bits - 1) & (1 << bits) - 1


def find_string(low: bytes, span: int, head: bytes, terms: Terms, counter: int) -> bytes:
    """The string in the interval of size ``span`` from ``low``, all of a window (rule STR-7)."""
    beyond = max_beyond(terms.check)  # all is counted in units of the last byte that a string may have
    number, span, window = int.from_bytes(low, "big") << 8 * beyond, span << 8 * beyond, len(low) + beyond
    length = max(1, len(low) - WINDOW)
    while True:
        shift = 8 * (window - length)
        least, most = -(-number >> shift), (number + span >> shift) - 1
        bits = check_bits(len(head) + length, terms.check, head=bool(head))
        free = min(bits, 8 * length)
        start = least >> free << free
        while start <= most:  # twice at most, since the second start is above the least string
            # the low bits are part of the remainder as they are; the rest is that of the string without them
            rest = remainder_of(head + start.to_bytes(length, "big"), bits)
            string = start | rest ^ expected(terms, counter, bits)
            if string >> free == start >> free and least <= string <= most:
                return string.to_bytes(length, "big")
            start += 1 << free
        length += 1


def _check_utf8(data: bytes) -> None:
    """Rule STR-3."""
    try:
        data.decode()
    except UnicodeDecodeError:
        raise Malformed("the text is not UTF-8", 0, "string") from None
