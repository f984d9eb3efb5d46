"""What a block of the text contributed to the counts, as far as its sample needs it.

How far lists can be trusted is learned on a sample of the text. Before a symbol is looked up, what its own block
contributed is taken out of the lists at hand: the contexts of the sample, their entries, and what extends those to
the left. These shares are read off the runs of the block while n-grams are counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from aura.models.training.levels import KeptKeys
from aura.models.training.pieces import Stretch, spread
from aura.models.training.tallies import Run, find
from aura.models.training.text import Flags, Ints, Longs, starts_of


@dataclass(frozen=True, slots=True)
class Shares:
    """N-grams of one length in one block.

    Attributes:
        places: of each its place in its level, int32.
        counts: how often it occurs in the block, times the weights, int64.
        spreads: in how many sources of the block at least, int32.
    """

    places: Ints
    counts: Longs
    spreads: Ints


@dataclass(frozen=True, slots=True)
class Row:
    """What the sample of a block needs of one length.

    Attributes:
        contexts: n-grams after which a symbol of the sample stands.
        entries: n-grams whose context is one of those of the row before.
        owners: of each entry, that context among them.
        longer: n-grams whose suffix is an entry of the row before.
        suffixes: of each, that entry among them.
        ends: of the n-gram that ends at each symbol of the sample, its place in its level, or -1.
        end_entries: of the same, its entry in this row, or -1.
        before: of the n-gram that ends before each symbol of the sample, its place in its level, or -1.
        before_contexts: of the same, its context in this row, or -1.
    """

    contexts: Shares
    entries: Shares
    owners: Ints
    longer: Shares
    suffixes: Ints
    ends: Ints
    end_entries: Ints
    before: Ints
    before_contexts: Ints


@dataclass(slots=True)
class BlockStudy:
    """Looks at the stages of one block.

    Attributes:
        sample: the places of the block's sample, BEGINs left out, ascending.
        rows: for each length from 1.
    """

    sample: Longs
    rows: list[Row] = field(default_factory=list)
    _context: Ints | None = None  # of each place of the block, its context in the row before, or -1
    _entry: Ints | None = None  # and its entry

    def __call__(self, size: int, places: Ints, index: Ints, run: Run, found: KeptKeys) -> None:
        """Look at a stage; see :class:`aura.models.training.ngrams.Observer`."""
        wanted = np.zeros(size, np.bool_)
        wanted[self.sample - 1] = True  # no symbol that is predicted stands first in a piece
        after = np.full(size, -1, np.int32)
        for length, kept in zip(found.stage.lengths(), found.by_length, strict=True):
            prefixes = found.stage.prefixes(run.keys, length)
            starts = starts_of(prefixes)
            place = find(kept, prefixes[starts]).astype(np.int32)
            group = np.repeat(np.arange(len(starts), dtype=np.int32), np.diff(starts, append=len(prefixes)))
            of_place = np.full(size, -1, np.int32)  # the group of the n-gram that ends at each place
            of_place[places] = np.where(place[group] >= 0, group, np.int32(-1))[index]
            inside = of_place >= 0
            example = np.zeros(len(starts), np.int32)
            example[of_place[inside]] = np.flatnonzero(inside)
            tallies = run.tallies.grouped(starts)
            counts, spreads = tallies.weighed, spread(tallies.sources)

            def shares(chosen: Flags) -> tuple[Shares, Ints]:
                number = np.where(chosen, np.cumsum(chosen, dtype=np.int32) - np.int32(1), np.int32(-1))
                each = np.append(number, np.int32(-1))[of_place]  # noqa: B023  # called in this pass
                return Shares(place[chosen], counts[chosen], spreads[chosen]), each  # noqa: B023

            touched = np.zeros(len(starts) + 1, np.bool_)
            touched[of_place[wanted]] = True
            contexts, context = shares(touched[:-1])
            if self._context is None or self._entry is None:
                # the context of every symbol is that of no symbols
                is_entry = np.full(len(starts), len(self.sample) > 0) & (place >= 0)
                owners = np.zeros(int(is_entry.sum()), np.int32)
                is_longer = np.zeros(len(starts), np.bool_)
                suffixes = np.zeros(0, np.int32)
            else:
                after[1:] = self._context[:-1]
                owner = after[example]
                is_entry = (owner >= 0) & (place >= 0)
                owners = owner[is_entry]
                suffix = self._entry[example]
                is_longer = (suffix >= 0) & (place >= 0)
                suffixes = suffix[is_longer]
            entries, entry = shares(is_entry)
            longer, _ = shares(is_longer)
            ends, before = of_place[self.sample], of_place[self.sample - 1]
            padded = np.append(place, np.int32(-1))
            self.rows.append(
                Row(
                    contexts,
                    entries,
                    owners,
                    longer,
                    suffixes,
                    padded[ends],
                    entry[self.sample],
                    padded[before],
                    context[self.sample - 1],
                )
            )
            self._context, self._entry = context, entry


@dataclass(slots=True)
class Depths:
    """Finds how long the longest kept n-gram is that ends at each place of a piece.

    Attributes:
        lengths: of each place, uint8.
    """

    lengths: Ints

    @staticmethod
    def of(piece: Stretch) -> Depths:
        """Begin with a piece."""
        return Depths(np.zeros(len(piece), np.uint8))

    def __call__(self, _size: int, places: Ints, index: Ints, run: Run, found: KeptKeys) -> None:
        """Look at a stage; see :class:`aura.models.training.ngrams.Observer`."""
        reached = np.zeros(len(run), np.uint8)
        for length, kept in zip(found.stage.lengths(), found.by_length, strict=True):
            reached += find(kept, found.stage.prefixes(run.keys, length)) >= 0
        self.lengths[places] += reached[index]
