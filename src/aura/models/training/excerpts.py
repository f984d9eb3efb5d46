"""From the studies of blocks to chains and excerpts, by the nodes of the trie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from aura.models.training import allocator
from aura.models.training.deleted_estimation import Chains, Contexts, Excerpt
from aura.models.training.study import BlockStudy
from aura.models.training.text import BLOCKS, Flags, Ints, Longs, Numbers


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the text.

    Attributes:
        number: of the block.
        count: the weight of its symbols.
        spread: the number of its sources.
        study: what its sample needs.
    """

    number: int
    count: int
    spread: int
    study: BlockStudy


@dataclass(slots=True)
class _Found:
    """N-grams of one role, block by block and length by length, in arrays that have room for all.

    Attributes:
        nodes: of each, its n-gram.
        counts: how often it occurs in its block, as in the trie.
        links: of each, what it belongs to.
        size: how many there are.
    """

    nodes: Ints
    counts: Longs
    links: Ints
    size: int = 0

    @staticmethod
    def of_room(room: int) -> _Found:
        """Nothing yet, where there will be so many at most."""
        return _Found(np.empty(room, np.int32), np.empty(room, np.int64), np.empty(room, np.int32))

    def add(self, nodes: Ints, counts: Longs, links: Ints, kept: Flags) -> Ints:
        """Add those that are kept; returns for each its index in all, or -1."""
        number = np.where(kept, self.size + np.cumsum(kept, dtype=np.int32) - np.int32(1), np.int32(-1))
        start, self.size = self.size, self.size + int(np.count_nonzero(kept))
        here = slice(start, self.size)
        self.nodes[here], self.counts[here], self.links[here] = nodes[kept], counts[kept], links[kept]
        return number


@dataclass(slots=True)
class _Excerpts:
    """What was found in the blocks so far; see :class:`aura.models.training.deleted_estimation.Excerpt`.

    Attributes:
        contexts, entries, longer: n-grams by their role; contexts belong to nothing, entries to contexts, and
            longer ones to entries.
        entry_blocks: of each entry, its block.
        spreads: of each context, in about how many sources of the block it occurs.
        chains: the attributes of :class:`aura.models.training.deleted_estimation.Chains` but for the blocks.
    """

    contexts: _Found
    entries: _Found
    longer: _Found
    entry_blocks: Numbers
    spreads: Ints
    chains: Ints

    @staticmethod
    def of_room(blocks: Sequence[Block], lengths: int) -> _Excerpts:
        """Nothing yet, with room for all that is in some blocks."""
        rows = [row for block in blocks for row in block.study.rows]
        contexts = len(blocks) + sum(len(row.contexts) for row in rows)
        entries = sum(len(row.entries) for row in rows)
        sampled = sum(len(block.study.sample) for block in blocks)
        return _Excerpts(
            _Found.of_room(contexts),
            _Found.of_room(entries),
            _Found.of_room(sum(len(row.longer) for row in rows)),
            np.empty(entries, np.uint8),
            np.empty(contexts, np.int32),
            np.full((4, lengths, sampled), -1, np.int32),
        )

    def add(self, block: Block, nodes: Sequence[Ints], first: int) -> None:
        """Add a block whose sample begins at that column; the rows of its study are taken."""
        chains = self.chains[:, :, first : first + len(block.study.sample)]
        root, one = np.zeros(1, np.int32), np.ones(1, np.bool_)
        of_context = self._add_contexts(root, np.array([block.count]), np.array([block.spread]), one)
        of_entry = np.full(0, -1, np.int32)
        chains[0, 0], chains[1, 0] = 0, of_context[0]
        for order, (row, node) in enumerate(zip(block.study.take_rows(), nodes, strict=False)):
            found, owners, start = node[row.entries.places], of_context[row.owners], self.entries.size
            entry = self.entries.add(found, row.entries.counts, owners, (found >= 0) & (owners >= 0))
            self.entry_blocks[start : self.entries.size] = block.number
            found, suffixes = node[row.longer.places], _of(of_entry, row.suffixes)
            self.longer.add(found, row.longer.counts, suffixes, (found >= 0) & (suffixes >= 0))
            found = node[row.contexts.places]
            of_context = self._add_contexts(found, row.contexts.counts, row.spreads, found >= 0)
            of_entry = entry
            chains[2, order], chains[3, order] = _of(node, row.ends), _of(entry, row.end_entries)
            if order + 1 < len(nodes):
                chains[0, order + 1] = _of(node, row.before)
                chains[1, order + 1] = _of(of_context, row.before_contexts)

    def _add_contexts(self, nodes: Ints, counts: Longs, spreads: Ints, kept: Flags) -> Ints:
        start = self.contexts.size
        number = self.contexts.add(nodes, counts, np.zeros(len(nodes), np.int32), kept)
        self.spreads[start : self.contexts.size] = spreads[kept]
        return number


def excerpt(blocks: Sequence[Block], nodes: Sequence[Ints]) -> tuple[Chains, Excerpt]:
    """The chains of the samples of all blocks, in order, and the shares that they need.

    Args:
        blocks: what was found in them; the rows of their studies are taken.
        nodes: for each length, the nodes of the n-grams that the studies name; -1 for those that are dropped.
    """
    found = _Excerpts.of_room(blocks, len(nodes))
    sizes = [len(block.study.sample) for block in blocks]
    for block, end in zip(blocks, accumulate(sizes), strict=True):
        found.add(block, nodes, end - len(block.study.sample))
        allocator.give_back()  # what threads found is nothing that others could use
    contexts, entries, longer = found.contexts, found.entries, found.longer
    chain_nodes, chain_contexts, targets, chain_entries = found.chains
    keys = entries.nodes[: entries.size].astype(np.int64)
    keys *= BLOCKS
    keys += found.entry_blocks[: entries.size]
    order = np.argsort(keys)
    index = np.empty(len(order) + 1, np.int32)
    index[order] = np.arange(len(order), dtype=np.int32)
    index[-1] = -1
    for row in chain_entries:
        row[:] = index[row]
    numbers = np.repeat([np.int32(block.number) for block in blocks], sizes)
    return (
        Chains(chain_nodes, chain_contexts, targets, chain_entries, numbers),
        Excerpt(
            Contexts(*(part[: contexts.size] for part in (contexts.nodes, contexts.counts, found.spreads))),
            keys[order],
            entries.counts[order],
            entries.links[order],
            longer.nodes[: longer.size],
            longer.counts[: longer.size],
            index[longer.links[: longer.size]],
        ),
    )


def _of(values: Ints, places: Ints) -> Ints:
    """The values at some places; -1 for -1."""
    return np.append(values, np.int32(-1))[places]
