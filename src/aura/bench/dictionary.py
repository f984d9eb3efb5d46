"""The best dictionary that zstd can have for a set of training messages.

A peer with a badly made dictionary is no peer, and zstd's defaults make bad ones:

- ``train_dictionary`` of python-zstandard always calls the optimising FastCOVER trainer.  Left alone,
  it looks for the segment length ``k`` itself, with at most four steps, and its dictionary is made of the
  first three quarters of the samples only, since it scores candidates on the rest
  (``split_point`` 0.75).  With explicit ``k`` and ``d`` there is nothing to look for, and with
  ``split_point`` 1.0 all samples are used.
- The trainer stops early once its segments stop scoring, so that asking for a larger dictionary can
  give a far smaller one.  Which size and which ``k`` are best differs from corpus to corpus.
- ``level`` sets the level whose statistics fill the dictionary's entropy tables.  The level that
  will be used is not always the best choice there, so both are tried for the winner.

So a grid of sizes and segment lengths, and of raw content (the last bytes of the training
messages, without entropy tables), is built from nine tenths of the training messages and scored at
level 19 on the tenth that was held back.  The winner is then built anew from all of them, unless the
trainer stops early there: measured on log lines, a tenth more text turned 512 KiB into 7 KiB and a
ratio of 1.49 into 1.33.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

import zstandard

from aura.bench.errors import DictionaryError
from aura.bench.zstd_frame import parameters
from aura.files.corpus import Message

__all__ = ["STEPS", "Dictionary", "Recipe", "choose_dictionary", "hold_back"]

LEVEL: Final = 19
KIB: Final = 1024
SIZES: Final = (64 * KIB, 112 * KIB, 256 * KIB, 512 * KIB)
SEGMENTS: Final = (64, 256, 1024)
DMER: Final = 8
# Enough messages to rank the candidates by, few enough to compress all of them 17 times at level 19.
MAX_SCORED: Final = 400


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make a dictionary of at most ``size`` bytes.

    ``segment`` is the trainer's ``k`` in bytes, or None for raw content; ``level`` (1 to 22) is the
    compression level whose statistics a trained dictionary carries.
    """

    size: int
    segment: int | None
    level: int = 3

    def __str__(self) -> str:
        """Describe the recipe for a report."""
        if self.segment is None:
            return f"raw content, {self.size // KIB} KiB"
        return f"trained, {self.size // KIB} KiB, k={self.segment}, level {self.level}"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A finished dictionary: its bytes, and the recipe they were made by."""

    content: bytes
    recipe: Recipe

    def load(self) -> zstandard.ZstdCompressionDict:
        """Return the dictionary as a decoder takes it."""
        raw = self.recipe.segment is None
        kind = zstandard.DICT_TYPE_RAWCONTENT if raw else zstandard.DICT_TYPE_FULLDICT
        return zstandard.ZstdCompressionDict(self.content, dict_type=kind)

    def precompute(self, level: int = LEVEL) -> zstandard.ZstdCompressionDict:
        """Return the dictionary as an encoder takes it, with its tables laid out for ``level``."""
        dictionary = self.load()
        dictionary.precompute_compress(level=level)
        return dictionary


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A dictionary, and the bytes that the held-back messages take with it."""

    compressed: int
    dictionary: Dictionary


GRID: Final = tuple(Recipe(size, segment) for size in SIZES for segment in (*SEGMENTS, None))
# How often ``choose_dictionary`` reports progress: every recipe of the grid, the winner's second
# level, and the winner built from everything.
STEPS: Final = len(GRID) + 2


def choose_dictionary(messages: Sequence[Message], advance: Callable[[int], None]) -> Dictionary:
    """Return the dictionary of the recipe that compresses held-back messages best.

    ``advance`` is called with 1 after each of ``STEPS`` steps, in the calling thread.
    """
    built_from, held_back = hold_back(messages)
    samples = [message.data for message in built_from]
    scored = [message.data for message in _spread(held_back, MAX_SCORED)]

    def attempt(recipe: Recipe) -> list[_Candidate]:
        try:
            dictionary = _build(recipe, samples)
        except DictionaryError:
            # The trainer refuses small sets of samples; another recipe will do.
            return []
        return [_Candidate(_compressed_size(dictionary, scored), dictionary)]

    candidates: list[_Candidate] = []
    # Training and compressing leave Python's lock, so threads really run side by side here.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for attempted in pool.map(attempt, GRID):
            candidates += attempted
            advance(1)
    if not candidates:
        raise DictionaryError("the training messages hold too little text for a dictionary")
    winner = _smallest(candidates)
    if winner.recipe.segment is not None:
        candidates += attempt(replace(winner.recipe, level=LEVEL))
        winner = _smallest(candidates)
    advance(1)
    rebuilt = _build(winner.recipe, [message.data for message in messages])
    advance(1)
    return rebuilt if len(rebuilt.content) >= len(winner.content) else winner


def hold_back(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Split messages into those to build from and those to score on: about a tenth, whole sources.

    Sources are drawn in an order that depends on nothing but their names, so long as a tenth is not
    exceeded.  Where every source is larger than that, the last tenth of the messages is held
    back; of fewer than two messages, none is, and the same are used for both.
    """
    share = max(1, len(messages) // 10)
    counts: dict[str, int] = {}
    for message in messages:
        counts[message.source] = counts.get(message.source, 0) + 1
    held: set[str] = set()
    for source in sorted(counts, key=lambda name: sha256(name.encode("utf-8", "replace")).digest()):
        if counts[source] <= share and len(counts) > 1:
            held.add(source)
            share -= counts[source]
    if held:
        return (
            [message for message in messages if message.source not in held],
            [message for message in messages if message.source in held],
        )
    if len(messages) < 2:
        return list(messages), list(messages)
    return list(messages[:-share]), list(messages[-share:])


def _smallest(candidates: Sequence[_Candidate]) -> Dictionary:
    """Return the dictionary with the smallest result, the first of equals."""
    return min(candidates, key=lambda candidate: candidate.compressed).dictionary


def _spread(messages: Sequence[Message], count: int) -> Sequence[Message]:
    """Return at most ``count`` messages, evenly spaced."""
    if len(messages) <= count:
        return messages
    return [messages[index * len(messages) // count] for index in range(count)]


def _build(recipe: Recipe, samples: Sequence[bytes]) -> Dictionary:
    if recipe.segment is None:
        content = b"".join(samples)[-recipe.size :]
        if not content:
            raise DictionaryError("no bytes to take raw content from")
        return Dictionary(content, recipe)
    try:
        trained = zstandard.train_dictionary(
            recipe.size,
            list(samples),
            k=recipe.segment,
            d=DMER,
            split_point=1.0,
            level=recipe.level,
        )
    except zstandard.ZstdError as error:
        raise DictionaryError(str(error)) from error
    return Dictionary(trained.as_bytes(), recipe)


def _compressed_size(dictionary: Dictionary, messages: Sequence[bytes]) -> int:
    compressor = zstandard.ZstdCompressor(
        compression_params=parameters(LEVEL), dict_data=dictionary.precompute()
    )
    return sum(len(compressor.compress(message)) for message in messages)
