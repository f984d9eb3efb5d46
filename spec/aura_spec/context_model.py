"""The context model: which byte follows which context.

This is a PPM model (prediction by partial matching, Cleary and Witten 1984) that does not adapt: contexts of
bounded order, each with the symbols that were seen after it, an escape to the next shorter context, and exclusion
of the symbols that an escape rules out. Training made its frequencies; a message changes nothing in them.

CTX-1: A model is a trie of contexts. A context stands for the last bytes of a message, or for all of them and the
start before them, which counts like a byte. The order of a context is their number. The root is the context of
order 0, and the start alone is always a context. If a context of order 2 or more is in the model, so is that
context without its last byte, and the list of the latter has that byte. Symbols are the byte values 0 to 255 and
``END``, the end of the message.

CTX-2: Each context has a list of one or more entries: different symbols that were seen after it. The list of the
root has all 257 symbols. The suffix of a context is the context without its first byte. The suffix's list contains
all symbols of the context's list. So the links to suffixes lead to the root, along lists that grow.

CTX-3: Each entry names the context in which coding continues after its symbol. After a byte, this is the longest
context of the model with which the entry's own context and the symbol end; it is also the longest with which the
message ends. After the end, it is the root.

CTX-4: Probabilities are six-bit codes. In a list of two or more entries, an entry with code c has the frequency
``FREQUENCIES[c]``, and so has the escape. The total is the sum of all.

CTX-5: In a list of one entry, the escape with code c has the frequency ``ESCAPES[c]`` of a total of 4096, and the
entry has the rest. The entry has no code; arrays of codes have 0 for it.

CTX-6: The root has no escape. So the options of a list have these frequencies, the escape last::

    frequencies(context)
        c = the code of the escape of context
        if the list has one entry
            return 4096 - ESCAPES[c], ESCAPES[c]
        f = FREQUENCIES[the code of the entry] for each entry, in order
        if context is not the root
            append FREQUENCIES[c] to f
        return f

CTX-7: Entries of a list stand in ascending order of their codes, so that the likeliest come first. Entries with
equal codes stand in the order of the suffix's list, and at the root in the order of their symbols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Final

END: Final = 256
"""The symbol that ends a message (rule CTX-1)."""

SYMBOLS: Final = 257
ROOT: Final = 0
CODES: Final = 64
TOTAL_OF_ONE: Final = 4096
MAX_ORDER: Final = 32


def _frequency(code: int) -> int:
    """8192 · 2^(-code/4), rounded down but at least 1, in integers: the fourth root of 8192^4 / 2^code."""
    return max(1, isqrt(isqrt(8192**4 >> code)))


FREQUENCIES: Final = tuple(_frequency(code) for code in range(CODES))
"""Rule CTX-4: 8192, 6888, 5792, … 1, each step a factor of 2^(-1/4)."""

ESCAPES: Final = tuple(
    # odds fall by a factor of 17/20 with each code, from 10 to 1
    max(1, TOTAL_OF_ONE * 10 * 17**code // (10 * 17**code + 20**code))
    for code in range(CODES)
)
"""Rule CTX-5: escape frequencies out of 4096 for lists of one entry; odds of 10·(17/20)^code to 1."""


@dataclass(frozen=True, slots=True)
class CharRunList:
    """A list that replaces those of contexts while a character run lasts (rules RUN-3 and RUN-4).

    Attributes:
        order: the greatest order of a context whose list is replaced, 0 to ``MAX_ORDER``.
        symbols: one for each entry, ascending, 0 to 256.
        codes: one for each entry, 0 to 63.
        escape: the code of the escape.
    """

    order: int
    symbols: Sequence[int]
    codes: Sequence[int]
    escape: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """A text that messages are likely to repeat (rules HIS-1 to HIS-4).

    Attributes:
        text: 1 to 2^20 bytes.
        hits: the table of ``prefix.HITS`` probabilities of a hit, 1 to 4095 of 4096.
    """

    text: bytes
    hits: Sequence[int]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ContextModel:
    """A context model as a decoder walks it.

    Contexts are numbered from 0, the root. The number of a context is greater than that of its suffix.

    Attributes:
        starts: for each context the place of its first entry; one more for the end of the last list.
        symbols: one for each entry, 0 to 256.
        codes: one for each entry, 0 to 63; in lists of one entry 0, and unused.
        following: for each entry, the context after its symbol; 0 for the end.
        suffixes: for each context, its suffix; 0 for the root.
        escapes: for each context, the code of its escape; 0 for the root.
        initial: the context at the start of a message.
        hits: the match model's table of ``match.HITS`` probabilities of a hit, 1 to 4095 of 4096.
        char_runs: for each state of a character run that has one, its list (rule RUN-3).
        prefix: which the match model looks into, or None.
    """

    starts: Sequence[int]
    symbols: Sequence[int]
    codes: Sequence[int]
    following: Sequence[int]
    suffixes: Sequence[int]
    escapes: Sequence[int]
    initial: int
    hits: Sequence[int]
    char_runs: Mapping[int, CharRunList] = field(default_factory=dict)
    prefix: Prefix | None = None
