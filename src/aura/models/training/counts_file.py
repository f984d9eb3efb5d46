"""Files of counts, from which training goes on.

A file begins with ``AURC``, a version byte (1) and 16 bytes of BLAKE2b of what follows: the id of the model
(8 bytes); as varints how often it was continued, the totals and the number of levels; then, packed, the prefix and
the character runs; and the levels, as :func:`pack_levels` writes them. Nothing follows the last.

A file is not trusted. It is read no further than its sizes allow, no more is allocated than is there, and counts
that no text can have are refused: each n-gram must stand behind the one before, have its first and its last part
among the n-grams one shorter, and all that begin or end alike may not count more than what they have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from hashlib import blake2b
from typing import Final

import numpy as np

from aura.models.training.counts import Earlier, Totals
from aura.models.training.levels import Level
from aura.models.training.packed import MAX_VALUE, Reader, pack, varint, varints
from aura.models.training.tallies import find
from aura.models.training.text import ALPHABET, BEGIN, SHIFT, Ints, Longs
from aura_spec import prefix
from aura_spec.auralite import MODEL_ID_SIZE
from aura_spec.char_runs import STATES
from aura_spec.context_model import END, MAX_ORDER, SYMBOLS
from aura_spec.errors import ChecksumMismatch, LimitExceeded, Malformed, Unsupported

MAGIC: Final = b"AURC"
VERSION: Final = 1
MAX_LEVEL: Final = (1 << 28) - 1
"""N-grams of one length."""

DENSITY: Final = 8
"""N-grams in a byte of a packed column of first symbols, at most."""

_DIGEST: Final = 16
_MAX_SPREAD: Final = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class CountsFile:
    """What a file of counts holds.

    Attributes:
        model_id: of the model that was made of these counts.
        generation: how often it was continued; 0 if never.
        earlier: the counts.
    """

    model_id: str
    generation: int
    earlier: Earlier


def pack_levels(levels: Iterable[Level]) -> list[bytes]:
    """Levels as they stand in the file.

    Each is the number of its n-grams and the unit of their counts as varints, and four packed columns: by how much
    the place of the suffix in the level below is more than that of the n-gram before; first symbols; counts in
    units; and spreads. Counts and spreads are 0 where they are those of the suffix.
    """
    packed: list[bytes] = []
    below: Level | None = None
    for level in levels:
        unit = int(np.gcd.reduce(level.counts))
        steps: Longs = np.ediff1d(
            level.suffixes.astype(np.int64), to_begin=level.suffixes[:1].astype(np.int64)
        )
        counts, spreads = level.counts, level.spreads.astype(np.int64)
        if below is not None:
            counts = np.where(counts == below.counts[level.suffixes], 0, counts)
            spreads = np.where(spreads == below.spreads[level.suffixes], 0, spreads)
        packed += [
            varint(len(level)) + varint(unit),
            pack(varints(steps)),
            pack(varints(level.firsts.astype(np.int64)), least=-(-len(level) // DENSITY)),
            pack(varints(counts // unit)),
            pack(varints(spreads)),
        ]
        below = level
    return packed


@dataclass(frozen=True, slots=True)
class Record:
    """Counts that go into a file when their model is made.

    Attributes:
        totals: of the text.
        levels: the n-grams, packed.
        depth: the number of levels.
        char_runs: see :class:`aura.models.training.counts.Earlier`.
    """

    totals: Totals
    levels: list[bytes]
    depth: int
    char_runs: Longs

    def file(self, model_id: str, generation: int, past: bytes) -> bytes:
        """The file of the counts of that model, which has that prefix."""
        numbers = (generation, *astuple(self.totals), self.depth)
        body = b"".join(
            (
                bytes.fromhex(model_id),
                *map(varint, numbers),
                pack(past),
                pack(varints(self.char_runs.reshape(-1))),
                *self.levels,
            )
        )
        return MAGIC + bytes((VERSION,)) + blake2b(body, digest_size=_DIGEST).digest() + body


def read(data: bytes) -> CountsFile:
    """Read a file of counts; all of it is checked.

    Raises:
        DecodeError: it is damaged, hostile or of another version.
    """
    reader = Reader(data, 0)
    if reader.take(len(MAGIC), "magic") != MAGIC:
        raise Malformed("the file is no file of counts", 0, "magic")
    if reader.take(1, "version") != bytes((VERSION,)):
        raise Unsupported("the version is unknown", len(MAGIC), "version")
    digest = reader.take(_DIGEST, "digest")
    if digest != blake2b(memoryview(data)[reader.offset :], digest_size=_DIGEST).digest():
        raise ChecksumMismatch("the file is damaged", len(MAGIC) + 1, "digest")
    model_id = reader.take(MODEL_ID_SIZE, "model_id").hex()
    generation = reader.number("generation")
    totals = _totals(reader)
    depth = reader.number("levels", MAX_ORDER + 1)
    past = reader.packed(prefix.MAX_SIZE, "prefix")
    char_runs = reader.column(STATES * SYMBOLS, totals.weight, "char_runs").reshape(STATES, SYMBOLS)
    first = reader.offset

    def levels() -> Iterator[Level]:
        reader = Reader(data, first)
        yield from _levels(reader, depth, totals.weight)
        if reader.left:
            raise Malformed(f"{reader.left} bytes follow the last level", reader.offset, "levels")

    for _ in levels():
        pass
    return CountsFile(model_id, generation, Earlier(totals, levels, char_runs, past))


def _totals(reader: Reader) -> Totals:
    start = reader.offset
    totals = Totals(*(reader.number(field.name) for field in fields(Totals)))
    if totals.order > MAX_ORDER:
        raise LimitExceeded(f"contexts have at most {MAX_ORDER} symbols", start, "order")
    if not (totals.own_weight <= totals.weight and min(totals.least, totals.lightest, totals.order) >= 1):
        raise Malformed("no text has such totals", start, "totals")
    return totals


@dataclass(frozen=True, slots=True)
class _Linked:
    """A level, and of each n-gram the place of its context in the level below."""

    level: Level
    contexts: Longs


def _levels(reader: Reader, depth: int, weight: int) -> Iterator[Level]:
    below: _Linked | None = None
    for number in range(1, depth + 1):
        path = f"levels.{number}"
        start = reader.offset
        level = _level(reader, None if below is None else below.level, weight, path)
        if below is None:
            contexts = np.zeros(len(level), np.int64)
            totals = np.array([weight])
        else:
            contexts = _contexts(below, level)
            totals = below.level.counts
        if bool((contexts < 0).any()):
            raise Malformed("the context of an n-gram is missing", start, path)
        for part in (contexts, level.suffixes):
            if bool((np.bincount(part, level.counts, len(totals)) > totals).any()):
                raise Malformed("n-grams count more than what they have in common", start, path)
        below = _Linked(level, contexts)
        yield level


def _level(reader: Reader, below: Level | None, weight: int, path: str) -> Level:
    """Read a level whose n-grams ascend and end with those of the level below."""
    start = reader.offset
    most = ALPHABET if below is None else min(MAX_LEVEL, DENSITY * reader.left)
    count = reader.number(path, most)
    unit = reader.number(path)
    shorter = 1 if below is None else len(below)
    suffixes = np.cumsum(reader.column(count, shorter, path))
    firsts = reader.column(count, BEGIN, path)
    counts, spreads = reader.column(count, weight, path), reader.column(count, _MAX_SPREAD, path)
    if count and suffixes[-1] >= shorter:
        raise Malformed("an n-gram ends with none of the shorter ones", start, path)
    if bool((np.diff(suffixes << SHIFT | firsts, prepend=-1) <= 0).any()):
        raise Malformed("n-grams do not ascend", start, path)
    if int(counts.max(initial=0)) * unit > MAX_VALUE:
        raise LimitExceeded(f"an n-gram counts more than {MAX_VALUE}", start, path)
    counts *= unit
    if below is not None:
        if bool((firsts == END).any() or (below.firsts[suffixes] == BEGIN).any()):
            raise Malformed("an n-gram reaches into two messages", start, path)
        counts = np.where(counts == 0, below.counts[suffixes], counts)
        spreads = np.where(spreads == 0, below.spreads[suffixes], spreads)
    if not (count and unit and counts.all() and spreads.all()):
        raise Malformed("an n-gram that does not occur", start, path)
    return Level(suffixes.astype(np.int32), firsts.astype(np.int16), counts, spreads.astype(np.int32))


def _contexts(below: _Linked, level: Level) -> Longs:
    """Of each n-gram the place of the one without its last symbol in the level below, or -1."""
    wanted = below.contexts[level.suffixes].astype(np.uint64) << np.uint64(SHIFT)
    return find(_keys(below.level), wanted | level.firsts.astype(np.uint64))


def _keys(level: Level) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    suffixes: Ints = level.suffixes
    return suffixes.astype(np.uint64) << np.uint64(SHIFT) | level.firsts.astype(np.uint64)
