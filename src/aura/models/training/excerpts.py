"""From the studies of blocks to chains and excerpts, by the nodes of the trie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from aura.models.training import study
from aura.models.training.deleted_estimation import Chains, Excerpt, Shares
from aura.models.training.study import BlockStudy
from aura.models.training.text import BLOCKS, Flags, Ints, Longs


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
class _Parts:
    """Shares of one role, block by block and length by length; each list holds parts of one array."""

    nodes: list[Ints] = field(default_factory=list)
    blocks: list[Ints] = field(default_factory=list)
    counts: list[Longs] = field(default_factory=list)
    spreads: list[Ints] = field(default_factory=list)
    links: list[Ints] = field(default_factory=list)
    size: int = 0

    def add(self, shares: Shares, links: Ints, kept: Flags) -> Ints:
        """Add those that are kept; returns for each its index in all, or -1."""
        number = np.where(kept, self.size + np.cumsum(kept, dtype=np.int32) - np.int32(1), np.int32(-1))
        self.nodes.append(shares.nodes[kept])
        self.blocks.append(shares.blocks[kept].astype(np.uint8))
        self.counts.append(shares.counts[kept])
        self.spreads.append(shares.spreads[kept])
        self.links.append(links[kept])
        self.size += len(self.nodes[-1])
        return number

    def take(self) -> Shares:
        """All shares, which take much memory: their parts are dropped."""
        return Shares(*map(_joined, (self.nodes, self.blocks, self.counts, self.spreads)))

    def take_links(self) -> Ints:
        """All links; their parts are dropped."""
        return _joined(self.links)


def _joined(parts: list[Ints]) -> Ints:
    """The numbers of all parts; the list is emptied."""
    whole: Ints = np.concatenate(parts)
    parts.clear()
    return whole


def excerpt(blocks: Sequence[Block], nodes: Sequence[Ints]) -> tuple[Chains, Excerpt]:
    """The chains of the samples of all blocks, in order, and the shares that they need.

    Args:
        blocks: what was found in them; the rows of their studies are taken.
        nodes: for each length, the nodes of the n-grams that the studies name; -1 for those that are dropped.
    """
    contexts, entries, longer = _Parts(), _Parts(), _Parts()
    chains = [_block(block, nodes, contexts, entries, longer) for block in blocks]
    all_entries = entries.take()
    keys = all_entries.nodes.astype(np.int64) * BLOCKS + all_entries.blocks
    order = np.argsort(keys)
    index = np.empty(len(order) + 1, np.int32)
    index[order] = np.arange(len(order), dtype=np.int32)
    index[-1] = -1
    rows = [np.concatenate(row, axis=-1) for row in zip(*chains, strict=True)]
    chain_nodes, chain_contexts, targets, chain_entries, numbers = rows
    return (
        Chains(chain_nodes, chain_contexts, targets, index[chain_entries], numbers),
        Excerpt(
            contexts.take(),
            all_entries.select(order),
            longer.take(),
            entries.take_links()[order],
            index[longer.take_links()],
            keys[order],
        ),
    )


def _block(
    block: Block, nodes: Sequence[Ints], contexts: _Parts, entries: _Parts, longer: _Parts
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """The chains of the sample of a block; its shares are added to the others."""
    size = len(block.study.sample)
    chains = np.full((4, len(nodes), size), -1, np.int32)
    root = Shares(
        np.zeros(1, np.int32), _all(block.number, 1), np.array([block.count]), _all(block.spread, 1)
    )
    of_context = contexts.add(root, _all(0, 1), np.ones(1, np.bool_))
    of_entry = np.full(0, -1, np.int32)
    chains[0, 0], chains[1, 0] = 0, of_context[0]
    for order, (row, node) in enumerate(zip(block.study.take_rows(), nodes, strict=False)):

        def of(shares: study.Shares, node: Ints = node) -> Shares:
            return Shares(
                node[shares.places], _all(block.number, len(shares.places)), shares.counts, shares.spreads
            )

        owners = of_context[row.owners]
        found = of(row.entries)
        entry = entries.add(found, owners, (found.nodes >= 0) & (owners >= 0))
        suffixes = _of(of_entry, row.suffixes)
        found = of(row.longer)
        longer.add(found, suffixes, (found.nodes >= 0) & (suffixes >= 0))
        found = of(row.contexts)
        of_context, of_entry = contexts.add(found, _all(0, len(found)), found.nodes >= 0), entry
        chains[2, order], chains[3, order] = _of(node, row.ends), _of(entry, row.end_entries)
        if order + 1 < len(nodes):
            chains[0, order + 1] = _of(node, row.before)
            chains[1, order + 1] = _of(of_context, row.before_contexts)
    return chains[0], chains[1], chains[2], chains[3], _all(block.number, size)


def _of(values: Ints, places: Ints) -> Ints:
    """The values at some places; -1 for -1."""
    return np.append(values, np.int32(-1))[places]


def _all(value: int, size: int) -> Ints:
    return np.full(size, value, np.int32)
