from __future__ import annotations

import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.messages import MESSAGES
from tests.models import SAMPLES
from tests.searches import sampled

import aura
from aura.backend import BACKENDS
from aura.cached import Cache, CacheInfo

CODECS = {
    (backend, level): aura.Codec(backend=backend, level=level, model=aura.Model.load_small())
    for backend in BACKENDS
    for level in (1, 2)
}


@pytest.mark.parametrize(("backend", "level"), CODECS)
@sampled(25)
@given(st.lists(MESSAGES, max_size=12))
def test_batches_are_what_single_messages_are(backend: str, level: int, batch: list[bytes]) -> None:
    codec = CODECS[backend, level]
    wires = codec.compress_batch(batch + batch[:2])
    assert wires == [codec.compress(message) for message in batch + batch[:2]]
    assert codec.decompress_batch(wires) == batch + batch[:2]


@pytest.mark.parametrize("level", range(4))
def test_big_batches_of_all_methods(level: int) -> None:
    codec = aura.Codec(level=level, model=aura.Model.load_small())
    source = random.Random(3)
    batch = [b" ".join(source.choices(SAMPLES, k=source.randrange(4))) for _ in range(60)]
    batch += [b"Yes", b"n" * 5000, source.randbytes(50), b"Request 12 completed in 3ms"]
    wires = codec.compress_batch(batch)
    assert wires == [codec.compress(message) for message in batch]
    assert codec.decompress_batch(wires) == batch


def test_explicit_models_in_batches() -> None:
    codec = aura.Codec(model=aura.Model.load_small(), explicit_model=True)
    wires = codec.compress_batch(SAMPLES)
    assert wires == [codec.compress(message) for message in SAMPLES]
    assert codec.decompress_batch(wires) == list(SAMPLES)


@pytest.mark.parametrize("backend", BACKENDS)
def test_errors_in_a_batch(backend: str) -> None:
    codec = CODECS[backend, 2]
    good = codec.compress(b"Yes, please.")
    wires = [good, b"", good + b"x" * 20, good, b"\x7f"]
    results = codec.decompress_batch(wires, errors="return")
    codes = [result.code if isinstance(result, aura.DecodeError) else result for result in results]
    assert codes == [b"Yes, please.", "Truncated", "Malformed", b"Yes, please.", "Unsupported"]
    with pytest.raises(aura.Truncated) as refused:
        codec.decompress_batch(wires)
    assert refused.value.__notes__ == ["message 1 of the batch"]


def test_errors_are_raised_or_returned() -> None:
    with pytest.raises(ValueError, match="errors is 'ignore', not 'raise' or 'return'"):
        CODECS["fast", 2].decompress_batch([], errors="ignore")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"errors is 'raise' or 'return', not \[\] \(list\)"):
        CODECS["fast", 2].decompress_batch([], errors=[])  # type: ignore[call-overload]


def test_every_message_has_an_error_of_its_own() -> None:
    for codec in (CODECS["fast", 2], aura.CachedCodec(CODECS["fast", 2])):
        one, two = codec.decompress_batch([b"\x7f", b"\x7f"], errors="return")
        assert str(one) == str(two)
        assert one is not two


def test_kept_results() -> None:
    codec = aura.CachedCodec(aura.Codec(model=aura.Model.load_small()), size=2)
    plain = CODECS["fast", 2]
    wire = plain.compress(b"Yes, please.")
    assert codec.compress(b"Yes, please.") == codec.compress(b"Yes, please.") == wire
    assert codec.compress_batch([b"Yes, please.", b"No", b"No"])[0] == wire
    assert codec.cache_info[0] == CacheInfo(hits=3, misses=2, size=2, max_size=2)
    assert codec.decompress(wire) == codec.decompress(wire) == b"Yes, please."
    assert codec.cache_info[1] == CacheInfo(hits=1, misses=1, size=1, max_size=2)
    with pytest.raises(aura.LimitExceeded):
        codec.decompress(wire, max_size=5)


def test_new_templates_empty_the_cache() -> None:
    codec = aura.CachedCodec(aura.Codec(model=aura.Model.load_small()))
    message = b"Order 1234567 was packed in hall 17 by Ana."
    before = codec.compress(message)
    codec.templates.add("Order {order:int} was packed in hall {hall:int} by Ana.", id=300)
    assert codec.compress(message) != before
    assert codec.decompress(codec.compress(message)) == message


def test_what_is_kept() -> None:
    cache, basis = Cache(2), object()
    seen: list[bytes] = []

    def find(keys: list[bytes]) -> list[bytes]:
        seen.extend(keys)
        return [key * 2 for key in keys]

    for key in (b"a", b"b", b"a", b"c", b"a", b"b", b"x" * 5000, b"x" * 5000):
        assert cache.look_up([key], find, basis=basis) == [key * 2]
    assert seen == [b"a", b"b", b"c", b"b", b"x" * 5000, b"x" * 5000]


def test_wrappers_go_around_a_codec_and_around_each_other() -> None:
    plain = CODECS["fast", 2]
    with aura.CachedCodec(aura.PooledCodec(plain, workers=2), size=5) as codec:
        wires = codec.compress_batch(SAMPLES)
        assert wires == plain.compress_batch(SAMPLES)
        assert codec.decompress_batch([*wires, b""], errors="return")[:-1] == list(SAMPLES)
        assert (
            codec.decompress(codec.compress("Yes")) == codec.codec.decompress(plain.compress("Yes")) == b"Yes"
        )
        assert codec.templates is plain.templates
        assert codec.max_size == plain.max_size
        with pytest.raises(aura.LimitExceeded):
            codec.codec.decompress(wires[0], max_size=1)


def test_copies_of_wrappers_wrap_copies() -> None:
    original = aura.CachedCodec(aura.PooledCodec(CODECS["fast", 1], workers=3), size=7)
    original.compress("Yes")
    copy = pickle.loads(pickle.dumps(original))  # noqa: S301  # ours
    assert isinstance(copy.codec, aura.PooledCodec)
    assert copy.codec.codec.level == 1
    assert copy.codec._count == 3
    assert copy.cache_info == (CacheInfo(0, 0, 0, 7),) * 2
    assert copy.compress("Yes") == original.compress("Yes")
