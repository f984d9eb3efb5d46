"""What labels name in a whole corpus: whose values are private, and which are public.

A corpus is surveyed before it is scrubbed, message by message, in bounded memory: of at most ``MAX_VALUES`` values
it is known how many sources write them. Where there are more, those with the least checksums are kept, so that the
survey does not depend on the order of messages. A value that is not kept counts as private where a label names it,
and is not known where none does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final
from zlib import crc32

from aura.models.training.blocks import blocks
from aura.models.training.labels import find_names
from aura.models.training.written import Messages, Order
from aura_spec.unit import UNIT_BYTES

PUBLIC_SOURCES: Final = 3
"""An account, a name or a postal address that so many sources write is taken for public."""

MAX_VALUES: Final = 1 << 17
"""Values that are kept: together about 40 MB."""

_MIN_DIGITS: Final = 7
"""Shorter numbers come up by chance."""

_WORD = re.compile(rb"[A-Za-z0-9\x80-\xff]+")
_SPACE: Final = 32
_WORDS: Final = bytes(byte if _WORD.match(bytes((byte,))) else _SPACE for byte in range(256))

_ORDINARY: Final = frozenset(unit.strip().lower() for unit in UNIT_BYTES if unit.strip().isalpha())
"""Frequent words; as a name, one of them is replaced only in messages where a label names it."""


class Survey:
    """The values that labels name, and for each as many sources as tell whether it is public."""

    def __init__(self) -> None:
        self._sources: dict[bytes, tuple[Hashable, ...]] = {}
        self._limit = 1 << 32

    def add(self, messages: Sequence[bytes], sources: Sequence[Hashable] | None = None) -> None:
        """Read the labels in messages; many together are read faster.

        Args:
            messages: any bytes.
            sources: for each message, where it comes from; None makes nothing public.
        """
        first = 0
        for block in blocks(messages):
            text = block.text
            for number, names in block.by_message(find_names(text)):
                source = () if sources is None else (sources[first + number],)
                for name in {core_of(text[found.start : found.end]) for found in names}:
                    if name:
                        self._note(name, source)
            first += len(block.starts)

    def merge(self, other: Survey) -> None:
        """Add what another survey has read."""
        self._limit = min(self._limit, other._limit)
        self._drop()
        for value, sources in other._sources.items():
            self._note(value, sources)

    def is_public(self, value: bytes) -> bool:
        """Whether at least ``PUBLIC_SOURCES`` sources have the value under a label."""
        return len(self._sources.get(value, ())) >= PUBLIC_SOURCES

    def private(self) -> Iterator[bytes]:
        """Values that are replaced where they stand without a label, too."""
        return (value for value in self._sources if not self.is_public(value) and _is_distinctive(value))

    def _note(self, value: bytes, sources: tuple[Hashable, ...]) -> None:
        known = self._sources.get(value)
        if known is None:
            if crc32(value) < self._limit:
                self._sources[value] = sources
                while len(self._sources) > MAX_VALUES:
                    self._limit >>= 1
                    self._drop()
        elif len(known) < PUBLIC_SOURCES:
            new = [source for source in sources if source not in known]
            self._sources[value] = (*known, *new)[:PUBLIC_SOURCES]

    def _drop(self) -> None:
        self._sources = {value: known for value, known in self._sources.items() if crc32(value) < self._limit}


def survey_of(messages: Messages, order: Order) -> Survey:
    """Survey messages; where no sources are given, nothing is known to be public."""
    survey = Survey()
    first = 0
    for some in messages.read_batches(order.messages):
        sources = order.sources[first : first + len(some)].tolist()
        survey.add(some, None if messages.sources is None else sources)
        first += len(some)
    return survey


def core_of(value: bytes) -> bytes:
    """The value from its first word on; empty if it has none."""
    word = _WORD.search(value)
    return b"" if word is None else value[word.start() :].rstrip()


def _is_distinctive(value: bytes) -> bool:
    return len(value) >= _MIN_DIGITS if value.isdigit() else value.lower() not in _ORDINARY


class Strings:
    """Finds any of many strings where they stand as words of their own, by the longest word of each."""

    def __init__(self, values: Iterable[bytes]) -> None:
        # by word, and by how many bytes of the string are before the word and in all
        self._by_word: defaultdict[bytes, defaultdict[tuple[int, int], set[bytes]]]
        self._by_word = defaultdict(lambda: defaultdict(set))
        for core in filter(None, map(core_of, values)):
            word = max(_WORD.finditer(core), key=lambda word: len(word[0]))
            self._by_word[word[0]][word.start(), len(core)].add(core)
        self._words = frozenset(self._by_word)

    def find(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of each place where one of the strings stands."""
        for word in self._words.intersection(text.translate(_WORDS).split()):
            for place, _ in places(text, word, 0, len(text)):
                for (before, size), values in self._by_word[word].items():
                    start, end = place - before, place - before + size
                    if start >= 0 and text[start:end] in values and _stands_alone(text, start, end):
                        yield start, end


def places(text: bytes, value: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each place in a part of a text where a string stands as words of its own."""
    first = text.find(value, start, end)
    while first >= 0:
        last = first + len(value)
        if _stands_alone(text, first, last):
            yield first, last
        first = text.find(value, first + 1, end)


def _stands_alone(text: bytes, start: int, end: int) -> bool:
    """Whether no byte of a word is before or behind a part of a text."""
    return (not start or _WORDS[text[start - 1]] == _SPACE) and (
        end == len(text) or _WORDS[text[end]] == _SPACE
    )
