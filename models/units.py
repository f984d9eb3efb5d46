"""Learns the units of BRIO version 2 and the codes of its tables: ``python models/units.py STEP CORPORA``.

The step ``phrases`` finds phrases by byte pair encoding: words, numbers and marks that occur in messages of at
least three sources, for documents of three repositories, then the pair of neighbours that occurs most often made
one phrase, again and again. The step ``tables`` cuts long payloads, made of the messages, with the units as they
are, and from how often each unit and each symbol occurs puts the phrases in order, shares the contexts of units
out among symbols that the same symbols follow, and sets the codes; it is run three times, since the parse looks
at prices.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aura.files import atomic_write
from aura.files.corpus import read
from aura_fast.number import distance_symbols, number_symbols
from aura_fast.parse import Cut, parse
from aura_spec import brio2
from aura_spec.unit import (
    BUCKETS,
    MAX_UNIT,
    PHRASES,
    SYMBOLS,
    TIERS,
    UNIT_BYTES,
    UNIT_CONTEXTS,
    UNITS,
    symbol_of,
)

CORPORA = ("agent", "chat_llm", "json_api", "llm_api", "llm_stream", "tool_calls", "docs")
MIN_SOURCES = 3
MINIMUM_COUNT = 5
MOST_A_MESSAGE = 20
PAYLOAD = 1 << 14
PAYLOADS = 100
RAREST = 50
TARGET = Path(__file__).parent.parent / "spec" / "aura_spec" / "units.json"

_WORD = re.compile(rb" ?[A-Za-z]+|[0-9]+| ?[^A-Za-z0-9\s]+|\s+")

Codes = dict[str, list[str]]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def main() -> None:
    """Take a step, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("phrases", "tables"))
    parser.add_argument("corpora", type=Path)
    arguments = parser.parse_args()
    if arguments.step == "phrases":
        phrases, contexts, codes = list(pairs(*words(arguments.corpora))), "0" * SYMBOLS, flat()
    else:
        phrases, contexts, codes = tables(list(payloads(arguments.corpora)))
    content = {
        "phrases": [phrase.decode("ascii") for phrase in phrases],
        "contexts": contexts,
        "codes": codes,
    }
    atomic_write.write(TARGET, json.dumps(content, indent=0).encode() + b"\n")


def words(corpora: Path) -> tuple[list[list[bytes]], list[int]]:
    """Words that several sources use, as rows of bytes, and how often each occurs."""
    counts: Counter[bytes] = Counter()
    sources: defaultdict[bytes, set[str]] = defaultdict(set)
    for name in CORPORA:
        for message in read(corpora / f"{name}.train.jsonl.gz"):
            for word, count in Counter(_WORD.findall(message.data)).items():
                counts[word] += min(count, MOST_A_MESSAGE)
                if len(sources[word]) < MIN_SOURCES:
                    source = message.source.split(":")[0] if name == "docs" else message.source
                    sources[word].add(f"{name}/{source}")
    kept = [
        word
        for word, count in counts.items()
        if count >= MINIMUM_COUNT and len(sources[word]) == MIN_SOURCES and word.isascii() and 0 not in word
    ]
    return [[bytes((byte,)) for byte in word] for word in kept], [counts[word] for word in kept]


Pair = tuple[bytes, bytes]


def pairs(rows: list[list[bytes]], counts: Sequence[int]) -> Iterator[bytes]:
    """Phrases, each made of the pair of neighbours that occurs most often (byte pair encoding)."""
    often: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)
    for number, row in enumerate(rows):
        for pair in pairwise(row):
            often[pair] += counts[number]
            where[pair].add(number)
    found: set[bytes] = set()
    # entries whose count has changed since are passed over: there is another with the new one
    queue = [_entry(pair, count) for pair, count in often.items()]
    heapify(queue)
    while len(found) < PHRASES:
        count, _, pair = heappop(queue)
        if often[pair] != -count:
            continue
        phrase = b"".join(pair)
        if len(phrase) <= MAX_UNIT:
            if phrase not in found:
                yield phrase
            found.add(phrase)
            changed: Counter[Pair] = Counter()
            for number in where[pair]:
                joined = _joined(rows[number], pair)
                changed.subtract(
                    {old: counts[number] * times for old, times in Counter(pairwise(rows[number])).items()}
                )
                for new in pairwise(joined):
                    changed[new] += counts[number]
                    where[new].add(number)
                rows[number] = joined
            often.update(changed)
            for other in changed:
                heappush(queue, _entry(other, often[other]))
        del often[pair]


Entry = tuple[int, tuple[tuple[int, ...], ...], Pair]


def _entry(pair: Pair, count: int) -> Entry:
    """Sorts the most frequent pair to the front, of equals the one with the greatest bytes."""
    return -count, tuple((*(255 - byte for byte in part), 256) for part in pair), pair


def _joined(row: list[bytes], pair: Pair) -> list[bytes]:
    result: list[bytes] = []
    place = 0
    while place < len(row):
        if tuple(row[place : place + 2]) == pair:
            result.append(b"".join(pair))
            place += 2
        else:
            result.append(row[place])
            place += 1
    return result


def payloads(corpora: Path) -> Iterator[bytes]:
    """Messages of one corpus, end to end, as payloads."""
    for name in CORPORA:
        payload = b""
        made = 0
        for message in read(corpora / f"{name}.train.jsonl.gz"):
            payload += message.data + b"\n"
            if len(payload) >= PAYLOAD and made < PAYLOADS:
                yield payload[: 2 * PAYLOAD]
                payload = b""
                made += 1


def tables(samples: Iterable[bytes]) -> tuple[list[bytes], str, Codes]:
    """The phrases in a better order, contexts for the symbols, and the codes of all tables."""
    cuts = [parse(sample, 0) for sample in samples]
    often = sum(np.bincount(cut.units, minlength=UNITS) for cut in cuts)
    order = sorted(range(256, UNITS), key=lambda unit: (-often[unit], unit))
    ranked: list[int] = []
    for tier in range(TIERS):
        start = BUCKETS * ((1 << tier) - 1)
        # within a tier those side by side that are followed by the same, and of these those that follow the same
        ranked += sorted(order[start : start + (BUCKETS << tier)], key=lambda unit: _ends(UNIT_BYTES[unit]))
    symbols = np.arange(UNITS)
    symbols[ranked] = [symbol_of(256 + place)[0] for place in range(PHRASES)]
    units = [symbols[cut.units] for cut in cuts]
    starts = [_starts(cut) for cut in cuts]
    after = _alike(sum(_pairs(*both) for both in zip(units, starts, strict=True)))
    unit_counts = _counts(UNIT_CONTEXTS, SYMBOLS)
    literal_runs, distances = _counts(1, brio2.NUMBERS), _counts(brio2.DISTANCE_CONTEXTS, brio2.DISTANCES)
    lengths = _counts(brio2.LENGTH_CONTEXTS, brio2.NUMBERS)
    for cut, row, start in zip(cuts, units, starts, strict=True):
        contexts = np.concatenate([np.zeros(1, np.int64), after[row]])[:-1]
        contexts[start] = 0
        np.add.at(unit_counts, (contexts, row), 1)
        literal_run = np.array(cut.literal_runs, np.int64)
        distance = distance_symbols(cut.distances)[0]
        length = number_symbols(np.array(cut.lengths, np.int64) - brio2.MIN_MATCH)[0]
        np.add.at(literal_runs, (0, number_symbols(literal_run)[0]), 1)
        np.add.at(distances, ((literal_run > 0) * 1, distance), 1)
        np.add.at(
            lengths, ((literal_run > 0) + 2 * np.searchsorted(brio2.NEAR, distance, "right"), length), 1
        )
    kinds = {"literal_runs": literal_runs, "distances": distances, "lengths": lengths, "units": unit_counts}
    phrases = [UNIT_BYTES[unit] for unit in ranked]
    return (
        phrases,
        "".join(f"{context:x}" for context in after.tolist()),
        {name: [codes(row) for row in rows.tolist()] for name, rows in kinds.items()},
    )


_CLASSES = (b" ", b"\t\n\r", b"0123456789", bytes(range(65, 91)), bytes(range(97, 123)), b"\"'`", b"_-./:,;")


def _ends(phrase: bytes) -> tuple[int, bytes]:
    return next((place for place, marks in enumerate(_CLASSES) if phrase[-1] in marks), len(_CLASSES)), phrase


def _counts(contexts: int, symbols: int) -> Ints:
    return np.zeros((contexts, symbols), np.int64)


def _starts(cut: Cut) -> Ints:
    """Which units are the first of a literal run, or behind the last match."""
    starts = np.cumsum([0, *cut.literal_runs])
    return np.unique(starts[starts < len(cut.units)])


def _pairs(symbols: Ints, starts: Ints) -> Ints:
    """How often each symbol follows each, where the last row is for those that begin a literal run."""
    before = np.concatenate([[SYMBOLS], symbols])[:-1]
    before[starts] = SYMBOLS
    return np.bincount(before * SYMBOLS + symbols, minlength=(SYMBOLS + 1) * SYMBOLS).reshape(-1, SYMBOLS)


def _alike(often: Ints) -> Ints:
    """A context for each symbol, from how often others follow it; 0 is that of those that begin a literal run, too.

    Begins with a context for each symbol, and joins the two that lose the fewest bits by it, again and again.
    """
    groups = {row: [row] for row in range(len(often)) if often[row].any()}
    counts = {row: often[row].astype(float) for row in groups}
    losses = np.full((len(often), len(often)), np.inf)
    for row in groups:
        _compare(row, [other for other in groups if other < row], counts, losses)
    while len(groups) > UNIT_CONTEXTS:
        kept, gone = sorted(divmod(int(losses.argmin()), len(often)))
        groups[kept] += groups.pop(gone)
        counts[kept] += counts.pop(gone)
        losses[gone, :] = losses[:, gone] = np.inf
        _compare(kept, [other for other in groups if other != kept], counts, losses)
    rows = sorted(groups.values(), key=lambda group: SYMBOLS not in group)
    contexts = np.zeros(len(often), np.int64)
    for number, group in enumerate(rows):
        contexts[group] = number
    return contexts[:-1]


def _compare(row: int, others: Sequence[int], counts: dict[int, Floats], losses: Floats) -> None:
    """Note how many bits are lost if a row of counts is joined with each of some others."""
    if others:
        apart = np.stack([counts[other] for other in others])
        lost = _bits(apart + counts[row]) - _bits(apart) - _bits(counts[row][None])
        losses[np.maximum(row, others), np.minimum(row, others)] = lost


def _bits(counts: Floats) -> Floats:
    """What symbols with these counts cost, row by row."""
    total = counts.sum(1)
    found: Floats = total * np.log2(total) - (counts * np.log2(np.maximum(counts, 1))).sum(1)
    return found


def codes(counts: Sequence[int]) -> str:
    """The codes of the frequencies nearest to how often symbols occur (rule IRN-7)."""
    most = max(1, *counts)
    steps = (round(4 * math.log2(most / count)) if count else RAREST for count in counts)
    return bytes(1 + min(step, RAREST - 1) for step in steps).hex()


def flat() -> Codes:
    """Codes to begin with: small numbers are likely, units are all alike."""
    return {
        "literal_runs": [codes([brio2.NUMBERS - number for number in range(brio2.NUMBERS)])],
        "distances": [codes([1] * brio2.DISTANCES)] * brio2.DISTANCE_CONTEXTS,
        "lengths": [codes([brio2.NUMBERS - number for number in range(brio2.NUMBERS)])]
        * brio2.LENGTH_CONTEXTS,
        "units": [codes([1] * SYMBOLS)] * UNIT_CONTEXTS,
    }


if __name__ == "__main__":
    main()
