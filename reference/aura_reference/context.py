"""Coding a symbol in its context (rules AUR-2 to AUR-4, RUN-4 and RUN-5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aura_spec import char_runs, context_model
from aura_spec.context_model import CharRunList, ContextModel
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
        return [context_model.TOTAL_OF_ONE - context_model.ESCAPES[escape], context_model.ESCAPES[escape]]
    frequencies = [context_model.FREQUENCIES[code] for code in model.codes[start:end]]
    if context != context_model.ROOT:
        frequencies.append(context_model.FREQUENCIES[escape])
    return frequencies


def find(model: ContextModel, context: int, symbol: int) -> int | None:
    """The entry for ``symbol`` in the list of ``context``, if it has one."""
    start, end = model.starts[context], model.starts[context + 1]
    symbols = model.symbols[start:end]
    return start + symbols.index(symbol) if symbol in symbols else None


def find_deepest(model: ContextModel, context: int, symbol: int) -> int:
    """The entry for ``symbol`` in the first context that has one, along the suffixes (rule AUR-2)."""
    while (entry := find(model, context, symbol)) is None:
        context = model.suffixes[context]
    return entry


def code(model: ContextModel, context: int, char_run: int, excluded: set[int], coder: Coder) -> int:
    """Code a symbol that is not in ``excluded``, and give its entry (rules AUR-2 to AUR-4).

    ``excluded`` grows by the symbols of the lists that were left by an escape. ``char_run`` is the state of the
    character run.

    Raises:
        Malformed: no symbol remains.
    """
    while True:
        if char_run in model.char_runs and order_of(model, context) <= model.char_runs[char_run].order:
            return _code_in_char_run(model, context, model.char_runs[char_run], excluded, coder)
        start, end = model.starts[context], model.starts[context + 1]
        symbols = model.symbols[start:end]
        symbol = _code_in_list(symbols, frequencies_of(model, context), excluded, coder)
        if symbol is not None:
            return start + symbols.index(symbol)
        if context == context_model.ROOT:
            raise Malformed("the string excludes all symbols", 0, "string")
        excluded.update(symbols)  # rule AUR-3; without effect after a list that rule AUR-4 passed over
        context = model.suffixes[context]


def _code_in_char_run(
    model: ContextModel, context: int, instead: CharRunList, excluded: set[int], coder: Coder
) -> int:
    """Code a symbol while a list stands in for ``context`` (rules RUN-4 and RUN-5)."""
    frequencies = [context_model.FREQUENCIES[code] for code in (*instead.codes, instead.escape)]
    symbol = _code_in_list(instead.symbols, frequencies, excluded, coder)
    if symbol is not None:
        return find_deepest(model, context, symbol)
    excluded.update(instead.symbols)
    entry = code(model, context_model.ROOT, char_runs.NO_RUN, excluded, coder)
    return find_deepest(model, context, model.symbols[entry])


def _code_in_list(
    symbols: Sequence[int], frequencies: Sequence[int], excluded: set[int], coder: Coder
) -> int | None:
    """Code a symbol of a list that is not excluded, or the escape: None. Codes nothing if none remains."""
    places = [place for place, symbol in enumerate(symbols) if symbol not in excluded]
    if not places:
        return None
    options = [symbols[place] for place in places]
    remaining = [frequencies[place] for place in places] + list(frequencies[len(symbols) :])
    place = coder.choose(options, remaining)
    return options[place] if place < len(options) else None


def order_of(model: ContextModel, context: int) -> int:
    """The order of a context: 0 for the root, else one more than its suffix's."""
    order = 0
    while context != context_model.ROOT:
        context = model.suffixes[context]
        order += 1
    return order
