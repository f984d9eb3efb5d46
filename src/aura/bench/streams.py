"""Stateful peers: one compressor for a conversation, flushed after each message.

They see what the same conversation said before, which no stateless codec does, and pay with memory
for every connection at both ends and with never losing a message.  The end of the conversation
(deflate's final block, zstd's last block) is not sent and not counted, as on an open connection.
"""

import zlib

import zstandard

from aura.bench.codecs import bounded
from aura.bench.dictionary import Dictionary
from aura.bench.peers import RAW_DEFLATE
from aura.bench.zstd_frame import FORMAT, parameters

__all__ = ["PermessageDeflatePeer", "ZstdStreamPeer"]

# What a sync flush ends with; RFC 7692 section 7.2.1 has the sender drop it.
SYNC_TRAILER = b"\x00\x00\xff\xff"


class PermessageDeflatePeer:
    """The WebSocket extension permessage-deflate (RFC 7692) with context takeover at both ends.

    The settings are zlib's and thus those of the ``ws`` package for Node.js: level 6, memLevel 8, a
    window of 2**15 bytes.  The ``websockets`` package for Python saves memory with a server window of
    2**12 and memLevel 5, which compresses less.  Two things that ``ws`` does are left out: it sends
    messages under 1024 bytes uncompressed, and every message has a frame header of 2 to 14 bytes,
    which any codec's messages would have on a WebSocket.  Decodes to at most ``max_size`` bytes.
    """

    name = "permessage-deflate"
    stateful = True

    def __init__(self, *, max_size: int) -> None:
        self._max_size = max_size
        self.reset()

    def reset(self) -> None:
        """Open a new connection."""
        self._compressor = zlib.compressobj(wbits=RAW_DEFLATE)
        self._decompressor = zlib.decompressobj(RAW_DEFLATE)

    def encode(self, data: bytes) -> bytes:
        """Return the payload of one WebSocket message."""
        wire = self._compressor.compress(data) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        return wire.removesuffix(SYNC_TRAILER)

    def decode(self, wire: bytes) -> bytes:
        """Return the message of one WebSocket payload."""
        data = self._decompressor.decompress(wire + SYNC_TRAILER, self._max_size + 1)
        return bounded(data, self._max_size)


class ZstdStreamPeer:
    """zstd with a dictionary, one frame a conversation, a block flushed after each message.

    python-zstandard cannot bound what a flushed block decodes to (at most 128 KiB for each three
    bytes), so the bound of ``max_size`` bytes is checked afterwards.
    """

    stateful = True

    def __init__(self, level: int, dictionary: Dictionary, *, max_size: int) -> None:
        self.name = f"zstd-{level}+dict stream"
        self._max_size = max_size
        self._compressor = zstandard.ZstdCompressor(
            compression_params=parameters(level), dict_data=dictionary.precompute(level)
        )
        self._decompressor = zstandard.ZstdDecompressor(dict_data=dictionary.load(), format=FORMAT)
        self.reset()

    def reset(self) -> None:
        """Start a new frame."""
        self._encoder = self._compressor.compressobj()
        self._decoder = self._decompressor.decompressobj()

    def encode(self, data: bytes) -> bytes:
        """Return the blocks of one message, and the frame header before the first."""
        wire = self._encoder.compress(data)
        return wire + self._encoder.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def decode(self, wire: bytes) -> bytes:
        """Return what the blocks hold."""
        return bounded(self._decoder.decompress(wire), self._max_size)
