"""Pieces of a framed text, read from disk one at a time.

What is counted at a place of the text is every n-gram that ends there. None spans two messages: how long they can
be is the limit of the place. Each piece is read with the symbols before it, so that its n-grams are whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aura.models.training.digests import mark_of, scattered
from aura.models.training.spill import Column
from aura.models.training.text import ALPHABET, BEGIN, Ints, Numbers

Marks = NDArray[np.uint64]

UNSTUDIED: Final = -1
"""The block of what is in none."""

_PAIRS: Final = np.uint64(0x5555555555555555)
_FOURS: Final = np.uint64(0x3333333333333333)
_BYTES: Final = np.uint64(0x0F0F0F0F0F0F0F0F)
_SUM: Final = np.uint64(0x0101010101010101)
_BITS: Final = 64
_ESTIMATES: Final = np.array(
    [round(-_BITS * math.log1p(-min(bits, _BITS - 0.5) / _BITS)) for bits in range(_BITS + 1)], np.int32
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Symbols of a framed text in a row.

    Attributes:
        start, stop: the first place, and the one after the last.
        message: the number of the message that the first place is in.
        block: that the stretch is, or ``UNSTUDIED``.
    """

    start: int
    stop: int
    message: int
    block: int

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Part:
    """Framed messages on disk, as far as their n-grams are counted: a whole text, or a part of one.

    Attributes:
        symbols: BEGIN, the bytes and END of each message in turn, uint16.
        marks: of each message, the bit of 64 that marks its source, uint8.
        weights: of each message its weight, uint8; None if all weigh ``WHOLE``.
        stretches: the blocks and what lies between them; what is in none is not counted.
        first_message: the number of the first message in the text.
        depths: of each symbol, how long a context that ends with it may be, uint8; None if that is not limited.
    """

    symbols: Column
    marks: Column
    weights: Column | None
    stretches: tuple[Stretch, ...]
    first_message: int = field(default=0, kw_only=True)
    depths: Column | None = field(default=None, kw_only=True)

    def split(self, size: int) -> tuple[Stretch, ...]:
        """The stretches with those that are no block cut into pieces of ``size`` symbols."""
        pieces: list[Stretch] = []
        for stretch in self.stretches:
            if stretch.block != UNSTUDIED:
                pieces.append(stretch)
                continue
            message = stretch.message
            for start in range(stretch.start, stretch.stop, size):
                stop = min(start + size, stretch.stop)
                pieces.append(Stretch(start, stop, message, UNSTUDIED))
                # the next piece begins in the message of its first symbol
                after = self.symbols.read(start + 1, stop + 1)
                message += int(np.count_nonzero(after == BEGIN))
        return tuple(pieces)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a text is.

    Attributes:
        occurrences: how often each symbol occurs, BEGIN included.
        weight: of all symbols together, BEGINs included.
        sources: how many there are.
    """

    occurrences: Ints
    weight: int
    sources: int

    @property
    def symbols(self) -> int:
        """How many symbols there are, BEGINs included."""
        return int(self.occurrences.sum())


@dataclass(frozen=True, slots=True)
class Framed(Part):
    """A whole text of framed messages.

    Attributes:
        sources: of each message, the number of its source, int32.
        size: of the text.
    """

    sources: Column
    size: Size


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The symbols that occur, numbered from 1 in ascending order; 0 stands for what is beyond a limit.

    Attributes:
        ranks: of each symbol its number, uint16, of shape (258,).
        symbols: of each number its symbol; that of 0 has no meaning.
        bits: of a number.
    """

    ranks: Numbers
    symbols: Ints
    bits: int

    def firsts(self, keys: NDArray[np.uint64]) -> Ints:
        """The first symbols of n-grams, which stand lowest in their keys."""
        firsts: Ints = self.symbols[keys & np.uint64((1 << self.bits) - 1)]
        return firsts

    @staticmethod
    def of(occurrences: Ints) -> Alphabet:
        """The alphabet of a text."""
        present = np.flatnonzero(occurrences)
        ranks = np.zeros(ALPHABET, np.uint16)
        ranks[present] = np.arange(1, len(present) + 1)
        symbols = np.concatenate((np.zeros(1, np.int32), present.astype(np.int32)))
        return Alphabet(ranks, symbols, max(1, len(present).bit_length()))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch in memory.

    Attributes:
        lead: symbols before the stretch.
        symbols: those and the symbols of the stretch, uint16.
        ranks: of the same, by the alphabet.
        limits: of each place of the stretch the length of the longest n-gram that ends there, uint8.
        messages: of each place the number of its message.
        sources: of each place a mark for its source: one bit of 64, by its digest.
        weights: of each place the weight of its message, uint8, or None if that is ``WHOLE``.
    """

    lead: int
    symbols: Numbers
    ranks: Numbers
    limits: Numbers
    messages: Ints
    sources: Marks
    weights: Numbers | None

    def __len__(self) -> int:
        return len(self.limits)

    def ranks_before(self, distance: int, places: Ints | None = None) -> Numbers:
        """The numbers of the symbols so far before some places, or all; 0 where that is beyond the limit."""
        if places is None:
            first = self.lead - distance
            found = self.ranks[first : first + len(self)]
            return found * (self.limits > distance)
        return self.ranks[self.lead - distance + places] * (self.limits[places] > distance)


def load(text: Part, stretch: Stretch, alphabet: Alphabet, length: int) -> Piece:
    """Read a stretch, to count n-grams of up to ``length`` symbols in it."""
    lead = length - 1
    before = max(0, stretch.start - lead)
    symbols = text.symbols.read(before, stretch.stop)
    missing = lead - (stretch.start - before)
    if missing:  # before the first message; no n-gram reaches there
        symbols = np.concatenate((np.full(missing, BEGIN, np.uint16), symbols))
    begins = symbols == BEGIN
    places = np.arange(len(symbols), dtype=np.int32)
    begun = np.maximum.accumulate(np.where(begins, places, np.int32(-1)))
    limits = (np.minimum(places - begun, length - 1)[lead:] + 1).astype(np.uint8)
    if text.depths is not None:
        first = min(stretch.start, 1)
        depths = text.depths.read(stretch.start - first, stretch.stop - 1)
        limits[1 - first :] = np.minimum(limits[1 - first :], depths + np.uint8(1))
    own = begins[lead:]
    messages = np.cumsum(own, dtype=np.int32) + np.int32(stretch.message - int(own[0]))
    last = int(messages[-1]) + 1
    marks = np.uint64(1) << text.marks.read(stretch.message, last).astype(np.uint64)
    weights = None if text.weights is None else text.weights.read(stretch.message, last)
    inside = messages - np.int32(stretch.message)
    return Piece(
        lead=lead,
        symbols=symbols,
        ranks=alphabet.ranks[symbols],
        limits=limits,
        messages=messages if text.first_message == 0 else messages + np.int64(text.first_message),
        sources=marks[inside],
        weights=None if weights is None else weights[inside],
    )


def mark(numbers: Sequence[int] | NDArray[Any]) -> Marks:
    """A bit of 64 for each number."""
    return np.uint64(1) << mark_of(scattered(np.asarray(numbers).astype(np.uint64))).astype(np.uint64)


def spread(marks: Marks) -> Ints:
    """About how many numbers were marked, from the bits that are set.

    The estimate is that of linear counting (Whang, Vander-Zanden and Taylor, 1990).
    """
    estimates: Ints = _ESTIMATES[distinct(marks)]
    return estimates


def distinct(marks: Marks) -> Ints:
    """How many different bits are set: at least so many numbers were marked."""
    pairs = marks - (marks >> np.uint64(1) & _PAIRS)
    fours = (pairs & _FOURS) + (pairs >> np.uint64(2) & _FOURS)
    bytewise = fours + (fours >> np.uint64(4)) & _BYTES
    bits: Ints = (bytewise * _SUM >> np.uint64(56)).astype(np.int32)
    return bits
