"""What a block of the text contributed to the counts, as far as its sample needs it.

How far lists can be trusted is learned on a sample of the text. Before a symbol is looked up, what its own block
contributed is taken out of the lists at hand: the contexts of the sample, their entries, and what extends those to
the left. These shares are read off the runs of the block while n-grams are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from aura.models.training.levels import KeptKeys
from aura.models.training.pieces import Stretch, spread
from aura.models.training.roles import Roles, View, find_roles
from aura.models.training.tallies import Run, find, grouped
from aura.models.training.text import Ints, Longs


@dataclass(frozen=True, slots=True)
class Shares:
    """N-grams of one length in one block.

    Attributes:
        places: of each its place in its level, int32.
        counts: how often it occurs in the block, times the weights, int64.
    """

    places: Ints
    counts: Longs

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True, slots=True)
class Row:
    """What the sample of a block needs of one length.

    Attributes:
        contexts: n-grams after which a symbol of the sample stands.
        spreads: of each, in how many sources of the block it occurs at least, int32.
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
    spreads: Ints
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
    _last: Roles | None = None  # of the row before

    def __call__(self, size: int, places: Ints, index: Ints, run: Run, found: KeptKeys) -> None:
        """Look at a stage; see :class:`aura.models.training.ngrams.Observer`."""
        for length, kept in zip(found.stage.lengths(), found.by_length, strict=True):
            shift = found.stage.shift(length)
            grams, group = (
                grouped(run.keys, run.tallies, shift) if shift else (run, np.arange(len(run), dtype=np.int32))
            )
            place = find(kept, grams.keys)
            view = View(size, places, index, group, place, self.sample)
            self._last = roles = find_roles(view, self._last)
            counts = grams.tallies.weighed
            contexts, entries, longer = (
                Shares(place[groups], counts[groups])
                for groups in (roles.contexts, roles.entries, roles.longer)
            )
            self.rows.append(
                Row(
                    contexts,
                    spread(grams.tallies.sources[roles.contexts]),
                    entries,
                    roles.owners,
                    longer,
                    roles.suffixes,
                    roles.ends,
                    roles.end_entries,
                    roles.before,
                    roles.before_contexts,
                )
            )

    def take_rows(self) -> Iterator[Row]:
        """Yield the rows, which take much memory: nothing else holds them from then on."""
        rows, self.rows, self._last = self.rows[::-1], [], None
        while rows:
            yield rows.pop()


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
