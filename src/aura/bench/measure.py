"""Measuring one codec on the messages of one corpus.

Each message is encoded once, decoded once and compared.  The clock is read right before and
right after each call, so a time is that of one call from Python, with nothing else in it.

A message that the codec refuses, or that does not come back the same, is a round-trip failure.
Refused by the encoder, it costs its own size and one byte, which is what sending it uncompressed
behind a marker would cost; in all other cases it costs what the encoder made of it.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from time import perf_counter_ns
from typing import Final

from aura.bench.codecs import BenchCodec
from aura.files.corpus import Message

__all__ = ["BUCKET_LABELS", "Bucket", "Latency", "Measurement", "measure"]

# Upper ends, in bytes of the uncompressed message; the last bucket has none.
BUCKET_ENDS: Final = (32, 64, 128, 256, 1024, 4096)
BUCKET_LABELS: Final = (*(f"<{end}" for end in BUCKET_ENDS), f">={BUCKET_ENDS[-1]}")
# The first calls pay for caches and for whatever a codec builds when it is first used.
WARM_UP_MESSAGES: Final = 10


@dataclass(frozen=True, slots=True)
class Bucket:
    """The messages of one range of lengths: how many, and their bytes before and after."""

    label: str
    messages: int
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of the time of one call, in microseconds; 0 where no call succeeded."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """One codec on one corpus.

    ``messages_per_second`` is for one thread that encodes and decodes each message.  ``grew`` counts
    messages that became larger, ``grew_more_than_one`` those that grew by more than one byte.
    """

    codec: str
    stateful: bool
    encode: Latency
    decode: Latency
    messages_per_second: float
    roundtrip_failures: int
    grew: int
    grew_more_than_one: int
    buckets: tuple[Bucket, ...]

    @property
    def messages(self) -> int:
        """How many messages were measured."""
        return sum(bucket.messages for bucket in self.buckets)

    @property
    def bytes_in(self) -> int:
        """The bytes of all messages."""
        return sum(bucket.bytes_in for bucket in self.buckets)

    @property
    def bytes_out(self) -> int:
        """The bytes that all messages take on the line."""
        return sum(bucket.bytes_out for bucket in self.buckets)

    @property
    def ratio(self) -> float:
        """Bytes in divided by bytes out, over all messages; larger is better."""
        return self.bytes_in / max(1, self.bytes_out)


@dataclass(frozen=True, slots=True)
class _RoundTrip:
    """One message: its size on the line, the calls' times in ns (None if it raised), the verdict."""

    size: int
    encode_ns: int | None
    decode_ns: int | None
    same: bool


def measure(
    codec: BenchCodec,
    messages: Sequence[Message],
    advance: Callable[[int], None] = lambda _count: None,
) -> Measurement:
    """Measure a codec on messages, a conversation after the other.

    ``advance`` is called with 1 after each message, outside the timed calls.
    """
    _warm_up(codec, messages)
    trips: list[_RoundTrip] = []
    for _source, conversation in groupby(messages, key=lambda message: message.source):
        codec.reset()
        for message in conversation:
            trips.append(_round_trip(codec, message.data))
            advance(1)
    return _summarise(codec, messages, trips)


def _warm_up(codec: BenchCodec, messages: Sequence[Message]) -> None:
    for message in messages[:WARM_UP_MESSAGES]:
        with suppress(Exception):  # it will be counted when the message comes again
            codec.decode(codec.encode(message.data))


def _round_trip(codec: BenchCodec, data: bytes) -> _RoundTrip:
    try:
        start = perf_counter_ns()
        wire = codec.encode(data)
        encode_ns = perf_counter_ns() - start
    except Exception:  # noqa: BLE001 - whatever a codec raises is a failure of that codec
        return _RoundTrip(len(data) + 1, None, None, same=False)
    try:
        start = perf_counter_ns()
        decoded = codec.decode(wire)
        decode_ns = perf_counter_ns() - start
    except Exception:  # noqa: BLE001 - as above
        return _RoundTrip(len(wire), encode_ns, None, same=False)
    return _RoundTrip(len(wire), encode_ns, decode_ns, same=decoded == data)


def _summarise(codec: BenchCodec, messages: Sequence[Message], trips: Sequence[_RoundTrip]) -> Measurement:
    counts = [0] * len(BUCKET_LABELS)
    bytes_in = [0] * len(BUCKET_LABELS)
    bytes_out = [0] * len(BUCKET_LABELS)
    growth: list[int] = []
    for message, trip in zip(messages, trips, strict=True):
        size = len(message.data)
        bucket = bisect_right(BUCKET_ENDS, size)
        counts[bucket] += 1
        bytes_in[bucket] += size
        bytes_out[bucket] += trip.size
        growth.append(trip.size - size)
    encode_ns = sorted(trip.encode_ns for trip in trips if trip.encode_ns is not None)
    decode_ns = sorted(trip.decode_ns for trip in trips if trip.decode_ns is not None)
    total_ns = sum(encode_ns) + sum(decode_ns)
    return Measurement(
        codec=codec.name,
        stateful=codec.stateful,
        encode=Latency(_percentile_us(encode_ns, 50), _percentile_us(encode_ns, 95)),
        decode=Latency(_percentile_us(decode_ns, 50), _percentile_us(decode_ns, 95)),
        messages_per_second=len(decode_ns) * 1e9 / total_ns if total_ns else 0.0,
        roundtrip_failures=sum(not trip.same for trip in trips),
        grew=sum(bytes_more > 0 for bytes_more in growth),
        grew_more_than_one=sum(bytes_more > 1 for bytes_more in growth),
        buckets=tuple(map(Bucket, BUCKET_LABELS, counts, bytes_in, bytes_out)),
    )


def _percentile_us(sorted_ns: Sequence[int], percent: int) -> float:
    """Return the nearest-rank percentile, in microseconds: a time that really was measured."""
    if not sorted_ns:
        return 0.0
    return sorted_ns[ceil(len(sorted_ns) * percent / 100) - 1] / 1000
