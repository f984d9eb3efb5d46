import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from aura.bench.codecs import BenchCodec, RefusedError
from aura.bench.dictionary import Dictionary, Recipe, choose_dictionary
from aura.bench.peers import BrotliPeer, DeflateDictionaryPeer, ZstdDictionaryPeer, ZstdPeer
from aura.bench.streams import PermessageDeflatePeer, ZstdStreamPeer

from .messages import conversations, texts

MAX_SIZE = 1 << 16
RAW = Dictionary(b" ".join(text.encode() for text in texts(200)), Recipe(64 * 1024, None))
TRAINED = choose_dictionary(conversations(400), lambda _count: None)

PEERS: dict[str, Callable[[Dictionary], BenchCodec]] = {
    "zstd-3": lambda _: ZstdPeer(3, max_size=MAX_SIZE),
    "zstd-19": lambda _: ZstdPeer(19, max_size=MAX_SIZE),
    "zstd-19+dict": lambda d: ZstdDictionaryPeer(19, d, max_size=MAX_SIZE),
    "brotli-5": lambda _: BrotliPeer(5, max_size=MAX_SIZE),
    "brotli-11": lambda _: BrotliPeer(11, max_size=MAX_SIZE),
    "deflate+dict": lambda d: DeflateDictionaryPeer(d, max_size=MAX_SIZE),
    "permessage-deflate": lambda _: PermessageDeflatePeer(max_size=MAX_SIZE),
    "zstd-19+dict stream": lambda d: ZstdStreamPeer(19, d, max_size=MAX_SIZE),
}
STATEFUL = ("permessage-deflate", "zstd-19+dict stream")


@pytest.fixture(params=PEERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("dictionary", [RAW, TRAINED], ids=["raw", "trained"])
def test_round_trips_with_resets(name: str, dictionary: Dictionary) -> None:
    codec = PEERS[name](dictionary)
    assert codec.name == name
    assert codec.stateful == (name in STATEFUL)
    for _conversation in range(3):
        codec.reset()
        for message in [b"", b"a", b"", *(text.encode() for text in texts(20)), b"\0" * MAX_SIZE]:
            assert codec.decode(codec.encode(message)) == message


@given(messages=st.lists(st.binary(max_size=300), max_size=8))
def test_any_bytes_round_trip(messages: list[bytes]) -> None:
    for build in PEERS.values():
        codec = build(RAW)
        assert [codec.decode(codec.encode(message)) for message in messages] == messages


def test_decoders_refuse_more_than_the_largest_message(name: str) -> None:
    codec = PEERS[name](RAW)
    wire = codec.encode(b"a" * (MAX_SIZE + 1))
    with pytest.raises((RefusedError, zstandard.ZstdError)):
        codec.decode(wire)


@pytest.mark.parametrize("name", [name for name in PEERS if name not in STATEFUL])
def test_decoders_refuse_a_message_cut_short(name: str) -> None:
    codec = PEERS[name](RAW)
    wire = codec.encode(b"The quick brown fox jumps over the lazy dog")
    with pytest.raises((RefusedError, zstandard.ZstdError, zlib.error, brotli.error)):
        codec.decode(wire[:-1])


@pytest.mark.parametrize("name", STATEFUL)
def test_a_stream_remembers_until_it_is_reset(name: str) -> None:
    codec = PEERS[name](RAW)
    message = b"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    codec.reset()
    first = codec.encode(message)
    again = codec.encode(message)
    assert len(again) < len(first) / 2
    codec.reset()
    assert codec.encode(message) == first


@pytest.mark.parametrize("name", ["zstd-19+dict", "deflate+dict", "zstd-19+dict stream"])
def test_a_dictionary_pays(name: str) -> None:
    message = texts(1)[0].encode()
    assert len(PEERS[name](RAW).encode(message)) < len(message) / 2


def test_the_zstd_frame_is_the_smallest_there_is() -> None:
    # Frame header, window size, three bytes of block header.
    assert ZstdPeer(19, max_size=MAX_SIZE).encode(b"") == bytes.fromhex("00 00 010000")


def test_permessage_deflate_agrees_with_the_rfc() -> None:
    # RFC 7692 section 7.2.3.1 and 7.2.3.2: "Hello" twice, the second time from the context.
    codec = PermessageDeflatePeer(max_size=MAX_SIZE)
    assert codec.encode(b"Hello").hex() == "f248cdc9c90700"
    assert codec.encode(b"Hello").hex() == "f200110000"
    # Section 7.2.3.6: an empty message is one byte.
    assert codec.encode(b"") == b"\x00"


def test_large_messages_get_a_large_window() -> None:
    block = bytes(range(256)) * 16
    noise = zlib.compress(b"".join(text.encode() for text in texts(30_000)))[:70_000]
    assert len(noise) == 70_000
    wire = BrotliPeer(5, max_size=1 << 20).encode(block + noise + block)
    assert len(wire) < 70_000 + 1000
