"""Which methods are tried for a message, and which result is taken.

Levels:

0. store the message;
1. a quick decision tree: a template frame if it halves the message; else AURALITE if the message is short, and
   if it does not halve the message, one general method by size and content;
2. the default: template frames, typed and foreseen, and AURALITE, and unless AURALITE halves a message of at
   most 4 KiB, Brotli 11 and Zstandard 19, the latter also with the model's dictionary if it has one, and BRIO
   version 2 where there is no model and it may be the smallest, from 1 to 64 KiB;
3. everything: also Zstandard and Brotli at other settings, classic template frames and BRIO.

Storing is always a candidate, so that no message grows by more than its marker. Of equally small results the
first in the order of trying wins, which is cheapest to decode first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
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

_FORESEEN: Final = (-1, 1 << 10, 1 << 16, 1 << 20)
"""For each level the longest message, in bytes, that AURALITE is tried on."""

_SETTLED: Final = 1 << 12
"""Bytes up to which a message halved is a message settled."""

_CONTAINED: Final = (range(0), range(0), range(1 << 10, (1 << 16) + 1), range(1 << 10, (1 << 20) + 1))
"""For each level the lengths, in bytes, for which BRIO version 2 is tried.

At level 2 it is not tried beside AURALITE, where it hardly ever wins, nor on long messages, where Brotli is often
ahead of effort 0.
"""

_SAMPLE: Final = 4096
"""Bytes that tell whether a message is worth compressing."""


class Method(StrEnum):
    """How a message was coded."""

    STORED = "stored"
    AURALITE = "auralite"
    TYPED = "typed"
    FORESEEN = "foreseen"
    CLASSIC = "classic"
    ZSTD = "zstd"
    ZSTD_DICTIONARY = "zstd_dictionary"
    BROTLI = "brotli"
    BRIO = "brio"
    BRIO2 = "brio2"


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
    is_short = match.template.rendered_size(match.values) <= _FORESEEN[level]
    with suppress(EncodeError):  # no value of the match is a text
        if level >= 2 and is_short and knowledge.model is not None:
            wire = backend.encode_foreseen(number, match.values, knowledge.templates, knowledge.model)
            yield Candidate(Method.FORESEEN, wire, number)
    with suppress(EncodeError):  # the match does not fit the narrow fields of a classic frame
        if level == 3:
            yield Candidate(Method.CLASSIC, backend.encode_classic(number, match.values), number)


def foresees(data: bytes, level: int) -> bool:
    """Whether the level tries AURALITE on a message of this length."""
    return len(data) <= _FORESEEN[level]


def foreseen(
    backend: Backend, data: bytes, level: int, knowledge: Knowledge, auralite: bytes | None = None
) -> Iterator[Candidate]:
    """Storing, and AURALITE where the level tries it on a message of this length.

    Where no model is implied, the message names one, the first of ``knowledge.models``. ``auralite`` is the message
    for the implied model, if it is coded already.
    """
    yield Candidate(Method.STORED, backend.encode_stored(data))
    if not foresees(data, level):
        return
    if knowledge.model is not None:
        yield Candidate(Method.AURALITE, auralite or backend.encode_auralite(data, knowledge.model))
        return
    for model_id, model in islice(knowledge.models.items(), 1):
        yield Candidate(Method.AURALITE, backend.encode_auralite_explicit(data, model_id, model))


def general(
    backend: Backend, data: bytes, level: int, knowledge: Knowledge, auralite: bytes | None = None
) -> Iterator[Candidate]:
    """Candidates that need no template, storing first, then AURALITE; ``auralite`` as for :func:`foreseen`."""
    settled = has_auralite = False
    for candidate in foreseen(backend, data, level, knowledge, auralite):
        yield candidate
        settled = settles(candidate, data)
        has_auralite = candidate.method is Method.AURALITE
    if level == 1 and not settled:
        yield from _quick(backend, data)
    if level == 3 or (level == 2 and not settled):
        yield from _thorough(backend, data, knowledge)
    if level == 2 and not has_auralite and len(data) in _CONTAINED[level]:
        yield Candidate(Method.BRIO2, backend.encode_brio2(data, 0))
    if level == 3:
        yield from _everything(backend, data, knowledge)


def _thorough(backend: Backend, data: bytes, knowledge: Knowledge) -> Iterator[Candidate]:
    """The general methods at their best."""
    yield Candidate(Method.ZSTD, backend.encode_zstd(data, 19))
    if knowledge.dictionary:
        wire = backend.encode_zstd_dictionary(data, knowledge.dictionary, 19)
        yield Candidate(Method.ZSTD_DICTIONARY, wire)
    yield Candidate(Method.BROTLI, backend.encode_brotli(data, 11))


def _everything(backend: Backend, data: bytes, knowledge: Knowledge) -> Iterator[Candidate]:
    """Methods and settings that win rarely."""
    yield Candidate(Method.ZSTD, backend.encode_zstd(data, 3))
    for quality in (10, 9):
        yield Candidate(Method.BROTLI, backend.encode_brotli(data, quality))
    if len(data) > HEADER_SIZE:  # below that the header alone outgrows the message
        yield Candidate(Method.BRIO, backend.encode_brio(data, knowledge))
    if len(data) in _CONTAINED[3]:
        yield Candidate(Method.BRIO2, backend.encode_brio2(data, 1))


def _quick(backend: Backend, data: bytes) -> Iterator[Candidate]:
    """The decision tree of level 1: at most one method beside storing."""
    if len(data) < _SHORT or looks_random(data):
        return
    if len(data) < _LONG and is_utf8(data):
        yield Candidate(Method.BROTLI, backend.encode_brotli(data, 5))
    else:
        yield Candidate(Method.ZSTD, backend.encode_zstd(data, 3))


def settles(candidate: Candidate, data: bytes) -> bool:
    """Whether a candidate is so good that below level 3 general methods are not tried.

    On long messages a general method may gain more than a model that halves them.
    """
    return len(candidate.wire) * 2 <= len(data) <= _SETTLED


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
