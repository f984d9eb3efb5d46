"""Replacing secrets and personal data in training text by random strings of the same form.

A model then learns *that* a key, an address or a name stands in some place and how long it is, and nothing of
the one that stood there. Equal strings become different ones, in one message as well: otherwise contexts would
learn the strings that are put in, and a search of the model would find them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import shake_128
from random import Random
from typing import Final

from aura.models.training import labels, sensitive
from aura.models.training.blocks import Block, blocks
from aura.models.training.sensitive import Found
from aura.models.training.survey import Strings, Survey, core_of, places


@dataclass(slots=True)
class ScrubReport:
    """How much was replaced.

    >>> print(ScrubReport(877, Counter({"phone": 3, "mail": 1200})))
    1,203 strings in 877 messages (mail 1,200, phone 3)

    Attributes:
        messages: that had something to replace.
        kinds: how many strings of each kind were replaced.
    """

    messages: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def strings(self) -> int:
        """How many strings were replaced."""
        return self.kinds.total()

    def add(self, other: ScrubReport) -> None:
        """Count what another scrubber replaced in other messages."""
        self.messages += other.messages
        self.kinds += other.kinds

    def __str__(self) -> str:
        """The counts in one line, the most frequent kinds first."""
        kinds = sorted(self.kinds.items(), key=lambda item: (-item[1], item[0]))
        listed = ", ".join(f"{kind} {count:,}" for kind, count in kinds)
        return f"{self.strings:,} strings in {self.messages:,} messages" + (f" ({listed})" if listed else "")


class Scrubber:
    """Replaces what is sensitive in messages."""

    def __init__(self, surveyed: Survey, public: Iterable[bytes] = (), *, remember: bool = False) -> None:
        """Take over which of the values that labels name are public.

        Args:
            surveyed: a survey of all messages that will be scrubbed.
            public: strings to leave alone.
            remember: whether to keep the strings that are replaced.
        """
        self._survey = surveyed
        self._public = frozenset(public)
        self._named = Strings(surveyed.private())
        self._report = ScrubReport()
        self._replaced: set[bytes] | None = set() if remember else None

    @property
    def report(self) -> ScrubReport:
        """What was replaced so far."""
        return self._report

    @property
    def replaced(self) -> set[bytes] | None:
        """The strings that were replaced so far; None if they are not to be remembered."""
        return self._replaced

    def scrub(self, message: bytes, number: int) -> bytes:
        """The message without what is sensitive in it.

        Args:
            message: any bytes.
            number: of the message; the strings put in differ from number to number.
        """
        [scrubbed] = self.scrub_batch([message], [number])
        return scrubbed

    def scrub_batch(self, messages: Sequence[bytes], numbers: Sequence[int]) -> list[bytes]:
        """The messages without what is sensitive in them; many together are scrubbed faster."""
        scrubbed = list(messages)
        first = 0
        for block in blocks(messages):
            for index, found in block.by_message(self._find(block)):
                at = first + index
                scrubbed[at] = self._replace(messages[at], block.starts[index], found, numbers[at])
            first += len(block.messages)
        return scrubbed

    def _find(self, block: Block) -> list[Found]:
        text = block.text
        found = sensitive.find(text) + labels.find_secrets(text)
        for number, names in block.by_message(labels.find_names(text)):
            bounds = block.bounds(number)
            for value, kind in {core_of(text[start:end]): kind for start, end, kind in names}.items():
                if value and not self._survey.is_public(value):
                    found += (Found(start, end, kind) for start, end in places(text, value, *bounds))
        found += (Found(start, end, "name") for start, end in self._named.find(text))
        return found

    def _replace(self, message: bytes, offset: int, found: Iterable[Found], number: int) -> bytes:
        """The message with other strings in place of those found; ``offset`` is where it stands in the block."""
        parts: list[bytes] = []
        times: Counter[bytes] = Counter()
        last = 0
        for start, end, kind in found:
            # of those that overlap the first and longest, then what others have beyond it
            begin, stop = max(start - offset, last), end - offset
            value = message[begin:stop]
            if value and value not in self._public:
                parts += message[last:begin], disguise(value, number, times[value])
                times[value] += 1
                self._report.kinds[kind] += 1
                last = stop
        self._report.messages += last > 0
        if self._replaced is not None:
            self._replaced.update(times)
        return b"".join((*parts, message[last:]))


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """Messages without what was sensitive in them, and how much that was."""

    messages: list[bytes]
    report: ScrubReport


def scrub(
    messages: Sequence[bytes], sources: Sequence[Hashable] | None = None, public: Iterable[bytes] = ()
) -> Scrubbed:
    """Replace secrets and personal data in messages by random strings of the same form. Deterministic.

    Args:
        messages: any bytes.
        sources: for each message, where it comes from. What labels call an account or a person is left alone if
            at least ``PUBLIC_SOURCES`` of them label it so; without sources, never.
        public: strings to leave alone.
    """
    surveyed = Survey()
    surveyed.add(messages, sources)
    scrubber = Scrubber(surveyed, public)
    return Scrubbed(scrubber.scrub_batch(messages, range(len(messages))), scrubber.report)


_HEXADECIMAL = re.compile(rb"(?:[0-9a-f-]{8,}|[0-9A-F-]{8,})$")
_VOWELS: Final = b"aeiou"
_CONSONANTS: Final = b"bcdfghjklmnpqrstvwxyz"
_ATTEMPTS: Final = 16


def _choices(alphabet: bytes) -> bytes:
    """A member of the alphabet for each random byte."""
    return bytes(alphabet[byte * len(alphabet) >> 8] for byte in range(256))


def _others(*alphabets: bytes) -> tuple[bytes, ...]:
    """For each byte, what stands for it by a random byte: one of its alphabet, or itself if it is in none."""
    choices = [bytes((byte,)) * 256 for byte in range(256)]
    for alphabet in alphabets:
        for byte in alphabet:
            choices[byte] = _choices(alphabet)
    return tuple(choices)


_LIKE: Final = _others(b"0123456789", _VOWELS, _CONSONANTS, _VOWELS.upper(), _CONSONANTS.upper())
_HEX_LIKE: Final = _others(b"0123456789abcdef")
_UPPER_HEX_LIKE: Final = _others(b"0123456789ABCDEF")


def disguise(value: bytes, number: int, variant: int = 0) -> bytes:
    """A random string of the same form.

    Digits stand for digits and letters for letters of the same case and script, vowels for vowels; in what may be
    hexadecimal, digits stand for letters, too.

    Args:
        value: any bytes; what is not UTF-8 stays.
        number: of the message.
        variant: another one gives another string.
    """
    # what is random need not be secret: that it is not the value is enough
    randoms = shake_128(b"%d %d " % (number, variant) + value).digest(len(value))
    if not value.isascii():
        return _disguise_text(value, randoms)
    others = _LIKE
    if _HEXADECIMAL.match(value) and not value.isdigit():
        others = _HEX_LIKE if value.upper() != value else _UPPER_HEX_LIKE
    return bytes([others[byte][random] for byte, random in zip(value, randoms, strict=True)])


def _disguise_text(value: bytes, randoms: bytes) -> bytes:
    """The same for letters of any script."""
    random = Random(randoms)  # noqa: S311
    text = value.decode("utf-8", "surrogateescape")
    other = "".join(
        chr(_LIKE[ord(each)][random.randrange(256)]) if each.isascii() else _neighbour(random, each)
        for each in text
    )
    return other.encode("utf-8", "surrogateescape")


def _neighbour(random: Random, letter: str) -> str:
    """Another letter of the same category and length; what is no letter stays."""
    category, size = unicodedata.category(letter), len(letter.encode("utf-8", "surrogateescape"))
    for _ in range(_ATTEMPTS if letter.isalpha() else 0):
        other = chr(ord(letter) & ~31 | random.randrange(32))
        if unicodedata.category(other) == category and len(other.encode()) == size:
            return other
    return letter
