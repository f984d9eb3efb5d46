"""Zstandard bodies (rules ZST-1 to ZST-6). The coding itself is the zstandard library's."""

from __future__ import annotations

import threading

import zstandard

from aura_spec.errors import ChecksumMismatch, LimitExceeded, Malformed
from aura_spec.limits import MAX_WINDOW
from aura_spec.zstd import parse_frame

_PIECE = 1 << 16
"""Bytes decoded at a time, so that a small body cannot make a decoder allocate its claim."""

_compressors = threading.local()
"""A compressor a thread and level: making one costs more than using it on a short message."""


def encode(data: bytes, level: int = 19) -> bytes:
    """Write a Zstandard body without content size, checksum or dictionary id; ``level`` 1 to 19."""
    compressor = getattr(_compressors, str(level), None)
    if compressor is None:
        parameters = zstandard.ZstdCompressionParameters.from_level(
            level,
            format=zstandard.FORMAT_ZSTD1_MAGICLESS,
            write_checksum=False,
            write_content_size=False,
            write_dict_id=False,
        )
        compressor = zstandard.ZstdCompressor(compression_params=parameters)
        setattr(_compressors, str(level), compressor)
    frame: bytes = compressor.compress(data)
    return frame


def decode(body: bytes, max_size: int) -> bytes:
    """Read a Zstandard body.

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if it decodes to more than ``max_size`` bytes.
    """
    frame = parse_frame(body, max_size)
    decoder = zstandard.ZstdDecompressor(format=zstandard.FORMAT_ZSTD1_MAGICLESS, max_window_size=MAX_WINDOW)
    output = bytearray()
    try:
        with decoder.stream_reader(body) as reader:
            while piece := reader.read(_PIECE):
                output += piece
                if len(output) > max_size:
                    raise LimitExceeded(f"the message decodes to more than {max_size} bytes", 1)
    except zstandard.ZstdError as error:
        if frame.has_checksum and "checksum" in str(error):
            raise ChecksumMismatch("the content checksum disagrees", len(body) - 3) from None
        raise Malformed("not one frame of RFC 8878", 1, "blocks") from None
    return bytes(output)
