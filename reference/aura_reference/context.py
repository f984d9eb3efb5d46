"""Coding a symbol in its context (rules AUR-2 to AUR-4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aura_spec.context_model import ESCAPES, FREQUENCIES, ROOT, TOTAL_OF_ONE, ContextModel
from aura_spec.errors import Malformed


class Coder(Protocol):
    """Makes choices: an encoder because it knows the next symbol, a decoder because it reads them."""

    def choose(self, symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """Code which of ``symbols`` comes next, and give its place.

        One frequency more than symbols means that the last option is any other symbol; its place
        is the number of symbols.
        """


def frequencies_of(model: ContextModel, context: int) -> list[int]:
    """The frequencies of a list's entries and, except at the root, of the escape (rules CTX-4 to CTX-6)."""
    start, end = model.starts[context], model.starts[context + 1]
    escape = model.escapes[context]
    if end - start == 1:
        return [TOTAL_OF_ONE - ESCAPES[escape], ESCAPES[escape]]
    frequencies = [FREQUENCIES[code] for code in model.codes[start:end]]
    if context != ROOT:
        frequencies.append(FREQUENCIES[escape])
    return frequencies


def find(model: ContextModel, context: int, symbol: int) -> int | None:
    """The entry for ``symbol`` in the list of ``context``, if it has one."""
    start, end = model.starts[context], model.starts[context + 1]
    symbols = model.symbols[start:end]
    return start + symbols.index(symbol) if symbol in symbols else None


def find_deepest(model: ContextModel, context: int, symbol: int) -> int:
    """The entry for ``symbol`` in the first context that has one, along the suffixes (rule AUR-5)."""
    while (entry := find(model, context, symbol)) is None:
        context = model.suffixes[context]
    return entry


def code(model: ContextModel, context: int, excluded: set[int], coder: Coder) -> int:
    """Code a symbol that is not in ``excluded``, and give its entry (rules AUR-2 to AUR-4).

    ``excluded`` grows by the symbols of the lists that were left by an escape.

    Raises:
        Malformed: no symbol remains.
    """
    while True:
        start, end = model.starts[context], model.starts[context + 1]
        symbols = model.symbols[start:end]
        frequencies = frequencies_of(model, context)
        if not excluded:
            place = coder.choose(symbols, frequencies)
            if place < len(symbols):
                return start + place
        else:
            places = [place for place, symbol in enumerate(symbols) if symbol not in excluded]
            if places:
                options = [symbols[place] for place in places]
                remaining = [frequencies[place] for place in places] + frequencies[len(symbols) :]
                place = coder.choose(options, remaining)
                if place < len(places):
                    return start + places[place]
            elif context == ROOT:
                raise Malformed("the string excludes all symbols", 0, "string")
        excluded.update(symbols)  # rule AUR-3; without effect after a list that rule AUR-4 passed over
        context = model.suffixes[context]


def order_of(model: ContextModel, context: int) -> int:
    """The order of a context: 0 for the root, else one more than its suffix's."""
    order = 0
    while context != ROOT:
        context = model.suffixes[context]
        order += 1
    return order
