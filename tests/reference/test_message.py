"""Whole messages: every decoder on anything ends in the message or in a declared error."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable

import brotli as brotli_library
import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st
from tests.messages import MESSAGES, rendered
from tests.models import TRAINED

from aura_reference import message, typed
from aura_spec.errors import (
    ChecksumMismatch,
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    Truncated,
    UnknownModel,
    UnknownTemplate,
    Unsupported,
)
from aura_spec.marker import Marker
from aura_spec.shared_state import SharedState
from aura_spec.template import builtin, parse_patterns

SHARED_STATE = SharedState(phrases={1: b"hello"}, dictionary=b"How much wood would a woodchuck chuck?")
LIMIT = 1 << 20

Encoder = Callable[[bytes], bytes]
GENERAL: dict[str, Encoder] = {
    "stored": message.encode_stored,
    "brotli": message.encode_brotli,
    "brotli 0": lambda data: message.encode_brotli(data, 0),
    "zstd": message.encode_zstd,
    "zstd 1": lambda data: message.encode_zstd(data, 1),
    "brio": lambda data: message.encode_brio(data, SHARED_STATE),
    "brio with metadata": lambda data: message.encode_brio(data, SHARED_STATE, metadata=True),
}


@pytest.mark.parametrize("name", GENERAL)
@given(data=MESSAGES)
@example(data=b"")
@example(data=bytes(70_000))
def test_general_methods_round_trip(name: str, data: bytes) -> None:
    assert message.decode(GENERAL[name](data), SHARED_STATE) == data


@given(rendered())
def test_template_frames_round_trip(data: bytes) -> None:
    for template_id, template in builtin().items():
        values = template.match(data)
        if values is None:
            continue
        wire = message.encode_typed(template_id, values, SHARED_STATE)
        assert message.decode(wire, SHARED_STATE) == data
        assert len(wire) == 1 + typed.size(template_id, template, values)
        assert message.decode(message.encode_classic(template_id, values), SHARED_STATE) == data


@given(st.lists(st.binary(max_size=200), min_size=2, max_size=2))
def test_slots_of_typed_frames_hold_any_bytes(values: list[bytes]) -> None:
    shared_state = SharedState(parse_patterns({1000: "a{0}b{1:hex}c"}))
    wire = message.encode_typed(1000, values, shared_state)
    assert message.decode(wire, shared_state) == b"a" + values[0] + b"b" + values[1] + b"c"


@pytest.mark.parametrize("marker", [*range(0x0B, 0x10), *range(0x20, 0x80)])
def test_reserved_markers_are_refused(marker: int) -> None:
    """Rule MSG-2."""
    with pytest.raises(Unsupported) as caught:
        message.decode(bytes((marker, 1, 2, 3)))
    assert (caught.value.offset, caught.value.path) == (0, "marker")


@pytest.mark.parametrize("wire", ["80", "ff01", "03000000000000000080", "10", "1f01", "09000000000000000010"])
def test_messages_for_a_model_that_is_not_held_are_refused(wire: str) -> None:
    """Rules AUR-8, AUR-10, AUR-11, FRS-4 and ZST-8."""
    with pytest.raises(UnknownModel):
        message.decode(bytes.fromhex(wire))


DICTIONARY = b"How much wood would a woodchuck chuck, if a woodchuck could chuck wood?"


@given(MESSAGES, st.binary(min_size=1, max_size=40) | st.just(DICTIONARY), st.sampled_from([1, 3, 19]))
@example(DICTIONARY[7:50], DICTIONARY, 19)
@example(b"", b"\x37\xa4\x30\xec" * 3, 19)  # begins like a dictionary with tables, and is none
def test_zstd_with_a_dictionary_round_trips(data: bytes, dictionary: bytes, level: int) -> None:
    """Rule ZST-7."""
    wire = message.encode_zstd_dictionary(data, dictionary, level)
    assert wire[0] == Marker.ZSTANDARD_DICTIONARY
    assert message.decode(wire, SharedState(dictionary=dictionary)) == data


def test_the_dictionary_is_used_and_needed() -> None:
    """Rules ZST-7 and ZST-8."""
    data = DICTIONARY[9:60]
    wire = message.encode_zstd_dictionary(data, DICTIONARY)
    assert len(wire) < 20 < len(message.encode_zstd(data))
    with pytest.raises(UnknownModel) as caught:
        message.decode(wire)
    assert (caught.value.offset, caught.value.path) == (0, "marker")
    with pytest.raises(Malformed):
        message.decode(b"\x04" + wire[1:])
    with pytest.raises(LimitExceeded):
        message.decode(wire, SharedState(dictionary=DICTIONARY), len(data) - 1)


@given(st.binary(max_size=100))
def test_modelled_messages_round_trip(data: bytes) -> None:
    held = SharedState(model=TRAINED, models={b"12345678": TRAINED})
    wire = message.encode_auralite(data, TRAINED)
    assert message.decode(wire, held) == data
    explicit = message.encode_auralite_explicit(data, b"12345678", TRAINED)
    assert explicit == b"\x0312345678" + wire
    assert message.decode(explicit, held) == data


def decode_or_refuse(wire: bytes) -> None:
    """Decode; any exception but a declared one, with its code, fails the test."""
    try:
        decoded = message.decode(wire, SHARED_STATE, LIMIT)
    except DecodeError as error:
        assert error.code
        assert 0 <= error.offset <= len(wire)
    else:
        assert len(decoded) <= LIMIT


@given(st.sampled_from(list(Marker)), st.binary(max_size=600))
def test_random_bodies(marker: Marker, body: bytes) -> None:
    decode_or_refuse(bytes((marker,)) + body)


@given(st.binary(max_size=60))
def test_random_containers(body: bytes) -> None:
    decode_or_refuse(b"\x02AURA\x01" + body + bytes.fromhex("0010") * 256 + body)


@pytest.mark.parametrize("name", [name for name in GENERAL if name != "stored"])
def test_every_truncation_is_refused(name: str) -> None:
    wire = GENERAL[name](b"How much wood would a woodchuck chuck? " * 3 + bytes(range(64)))
    for length in range(len(wire)):
        with pytest.raises(DecodeError):
            message.decode(wire[:length], SHARED_STATE)


@pytest.mark.parametrize("name", [name for name in GENERAL if name != "stored"])
def test_trailing_bytes_are_refused(name: str) -> None:
    """Rule MSG-3."""
    wire = GENERAL[name](b"How much wood would a woodchuck chuck?")
    for tail in (b"\0", b"x", wire[1:]):
        with pytest.raises(DecodeError):
            message.decode(wire + tail, SHARED_STATE)


@pytest.mark.parametrize("name", GENERAL)
@given(data=st.binary(max_size=200), seed=st.integers(0, 1 << 32))
def test_flipped_bits_and_inserted_bytes(name: str, data: bytes, seed: int) -> None:
    rng = random.Random(seed)
    wire = bytearray(GENERAL[name](data))
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(wire))
        if rng.random() < 0.7:
            wire[place] ^= 1 << rng.randrange(8)
        else:
            wire[place:place] = rng.randbytes(rng.randrange(1, 9))
    decode_or_refuse(bytes(wire))


@given(rendered(), st.integers(0, 1 << 32))
def test_damaged_template_frames(data: bytes, seed: int) -> None:
    rng = random.Random(seed)
    for template_id, template in builtin().items():
        values = template.match(data)
        if values is not None:
            wires = (
                message.encode_typed(template_id, values, SHARED_STATE),
                message.encode_classic(template_id, values),
            )
            for wire in wires:
                damaged = bytearray(wire)
                damaged[rng.randrange(1, len(wire))] ^= 1 << rng.randrange(8)
                decode_or_refuse(bytes(damaged))
                decode_or_refuse(wire[: rng.randrange(len(wire))])


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        ("", Truncated),
        ("06", Truncated),
        ("068100", NonCanonical),
        ("068180", Truncated),
        ("06ffffffff7f", LimitExceeded),
        ("06ac02", UnknownTemplate),
        ("00ff00", UnknownTemplate),
        ("004d01000161", Malformed),  # one slot where template 77 has two
        ("004d02000161ffff", Truncated),
        ("064dffffffff0f61", Truncated),  # a slot that claims 4 GiB
        ("04a0ffffffff010000", LimitExceeded),  # a frame that claims 4 GiB
        ("04e0ffffffffffffffff010000", LimitExceeded),
        ("0421050100000000", UnknownModel),  # a dictionary id
        ("04210000010000", None),  # dictionary id 0 names none
        ("0420050100 00", Malformed),  # five bytes stated, none there
        ("042001150000 6161", Malformed),  # a compressed block that is none
        ("01", Truncated),
        ("01ff", Malformed),
    ],
)
def test_small_messages_that_claim_much(wire: str, error: type[DecodeError] | None) -> None:
    """Rules VAR-2, LIM-5, TYP-3, CLS-2, CLS-4, ZST-3, ZST-4 and BRO-1."""
    if error is None:
        assert message.decode(bytes.fromhex(wire)) == b""
    else:
        with pytest.raises(error):
            message.decode(bytes.fromhex(wire))


def test_bombs_stop_at_the_limit() -> None:
    """Rule LIM-1."""
    bomb = bytes(50_000_000)
    for wire in (message.encode_brotli(bomb, 5), message.encode_zstd(bomb, 3)):
        assert len(wire) < 10_000
        with pytest.raises(LimitExceeded):
            message.decode(wire, max_size=1 << 20)


@pytest.mark.parametrize("name", GENERAL)
def test_the_limit_is_exact(name: str) -> None:
    """Rule LIM-1."""
    wire = GENERAL[name](bytes(1000))
    assert message.decode(wire, SHARED_STATE, 1000) == bytes(1000)
    with pytest.raises(LimitExceeded):
        message.decode(wire, SHARED_STATE, 999)


def test_the_limit_holds_for_template_frames() -> None:
    """Rule LIM-1."""
    shared_state = SharedState(parse_patterns({1: "{0}" + ",{0}" * 500}))
    value = bytes(b"x" * 1000)
    size = 501 * 1000 + 500
    for wire in (message.encode_typed(1, [value], shared_state), message.encode_classic(1, [value])):
        assert len(message.decode(wire, shared_state, size)) == size
        with pytest.raises(LimitExceeded):
            message.decode(wire, shared_state, size - 1)


def test_a_typed_value_spelt_as_text_is_located() -> None:
    """Rule SLT-5."""
    with pytest.raises(NonCanonical) as caught:
        message.decode(bytes.fromhex("0655 00 02 3330 6462"))
    assert caught.value.path == "slots.0"


def zstd_body(data: bytes, **options: bool) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        3, format=zstandard.FORMAT_ZSTD1_MAGICLESS, **options
    )
    return zstandard.ZstdCompressor(compression_params=parameters).compress(data)


@pytest.mark.parametrize("size", [0, 5, 255, 256, 300, 65_791, 70_000])
def test_zstd_frames_of_other_encoders_are_read(size: int) -> None:
    """Rule ZST-1."""
    data = random.Random(size).randbytes(size // 2) + bytes(size - size // 2)
    wire = b"\x04" + zstd_body(data, write_content_size=True, write_checksum=True)
    assert message.decode(wire) == data


def test_a_wrong_zstd_checksum_is_a_mismatch() -> None:
    """Rule ZST-1."""
    wire = bytearray(b"\x04" + zstd_body(b"hello" * 20, write_checksum=True))
    wire[-1] ^= 1
    with pytest.raises(ChecksumMismatch):
        message.decode(bytes(wire))


def test_a_large_window_is_refused() -> None:
    """Rules ZST-4 and LIM-2."""
    body = bytearray(zstd_body(b"hello" * 20, write_content_size=False))
    assert body[0] >> 5 & 1 == 0
    body[1] = (13 << 3) | 1  # 8 MiB and an eighth
    with pytest.raises(LimitExceeded):
        message.decode(b"\x04" + bytes(body))
    body[1] = 13 << 3
    assert message.decode(b"\x04" + bytes(body)) == b"hello" * 20
    stated = b"\x04\xa0" + (9 << 20).to_bytes(4, "little") + b"\x01\x00\x00"
    with pytest.raises(LimitExceeded, match="window"):
        message.decode(stated)


def test_brotli_streams_of_other_encoders_are_read() -> None:
    """Rule BRO-3."""
    data = b"The quick brown fox. " * 40
    for quality in (0, 5, 11):
        for window in (10, 16, 24):
            body = brotli_library.compress(data, quality=quality, lgwin=window)
            assert message.decode(b"\x01" + body) == data


def test_large_windows_are_no_brotli() -> None:
    """Rule BRO-2: this header announces the large-window extension, 2^25 bytes, and an empty last meta-block."""
    with pytest.raises(Malformed):
        message.decode(bytes.fromhex("01 11 d9"))


def test_deflate_is_not_brotli() -> None:
    """Rule BRO-1."""
    with pytest.raises(DecodeError):
        message.decode(b"\x01" + zlib.compress(b"hello" * 20))


def test_classic_frames_have_narrow_fields() -> None:
    """Rules CLS-1 and CLS-3."""
    with pytest.raises(EncodeError):
        message.encode_classic(256, ())
    with pytest.raises(EncodeError):
        message.encode_classic(20, (b"x" * 65_536,))
    with pytest.raises(EncodeError):
        message.encode_classic(20, (b"\xff",))
