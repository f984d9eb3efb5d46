"""Zstandard bodies (rules ZST-1 to ZST-7). The coding itself is the zstandard library's."""

from __future__ import annotations

import threading
from functools import lru_cache

import zstandard

from aura_spec import limits
from aura_spec.errors import ChecksumMismatch, LimitExceeded, Malformed
from aura_spec.zstd import parse_frame

_PIECE = 1 << 16
"""Bytes decoded at a time, so that a small body cannot make a decoder allocate its claim."""

_KEPT = 8
"""Compressors that a thread keeps, and dictionaries that are kept for all of them."""


class _Compressors(threading.local):
    """Compressors of a thread by level and dictionary: making one costs more than using it on a short message."""

    def __init__(self) -> None:
        self.get = lru_cache(_KEPT)(_make_compressor)


def _make_compressor(level: int, dictionary: bytes) -> zstandard.ZstdCompressor:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level,
        dict_size=len(dictionary),
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        write_checksum=False,
        write_content_size=False,
        write_dict_id=False,
    )
    return zstandard.ZstdCompressor(compression_params=parameters, dict_data=_raw_content(dictionary))


@lru_cache(_KEPT)
def _raw_content(dictionary: bytes) -> zstandard.ZstdCompressionDict | None:
    """A dictionary as the library takes it (rule ZST-7)."""
    if not dictionary:
        return None
    return zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


_compressors = _Compressors()


def encode(data: bytes, level: int = 19, dictionary: bytes = b"") -> bytes:
    """Write a Zstandard body without content size, checksum or dictionary id; ``level`` 1 to 19."""
    frame: bytes = _compressors.get(level, dictionary).compress(data)
    return frame


def decode(body: bytes, max_size: int, dictionary: bytes = b"") -> bytes:
    """Read a Zstandard body, which may refer to ``dictionary``.

    Raises:
        DecodeError: as the rules say; ``LimitExceeded`` if it decodes to more than ``max_size`` bytes.
    """
    frame = parse_frame(body, max_size)
    decoder = zstandard.ZstdDecompressor(
        dict_data=_raw_content(dictionary),
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        max_window_size=limits.MAX_WINDOW,
    )
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
