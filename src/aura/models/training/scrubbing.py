"""Replacing secrets and personal data in training text by random strings of the same form.

A model then learns *that* a key, an address or a name stands in some place and how long it is, and nothing of
the one that stood there. Within a message equal strings become equal ones, so that what the match model learns of
repetitions stays true; but only some times in a row, and from message to message they differ, so that no context
can learn one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from hashlib import blake2b
from random import Random
from typing import Final

from aura.models.training.sensitive import CREDENTIALS, FORMS, LABELLED, Strings

REPEATED: Final = 8
"""Times that equal strings of a message become the same one, before it is another."""

PUBLIC_SOURCES: Final = 3
"""An account or a name that so many sources write is taken for public."""

Span = tuple[int, int]


class Scrubber:
    """Replaces what is sensitive in messages.

    Attributes:
        replaced: the strings that were replaced so far.
    """

    def __init__(
        self, messages: Collection[bytes], sources: Iterable[Hashable], public: Iterable[bytes] = ()
    ) -> None:
        """Read the labels in all messages, and note which of the values that they name are public.

        Args:
            messages: that will be scrubbed.
            sources: for each message, where it comes from.
            public: strings to leave alone.
        """
        self._public = frozenset(public)
        named = Strings(
            message[start:end]
            for message in messages
            for kind in LABELLED
            for start, end in kind.spans(message)
        )
        owners: defaultdict[bytes, set[Hashable]] = defaultdict(set)
        for message, source in zip(messages, sources, strict=True):
            for start, end in named.spans(message):
                owners[message[start:end]].add(source)
        self._named = Strings(value for value, known in owners.items() if len(known) < PUBLIC_SOURCES)
        self.replaced: set[bytes] = set()

    def scrub(self, message: bytes, number: int) -> bytes:
        """The message without what is sensitive in it.

        Args:
            message: any bytes.
            number: of the message; the strings put in differ from number to number.
        """
        parts: list[bytes] = []
        times: Counter[bytes] = Counter()
        last = 0
        for start, end in _merged(self._sensitive(message)):
            value = message[start:end]
            if value not in self._public:
                self.replaced.add(value)
                parts += message[last:start], disguise(value, number, times[value] // REPEATED)
                times[value] += 1
                last = end
        return b"".join((*parts, message[last:]))

    def _sensitive(self, message: bytes) -> Iterator[Span]:
        for kind in (*CREDENTIALS, *FORMS):
            yield from kind.spans(message)
        yield from self._named.spans(message)


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans in order that do not overlap: the first and longest, then what others have beyond it."""
    last = 0
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if end > last:
            yield max(start, last), end
            last = end


def scrub(
    messages: Sequence[bytes], sources: Sequence[Hashable] | None = None, public: Iterable[bytes] = ()
) -> list[bytes]:
    """Replace secrets and personal data in messages by random strings of the same form. Deterministic.

    Args:
        messages: any bytes.
        sources: for each message, where it comes from. What labels call an account or a person is left alone if
            at least ``PUBLIC_SOURCES`` of them write it; without sources, never.
        public: strings to leave alone.
    """
    scrubber = Scrubber(messages, [None] * len(messages) if sources is None else sources, public)
    return [scrubber.scrub(message, number) for number, message in enumerate(messages)]


_HEXADECIMAL = re.compile(rb"(?:[0-9a-f-]{8,}|[0-9A-F-]{8,})$")
_DIGITS: Final = "0123456789"
_VOWELS: Final = "aeiou"
_CONSONANTS: Final = "bcdfghjklmnpqrstvwxyz"
_ATTEMPTS: Final = 16


def disguise(value: bytes, number: int, variant: int = 0) -> bytes:
    """A random string of the same form.

    Digits stand for digits and letters for letters of the same case and script, vowels for vowels; in what may be
    hexadecimal, digits stand for letters, too.

    Args:
        value: any bytes; what is not UTF-8 stays.
        number: of the message.
        variant: another one gives another string.
    """
    seed = blake2b(value, digest_size=16, key=b"%d %d" % (number, variant)).digest()
    random = Random(seed)  # noqa: S311  # what is random must not be secret: that it is not the value is enough
    text = value.decode("utf-8", "surrogateescape")
    if _HEXADECIMAL.match(value) and not text.isdecimal():
        digits = "0123456789ABCDEF" if text.upper() == text else "0123456789abcdef"
        other = "".join(random.choice(digits) if each.isalnum() else each for each in text)
    else:
        other = "".join(_other(random, each) for each in text)
    return other.encode("utf-8", "surrogateescape")


def _other(random: Random, character: str) -> str:
    if character in _DIGITS:
        return random.choice(_DIGITS)
    if not character.isalpha():
        return character
    if character.isascii():
        letter = random.choice(_VOWELS if character.lower() in _VOWELS else _CONSONANTS)
        return letter.upper() if character.isupper() else letter
    # of another script: a neighbour of the same category and length
    category, size = unicodedata.category(character), len(character.encode())
    for _ in range(_ATTEMPTS):
        other = chr(ord(character) & ~31 | random.randrange(32))
        if unicodedata.category(other) == category and len(other.encode()) == size:
            return other
    return character
