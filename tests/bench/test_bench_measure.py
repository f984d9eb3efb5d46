import os
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.bench import measure as module
from aura.bench.codecs import Stateless
from aura.bench.errors import CodecCrashError
from aura.bench.isolation import build_and_measure, measure_apart
from aura.bench.measure import BUCKET_LABELS, Latency, measure
from aura.bench.peers import BrotliPeer
from aura.files.corpus import Message

from .messages import conversations


class Padded(Stateless):
    """Adds (or, negative, drops) bytes; wrong messages are those that say so."""

    name = "padded"

    def __init__(self, padding: int = 0) -> None:
        self.padding = padding
        self.message = b""

    def encode(self, data: bytes) -> bytes:
        if data == b"refused by the encoder":
            raise ValueError(data)
        self.message = data
        return b"." * (len(data) + self.padding)

    def decode(self, wire: bytes) -> bytes:
        if self.message == b"refused by the decoder":
            raise ValueError(wire)
        return b"another" if self.message == b"decoded wrongly" else self.message


class Counting:
    """Each message of a conversation costs as many bytes as were before it."""

    name = "counting"
    stateful = True

    def __init__(self) -> None:
        self.before: list[bytes] = []

    def encode(self, data: bytes) -> bytes:
        self.before.append(data)
        return b"." * (len(self.before) - 1)

    def decode(self, wire: bytes) -> bytes:
        return self.before[len(wire)]

    def reset(self) -> None:
        self.before = []


def as_messages(data: Sequence[bytes]) -> list[Message]:
    return [Message(item) for item in data]


def test_ratio_counts_every_byte() -> None:
    result = measure(Padded(-3), as_messages([b"a" * 10, b"b" * 20]))
    assert (result.codec, result.stateful) == ("padded", False)
    assert (result.messages, result.bytes_in, result.bytes_out) == (2, 30, 24)
    assert result.ratio == 30 / 24
    assert (result.roundtrip_failures, result.grew, result.grew_more_than_one) == (0, 0, 0)


@pytest.mark.parametrize(("padding", "grew", "grew_more"), [(-1, 0, 0), (0, 0, 0), (1, 2, 0), (2, 2, 2)])
def test_growth_is_counted(padding: int, grew: int, grew_more: int) -> None:
    result = measure(Padded(padding), as_messages([b"hello", b"world"]))
    assert (result.grew, result.grew_more_than_one) == (grew, grew_more)


def test_failures_are_counted_and_what_was_refused_costs_a_byte_more() -> None:
    failing = [b"refused by the encoder", b"refused by the decoder", b"decoded wrongly"]
    result = measure(Padded(-5), as_messages([b"it is fine", *failing]))
    assert result.roundtrip_failures == 3
    assert result.bytes_in == sum(map(len, failing)) + 10
    assert result.bytes_out == 5 + (22 + 1) + (22 - 5) + (15 - 5)
    assert (result.grew, result.grew_more_than_one) == (1, 0)


def test_times_of_failed_calls_are_left_out() -> None:
    result = measure(Padded(), as_messages([b"refused by the encoder"]))
    assert result.encode == result.decode == Latency(0.0, 0.0)
    assert result.messages_per_second == 0
    result = measure(Padded(), as_messages([b"refused by the decoder"]))
    assert result.encode.p50 > 0
    assert result.decode == Latency(0.0, 0.0)


def test_no_bytes_at_all_have_a_ratio() -> None:
    assert measure(Padded(), as_messages([b""])).ratio == 0


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=30))
def test_buckets_hold_each_message_once(sizes: list[int]) -> None:
    result = measure(Padded(), as_messages([b"a" * size for size in sizes]))
    ends = [0, 32, 64, 128, 256, 1024, 4096, 1 << 30]
    assert tuple(bucket.label for bucket in result.buckets) == BUCKET_LABELS
    for bucket, low, high in zip(result.buckets, ends, ends[1:], strict=False):
        inside = [size for size in sizes if low <= size < high]
        assert (bucket.messages, bucket.bytes_in) == (len(inside), sum(inside))
        assert bucket.bytes_out == bucket.bytes_in


def test_percentiles_and_speed_come_from_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    # Call n (encode and decode take turns, from 1 on) takes n microseconds.
    clock = (at for n in count(1) for at in (n * 1_000_000, n * 1_000_000 + n * 1000))
    monkeypatch.setattr(module, "perf_counter_ns", partial(next, clock))
    result = measure(Padded(), as_messages([b"hello"] * 20))
    assert result.encode == Latency(p50=19, p95=37)  # 10th and 19th of 1, 3, 5 ...
    assert result.decode == Latency(p50=20, p95=38)  # 10th and 19th of 2, 4, 6 ...
    assert result.messages_per_second == pytest.approx(20 / (820 * 1e-6))  # 1 + 2 + ... + 40


def test_state_starts_anew_with_each_source() -> None:
    sources = ["a", "a", "a", "b", "b", "a"]
    result = measure(Counting(), [Message(b"hello", source) for source in sources])
    assert result.stateful
    assert result.bytes_out == 0 + 1 + 2 + 0 + 1 + 0
    assert result.roundtrip_failures == 0


def test_progress_is_told_of_every_message() -> None:
    steps: list[int] = []
    measure(Padded(), conversations(7), steps.append)
    assert steps == [1] * 7


def test_a_codec_can_be_measured_in_another_process() -> None:
    build = partial(BrotliPeer, 5, max_size=1000)
    messages = conversations(8)
    apart, here = measure_apart(build, messages), build_and_measure(build, messages)
    assert apart.codec == "brotli-5"
    assert apart.buckets == here.buckets


def test_a_codec_that_takes_its_process_with_it_is_reported() -> None:
    die: Callable[[], Padded] = partial(os._exit, 3)
    with pytest.raises(CodecCrashError, match="died"):
        measure_apart(die, conversations(1))
