"""Learns the units of BRIO version 2 and the codes of its tables: ``python models/units.py STEP CORPORA``.

The step ``phrases`` finds phrases by byte pair encoding: words, numbers and marks that occur in messages of at
least three sources, then the pair of neighbours that occurs most often made one phrase, again and again. The
step ``tables`` cuts long payloads, made of the messages, with the units as they are, and from how often each
unit and each symbol occurs puts the phrases in order and sets the codes; it is run three times, since the parse
looks at prices.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from aura.messages import read
from aura_fast.number import recent_places
from aura_fast.parse import parse
from aura_spec.brio2 import DISTANCES, LENGTH_CONTEXTS, MIN_MATCH, NUMBERS, RECENT, number_symbol
from aura_spec.unit import (
    BUCKETS,
    MAX_UNIT,
    PHRASES,
    SYMBOLS,
    TIERS,
    UNIT_BYTES,
    UNITS,
    symbol_of,
)

CORPORA = ("agent", "chat_llm", "json_api", "llm_api", "llm_stream", "tool_calls")
MINIMUM_SOURCES = 3
MINIMUM_COUNT = 5
MOST_A_MESSAGE = 20
PAYLOAD = 1 << 14
PAYLOADS = 100
RAREST = 50
TARGET = Path(__file__).parent.parent / "spec" / "aura_spec" / "units.json"

_WORD = re.compile(rb" ?[A-Za-z]+|[0-9]+| ?[^A-Za-z0-9\s]+|\s+")

Codes = dict[str, list[str]]


def main() -> None:
    """Take a step, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("phrases", "tables"))
    parser.add_argument("corpora", type=Path)
    arguments = parser.parse_args()
    if arguments.step == "phrases":
        phrases, codes = list(pairs(*words(arguments.corpora))), flat()
    else:
        phrases, codes = tables(list(payloads(arguments.corpora)))
    content = {"phrases": [phrase.decode("ascii") for phrase in phrases], "codes": codes}
    TARGET.write_text(json.dumps(content, indent=0) + "\n", encoding="ascii")


def words(corpora: Path) -> tuple[list[list[bytes]], list[int]]:
    """Words that several sources use, as rows of bytes, and how often each occurs."""
    counts: Counter[bytes] = Counter()
    sources: defaultdict[bytes, set[str]] = defaultdict(set)
    for name in CORPORA:
        for message in read(corpora / f"{name}.train.jsonl.gz"):
            for word, count in Counter(_WORD.findall(message.data)).items():
                counts[word] += min(count, MOST_A_MESSAGE)
                if len(sources[word]) < MINIMUM_SOURCES:
                    sources[word].add(f"{name}/{message.source}")
    kept = [
        word
        for word, count in counts.items()
        if count >= MINIMUM_COUNT
        and len(sources[word]) == MINIMUM_SOURCES
        and word.isascii()
        and 0 not in word
    ]
    return [[bytes((byte,)) for byte in word] for word in kept], [counts[word] for word in kept]


def pairs(rows: list[list[bytes]], counts: Sequence[int]) -> Iterator[bytes]:
    """Phrases, each made of the pair of neighbours that occurs most often (byte pair encoding)."""
    often: Counter[tuple[bytes, bytes]] = Counter()
    where: defaultdict[tuple[bytes, bytes], set[int]] = defaultdict(set)
    for number, row in enumerate(rows):
        for pair in pairwise(row):
            often[pair] += counts[number]
            where[pair].add(number)
    found: set[bytes] = set()
    while len(found) < PHRASES:
        pair = max(often, key=lambda entry: (often[entry], entry))
        phrase = b"".join(pair)
        if len(phrase) <= MAX_UNIT:
            if phrase not in found:
                yield phrase
            found.add(phrase)
            for number in where[pair]:
                for old in pairwise(rows[number]):
                    often[old] -= counts[number]
                rows[number] = _joined(rows[number], pair)
                for new in pairwise(rows[number]):
                    often[new] += counts[number]
                    where[new].add(number)
        del often[pair]


def _joined(row: list[bytes], pair: tuple[bytes, bytes]) -> list[bytes]:
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


def tables(samples: Iterable[bytes]) -> tuple[list[bytes], Codes]:
    """The phrases in a better order, and the codes of all tables."""
    units = [0] * UNITS
    cuts = [parse(sample, 0) for sample in samples]
    for cut in cuts:
        for unit in cut.units.tolist():
            units[unit] += 1
    order = sorted(range(256, UNITS), key=lambda unit: (-units[unit], unit))
    ranked: list[int] = []
    for tier in range(TIERS):
        start = BUCKETS * ((1 << tier) - 1)
        # within a tier by their bytes from the last to the first, so that the phrases of a bucket are alike
        ranked += sorted(order[start : start + (BUCKETS << tier)], key=lambda unit: UNIT_BYTES[unit][::-1])
    symbols = {unit: symbol_of(unit)[0] for unit in range(256)}
    symbols |= {unit: symbol_of(256 + place)[0] for place, unit in enumerate(ranked)}
    unit_counts = [0] * SYMBOLS
    runs, distances = [0] * NUMBERS, [0] * DISTANCES
    lengths = [[0] * NUMBERS for _ in range(LENGTH_CONTEXTS)]
    for cut in cuts:
        for unit in cut.units.tolist():
            unit_counts[symbols[unit]] += 1
        places = recent_places(cut.distances)
        for run, distance, length, place in zip(cut.runs, cut.distances, cut.lengths, places, strict=True):
            symbol = place if place >= 0 else len(RECENT) + number_symbol(distance - 1)[0]
            runs[number_symbol(run)[0]] += 1
            distances[symbol] += 1
            lengths[(symbol < len(RECENT)) + 2 * (run > 0)][number_symbol(length - MIN_MATCH)[0]] += 1
    return [UNIT_BYTES[unit] for unit in ranked], {
        "runs": [codes(runs)],
        "distances": [codes(distances)],
        "lengths": [codes(row) for row in lengths],
        "units": [codes(unit_counts)],
    }


def codes(counts: Sequence[int]) -> str:
    """The codes of the frequencies nearest to how often symbols occur (rule IRN-7)."""
    most = max(1, *counts)
    steps = (round(4 * math.log2(most / count)) if count else RAREST for count in counts)
    return bytes(1 + min(step, RAREST - 1) for step in steps).hex()


def flat() -> Codes:
    """Codes to begin with: small numbers are likely, units are all alike."""
    return {
        "runs": [codes([NUMBERS - number for number in range(NUMBERS)])],
        "distances": [codes([1] * DISTANCES)],
        "lengths": [codes([NUMBERS - number for number in range(NUMBERS)])] * LENGTH_CONTEXTS,
        "units": [codes([1] * SYMBOLS)],
    }


if __name__ == "__main__":
    main()
