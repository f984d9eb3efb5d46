"""The range coder (rules RNG-1 to RNG-7)."""

from __future__ import annotations

from collections.abc import Iterable

from aura_fast.context_model import Choice
from aura_spec import range_coder as spec
from aura_spec.errors import Malformed, NonCanonical, Truncated
from aura_spec.range_coder import LOWER_BOUND, MAX_OMITTED, WINDOW

_MASK = (1 << 8 * WINDOW) - 1


def encode(choices: Iterable[Choice]) -> bytes:
    """The string of these choices (rules RNG-1 to RNG-4)."""
    return shortest(*narrow(choices))


def narrow(choices: Iterable[Choice], low: int = spec.START, end: int = spec.END) -> tuple[bytes, int]:
    """The interval of these choices: its low end, all of a window, and its size (rules RNG-1 to RNG-3)."""
    front = bytearray()  # of low, what only a carry changes
    span = end - low
    for cumulative, frequency, total in choices:
        unit = span // total
        span = frequency * unit
        if cumulative:
            low += cumulative * unit
            if low > _MASK:
                low &= _MASK
                place = len(front) - 1
                while front[place] == 0xFF:
                    front[place] = 0
                    place -= 1
                front[place] += 1
        while span < LOWER_BOUND:
            front.append(low >> 24)
            low = low << 8 & _MASK
            span <<= 8
    return bytes(front) + low.to_bytes(WINDOW, "big"), span


def shortest(low: bytes, span: int) -> bytes:
    """The shortest string in the interval of size ``span`` from ``low``, all of a window (rule RNG-4)."""
    number = int.from_bytes(low, "big")
    length = max(1, len(low) - MAX_OMITTED)
    while True:
        shift = 8 * (len(low) - length)
        candidate = -(-number >> shift)  # number / 2^shift, rounded up
        if candidate << shift < number + span:
            return candidate.to_bytes(length, "big")
        length += 1


class Decoder:
    """Finds choices in a string.

    A loop that decodes may keep the attributes in variables of its own, and write them back before it calls a
    method.

    Attributes:
        tail: the bytes of the fraction as far as a decoder reads them (rule RNG-6).
        window: T, the bytes of the fraction that are in the offset.
        offset: the fraction less low.
        span: the size of the interval.

    Raises:
        DecodeError: ``Truncated`` or ``Malformed`` (rule RNG-5).
    """

    def __init__(self, string: bytes, low: int = spec.START, end: int = spec.END) -> None:
        check_start(string, low, end)
        self._size = len(string)
        self._last = string[-1]
        self.tail = string + bytes(MAX_OMITTED)
        self.window = WINDOW
        self.offset = int.from_bytes(self.tail[:WINDOW], "big") - low
        self.span = end - low
        self._unit = 0

    def value(self, total: int) -> int:
        """Where the fraction lies among options with this total; :meth:`take` comes next (rule RNG-5).

        Raises:
            Malformed: it lies beyond them.
        """
        self._unit = self.span // total
        value = self.offset // self._unit
        if value >= total:
            raise Malformed("code value outside the total frequency", 0, "string")
        return value

    def take(self, cumulative: int, frequency: int) -> None:
        """Go on with the option whose interval holds the value (rules RNG-3, RNG-5 and RNG-6).

        Raises:
            Truncated: the choices go on too far beyond the end of the string.
        """
        self.offset -= cumulative * self._unit
        self.span = frequency * self._unit
        while self.span < LOWER_BOUND:
            if self.window == len(self.tail):
                raise too_short()
            self.offset = self.offset << 8 | self.tail[self.window]
            self.window += 1
            self.span <<= 8

    def pass_over(self, cumulative: int, total: int) -> None:
        """Go on with the last of some options, which begins at ``cumulative``, as the value is known to be there.

        Raises:
            DecodeError: ``Malformed`` or ``Truncated``, as :meth:`value` and :meth:`take`.
        """
        unit = self._unit = self.span // total
        if self.offset >= total * unit:
            raise Malformed("code value outside the total frequency", 0, "string")
        self.take(cumulative, total - cumulative)

    def finish(self) -> None:
        """Check that the string is the one that an encoder writes (rule RNG-7).

        Raises:
            DecodeError: ``Malformed`` or ``NonCanonical``.
        """
        check_end(self._size, self._last, self.window, self.offset, self.span)


def check_start(string: bytes, low: int = spec.START, end: int = spec.END) -> None:
    """Check that there is a string, and one that begins in the first interval (rule RNG-5)."""
    if not string:
        raise Truncated("the string is missing", 0, "string")
    if not low >> 24 <= string[0] < end >> 24:
        raise Malformed(
            f"the string begins outside 0x{low >> 24:02x} to 0x{(end >> 24) - 1:02x}", 0, "string"
        )


def check_end(size: int, last: int, window: int, offset: int, span: int) -> None:
    """Check a string of that many bytes and that last byte, from where the decoder ends (rule RNG-7)."""
    if size > window:
        raise Malformed("bytes follow the end of the string", 0, "string")
    step = 1 << 8 * (window - size)
    is_least = size == max(1, window - MAX_OMITTED)
    if offset >= step or not (is_least or (last and (256 - last) * step + offset >= span)):
        raise NonCanonical("the string is not the shortest and smallest", 0, "string")


def too_short() -> Truncated:
    """The error of rule RNG-6."""
    return Truncated("the string ends before its message does", 0, "string")
