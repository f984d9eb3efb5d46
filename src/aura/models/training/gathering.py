"""What training takes from a text: counts from all of it, and whatever else is learned from its blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training import allocator
from aura.models.training.counting import Counting
from aura.models.training.counts import Earlier, Totals, together
from aura.models.training.counts_file import pack_levels
from aura.models.training.deleted_estimation import Chains, Excerpt
from aura.models.training.excerpts import Block, excerpt
from aura.models.training.extent import Extent, least_of
from aura.models.training.lookup import look_up
from aura.models.training.ngrams import CountedText
from aura.models.training.text import BEGIN, BLOCKS, WHOLE, Flags, Ints, Longs, Text
from aura.models.training.trie import Trie, link

SAMPLE: Final = 200_000
"""Symbols of the sample."""


@dataclass(slots=True)
class Statistics:
    """What is known of a text.

    Attributes:
        trie: its n-grams.
        text: its blocks; None once they are taken.
        own: which of their messages are not background.
        sampled: the places of the sample among the symbols of the blocks, BEGINs left out.
        sample: the text of the sample, BEGINs included.
        chains: of the sample.
        shares: that the chains need; None once they are taken.
        scale: how many times the sample the whole text has of symbols that are not background.
        minimum: contexts that occur less often are not extended.
        totals: of the text, and of what was learned earlier.
        packed: the n-grams for a file of counts; None if there will be none.
        earlier: what was learned from earlier messages, if anything.
    """

    trie: Trie
    text: Text | None
    own: Flags
    sampled: Longs
    sample: Text
    chains: Chains
    shares: Excerpt | None
    scale: float
    minimum: float
    totals: Totals
    packed: list[bytes] | None
    earlier: Earlier | None

    def take_text(self) -> Text:
        """The text of the blocks, which takes much memory: nothing else holds it from now on."""
        text, self.text = self.text, None
        if text is None:
            raise ValueError("the text was taken before")
        return text

    def take_shares(self) -> Excerpt:
        """The shares, which take much memory as well."""
        shares, self.shares = self.shares, None
        if shares is None:
            raise ValueError("the shares were taken before")
        return shares


@dataclass(frozen=True, slots=True)
class Continuing:
    """How counting goes on from earlier messages, and is gone on from.

    Attributes:
        earlier: what was learned from them, if anything, aged.
        recorded: whether the counts are to be kept.
    """

    earlier: Earlier | None = None
    recorded: bool = False


_ALONE: Final = Continuing()


def gather(
    source: CountedText,
    extent: Extent,
    most: int,
    progress: Callable[[float], None],
    continuing: Continuing = _ALONE,
) -> Statistics:
    """Count the n-grams of a text, at most so many, and look at its blocks."""
    text = source.blocks()
    own = text.weights[text.starts[:-1]] == WHOLE
    with_begins = sample_places(text, own)
    sampled = with_begins[text.symbols[with_begins] != BEGIN]
    first = np.searchsorted(text.blocks, np.arange(BLOCKS + 1))
    cuts = np.searchsorted(sampled, first)
    samples = [sampled[slice(*cuts[block : block + 2])] - first[block] for block in range(BLOCKS)]
    weights = np.bincount(text.blocks, text.weights, BLOCKS)
    spreads = [len(np.unique(text.sources[slice(*first[block : block + 2])])) for block in range(BLOCKS)]
    sample = text.select(with_begins)
    del text  # it takes much memory
    size = source.size
    counted = Counting(source, extent, most, samples, progress).count()
    allocator.give_back()
    background = (size.symbols * WHOLE - size.weight) // (WHOLE - 1)
    totals = Totals(
        weight=size.weight,
        own_weight=(size.symbols - background) * WHOLE,
        sources=size.sources,
        least=counted.least,
        lightest=max(extent.minimum, least_of(1, counted.least)) * WHOLE,
        order=extent.order,
        min_sources=extent.sources,
    )
    levels, places = counted.levels, counted.places
    earlier = continuing.earlier
    if earlier is not None:
        both = together(earlier, levels, totals, most)
        levels, totals = both.levels, both.totals
        places = [_of(new, old) for new, old in zip(both.places, places, strict=False)]
    packed = pack_levels(levels) if continuing.recorded else None
    trie, nodes = link(levels, totals.weight, totals.sources, totals.least)
    named = [_of(node, own) for node, own in zip(nodes, places, strict=False)]
    blocks = [
        Block(number, int(weights[number]), spreads[number], study)
        for number, study in counted.studies.items()
    ]
    del counted, places, nodes  # they take much memory
    chains, shares = excerpt(blocks, named)
    del named, blocks
    allocator.give_back()
    if earlier is not None:
        chains, shares = look_up(chains, shares, trie, sample)
    return Statistics(
        trie=trie,
        text=source.blocks(),
        own=own,
        sampled=sampled,
        sample=sample,
        chains=chains,
        shares=shares,
        scale=totals.own_weight / WHOLE / len(with_begins),
        minimum=totals.lightest / WHOLE,
        totals=totals,
        packed=packed,
        earlier=earlier,
    )


def _of(values: Ints, places: Ints) -> Ints:
    """The values at some places; -1 for -1."""
    return np.append(values, np.int32(-1))[places]


def sample_places(text: Text, own: Flags) -> Longs:
    """Places of about as many symbols as are needed, spread over the text that is not background.

    They are those of whole messages, but of a message longer than the sample they are the first ones.
    """
    lengths = np.diff(text.starts)
    share = SAMPLE / lengths[own].sum()
    number = np.arange(len(lengths), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    places = text.places(own & ((number >> np.uint64(32)) < share * 2.0**32))
    return places[places - text.starts[text.messages[places]] < SAMPLE]
