"""The parse of BRIO version 2, many positions at a time (rules PAR-1 to PAR-6).

In the order of work, and in the words of zstd:

``match_finder``       the candidates of each position: what stands there, and stood before
``static_dictionary``  the phrases of each position, by a perfect hash
``cost_model``         what units and matches cost; learned from the parse before, if there was one
``optimal_parser``     the cheapest option at each position, block by block from behind
``walk``               the options that a message takes, from its beginning
``cut``                what a parse gives: units and matches
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura_fast.parse.cost_model import PositionPrices, first_prices, learn, spread
from aura_fast.parse.cut import Cut, Recent, recent_after
from aura_fast.parse.match_finder import Candidates, Words, eights, find_candidates
from aura_fast.parse.optimal_parser import Choices, judge
from aura_fast.parse.static_dictionary import units_at
from aura_fast.parse.walk import follow
from aura_spec import parse as spec

__all__ = ["Cut", "parse"]

_PIECE: Final = 1 << 15
"""Bytes that are judged at a time; a multiple of ``BLOCK``. It bounds the memory for prices."""


def parse(data: bytes, level: int, begin: int = 0) -> Cut:
    """Cut what follows ``begin``, of which matches may begin before it (rule CHK-4)."""
    if begin == len(data):
        return Cut(np.zeros(0, np.int16), [], [], [])
    words = eights(data)
    candidates = find_candidates(words, len(data), spec.SEARCH_LENGTHS[level])
    text = _Begun(data, words, begin)
    cut = _cut(text, candidates[::3] if level else candidates, spread(first_prices(), len(data)), None)
    for _ in range(spec.TIMES if level else 0):
        cut = _cut(text, candidates, spread(learn(cut), len(data)), recent_after(cut, begin))
    return cut


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is cut, from ``begin`` on, with its words as :func:`eights` gives them."""

    data: bytes
    words: Words
    begin: int


def _cut(text: _Begun, candidates: list[Candidates], prices: PositionPrices, recent: Recent | None) -> Cut:
    """Judge all positions from where the text begins, and walk."""
    data, begin = text.data, text.begin
    choices = Choices.empty(len(data) - begin)
    # shorter pieces beside a window, which takes memory as well
    step = _PIECE // 2 if begin else _PIECE
    for start in range(begin, len(data), step):
        stop = min(start + step, len(data))
        piece = judge(text.words, start, stop, candidates=candidates, prices=prices, recent=recent)
        choices.put(start - begin, piece)
    path = follow(data, begin, choices)
    units = units_at(text.words, begin + np.array(path.places, np.int64), np.frombuffer(path.sizes, np.uint8))
    return Cut(units, path.literal_runs, path.lengths, path.distances)
