"""Units: the literals of BRIO version 2, namely bytes and phrases.

The phrases are a static dictionary, as Brotli has one (RFC 7932, section 8). Here they are literals rather than
distances: an entropy coder gives each its own price, and they share contexts with bytes.

UNI-1: There are ``UNITS`` units: the 256 bytes, and after them ``PHRASES`` phrases of two to ``MAX_UNIT`` bytes.
``units.json`` is an object of JSON in ASCII. Its ``phrases`` is a list of the phrases in order, texts of ASCII
characters of which each is a byte.

UNI-2: A unit is coded as one of ``SYMBOLS`` symbols and some extra bits. Symbols 0 to 255 are the bytes. The
phrases come in tiers: tier k holds ``BUCKETS`` buckets of 2^k phrases, in order. Each bucket is a symbol; k extra
bits tell which of its phrases is meant::

    unit(symbol, extra)
        if symbol < 256: return symbol
        k = (symbol - 256) div BUCKETS
        bucket = (symbol - 256) mod BUCKETS
        return 256 + BUCKETS · (2^k - 1) + bucket · 2^k + extra

UNI-3: ``units.json`` also holds the codes with which tables begin (rule ADA-1), and the contexts of units.
``codes`` is an object with a list of tables for each of ``literal_runs``, ``distances``, ``lengths`` and ``units``,
one a context of rule BII-5, in order: one for literal runs, two for distances, eight for lengths, ``UNIT_CONTEXTS``
for units. A table is a text of two hexadecimal digits a code, one code a symbol: ``brio2.NUMBERS`` codes for
literal runs and lengths, ``brio2.DISTANCES`` for distances, ``SYMBOLS`` for units. ``contexts`` is a text of a
hexadecimal digit for each symbol of a unit: the context in which the symbol after it is coded.

``models/units.py`` learned the phrases and contexts from documents, and from messages of the kinds for which AURA
is made. With this version of the container they never change.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Final

TIERS: Final = 10
BUCKETS: Final = 16
PHRASES: Final = BUCKETS * ((1 << TIERS) - 1)
UNITS: Final = 256 + PHRASES
SYMBOLS: Final = 256 + BUCKETS * TIERS
MAX_UNIT: Final = 8
UNIT_CONTEXTS: Final = 16


def _load() -> tuple[tuple[bytes, ...], dict[str, tuple[bytes, ...]], tuple[int, ...]]:
    text = resources.files("aura_spec").joinpath("units.json").read_text(encoding="ascii")
    content = json.loads(text)
    phrases = tuple(phrase.encode("ascii") for phrase in content["phrases"])
    codes = {name: tuple(map(bytes.fromhex, tables)) for name, tables in content["codes"].items()}
    return phrases, codes, tuple(int(digit, 16) for digit in content["contexts"])


_PHRASES, CODES, CONTEXT_AFTER = _load()
"""``CODES``: for each kind of symbol the codes of its tables, one table a context.
``CONTEXT_AFTER``: for each symbol of a unit the context of the next (rule UNI-3)."""

UNIT_BYTES: Final[tuple[bytes, ...]] = (*(bytes((byte,)) for byte in range(256)), *_PHRASES)
"""The bytes of each unit (rule UNI-1)."""


def symbol_of(unit: int) -> tuple[int, int, int]:
    """Symbol, extra bits and how many of them (rule UNI-2).

    >>> symbol_of(97), symbol_of(256 + 15), symbol_of(256 + 16), symbol_of(256 + 19)
    ((97, 0, 0), (271, 0, 0), (272, 0, 1), (273, 1, 1))
    """
    if unit < 256:
        return unit, 0, 0
    tier = ((unit - 256) // BUCKETS + 1).bit_length() - 1
    bucket, extra = divmod(unit - first_of(256 + BUCKETS * tier), 1 << tier)
    return 256 + BUCKETS * tier + bucket, extra, tier


def first_of(symbol: int) -> int:
    """The first unit of a symbol (rule UNI-2).

    >>> first_of(97), first_of(271), first_of(273), first_of(288)
    (97, 271, 274, 304)
    """
    if symbol < 256:
        return symbol
    tier, bucket = divmod(symbol - 256, BUCKETS)
    return 256 + BUCKETS * ((1 << tier) - 1) + (bucket << tier)


def extra_bits(symbol: int) -> int:
    """How many extra bits follow a symbol (rule UNI-2)."""
    return 0 if symbol < 256 else (symbol - 256) // BUCKETS
