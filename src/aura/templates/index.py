"""The templates that a message may match, as the chapter on encoding files them.

A template is filed under one thing that every message it matches must contain:

* its first literal, if few templates begin alike;
* else its last literal, if few templates end alike;
* else four bytes of one of its literals, those that the fewest templates that are left share;
* else, if all its literals are shorter than that, a list that is always tried.

Looking up a message costs one hash look-up for each length that first and last literals with its first and
last byte have (at most 64 each), and, only if templates are filed under four bytes, one pass over its bytes.
As only so many templates are tried for a message, this filing may decide which one is taken.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
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


@dataclass(frozen=True, slots=True)
class Bucket:
    """The templates under one key.

    Attributes:
        ids: of the templates, in ascending order.
        steps: that trying all of them costs.
    """

    ids: tuple[int, ...]
    steps: int

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Bucket:
        """A bucket of templates that come in ascending order of ids."""
        held = list(entries)
        return cls(tuple(number for number, _ in held), sum(steps_of(template) for _, template in held))


def steps_of(template: Template) -> int:
    """What it costs to try a template: a step for each literal, the empty ones included, and one more."""
    return len(template.literals) + 1


class Index:
    """An immutable index over templates with slots.

    Args:
        templates: ids and templates, in ascending order of ids; those without slots are left out.
    """

    __slots__ = (
        "_always",
        "_first",
        "_first_lengths",
        "_grams",
        "_last",
        "_last_lengths",
        "_most",
        "_most_by_byte",
        "_unit",
    )

    def __init__(self, templates: Iterable[Entry]) -> None:
        slotted = [entry for entry in templates if entry[1].slots]
        self._first, rest = _file_under(slotted, lambda template: template.literals[0][:_MAX_KEY])
        self._last, rest = _file_under(rest, lambda template: template.literals[-1][-_MAX_KEY:])
        self._first_lengths = _lengths_by_byte(self._first, 0)
        self._last_lengths = _lengths_by_byte(self._last, -1)
        self._grams, self._always = _file_under_grams(rest)
        ends = (*self._first.values(), *self._last.values())
        self._most = max((bucket.steps for bucket in ends), default=0)
        self._unit, self._most_by_byte = _most_by_byte(self._grams)

    def found(self, message: bytes) -> list[int]:
        """Ids of templates, in any order, among which are all here that match ``message``."""
        return [number for bucket in self._found(message) for number in bucket.ids]

    def candidates(self, message: bytes) -> list[int]:
        """What :meth:`found` gives, in ascending order."""
        return sorted(self.found(message))

    def steps(self, message: bytes) -> int:
        """What it costs to try all candidates."""
        return sum(bucket.steps for bucket in self._found(message))

    def most_steps(self, message: bytes) -> int:
        """A bound of :meth:`steps`, in less time than it takes to look anything up."""
        if not message:
            return self._always.steps
        lengths = len(self._first_lengths[message[0]]) + len(self._last_lengths[message[-1]])
        grams = sum(message.translate(self._most_by_byte))
        return self._always.steps + lengths * self._most + grams * self._unit

    def _found(self, message: bytes) -> list[Bucket]:
        """The buckets whose key is in ``message`` where it has to be."""
        found = [self._always]
        if message:
            if lengths := self._first_lengths[message[0]]:
                found += filter(None, [self._first.get(message[:length]) for length in lengths])
            if lengths := self._last_lengths[message[-1]]:
                found += filter(None, [self._last.get(message[-length:]) for length in lengths])
        if self._grams:
            found += map(self._grams.__getitem__, self._grams_in(message))
        return found

    def _grams_in(self, message: bytes) -> set[int]:
        """The filed four-byte grams that occur in ``message``."""
        found: set[int] = set()
        view = memoryview(message)
        for start in range(_GRAM):
            whole = (len(message) - start) // _GRAM * _GRAM
            if whole > 0:
                # the grams at every fourth byte as machine words, looked up in one call
                found |= self._grams.keys() & view[start : start + whole].cast("I")
        return found


def _file_under(
    entries: Iterable[Entry], key_of: Callable[[Template], bytes]
) -> tuple[dict[bytes, Bucket], list[Entry]]:
    """File entries under a key; those without a key, or whose key too many share, are left over."""
    buckets: defaultdict[bytes, list[Entry]] = defaultdict(list)
    for entry in entries:
        buckets[key_of(entry[1])].append(entry)
    rest = [
        entry for key, bucket in buckets.items() if not key or len(bucket) > _MAX_BUCKET for entry in bucket
    ]
    filed = {key: Bucket.of(bucket) for key, bucket in buckets.items() if key and len(bucket) <= _MAX_BUCKET}
    return filed, rest


def _lengths_by_byte(filed: Mapping[bytes, object], place: int) -> list[tuple[int, ...]]:
    """For each value of the byte at ``place`` of a key, the lengths of the keys that have it."""
    lengths: list[set[int]] = [set() for _ in range(256)]
    for key in filed:
        lengths[key[place]].add(len(key))
    return [tuple(sorted(values)) for values in lengths]


def _file_under_grams(entries: Iterable[Entry]) -> tuple[dict[int, Bucket], Bucket]:
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
    return {gram: Bucket.of(bucket) for gram, bucket in buckets.items()}, Bucket.of(always)


def _most_by_byte(grams: Mapping[int, Bucket]) -> tuple[int, bytes]:
    """For each value of a byte the most steps of a gram that begins with it, in units that a byte can count."""
    most = [0] * 256
    for gram, bucket in grams.items():
        first = _spelt(gram)[0]
        most[first] = max(most[first], bucket.steps)
    unit = -(-max(most) // 255) or 1
    return unit, bytes(-(-steps // unit) for steps in most)


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
