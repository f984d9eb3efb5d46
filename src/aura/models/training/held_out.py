"""Messages that are held out of training, to measure the model on what it has not seen.

A hash decides which: the choice depends neither on the order of messages nor on that of files. It is made for
units. All messages of a source are one unit, so that no conversation is known in part. Where a source is too large
to spare, or where there are no sources, each message is a unit by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

HELD_OUT_BYTES: Final = 1 << 16
"""About so many bytes are held out of a large corpus; it bounds the work of measuring."""

ONE_IN: Final = 20
"""Of a small corpus, one byte in about this many is held out."""

MIN_BYTES: Final = 1 << 15
MIN_CONVERSATIONS: Final = 40
"""A corpus with less text and fewer conversations can spare nothing."""

_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Choice:
    """Which units are held out of a corpus.

    Attributes:
        threshold: units whose digest is below are held out.
        largest: bytes of the largest unit that may be held out.
    """

    threshold: int
    largest: int

    @classmethod
    def for_size(cls, size: int) -> Choice:
        """The choice for a corpus of ``size`` bytes."""
        wanted = min(HELD_OUT_BYTES, size // ONE_IN)
        return cls((wanted << _BITS) // max(1, size), wanted // 2)

    def takes(self, digest: int) -> bool:
        """Whether the unit with this digest is held out."""
        return digest < self.threshold


def source_digest(name: bytes) -> int:
    """The digest of all messages of a source as one unit."""
    return _digest(b"source", name)


def message_digest(name: bytes, message: bytes, occurrence: int) -> int:
    """The digest of one message as a unit.

    Args:
        name: of its source; empty if there are no sources.
        message: its bytes.
        occurrence: how often the source had the same bytes before.
    """
    return _digest(b"message", name, message, b"%d" % occurrence)


def source_name(source: Hashable, number: int) -> bytes:
    """A name for a source that is the same in every process.

    Texts, bytes, numbers, None and tuples of these are named by themselves. Any other source is named by its
    ``number`` in order of appearance, since its text may hold an address or depend on hash seeds.
    """
    return (repr(source) if _is_plain(source) else f"source {number}").encode("utf-8", "surrogatepass")


def _is_plain(source: Hashable) -> bool:
    if type(source) is tuple:
        return all(map(_is_plain, source))
    return source is None or type(source) in {str, bytes, int, float, bool}


def _digest(*parts: bytes) -> int:
    state = blake2b(digest_size=_BITS // 8)
    for part in parts:
        state.update(b"%d:" % len(part))
        state.update(part)
    return int.from_bytes(state.digest(), "big")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Messages in two parts.

    Attributes:
        messages: to train on.
        sources: of each of them; None if there are none.
        units: the messages that were held out, in order within each unit.
        conversations: the units of several messages; none if the corpus has fewer than ``MIN_CONVERSATIONS``.
    """

    messages: list[bytes]
    sources: list[Hashable] | None
    units: list[list[bytes]]
    conversations: list[list[bytes]]


def hold_out(messages: Sequence[bytes], sources: Sequence[Hashable] | None) -> HeldOut | None:
    """Hold some messages out of training.

    Returns:
        None if the corpus is too small to spare any, or the choice met none.
    """
    size = sum(map(len, messages))
    choice = Choice.for_size(size)
    by_source: defaultdict[Hashable, list[int]] = defaultdict(list)
    if sources is None:
        by_source[None] = list(range(len(messages)))
    else:
        for number, source in enumerate(sources):
            by_source[source].append(number)
    sizes = {source: sum(len(messages[n]) for n in numbers) for source, numbers in by_source.items()}
    whole = set() if sources is None else {source for source, held in sizes.items() if held <= choice.largest}
    conversations = sum(len(by_source[source]) > 1 for source in whole)
    if size < MIN_BYTES and conversations < MIN_CONVERSATIONS:
        return None
    chosen: list[list[int]] = []
    for place, (source, numbers) in enumerate(by_source.items()):
        name = b"" if sources is None else source_name(source, place)
        if source not in whole:
            chosen += _single(messages, numbers, name, choice)
        elif choice.takes(source_digest(name)):
            chosen.append(numbers)
    if not chosen:
        return None
    out = {number for unit in chosen for number in unit}
    kept = [number for number in range(len(messages)) if number not in out]
    units = [[messages[number] for number in unit] for unit in chosen]
    return HeldOut(
        [messages[number] for number in kept],
        None if sources is None else [sources[number] for number in kept],
        units,
        [unit for unit in units if len(unit) > 1] if conversations >= MIN_CONVERSATIONS else [],
    )


def _single(
    messages: Sequence[bytes], numbers: Sequence[int], name: bytes, choice: Choice
) -> list[list[int]]:
    """Messages of a source that are held out by themselves."""
    times: Counter[bytes] = Counter()
    chosen = []
    for number in numbers:
        message = messages[number]
        times[message] += 1
        is_small = len(message) <= choice.largest
        if is_small and choice.takes(message_digest(name, message, times[message] - 1)):
            chosen.append([number])
    return chosen
