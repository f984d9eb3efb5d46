"""Stateless peers: zstd, Brotli and deflate, used as someone who knows them would.

What can be kept from message to message without changing the bytes is kept: compressor objects,
dictionaries with their tables laid out, a primed deflate state.  Decoders bound their output.
"""

import zlib

import brotli
import zstandard

from aura.bench.codecs import RefusedError, Stateless, bounded
from aura.bench.dictionary import Dictionary
from aura.bench.zstd_frame import FORMAT, parameters

__all__ = ["BrotliPeer", "DeflateDictionaryPeer", "ZstdDictionaryPeer", "ZstdPeer"]

RAW_DEFLATE = -15  # a window of 2**15 bytes; negative for neither header nor checksum
DEFLATE_WINDOW = 1 << 15
DEFLATE_LEVEL = 9
# Brotli spells a window of 2**16 bytes in 1 bit and its default of 2**22 in 4, and a message up to
# 16 bytes short of the window gains nothing from a larger one.
SMALL_WINDOW_LOG = 16
SMALL_WINDOW = (1 << SMALL_WINDOW_LOG) - 16
LARGE_WINDOW_LOG = 22


class ZstdPeer(Stateless):
    """zstd at one level (1 to 22), without a dictionary; decodes to at most ``max_size`` bytes."""

    def __init__(self, level: int, *, max_size: int) -> None:
        self.name = f"zstd-{level}"
        self._max_size = max_size
        self._compressor = zstandard.ZstdCompressor(compression_params=parameters(level))
        self._decompressor = zstandard.ZstdDecompressor(format=FORMAT)

    def encode(self, data: bytes) -> bytes:
        """Return one magicless frame."""
        return self._compressor.compress(data)

    def decode(self, wire: bytes) -> bytes:
        """Return the content of one magicless frame."""
        return self._decompressor.decompress(wire, max_output_size=self._max_size)


class ZstdDictionaryPeer(ZstdPeer):
    """zstd at one level with a dictionary, its tables laid out once for that level."""

    def __init__(self, level: int, dictionary: Dictionary, *, max_size: int) -> None:
        super().__init__(level, max_size=max_size)
        self.name = f"zstd-{level}+dict"
        self._compressor = zstandard.ZstdCompressor(
            compression_params=parameters(level), dict_data=dictionary.precompute(level)
        )
        self._decompressor = zstandard.ZstdDecompressor(dict_data=dictionary.load(), format=FORMAT)


class BrotliPeer(Stateless):
    """Brotli at one quality (0 to 11); decodes to at most ``max_size`` bytes.

    The binding cannot reuse an encoder, so each message pays for a new one.  Text mode was tried and
    changes nothing on short messages; the smaller window saves 0.1 to 0.7 %.
    """

    def __init__(self, quality: int, *, max_size: int) -> None:
        self.name = f"brotli-{quality}"
        self._quality = quality
        self._max_size = max_size

    def encode(self, data: bytes) -> bytes:
        """Return one Brotli stream."""
        window = SMALL_WINDOW_LOG if len(data) <= SMALL_WINDOW else LARGE_WINDOW_LOG
        wire: bytes = brotli.compress(data, quality=self._quality, lgwin=window)
        return wire

    def decode(self, wire: bytes) -> bytes:
        """Return the content of one Brotli stream."""
        decompressor = brotli.Decompressor()
        # The limit stops the buffer from growing; it may have grown past it by one step before.
        data: bytes = decompressor.process(wire, output_buffer_limit=self._max_size)
        if not decompressor.is_finished():
            raise RefusedError("cut short, or larger than allowed")
        return bounded(data, self._max_size)


class DeflateDictionaryPeer(Stateless):
    """Raw deflate, level 9, with the last 32 KiB of the zstd dictionary preset.

    The trainer puts the best segments last, so these are the part of the dictionary worth most.
    Priming takes longer than compressing a short message, so it is done once and copied.
    """

    name = "deflate+dict"

    def __init__(self, dictionary: Dictionary, *, max_size: int) -> None:
        self._preset = dictionary.content[-DEFLATE_WINDOW:]
        self._max_size = max_size
        self._primed = zlib.compressobj(DEFLATE_LEVEL, wbits=RAW_DEFLATE, zdict=self._preset)

    def encode(self, data: bytes) -> bytes:
        """Return one raw deflate stream."""
        compressor = self._primed.copy()
        return compressor.compress(data) + compressor.flush()

    def decode(self, wire: bytes) -> bytes:
        """Return the content of one raw deflate stream."""
        decompressor = zlib.decompressobj(RAW_DEFLATE, zdict=self._preset)
        data = decompressor.decompress(wire, self._max_size + 1)
        bounded(data, self._max_size)
        if not decompressor.eof:
            raise RefusedError("cut short")
        return data
