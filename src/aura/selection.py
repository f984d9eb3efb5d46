"""Which methods are tried for a message, and which result is taken.

Levels:

0. store the message;
1. one method, picked by a quick decision tree: a template frame if it halves the message or the message is
   short, else by size and content;
2. the default: typed template frame, Brotli 11, Zstandard 19;
3. everything: also Zstandard and Brotli at other settings, classic template frames and BRIO version 1.

Storing is always a candidate, so that no message grows by more than its marker. Of equally small results the
first in the order of trying wins, which is cheapest to decode first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aura.backend import Backend
from aura.templates import Match
from aura_spec.brio import HEADER_SIZE
from aura_spec.classic import is_utf8
from aura_spec.errors import EncodeError
from aura_spec.knowledge import Knowledge

LEVELS: Final = range(4)

_SHORT: Final = 32
"""Bytes below which general methods hardly ever gain on a message."""

_LONG: Final = 1 << 14
"""Bytes from which Zstandard is the quicker choice for text."""

_SAMPLE: Final = 4096
"""Bytes that tell whether a message is worth compressing."""


class Method(StrEnum):
    """How a message was coded."""

    STORED = "stored"
    TYPED = "typed"
    CLASSIC = "classic"
    ZSTD = "zstd"
    BROTLI = "brotli"
    BRIO = "brio"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message coded by one method. ``template_id`` is set for template frames only."""

    method: Method
    wire: bytes
    template_id: int | None = None


def frames(backend: Backend, match: Match, level: int, knowledge: Knowledge) -> Iterator[Candidate]:
    """The template frames that ``level`` allows for a match."""
    if level == 0:
        return
    number = match.template_id
    yield Candidate(Method.TYPED, backend.encode_typed(number, match.values, knowledge), number)
    if level == 3:
        try:
            yield Candidate(Method.CLASSIC, backend.encode_classic(number, match.values), number)
        except EncodeError:
            return  # the match does not fit the narrow fields of a classic frame


def general(backend: Backend, data: bytes, level: int, knowledge: Knowledge) -> Iterator[Candidate]:
    """Candidates that need no template, storing first."""
    yield Candidate(Method.STORED, backend.encode_stored(data))
    if level == 1:
        yield from _quick(backend, data)
    elif level > 1:
        settings = (19,) if level == 2 else (19, 3)
        for setting in settings:
            yield Candidate(Method.ZSTD, backend.encode_zstd(data, setting))
        yield Candidate(Method.BROTLI, backend.encode_brotli(data, 11))
    if level == 3:
        for quality in (10, 9):
            yield Candidate(Method.BROTLI, backend.encode_brotli(data, quality))
        if len(data) > HEADER_SIZE:  # below that the header alone outgrows the message
            yield Candidate(Method.BRIO, backend.encode_brio(data, knowledge))


def _quick(backend: Backend, data: bytes) -> Iterator[Candidate]:
    """The decision tree of level 1: at most one method beside storing."""
    if len(data) < _SHORT or looks_random(data):
        return
    if len(data) < _LONG and is_utf8(data):
        yield Candidate(Method.BROTLI, backend.encode_brotli(data, 5))
    else:
        yield Candidate(Method.ZSTD, backend.encode_zstd(data, 3))


def settles(frame: Candidate, data: bytes) -> bool:
    """Whether level 1 takes a template frame without trying anything else."""
    return len(frame.wire) * 2 <= len(data) or len(data) < _SHORT


def looks_random(data: bytes) -> bool:
    """Whether a sample uses so many different bytes that it is likely compressed or encrypted already.

    A random sample of n bytes holds about 256·(1 - e^(-n/256)) different ones; text holds far fewer.
    """
    sample = data[:_SAMPLE]
    different = len(set(sample))
    return len(sample) >= 64 and different > min(200, 0.7 * len(sample))


def smallest(candidates: Iterator[Candidate]) -> Candidate:
    """The smallest candidate, the first of equally small ones."""
    return min(candidates, key=lambda candidate: len(candidate.wire))
