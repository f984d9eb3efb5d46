"""What training takes from a text: counts from all of it, and whatever else is learned from its blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.counting import Counting
from aura.models.training.deleted_estimation import Chains, Excerpt
from aura.models.training.excerpts import Block, excerpt
from aura.models.training.extent import Extent
from aura.models.training.ngrams import CountedText
from aura.models.training.text import BEGIN, BLOCKS, WHOLE, Flags, Longs, Text
from aura.models.training.trie import Trie, link

SAMPLE: Final = 200_000
"""Symbols of the sample."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of a text.

    Attributes:
        trie: its n-grams.
        text: its blocks.
        own: which of their messages are not background.
        sampled: the places of the sample among the symbols of the blocks, BEGINs left out.
        sample: the text of the sample, BEGINs included.
        chains: of the sample.
        shares: that the chains need.
        scale: how many times the sample the whole text has of symbols that are not background.
        minimum: contexts that occur less often are not extended.
    """

    trie: Trie
    text: Text
    own: Flags
    sampled: Longs
    sample: Text
    chains: Chains
    shares: Excerpt
    scale: float
    minimum: int


def gather(source: CountedText, extent: Extent, most: int, progress: Callable[[float], None]) -> Statistics:
    """Count the n-grams of a text, at most so many, and look at its blocks."""
    text = source.blocks()
    own = text.weights[text.starts[:-1]] == WHOLE
    with_begins = sample_places(text, own)
    sampled = with_begins[text.symbols[with_begins] != BEGIN]
    first = np.searchsorted(text.blocks, np.arange(BLOCKS + 1))
    cuts = np.searchsorted(sampled, first)
    samples = [sampled[slice(*cuts[block : block + 2])] - first[block] for block in range(BLOCKS)]
    size = source.size
    counted = Counting(source, extent, most, samples, progress).count()
    trie, nodes = link(counted.levels, size.weight, size.sources, counted.least)
    named = [
        np.append(node, np.int32(-1))[places] for node, places in zip(nodes, counted.places, strict=False)
    ]
    weights = np.bincount(text.blocks, text.weights, BLOCKS)
    blocks = [
        Block(
            number,
            int(weights[number]),
            len(np.unique(text.sources[slice(*first[number : number + 2])])),
            study,
        )
        for number, study in counted.studies.items()
    ]
    chains, shares = excerpt(blocks, named)
    background = (size.symbols * WHOLE - size.weight) // (WHOLE - 1)
    return Statistics(
        trie=trie,
        text=text,
        own=own,
        sampled=sampled,
        sample=text.select(with_begins),
        chains=chains,
        shares=shares,
        scale=(size.symbols - background) / len(with_begins),
        minimum=max(extent.minimum, counted.least),
    )


def sample_places(text: Text, own: Flags) -> Longs:
    """Places of about as many symbols as are needed, spread over the text that is not background.

    They are those of whole messages, but of a message longer than the sample they are the first ones.
    """
    lengths = np.diff(text.starts)
    share = SAMPLE / lengths[own].sum()
    number = np.arange(len(lengths), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    places = text.places(own & ((number >> np.uint64(32)) < share * 2.0**32))
    return places[places - text.starts[text.messages[places]] < SAMPLE]
