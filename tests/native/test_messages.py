"""Messages through the native core and the reference: the same bytes, texts and refusals."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.adaptive import ADAPTIVE
from tests.models import EXHAUSTED, MODELS, NEVER_ENDING, NO_CONTEXTS, TEXTS, WITH_ALL, models
from tests.models import build as counted
from tests.searches import sampled

from aura.backend import get
from aura.codec import Codec
from aura.models.model import Model
from aura.models.native_model import native_of
from aura_reference import auralite, local_model
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError, LimitExceeded
from aura_spec.limits import MAX_ADAPTIVE, MAX_MODELLED
from native import build

aura_native = pytest.importorskip("aura_native")

SMALL = Model.load_small().context_model
HELD = st.sampled_from([*MODELS, SMALL, NO_CONTEXTS, WITH_ALL]) | models()
NO_LIMIT = 1 << 40


def outcome(decode: Callable[[bytes, int], bytes], wire: bytes, max_size: int) -> object:
    """What a decoder gives, or what it refuses with."""
    try:
        return decode(wire, max_size)
    except DecodeError as error:
        return told(error)


def told(result: bytes | DecodeError) -> object:
    if isinstance(result, bytes):
        return result
    return result.code, result.offset, result.path, result.reason


def test_the_module_is_made_of_these_sources() -> None:
    """If it is not, ``make native`` builds it anew."""
    assert build.digest() == aura_native.SOURCES


@sampled(400)
@given(HELD, TEXTS | ADAPTIVE)
@example(NO_CONTEXTS, b"")
@example(SMALL, bytes(range(256)) * 3)
def test_same_strings_and_messages(model: ContextModel, data: bytes) -> None:
    native = native_of(model)
    wire = native.encode_auralite(data)
    assert wire == auralite.encode(data, model)
    assert native.decode_auralite(wire, len(data)) == data
    wire = native.encode_adaptive(data)
    assert wire == local_model.encode(data, model)
    assert native.decode_adaptive(wire, len(data)) == data


PROSE = " ".join(f"Line {at}: {at * at} of {at**3} parts, 0x{at:x}." for at in range(60)).encode()
DEEP = counted([PROSE[:700]], max_order=24)
"""A model with contexts of 24 symbols, more than a part of a message may have while others are looked at."""


@pytest.mark.parametrize("size", [127, 128, 135, 400, 511, 512, 513, 639, 700, 1500])
@pytest.mark.parametrize("model", [SMALL, DEEP, WITH_ALL])
def test_the_same_strings_where_contexts_are_found_ahead(model: ContextModel, size: int) -> None:
    native = native_of(model)
    for data in (PROSE[:size], PROSE[300 : 300 + size], PROSE[: size // 2] * 2):
        wire = native.encode_auralite(data)
        assert wire == auralite.encode(data, model)
        assert native.decode_auralite(wire, len(data)) == data


@sampled(600)
@given(HELD, TEXTS | ADAPTIVE, st.integers(0, 60), st.data())
def test_the_same_of_damaged_strings(
    model: ContextModel, data: bytes, max_size: int, draw: st.DataObject
) -> None:
    native = native_of(model)
    for encode, decode, reference in (
        (native.encode_auralite, native.decode_auralite, auralite.decode),
        (native.encode_adaptive, native.decode_adaptive, local_model.decode),
    ):
        wire = bytearray(encode(data))
        place = draw.draw(st.integers(0, len(wire) - 1))
        wire[place] = draw.draw(st.integers(0, 255))
        other = bytes(wire[: draw.draw(st.integers(0, len(wire)))]) + draw.draw(st.binary(max_size=2))
        expected = outcome(lambda string, most, read=reference: read(string, model, most), other, max_size)
        assert outcome(decode, other, max_size) == expected


@sampled(300)
@given(HELD | st.sampled_from([NEVER_ENDING, EXHAUSTED]), st.binary(max_size=12))
@example(EXHAUSTED, bytes.fromhex("80ff"))
@example(NEVER_ENDING, bytes.fromhex("80"))
def test_the_same_of_any_bytes(model: ContextModel, wire: bytes) -> None:
    native = native_of(model)
    pairs = (native.decode_auralite, auralite.decode), (native.decode_adaptive, local_model.decode)
    for decode, reference in pairs:
        expected = outcome(lambda string, most, read=reference: read(string, model, most), wire, 300)
        assert outcome(decode, wire, 300) == expected


@pytest.mark.parametrize("name", ["auralite", "adaptive"])
def test_long_messages(name: str) -> None:
    """Buffers grow, and results do not depend on what was coded before."""
    native, fast = native_of(SMALL), get("fast")
    noise = random.Random(1).randbytes(20_000)
    for data in (noise, b"ab" * 30_000, b"", b" and so on" * 3000):
        wire = getattr(native, f"encode_{name}")(data)
        assert wire == getattr(fast, f"encode_{name}")(data, SMALL)
        assert getattr(native, f"decode_{name}")(wire, NO_LIMIT) == data


def test_limits() -> None:
    """Rules AUR-9 and AUR-12."""
    native = native_of(SMALL)
    longest = bytes(MAX_MODELLED)
    assert native.decode_auralite(native.encode_auralite(longest), NO_LIMIT) == longest
    with pytest.raises(EncodeError, match=str(MAX_MODELLED)):
        native.encode_auralite(longest + b"a")
    longest = bytes(MAX_ADAPTIVE)
    assert native.decode_adaptive(native.encode_adaptive(longest), NO_LIMIT) == longest
    with pytest.raises(EncodeError, match=str(MAX_ADAPTIVE)):
        native.encode_adaptive(longest + b"a")
    with pytest.raises(LimitExceeded, match="more than 5 bytes"):
        native.decode_auralite(native.encode_auralite(b"abcdef"), 5)


def test_arguments_are_checked() -> None:
    native = native_of(SMALL)
    for call in (native.encode_auralite, native.encode_auralite_batch, aura_native.read_model):
        with pytest.raises(TypeError):
            call(5)
    with pytest.raises(TypeError):
        native.encode_auralite_batch([b"", "text"])
    for arguments in ((), (b"\x80",), (b"\x80", "9")):
        with pytest.raises(TypeError):
            native.decode_auralite(*arguments)
    with pytest.raises(ValueError, match="max_size is below 0"):
        native.decode_compact_batch([], -1)
    with pytest.raises(TypeError):
        aura_native.Model()


def test_batches_give_what_single_messages_do() -> None:
    native = native_of(SMALL)
    texts = [b"", b"Hello", b"1, 2, 3, 4", b"Hello" * 1000]
    assert native.encode_auralite_batch(iter(texts)) == [native.encode_auralite(text) for text in texts]
    too_long = bytes(MAX_MODELLED + 1)
    [_, error] = native.encode_auralite_batch([b"a", too_long])
    assert isinstance(error, EncodeError)
    with pytest.raises(EncodeError):
        get("native").encode_auralite_batch([b"a", too_long], SMALL)
    wires = [
        *[native.encode_adaptive(text) for text in texts],
        *native.encode_auralite_batch(texts),
        b"\x0f",
        b"",
        b"\x20",
    ]
    results = native.decode_compact_batch(wires, 100)
    assert results[-3:] == [None] * 3
    assert [told(result) for result in results[:-3]] == [
        outcome(native.decode_compact, wire, 100) for wire in wires[:-3]
    ]


def test_a_codec_reads_batches_of_all_kinds() -> None:
    texts = [b"Hello, how are you?", b"[1, 2, 3, 4]" * 20, b"Yes", bytes(range(200)), b""]
    native, fast = Codec(backend="native", level=3), Codec(backend="fast", level=3)
    wires = native.compress_batch(texts)
    assert wires == fast.compress_batch(texts)
    wires += [wire[:-1] for wire in wires] + [b"", b"\x40"]
    results = [codec.decompress_batch(wires, errors="return") for codec in (native, fast)]
    assert [told(result) for result in results[0]] == [told(result) for result in results[1]]


def test_threads_share_a_model() -> None:
    native = native_of(SMALL)
    texts = [random.Random(seed).randbytes(5000) for seed in range(8)] + [b"hello " * 50] * 24
    expected = [native.encode_auralite(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(native.encode_auralite, texts)) == expected
        assert list(pool.map(lambda wire: native.decode_auralite(wire, NO_LIMIT), expected)) == texts
