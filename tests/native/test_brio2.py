"""BRIO version 2 through the native core and the reference: the same containers, messages and refusals."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.messages import MESSAGES
from tests.payloads import HOSTILE, LONG, cuts
from tests.searches import sampled

from aura.backend import get
from aura.files.coders import coders, coders_of
from aura_fast import brio2 as fast
from aura_fast.parse import parse
from aura_reference import brio2 as reference
from aura_reference import parse as reference_parse
from aura_reference.parse import Parse
from aura_spec.brio2 import MAX_LENGTH, build_body, parse_body
from aura_spec.chunked import BLOCK
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.shared_state import SharedState

aura_native = pytest.importorskip("aura_native")

LIMIT = 1 << 20
LEVELS = st.sampled_from([0, 1])
TEXT = b"".join(b'{"n": %d, "of": "hundred"}\n' % (n * 37 % 101) for n in range(60))
BODY = fast.encode(TEXT, 0)


def decode(body: bytes, max_size: int, window: bytes = b"") -> bytes:
    return aura_native.decode_brio2(body, max_size, window)


def outcome(read: Callable[[bytes, int], bytes], body: bytes, max_size: int = LIMIT) -> object:
    try:
        return read(body, max_size)
    except DecodeError as error:
        return error.code, error.offset, error.path


@pytest.mark.no_cover
@sampled(60)
@given(MESSAGES | LONG, LEVELS)
@example(b"", 0)
@example(b"abc", 1)
@example(bytes(9000), 1)
@example(bytes(range(256)) * 3, 0)
def test_the_same_containers_and_messages(data: bytes, level: int) -> None:
    """Rules PAR-1 to PAR-6, ADA-1 to ADA-4 and BII-1 to BII-10."""
    body = aura_native.encode_brio2(data, level)
    assert body == reference.encode(data, level)
    assert decode(body, len(data)) == data


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_payloads(name: str, level: int) -> None:
    data = HOSTILE[name][: 1 << 15]
    body = aura_native.encode_brio2(data, level)
    assert body == fast.encode(data, level)
    assert decode(body, len(data)) == data


def words(size: int, seed: int) -> bytes:
    """Random words, which repeat near and far."""
    rng = random.Random(seed)
    known = [rng.randbytes(rng.randrange(2, 9)) for _ in range(600)]
    return b" ".join(rng.choices(known, k=size // 6))[:size]


@pytest.mark.parametrize(
    ("window_bits", "level", "sizes"),
    [
        (10, 1, (2000, 1, 2, 900, 3000)),
        (12, 0, (9000, 3, 47, 9000, 1)),
    ],
)
def test_blocks_reach_into_their_windows(window_bits: int, level: int, sizes: tuple[int, ...]) -> None:
    """Rule CHK-4; the reference is given each window anew."""
    data, encoder, window, start = words(sum(sizes), 1), aura_native.block_encoder(level, window_bits), b"", 0
    for place, size in enumerate(sizes):
        content = data[start : start + size]
        start += size
        begins = place == 3
        window = b"" if begins else window
        body = encoder.encode(content, place == 0 or begins)
        cut = reference_parse.parse(window + content, level, len(window))
        assert body == reference.encode_parse(content, cut)
        assert decode(body, LIMIT, window) == content
        window = (window + content)[-1 << window_bits :]


def test_blocks_are_the_same_once_what_is_kept_has_moved() -> None:
    encoder, window = aura_native.block_encoder(0, 14), b""
    for place in range(9):
        content = words(BLOCK, place // 2)
        body = encoder.encode(content, place == 0)
        assert decode(body, LIMIT, window) == content
        if place in {5, 8}:
            assert body == fast.encode_parse(content, parse(window + content, 0, len(window)))
        window = (window + content)[-1 << 14 :]


@pytest.mark.no_cover
@sampled(600)
@given(st.integers(0, 1 << 32))
def test_damage_is_refused_alike(seed: int) -> None:
    rng = random.Random(seed)
    body = bytearray(BODY)
    for _ in range(rng.randrange(1, 4)):
        if len(body) > 4 and rng.random() < 0.8:
            body[rng.randrange(4, len(body))] ^= 1 << rng.randrange(8)
        else:
            del body[rng.randrange(len(body) + 1) :]
            body += rng.randbytes(rng.randrange(4))
    max_size = rng.choice([LIMIT, len(TEXT), len(TEXT) - 1])
    assert outcome(decode, bytes(body), max_size) == outcome(reference.decode, bytes(body), max_size)


@pytest.mark.no_cover
@sampled(400)
@given(st.binary(max_size=300), st.integers(0, 3000), st.integers(0, 100), st.integers(0, 300))
def test_garbage_is_refused_alike(content: bytes, length: int, sequences: int, units: int) -> None:
    container = parse_body(BODY, LIMIT)
    claimed = type(container)(length, container.crc, sequences, units, b"\1\0\0\0" * 4 + content)
    body = build_body(claimed)
    assert outcome(decode, body) == outcome(reference.decode, body)


@sampled(300)
@given(st.binary(max_size=30))
@example(b"AURB\2")
@example(b"AURA")
@example(b"AURA\1")
@example(b"AURA\2\x80\0")
@example(b"AURA\2\x81\x80\x80\x80\x80")
@example(b"AURA\2\xff\xff\xff\xff")
def test_heads_are_refused_alike(head: bytes) -> None:
    for body in (head, b"AURA\2" + head):
        assert outcome(decode, body) == outcome(reference.decode, body)


@sampled(200)
@given(cuts())
def test_any_cut_is_read_alike(case: tuple[bytes, Parse]) -> None:
    body = reference.encode_parse(*case)
    assert outcome(decode, body) == outcome(reference.decode, body)


def test_the_backend_writes_and_reads_them() -> None:
    backend = get("native")
    wire = backend.encode_brio2(TEXT, 1)
    assert wire == get("fast").encode_brio2(TEXT, 1)
    assert backend.decode(wire, SharedState(), LIMIT) == TEXT
    errors = []
    for name in ("native", "fast"):
        with pytest.raises(DecodeError) as caught:
            get(name).decode(wire[:-2], SharedState(), LIMIT)
        errors.append((caught.value.code, caught.value.offset))
    assert errors[0] == errors[1]


def test_chunked_files_are_coded_natively_where_messages_are(monkeypatch: pytest.MonkeyPatch) -> None:
    content = words(3 * BLOCK // 2, 7)
    files = []
    for name in ("native", "fast"):
        monkeypatch.setenv("AURA_BACKEND", name)
        assert coders() is coders_of(name)
        compressor = coders().compressor(window_bits=12, level=0, frame_size=50_000)
        files.append(compressor.compress(content) + compressor.finish())
    assert files[0] == files[1]
    assert coders_of("native").compressor is not coders_of("fast").compressor
    decompressor = coders_of("native").decompressor()
    decompressor.feed(files[0])
    assert b"".join(decompressor.blocks()) == content
    decompressor = coders_of("native").decompressor()
    decompressor.feed(files[0][:2000] + b"\xff" + files[0][2001:])
    with pytest.raises(DecodeError):
        list(decompressor.blocks())


def test_memory_for_a_long_message_is_given_back() -> None:
    data = words(300_000, 9)
    body = aura_native.encode_brio2(data, 1)
    assert decode(body, len(data)) == data
    assert aura_native.encode_brio2(TEXT, 0) == BODY


def test_threads_write_together() -> None:
    payloads = [words(20_000, seed) for seed in range(4)]
    expected = [aura_native.encode_brio2(payload, 0) for payload in payloads]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda payload: aura_native.encode_brio2(payload, 0), payloads)) == expected


def test_wrong_arguments_are_refused() -> None:
    for call in (
        lambda: aura_native.encode_brio2(b"", 2),
        lambda: aura_native.block_encoder(0, 9),
        lambda: aura_native.block_encoder(0, 19),
        lambda: aura_native.block_encoder(0, 10).encode(b"", True),
        lambda: aura_native.block_encoder(0, 10).encode(bytes(BLOCK + 1), True),
        lambda: aura_native.decode_brio2(BODY, -1, b""),
    ):
        with pytest.raises(ValueError, match=r"level|window|content|max_size"):
            call()
    for call in (
        lambda: aura_native.encode_brio2(b""),
        lambda: aura_native.encode_brio2("", 0),
        lambda: aura_native.encode_brio2(b"", None),
        lambda: aura_native.block_encoder(0),
        lambda: aura_native.block_encoder(0, None),
        lambda: aura_native.block_encoder(0, 10).encode(b""),
        lambda: aura_native.block_encoder(0, 10).encode("", True),
        lambda: aura_native.decode_brio2(BODY, 1),
        lambda: aura_native.decode_brio2("", 1, b""),
        lambda: aura_native.decode_brio2(BODY, 1, ""),
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(EncodeError, match="at most 67108864"):
        aura_native.encode_brio2(bytes(MAX_LENGTH + 1), 0)
