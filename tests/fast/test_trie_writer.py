"""Tries: what the writer makes of lists in any order and of any length."""

from __future__ import annotations

import operator
from dataclasses import replace
from itertools import pairwise

from tests.models import EXHAUSTED, build, plain

from aura_fast import model as fast
from aura_fast import trie_writer
from aura_reference import model as reference
from aura_spec.context_model import SYMBOLS

TALK = [b"how are you", b"how are we", b"fine, and you?", b"fine, thanks", b"", b"\xff\x00\xff", b"how so"]


def test_lists_are_written_in_one_order_however_they_stand() -> None:
    """Rule CTX-7."""
    model = build(TALK, max_order=3)
    backwards = [place for first, stop in pairwise(model.starts) for place in reversed(range(first, stop))]
    turned = replace(
        model,
        symbols=[model.symbols[place] for place in backwards],
        codes=[model.codes[place] for place in backwards],
        following=[model.following[place] for place in backwards],
    )
    assert trie_writer.write(turned) == trie_writer.write(model)


def test_a_list_of_all_symbols_is_written() -> None:
    """Rule TRI-6: the count of such a list, 256 and one more, takes more than a byte."""
    data = fast.write(EXHAUSTED)
    assert plain(reference.read(data).context_model) == plain(fast.read(data).context_model)
    assert max(map(operator.sub, EXHAUSTED.starts[1:], EXHAUSTED.starts)) == SYMBOLS
    assert plain(fast.read(data).context_model) == plain(EXHAUSTED)


def test_levels_are_those_of_the_file() -> None:
    levels = list(trie_writer.levels_of(build(TALK, max_order=3)))
    assert len(levels) == 4
    assert len(levels[0].symbols) == SYMBOLS
