"""The range coder (rules RNG-1 to RNG-7)."""

from __future__ import annotations

from typing import NamedTuple

from aura_spec import range_coder as spec
from aura_spec.errors import Malformed, NonCanonical, Truncated

_WINDOW_SIZE = 1 << 8 * spec.WINDOW


class Interval(NamedTuple):
    """An interval of fractions, in units of the last byte of a window of so many bytes."""

    low: int
    size: int
    window: int


class Encoder:
    """Narrows an interval, and names a fraction in it at the end.

    Of low, the last four bytes are a number, so that a step costs the same at any length; those before are
    bytes that only a carry changes.
    """

    def __init__(self, low: int = spec.START, end: int = spec.END) -> None:
        self._front = bytearray()
        self._low = low
        self._range = end - low

    def code(self, cumulative: int, frequency: int, total: int) -> None:
        """Code an option of a choice (rules RNG-2 and RNG-3)."""
        unit = self._range // total
        self._low += cumulative * unit
        self._range = frequency * unit
        if self._low >= _WINDOW_SIZE:
            self._low -= _WINDOW_SIZE
            self._carry()
        while self._range < spec.LOWER_BOUND:
            self._front.append(self._low >> 24)
            self._low = self._low << 8 & _WINDOW_SIZE - 1
            self._range <<= 8

    def _carry(self) -> None:
        """Add one to the front."""
        place = len(self._front) - 1
        while self._front[place] == 0xFF:
            self._front[place] = 0
            place -= 1
        self._front[place] += 1

    def interval(self) -> Interval:
        """Where all that was coded lies."""
        low = int.from_bytes(self._front, "big") << 8 * spec.WINDOW | self._low
        return Interval(low, self._range, len(self._front) + spec.WINDOW)

    def finish(self) -> bytes:
        """The string of all that was coded (rule RNG-4)."""
        low, size, window = self.interval()
        length = max(1, window - spec.MAX_OMITTED)
        while True:
            shift = 8 * (window - length)
            candidate = -(-low >> shift)  # low / 2^shift, rounded up
            if candidate << shift < low + size:
                return candidate.to_bytes(length, "big")
            length += 1


class Decoder:
    """Finds the choices that a string stands for.

    Raises:
        DecodeError: ``Truncated`` (rules RNG-5 and RNG-6) or ``Malformed``. Offsets count from the string's start.
    """

    def __init__(self, string: bytes, low: int = spec.START, end: int = spec.END) -> None:
        if not string:
            raise Truncated("the string is missing", 0, "string")
        if not low >> 24 <= string[0] < end >> 24:
            raise Malformed(
                f"the string begins outside 0x{low >> 24:02x} to 0x{(end >> 24) - 1:02x}", 0, "string"
            )
        self._string = string
        self._window = spec.WINDOW
        self._offset = int.from_bytes(string[: spec.WINDOW].ljust(spec.WINDOW, b"\0"), "big") - low
        self._range = end - low
        self._unit = 0

    def value(self, total: int) -> int:
        """Where the fraction lies among options with this total (rule RNG-5). :meth:`take` comes next.

        Raises:
            Malformed: it lies beyond them.
        """
        self._unit = self._range // total
        value = self._offset // self._unit
        if value >= total:
            raise Malformed("code value outside the total frequency", 0, "string")
        return value

    def take(self, cumulative: int, frequency: int) -> None:
        """Go on with the option whose interval holds the value (rules RNG-3, RNG-5 and RNG-6).

        Raises:
            Truncated: the choices go on too far beyond the end of the string.
        """
        self._offset -= cumulative * self._unit
        self._range = frequency * self._unit
        while self._range < spec.LOWER_BOUND:
            length = len(self._string)
            if self._window == length + spec.MAX_OMITTED:
                raise Truncated("the string ends before its message does", 0, "string")
            byte = self._string[self._window] if self._window < length else 0
            self._offset = self._offset << 8 | byte
            self._range <<= 8
            self._window += 1

    def interval(self) -> Interval:
        """Where all that was decoded lies."""
        fraction = int.from_bytes(self._string[: self._window].ljust(self._window, b"\0"), "big")
        return Interval(fraction - self._offset, self._range, self._window)

    def end(self, beyond: int = 0) -> None:
        """Check that no bytes follow the end (rules RNG-7 and STR-7).

        Args:
            beyond: bytes that the string may have beyond the window.

        Raises:
            Malformed: they do.
        """
        if len(self._string) > self._window + beyond:
            raise Malformed("bytes follow the end of the string", 0, "string")

    def finish(self) -> None:
        """Check that the string is the one that an encoder writes (rule RNG-7).

        Raises:
            Malformed: bytes follow the end.
            NonCanonical: it is another one in the same interval.
        """
        self.end()
        length = len(self._string)
        step = 1 << 8 * (self._window - length)
        least = max(1, self._window - spec.MAX_OMITTED)
        last = self._string[-1]
        smallest = self._offset < step
        shortest = length == least or (last != 0 and (256 - last) * step + self._offset >= self._range)
        if not (smallest and shortest):
            raise NonCanonical("the string is not the shortest and smallest", 0, "string")
