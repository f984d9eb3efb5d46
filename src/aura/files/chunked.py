r"""Payloads too large for memory, coded as they come (chapter ``chunked`` of the specification).

>>> chunks = (b"GET /health 200 %d ms\n" % (n % 7) for n in range(9999))
>>> wire = b"".join(compress_iter(chunks))
>>> len(wire) < 9999, sum(map(len, decompress_iter([wire[:100], wire[100:]])))
(True, 209979)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aura.files.coders import coders
from aura.files.options import checked_max_size, new_compressor
from aura.files.pieces import WINDOW_BITS, pieces
from aura_fast.chunked import Compressor, Decompressor


def compress_iter(
    chunks: Iterable[bytes], *, window_bits: int = WINDOW_BITS, level: int = 0, frame_size: int | None = None
) -> Iterator[bytes]:
    """Code a stream of bytes, in constant memory; the first output comes after the first 64 KiB.

    Args:
        chunks: the content, cut anywhere.
        window_bits: matches reach 2^window_bits bytes back, 10 to 18. Both ends need some more memory for more.
        level: 0, or 1 to take more time and give smaller output.
        frame_size: bytes of content between places where reading can begin, 1 or more; the file has an index then.
            An index has room for at least 58,000 frames, usually for 170,000.

    Raises:
        EncodeError: an argument is out of range, or ``frame_size`` is too small for so much content.
        TypeError: ``chunks`` is bytes or a string itself, or an option is no whole number.
    """
    compressor = new_compressor(window_bits=window_bits, level=level, frame_size=frame_size)
    return _compressed(compressor, pieces(chunks))


def _compressed(compressor: Compressor, content: Iterable[bytes]) -> Iterator[bytes]:
    for piece in content:
        if output := compressor.compress(piece):
            yield output
    yield compressor.finish()


def decompress_iter(chunks: Iterable[bytes], *, max_size: int | None = None) -> Iterator[bytes]:
    """Read a stream of bytes, in constant memory.

    Args:
        chunks: the output of ``compress_iter``, cut anywhere.
        max_size: bytes that the whole content may have; any if None.

    Raises:
        DecodeError: the stream is refused. The content before the error has been yielded, but it is not all.
        TypeError: ``chunks`` is bytes or a string itself, or ``max_size`` is no whole number.
        ValueError: ``max_size`` is below 0.
    """
    return _decompressed(coders().decompressor(max_size=checked_max_size(max_size)), pieces(chunks))


def _decompressed(decompressor: Decompressor, wire: Iterable[bytes]) -> Iterator[bytes]:
    for piece in wire:
        decompressor.feed(piece)
        yield from decompressor.blocks()
    decompressor.finish()
