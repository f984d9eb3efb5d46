"""Drafts of patterns: what is alike in messages of one kind, and the values that stand between.

Messages whose units stand in columns are compared column by column. Messages of unequal length are folded into
their common subsequence. Every draft gives back the messages that it is made of, character by character.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import islice, pairwise
from typing import Final

from aura.templates.discovery.privacy import private_units
from aura.templates.discovery.samples import Sample
from aura.templates.discovery.units import Unit, units
from aura.templates.slot_types import kind_of
from aura_spec.template import Kind

MAX_UNITS: Final = 1 << 10
"""Units of the longest message of which a draft is made."""

_MAX_CLASSES: Final = 8
"""Kinds of messages that a group may turn out to hold."""

_MAX_FOLDED: Final = 32
"""Messages that are folded into their common subsequence."""

_MAX_FOLDED_UNITS: Final = 128
"""Units of the longest of them; folding takes time that grows with the cube of it at worst."""

_OUTLIER: Final = 0.5
"""A message with which less of the subsequence would be left is not folded."""


@dataclass(slots=True)
class Draft:
    """Literals with columns of values between them.

    Attributes:
        samples: the messages.
        literals: the texts before, between and after the columns.
        columns: for each slot, the value that each message has there.
        private: the numbers of the columns with something sensitive in them.
        timed: the numbers of the columns with times of day, which soon have other values.
    """

    samples: list[Sample]
    literals: list[str] = field(default_factory=lambda: [""])
    columns: list[list[str]] = field(default_factory=list)
    private: set[int] = field(default_factory=set)
    timed: set[int] = field(default_factory=set)

    @property
    def unsettled(self) -> set[int]:
        """The numbers of the columns whose values tell nothing of those to come, or must not be told."""
        return self.private | self.timed

    def add_literal(self, text: str) -> None:
        """Go on with a text that all messages have."""
        self.literals[-1] += text

    def add_column(self, values: list[str], *, is_private: bool = False, is_timed: bool = False) -> None:
        """Go on with values; they join those before where no literal stands between."""
        if self.columns and not self.literals[-1]:
            self.columns[-1] = [left + right for left, right in zip(self.columns[-1], values, strict=True)]
        else:
            self.columns.append(values)
            self.literals.append("")
        if is_private:
            self.private.add(len(self.columns) - 1)
        if is_timed:
            self.timed.add(len(self.columns) - 1)


@dataclass(frozen=True, slots=True)
class Cut:
    """A message as units, and the numbers of those with something sensitive in them."""

    sample: Sample
    units: tuple[Unit, ...]
    private: frozenset[int]


def cut(samples: Iterable[Sample]) -> list[Cut]:
    """Cut messages into units; those with too many are left out."""
    made = []
    for sample in samples:
        parts = tuple(units(sample.text))
        if len(parts) <= MAX_UNITS:
            made.append(Cut(sample, parts, private_units(parts)))
    return made


def drafts(cuts: Sequence[Cut], min_messages: int) -> list[Draft]:
    """Drafts of the patterns of messages that may be of several kinds, of at least so many messages each."""
    by_gaps: defaultdict[tuple[str, ...], list[Cut]] = defaultdict(list)
    for each in cuts:
        by_gaps[tuple(unit.gap for unit in each.units)].append(each)
    return [
        _aligned(kind)
        for same in by_gaps.values()
        for kind in _kinds(same, min_messages)
        if len(kind) >= min_messages
    ]


def _kinds(cuts: list[Cut], min_messages: int) -> list[list[Cut]]:
    """Messages by kind: where two columns or more sort them alike, each sort is a kind of its own."""
    if len(cuts) < 2 * min_messages:
        return [cuts]
    partitions: Counter[tuple[int, ...]] = Counter()
    for column in zip(*(each.units for each in cuts), strict=True):
        first: dict[str, int] = {}
        for place, unit in enumerate(column):
            first.setdefault(unit.shape, place)
        if 1 < len(first) <= _MAX_CLASSES:
            partitions[tuple(first[unit.shape] for unit in column)] += 1
    partition, columns = max(partitions.items(), key=lambda item: item[1], default=((), 0))
    if columns < 2:
        return [cuts]
    sorts: defaultdict[int, list[Cut]] = defaultdict(list)
    for each, sort in zip(cuts, partition, strict=True):
        sorts[sort].append(each)
    return [kind for sort in sorts.values() for kind in _kinds(sort, min_messages)]


def _aligned(cuts: Sequence[Cut]) -> Draft:
    """A draft of messages with equal gaps."""
    draft = Draft([each.sample for each in cuts])
    private = frozenset[int]().union(*(each.private for each in cuts))
    for place, column in enumerate(zip(*(each.units for each in cuts), strict=True)):
        words = [unit.word for unit in column]
        is_timed = any(unit.is_moment for unit in column)
        if is_timed or place in private or any(word != words[0] for word in words):
            draft.add_column(words, is_private=place in private, is_timed=is_timed)
        else:
            draft.add_literal(words[0])
        draft.add_literal(column[0].gap)
    return draft


def folded(cuts: Sequence[Cut], min_messages: int) -> Draft | None:
    """A draft of messages of unequal length: their common subsequence; None if few messages have one."""
    common: list[str] = []
    used: list[Cut] = []
    short = (each for each in cuts if len(each.units) <= _MAX_FOLDED_UNITS)
    for each in islice(short, _MAX_FOLDED):
        keys = _keys(each)
        if not used:
            common, used = keys, [each]
            continue
        blocks = SequenceMatcher(None, common, keys, autojunk=False).get_matching_blocks()
        left = [common[place] for block in blocks for place in range(block.a, block.a + block.size)]
        if sum(map(len, left)) >= _OUTLIER * sum(map(len, common)):
            common = left
            used.append(each)
    if len(used) < min_messages or not common:
        return None
    return _with_holes(common, used)


_VALUE: Final = "\0"
"""Begins the key of a unit that is a value."""


def _keys(each: Cut) -> list[str]:
    """What two units have in common that may stand for each other."""
    return [
        f"{_VALUE}{unit.mask}\0{unit.gap}"
        if unit.mask or place in each.private
        else f"{unit.word}\1{unit.gap}"
        for place, unit in enumerate(each.units)
    ]


def _with_holes(common: list[str], cuts: Sequence[Cut]) -> Draft:
    """A draft of messages that all have ``common`` as a subsequence, and anything between."""
    draft = Draft([each.sample for each in cuts])
    places = [_places(common, _keys(each)) for each in cuts]
    is_private = any(each.private for each in cuts)
    for number, key in enumerate(common):
        holes = [
            _text(each.units[before + 1 : at])
            for each, (before, at) in zip(cuts, (found[number : number + 2] for found in places), strict=True)
        ]
        if any(holes):
            draft.add_column(holes, is_private=is_private)
        own = [each.units[found[number + 1]] for each, found in zip(cuts, places, strict=True)]
        if key.startswith(_VALUE):
            is_timed = any(unit.is_moment for unit in own)
            draft.add_column([unit.word for unit in own], is_private=is_private, is_timed=is_timed)
        else:
            draft.add_literal(own[0].word)
        draft.add_literal(own[0].gap)
    ends = [_text(each.units[found[-1] + 1 :]) for each, found in zip(cuts, places, strict=True)]
    if any(ends):
        draft.add_column(ends, is_private=is_private)
    return draft


def _places(common: list[str], keys: list[str]) -> list[int]:
    """Where a subsequence stands, as far left as may be, with -1 before it."""
    found = [-1]
    for key in common:
        found.append(keys.index(key, found[-1] + 1))
    return found


def _text(parts: Iterable[Unit]) -> str:
    return "".join([unit.word + unit.gap for unit in parts])


def trim(draft: Draft) -> Draft:
    """The draft with what all values of a column begin or end with in the literals around it.

    A word, a number or a value of another type is never cut in two, and few different values are left alone: others
    may follow.
    """
    trimmed = Draft(draft.samples, [draft.literals[0]], [], set(draft.private), set(draft.timed))
    for number, (values, literal) in enumerate(zip(draft.columns, draft.literals[1:], strict=True)):
        prefix = suffix = ""
        is_free = number not in draft.unsettled and len(set(values)) >= _MIN_DISTINCT
        if is_free and kind_of(values) in (Kind.TEXT, Kind.WORD, Kind.HEX):
            prefix = _common_start(values)
            suffix = _common_start([value[len(prefix) :][::-1] for value in values])[::-1]
        trimmed.literals[-1] += prefix
        trimmed.columns.append([value[len(prefix) : len(value) - len(suffix)] for value in values])
        trimmed.literals.append(suffix + literal)
    return trimmed


_MIN_DISTINCT: Final = 5


def _common_start(values: Sequence[str]) -> str:
    """What all values begin with, up to the end of a word or a number, and less than any of them."""
    low, high = min(values), max(values)
    size = next(
        (place for place, (one, other) in enumerate(zip(low, high, strict=False)) if one != other),
        min(len(low), len(high)),
    )
    size = min(size, min(map(len, values)) - 1)
    while size > 0 and any(not _is_boundary(value[size - 1 : size + 1]) for value in values):
        size -= 1
    return low[: max(size, 0)]


def _is_boundary(pair: str) -> bool:
    """Whether a word or a number ends between two characters."""
    return all(
        not (left.isdigit() and (right.isdigit() or right in ".,"))
        and not (left.isalpha() and right.isalpha())
        for left, right in pairwise(pair)
    )
