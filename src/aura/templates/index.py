"""Finding the templates that a message may match, without trying them all.

A template is filed under one thing that every message it matches must contain:

* the whole text, if it has no slots;
* else its first literal, if few templates begin alike;
* else its last literal, if few templates end alike;
* else four bytes of one of its literals, those that the fewest templates that are left share;
* else, if all its literals are shorter than that, a list that is always tried.

Looking up a message costs one hash look-up for each length that first and last literals with its first and
last byte have (at most 64 each), and, only if templates are filed under four bytes, one pass over its bytes.
The templates that are found are then tried in ascending order of ids, each in one pass (rule TPL-7 of the spec).
As only so many are tried, this filing may decide which template is taken, and the chapter on encoding states it.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from operator import itemgetter
from typing import Final

from aura_spec.template import Template

Entry = tuple[int, Template]

_MAX_KEY: Final = 64
"""Bytes of a first or last literal that are looked at; bounds the number of look-ups."""

_MAX_BUCKET: Final = 8
"""Templates that may share a first or last literal before another key is sought for them."""

_GRAM: Final = 4

_MAX_GRAMS: Final = 256
"""Grams of a template that are counted; bounds the time to file long patterns."""

_ID: Final = itemgetter(0)


class Index:
    """An immutable index over templates by id."""

    def __init__(self, templates: Mapping[int, Template]) -> None:
        ordered = sorted(templates.items(), key=_ID)
        slotted = [(number, template) for number, template in ordered if template.slots]
        whole = ((t.literals[0], number) for number, t in ordered if not t.slots)
        self._whole: dict[bytes, int] = {}
        for text, number in whole:
            self._whole.setdefault(text, number)
        self._first, rest = _file_under(slotted, lambda template: template.literals[0][:_MAX_KEY])
        self._last, rest = _file_under(rest, lambda template: template.literals[-1][-_MAX_KEY:])
        self._first_lengths = _lengths_by_byte(self._first, 0)
        self._last_lengths = _lengths_by_byte(self._last, -1)
        self._grams, self._always = _file_under_grams(rest)
        self._gram_set = frozenset(self._grams)

    def whole(self, message: bytes) -> int | None:
        """The id of the template without slots that is ``message``, or None."""
        return self._whole.get(message)

    def candidates(self, message: bytes) -> list[Entry]:
        """Templates with slots, in ascending order of ids, among which are all that match ``message``."""
        found = list(self._always)
        if message:
            for length in self._first_lengths[message[0]]:
                found += self._first.get(message[:length], ())
            for length in self._last_lengths[message[-1]]:
                found += self._last.get(message[-length:], ())
        for gram in self._grams_in(message):
            found += self._grams[gram]
        found.sort(key=_ID)
        return found

    def _grams_in(self, message: bytes) -> set[int]:
        """The filed four-byte grams that occur in ``message``."""
        found: set[int] = set()
        if self._gram_set:
            view = memoryview(message)
            for start in range(_GRAM):
                whole = (len(message) - start) // _GRAM * _GRAM
                if whole > 0:
                    # the grams at every fourth byte as machine words, looked up in one call
                    found.update(self._gram_set.intersection(view[start : start + whole].cast("I")))
        return found


def _file_under(
    entries: Iterable[Entry], key_of: Callable[[Template], bytes]
) -> tuple[dict[bytes, tuple[Entry, ...]], list[Entry]]:
    """File entries under a key; those without a key, or whose key too many share, are left over."""
    buckets: defaultdict[bytes, list[Entry]] = defaultdict(list)
    for entry in entries:
        buckets[key_of(entry[1])].append(entry)
    rest = [
        entry for key, bucket in buckets.items() if not key or len(bucket) > _MAX_BUCKET for entry in bucket
    ]
    filed = {key: tuple(bucket) for key, bucket in buckets.items() if key and len(bucket) <= _MAX_BUCKET}
    return filed, rest


def _lengths_by_byte(filed: Mapping[bytes, object], place: int) -> list[tuple[int, ...]]:
    """For each value of the byte at ``place`` of a key, the lengths of the keys that have it."""
    lengths: list[set[int]] = [set() for _ in range(256)]
    for key in filed:
        lengths[key[place]].add(len(key))
    return [tuple(sorted(values)) for values in lengths]


def _file_under_grams(entries: Iterable[Entry]) -> tuple[dict[int, tuple[Entry, ...]], tuple[Entry, ...]]:
    """File each entry under the gram of its literals that the fewest entries share, the lowest of such."""
    grams_of = [(entry, _grams_of(entry[1])) for entry in entries]
    shared = Counter(gram for _, grams in grams_of for gram in grams)
    buckets: defaultdict[int, list[Entry]] = defaultdict(list)
    always = []
    for entry, grams in grams_of:
        if grams:
            buckets[min(grams, key=lambda gram: (shared[gram], _spelt(gram)))].append(entry)
        else:
            always.append(entry)
    return {gram: tuple(bucket) for gram, bucket in buckets.items()}, tuple(always)


def _spelt(gram: int) -> bytes:
    return gram.to_bytes(_GRAM, sys.byteorder)


def _grams_of(template: Template) -> set[int]:
    """The first grams of the literals, :data:`_MAX_GRAMS` at most: enough to tell patterns apart."""
    grams = (
        int.from_bytes(literal[at : at + _GRAM], sys.byteorder)
        for literal in template.literals
        for at in range(len(literal) - _GRAM + 1)
    )
    return set(islice(grams, _MAX_GRAMS))
