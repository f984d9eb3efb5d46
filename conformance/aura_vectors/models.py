"""Context models that are small enough to see through."""

from __future__ import annotations

from typing import Final

from aura_spec import match
from aura_spec.context_model import END, ROOT, SYMBOLS, ContextModel

START: Final = 257
"""What stands before a message; only ever part of a context."""

Context = tuple[int, ...]

HIT_TABLE: Final = tuple(1 + index * (match.TOTAL - 2) // (match.HITS - 1) for index in range(match.HITS))
"""From the least probability to the largest."""


def assemble(
    codes: dict[Context, dict[int, int]], escapes: dict[Context, int], hits: tuple[int, ...] = HIT_TABLE
) -> ContextModel:
    """A model with these lists. Contexts are symbols, oldest first, ``START`` at most the first of them.

    The caller keeps rule CTX-2. Order, links and numbers follow from the contexts (rules CTX-3 and CTX-7).
    """
    contexts = sorted(codes, key=lambda context: (len(context), context))
    numbers = {context: number for number, context in enumerate(contexts)}
    starts, symbols, following = [0], list[int](), list[int]()
    ranks: dict[Context, dict[int, int]] = {}
    for context in contexts:
        rank = ranks[context[1:]] if context else {symbol: symbol for symbol in range(SYMBOLS)}
        listed = sorted(codes[context], key=lambda symbol: (codes[context][symbol], rank[symbol]))
        ranks[context] = {symbol: place for place, symbol in enumerate(listed)}
        symbols += listed
        starts.append(len(symbols))
        following += [
            ROOT if symbol == END else numbers[_longest((*context, symbol), numbers)] for symbol in listed
        ]
    return ContextModel(
        starts=starts,
        symbols=symbols,
        codes=[codes[context][symbol] for context in contexts for symbol in ranks[context]],
        following=following,
        suffixes=[numbers[context[1:]] for context in contexts],
        escapes=[escapes.get(context, 0) if context else 0 for context in contexts],
        initial=numbers[START,],
        hits=hits,
    )


def _longest(context: Context, numbers: dict[Context, int]) -> Context:
    """The longest suffix of ``context`` that has a list."""
    while context not in numbers:
        context = context[1:]
    return context


FLAT: Final = dict.fromkeys(range(SYMBOLS), 32)
"""A root's list in which every symbol has the frequency 32."""

A, B, C = b"abc"

HAND_MADE: Final = assemble(
    {
        (): {**FLAT, A: 4, B: 8, END: 12},
        (START,): {A: 2, B: 8, END: 12},
        (A,): {B: 4, C: 8, A: 12},
        (B,): {C: 0},
        (START, A): {B: 0},
        (A, B): {C: 0},
        (START, A, B): {C: 0},
    },
    {(START,): 16, (A,): 12, (B,): 10, (START, A): 20, (A, B): 30, (START, A, B): 63},
)
"""Lists of one entry and of several, orders 0 to 3."""

NEVER_ENDING: Final = assemble(
    {(): {**FLAT, A: 0, END: 63}, (START,): {A: 0}, (A,): {A: 0}}, {(START,): 63, (A,): 63}
)
"""Predicts one byte over and over, at 1/2839 of a bit each."""

EXHAUSTED: Final = assemble({(): FLAT, (START,): FLAT}, {(START,): 0})
"""An escape from its first context leaves no symbol; no message needs it."""

NO_CONTEXTS: Final = assemble({(): FLAT, (START,): {END: 0}}, {(START,): 0})
"""Has little to say: a byte costs its eight bits."""
