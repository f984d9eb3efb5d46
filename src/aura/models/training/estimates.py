"""What training will take: time, memory and room for temporary files, known before the work begins.

Costs of a symbol and of an n-gram were measured once; how quick this machine is just now is told by how long it
takes to sort some numbers. Estimates of time are good to a factor of about two.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.models.training.loss import SAMPLES, STEP
from aura.models.training.resources import Resources
from aura.models.training.trainer import most_counted

_SORTED: Final = 1 << 20
_SORT_SECONDS: Final = 0.05
"""Seconds that the machine took for as many numbers on which the costs below were measured."""

_START_SECONDS: Final = 2.0
_STUDIED_SECONDS: Final = 3.2e-6
_SYMBOL_SECONDS: Final = 0.83e-6
"""To count one of the first symbols, which are looked at closely, and one of the others, on one core."""
_SCALING: Final = 0.8
"""So many threads count as quickly as so many cores to the power of this."""
_NGRAM_SECONDS: Final = 1.1e-6
"""To weigh an n-gram and to fit models of it into the file; one core does it."""

_SCRUB_SECONDS: Final = 0.1e-6
"""To scrub a byte."""

_NGRAMS_A_SYMBOL: Final = 12
"""About how many n-grams a small text of many different words has for each symbol."""
_LEAST_NGRAMS_A_SYMBOL: Final = 0.5
"""How many there are in nearly any text."""

_PROCESS_MEMORY: Final = 150 << 20
"""Bytes of the interpreter and its modules, and of what is written at a time."""
_SYMBOL_MEMORY: Final = 96
"""Bytes for a symbol that is sorted, as far as there is memory."""
_SORTED_SHARE: Final = 0.7
"""The share of memory that is taken at most while symbols are sorted."""
_NGRAM_MEMORY: Final = 80
_LEAST_NGRAM_MEMORY: Final = 60
"""Bytes for an n-gram, about and at least."""
_STUDIED: Final = 1 << 23
_STUDIED_MEMORY: Final = 24
"""Bytes for each of the first so many symbols, which are looked at closely."""

_MESSAGE_DISK: Final = 32
_SYMBOL_DISK: Final = 30
"""Bytes on disk for a symbol and what is counted of it."""

FLOOR: Final = 1 << 18
"""No sample is chosen smaller, however little time there is."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """How much there is to train on.

    Attributes:
        size: bytes of messages.
        messages: how many.
    """

    size: int
    messages: int

    @property
    def symbols(self) -> int:
        """Bytes, and the begin and the end of each message."""
        return self.size + 2 * self.messages

    def part(self, size: int) -> Corpus:
        """A sample of that many bytes."""
        return Corpus(size, max(1, self.messages * size // max(1, self.size)))


@dataclass(frozen=True, slots=True)
class Estimate:
    """What training takes, about.

    Attributes:
        seconds: from counting to the model.
        memory: bytes, the highest resident set.
        needed: bytes of memory without which it cannot be done.
        disk: bytes of temporary files.
    """

    seconds: float
    memory: int
    needed: int
    disk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Under which conditions a model is trained.

    Attributes:
        max_bytes: of the model file.
        memory: bytes that may be used.
        threads: that work at a time.
        scrub: whether secrets and personal data are replaced.
        speed: of the machine, as :func:`aura.models.training.estimates.speed` tells.
    """

    max_bytes: int
    memory: int
    threads: int = 1
    scrub: bool = True
    speed: float = 1.0


def estimate(corpus: Corpus, conditions: Conditions) -> Estimate:
    """Estimate what it takes to train on a corpus."""
    most = most_counted(conditions.max_bytes)
    ngrams = min(most, _NGRAMS_A_SYMBOL * corpus.symbols)
    least = min(most, int(_LEAST_NGRAMS_A_SYMBOL * corpus.symbols))
    studied = min(_STUDIED, corpus.symbols)
    counting = _STUDIED_SECONDS * studied + _SYMBOL_SECONDS * (corpus.symbols - studied)
    seconds = _START_SECONDS + counting / conditions.threads**_SCALING + _NGRAM_SECONDS * ngrams
    if conditions.scrub:
        seconds += _SCRUB_SECONDS * corpus.size
    return Estimate(
        seconds=seconds / conditions.speed,
        memory=_PROCESS_MEMORY
        + max(
            _NGRAM_MEMORY * ngrams + _STUDIED_MEMORY * studied,
            min(int(conditions.memory * _SORTED_SHARE), _SYMBOL_MEMORY * corpus.symbols),
        ),
        needed=_LEAST_NGRAM_MEMORY * least + _STUDIED_MEMORY * studied,
        disk=_SYMBOL_DISK * corpus.symbols + _MESSAGE_DISK * corpus.messages,
    )


def with_loss(corpus: Corpus, conditions: Conditions) -> float:
    """Seconds to train on a sample, and on smaller ones to tell what it loses."""
    parts = (corpus.part(corpus.size // STEP**number) for number in range(SAMPLES))
    return sum(estimate(part, conditions).seconds for part in parts)


def size_for(seconds: float, corpus: Corpus, conditions: Conditions) -> int:
    """Bytes of the largest sample that can be trained on in some time; all if there is time for all."""
    if estimate(corpus, conditions).seconds <= seconds or corpus.size <= FLOOR:
        return corpus.size
    low, high = FLOOR, corpus.size  # the larger, the longer it takes
    while high - low > low // 64:
        middle = (low + high) // 2
        enough = with_loss(corpus.part(middle), conditions) <= seconds
        low, high = (middle, high) if enough else (low, middle)
    return low


def speed() -> float:
    """How many times as quick this machine is now as the one on which costs were measured."""
    numbers = np.random.default_rng(0).integers(1 << 63, size=_SORTED, dtype=np.uint64)
    started = time.perf_counter()
    np.argsort(numbers)
    return _SORT_SECONDS / (time.perf_counter() - started)


def check(found: Estimate, resources: Resources) -> None:
    """Look whether there is enough memory and disk.

    Raises:
        ValueError: the memory that may be used is too little.
        OSError: so is the disk of temporary files.
    """
    if found.needed > resources.memory:
        raise ValueError(
            f"memory is {resources.memory >> 20} MiB; to train on so much for a model of this size takes at least"
            f" {(found.needed >> 20) + 1} MiB"
        )
    directory = resources.spill.directory or tempfile.gettempdir()
    free = shutil.disk_usage(directory).free
    if found.disk > free:
        raise OSError(
            errno.ENOSPC,
            f"temporary files take about {found.disk >> 20} MiB, and {free >> 20} MiB are free; see spill",
            os.fspath(directory),
        )
