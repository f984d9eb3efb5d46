"""Messages changed at random, without a change of their lengths.

What is likely to differ between two messages of one service is replaced by something of the same form: digits of
long numbers, hexadecimal and mixed identifiers, the fields of dates and times, short numbers, names, and a few of
the words. An identifier, a number or a name that occurs twice in a conversation stays the same in both places.
Short numbers, names and words are drawn from the messages of the same corpus, so common ones stay common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]


END: Final = 0xFF
"""The byte behind each message; UTF-8 never has it."""

WORD_RATE: Final = 1 / 8
"""Share of the words that are replaced."""

SHORT: Final = 4
"""Digits of the longest number that is drawn from other messages; longer ones get random digits."""

OTHER, DIGIT, LOWER, UPPER, HIGH = range(5)

_KINDS: Final = np.zeros(256, np.uint8)
_KINDS[ord("0") : ord("9") + 1] = DIGIT
_KINDS[ord("a") : ord("z") + 1] = LOWER
_KINDS[ord("A") : ord("Z") + 1] = UPPER
_KINDS[0x80:END] = HIGH
_HEXADECIMAL: Final = np.zeros(256, np.uint8)
_HEXADECIMAL[list(b"0123456789abcdefABCDEF")] = 1

_FIRST: Final = np.array([0, *b"0aA", 0], np.uint8)
"""The first character of each kind."""

_LETTERS: Final = np.array([1, 10, 26, 26, 1], np.uint64)
_HEX_LETTERS: Final = np.array([1, 10, 6, 6, 1], np.uint64)
"""How many characters of each kind there are, in an identifier and in a hexadecimal one."""

_CLOCK: Final = np.array([[0, 10], [0, 10], [0, 4], [0, 10], [0, 10], [0, 10]], np.uint64)
_DATE: Final = np.array([[1, 9], [0, 3], [0, 9], [0, 1]], np.uint64)
"""For each first digit of a field the least second digit, and how many follow, so that each day and hour exists."""

_CENTURY_19: Final = int.from_bytes(b"19")
_CENTURY_20: Final = int.from_bytes(b"20")

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages to change.

    Attributes:
        text: the messages in UTF-8, each followed by ``END``.
        corpora: the number of the corpus of each message.
        keys: a random number for the conversation of each message.
    """

    text: Bytes
    corpora: Places
    keys: Hashes


def vary(messages: Messages, rng: np.random.Generator) -> Bytes:
    """The text of the messages with its variable parts replaced."""
    if not len(messages.text):
        return messages.text
    runs = _Runs(messages)
    varied = messages.text.copy()
    if len(runs.starts):
        _swap(varied, runs, rng)
        is_long_number = (runs.digits == runs.lengths) & (runs.lengths > SHORT)
        _randomize(varied, runs, np.flatnonzero(is_long_number | runs.is_identifier))
        _turn_clocks(varied, runs, rng)
    return varied


class _Runs:
    """Maximal runs of digits and letters; arrays with an element for each run."""

    def __init__(self, messages: Messages) -> None:
        self.text = messages.text
        self.kinds = _KINDS[self.text]
        self._part_timestamps()
        inside = np.concatenate(([False], self.kinds != OTHER, [False]))
        edges = np.flatnonzero(inside[1:] != inside[:-1])
        self.starts: Places = edges[::2]
        self.lengths: Places = edges[1::2] - self.starts
        message = np.cumsum(self.text == END, dtype=np.int32)[self.starts]
        self.corpora = messages.corpora[message]
        self.keys = messages.keys[message]

    def _part_timestamps(self) -> None:
        """Take the letters of ``2024-05-06T07:08:09Z`` for punctuation."""
        digits = self.kinds == DIGIT
        for letter, follower in ((b"T", DIGIT), (b"Z", OTHER)):
            places = np.flatnonzero(self.text[1:-1] == ord(letter)) + 1
            places = places[digits[places - 1] & (self.kinds[places + 1] == follower)]
            self.kinds[places] = OTHER

    def _count(self, flags: Flags | Bytes) -> Places:
        """How many bytes of each run have the flag."""
        total = np.cumsum(flags, dtype=np.int32)
        ends = self.starts + self.lengths
        counts: Places = (total[ends - 1] - total[self.starts] + flags[self.starts]).astype(np.int64)
        return counts

    @cached_property
    def digits(self) -> Places:
        return self._count(self.kinds == DIGIT)

    @cached_property
    def lower(self) -> Places:
        return self._count(self.kinds == LOWER)

    @cached_property
    def upper(self) -> Places:
        return self._count(self.kinds == UPPER)

    @cached_property
    def high(self) -> Places:
        return self._count(self.kinds == HIGH)

    @cached_property
    def is_hexadecimal(self) -> Flags:
        """Digits, and letters of one case up to F."""
        fits: Flags = self._count(_HEXADECIMAL[self.text]) == self.lengths
        fits &= (self.lower == 0) != (self.upper == 0)
        return fits & (self.digits > 0) & (self.lengths >= SHORT)

    @cached_property
    def is_identifier(self) -> Flags:
        """Hexadecimal, or digits and letters of both cases."""
        is_mixed: Flags = (self.digits > 0) & (self.lower > 0) & (self.upper > 0) & (self.high == 0)
        return self.is_hexadecimal | is_mixed & (self.lengths >= 2 * SHORT)

    @cached_property
    def is_word(self) -> Flags:
        """A word of prose, with a space before it and a space or punctuation behind it, or letters beyond ASCII.

        Keys and parts of identifiers are no words: they would not differ between messages of one service.
        """
        found: Flags = (self.lower == self.lengths) & (self.lengths > 2)
        before = self.text[np.maximum(self.starts - 1, 0)]
        behind = self.text[self.starts + self.lengths]
        found &= (before == ord(" ")) & np.isin(behind, [*b" ,.!?", END])
        found |= self.high == self.lengths
        return found

    @cached_property
    def is_name(self) -> Flags:
        """A capitalized word that begins no sentence: it follows a small letter, or a comma, and a space."""
        found: Flags = self.kinds[self.starts] == UPPER
        before, space = (self.text[np.maximum(self.starts - back, 0)] for back in (2, 1))
        found &= (space == ord(" ")) & ((_KINDS[before] == LOWER) | (before == ord(",")))
        found &= (self.lower == self.lengths - 1) & (self.lengths > 2)
        return found

    @cached_property
    def is_clock(self) -> Flags:
        """Two digits beside a colon."""
        return self._is_field(b":")

    @cached_property
    def is_date(self) -> Flags:
        """Two digits beside a hyphen or a slash, and no time."""
        return self._is_field(b"-/") & ~self.is_clock

    def _is_field(self, separators: bytes) -> Flags:
        """Two digits that a separator parts from another digit."""
        two: Flags = (self.lengths == 2) & (self.digits == 2)
        last = len(self.text) - 1
        beside = np.zeros(len(two), np.bool_)
        for near, far in ((-1, -2), (2, 3)):
            separator, digit = (np.clip(self.starts + shift, 0, last) for shift in (near, far))
            parted = np.isin(self.text[separator], list(separators))
            beside |= parted & (self.kinds[digit] == DIGIT)
        return two & beside

    def hashes(self, chosen: Places) -> Hashes:
        """For each of the chosen runs a random number, the same for equal runs of one conversation."""
        places, ranks = _expand(self.starts[chosen], self.lengths[chosen])
        weighted = (self.text[places].astype(np.uint64) + np.uint64(1)) * _mix(ranks.astype(np.uint64))
        total = np.cumsum(weighted)  # modulo 2^64, and so are differences
        ends = np.cumsum(self.lengths[chosen])
        begins = ends - self.lengths[chosen]
        return _mix(total[ends - 1] - total[begins] + weighted[begins] ^ self.keys[chosen])


def _swap(varied: Bytes, runs: _Runs, rng: np.random.Generator) -> None:
    """Replace words, names and short numbers by others of the same form in the same corpus."""
    is_number = (runs.digits == runs.lengths) & (runs.lengths <= SHORT) & ~(runs.is_clock | runs.is_date)
    candidates = np.flatnonzero(runs.is_word | runs.is_name | is_number)
    if not len(candidates):
        return
    is_word = runs.is_word[candidates]
    draws = runs.hashes(candidates)
    is_chosen = np.where(is_word, rng.random(len(candidates)) < WORD_RATE, draws & np.uint64(1) == 1)
    draws[is_word] = rng.integers(1 << 63, size=int(is_word.sum()), dtype=np.uint64)
    chosen = np.flatnonzero(is_chosen)
    partners = candidates[_partners(_forms(runs, candidates), draws)[chosen]]
    lengths = runs.lengths[candidates[chosen]]
    targets, _ = _expand(runs.starts[candidates[chosen]], lengths)
    origins, _ = _expand(runs.starts[partners], lengths)
    varied[targets] = runs.text[origins]


def _forms(runs: _Runs, chosen: Places) -> Places:
    """A number for each run, the same for runs that may stand for each other.

    They have the same length, corpus and kind; years are a kind, and so are letters of each lead byte.
    """
    first = runs.text[runs.starts[chosen]].astype(np.int64)
    kind = runs.kinds[runs.starts[chosen]].astype(np.int64)
    number_kind = np.where(first == ord("0"), 10, 11)
    century = first << 8 | runs.text[np.minimum(runs.starts[chosen] + 1, len(runs.text) - 1)]
    is_year = (runs.lengths[chosen] == 4) & np.isin(century, [_CENTURY_19, _CENTURY_20])
    number_kind[is_year] = 12
    form = np.where(kind == HIGH, first, np.where(kind == DIGIT, number_kind, kind))
    lengths = np.minimum(runs.lengths[chosen], (1 << 32) - 1)
    return (runs.corpora[chosen] << 40) + (lengths << 8) + form


def _partners(forms: Places, draws: Hashes) -> Places:
    """For each element one of the same form, which the draw selects."""
    order = np.argsort(forms, kind="stable")
    ranked = forms[order]
    begins = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    sizes = np.diff(np.append(begins, len(forms)))
    group = np.empty(len(forms), np.int64)
    group[order] = np.repeat(np.arange(len(begins)), sizes)
    # the lowest bit has decided whether to draw
    offset = (draws >> np.uint64(1)) % sizes[group].astype(np.uint64)
    return order[begins[group] + offset.astype(np.int64)]


def _randomize(varied: Bytes, runs: _Runs, chosen: Places) -> None:
    """Replace each character of the chosen runs by a random one of its kind."""
    if not len(chosen):
        return
    places, ranks = _expand(runs.starts[chosen], runs.lengths[chosen])
    keys = np.repeat(runs.hashes(chosen), runs.lengths[chosen])
    draws = _mix(keys + ranks.astype(np.uint64) * _GOLDEN) >> np.uint64(32)
    kinds = runs.kinds[places]
    is_hexadecimal = np.repeat(runs.is_hexadecimal[chosen], runs.lengths[chosen])
    choices = np.where(is_hexadecimal, _HEX_LETTERS[kinds], _LETTERS[kinds])
    fresh = _FIRST[kinds] + (draws % choices).astype(np.uint8)
    is_first = (ranks == 0) & (kinds == DIGIT)  # a number has a leading zero if it had one
    fresh[is_first] = ord("1") + (draws[is_first] % np.uint64(9)).astype(np.uint8)
    fresh[is_first & (runs.text[places] == ord("0"))] = ord("0")
    varied[places] = fresh


def _turn_clocks(varied: Bytes, runs: _Runs, rng: np.random.Generator) -> None:
    """Replace the second digit of the fields of times and dates so that they stay valid."""
    for is_field, table in ((runs.is_clock, _CLOCK), (runs.is_date, _DATE)):
        chosen = runs.starts[is_field]
        tens = runs.text[chosen] - ord("0")
        chosen, tens = chosen[tens < len(table)], tens[tens < len(table)]
        draws = rng.integers(1 << 32, size=len(chosen), dtype=np.uint64)
        least, choices = table[tens].T
        varied[chosen + 1] = ord("0") + (least + draws % choices).astype(np.uint8)


def _expand(starts: Places, lengths: Places) -> tuple[Places, Places]:
    """The places of all bytes of runs, and for each byte its rank in the run."""
    offsets = np.cumsum(lengths) - lengths
    ranks = np.arange(lengths.sum()) - np.repeat(offsets, lengths)
    return np.repeat(starts, lengths) + ranks, ranks


def _mix(values: Hashes) -> Hashes:
    """The finalizer of SplitMix64."""
    mixed = values + _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def joined(messages: Sequence[bytes]) -> Bytes:
    """Messages as one text, each followed by ``END``."""
    return np.frombuffer(bytes([END]).join([*messages, b""]), np.uint8)
