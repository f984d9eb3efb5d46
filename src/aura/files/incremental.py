r"""Chunked data piece by piece, with the calls of ``bz2``, ``lzma`` and ``compression.zstd``.

>>> compressor = AuraCompressor()
>>> wire = b"".join(compressor.compress(b"GET /health 200 %d ms\n" % (n % 7)) for n in range(9999))
>>> wire += compressor.flush()
>>> decompressor = AuraDecompressor()
>>> len(wire) < 9999, decompressor.decompress(wire + b"more", max_length=12)
(True, b'GET /health ')
>>> len(decompressor.decompress(b"")), decompressor.eof, decompressor.unused_data
(209967, True, b'more')
"""

from __future__ import annotations

import operator
import threading

from aura.files.buffers import ReadableBuffer
from aura.files.coders import coders
from aura.files.options import checked_max_size, new_compressor
from aura.files.pieces import WINDOW_BITS, cut


class AuraCompressor:
    """Codes content that comes in parts as one chunked file; holds at most 64 KiB of it. Thread-safe.

    Args:
        level: 0, or 1 to take more time and give smaller output.
        window_bits: matches reach 2^window_bits bytes back, 10 to 18.
        frame_size: as for :func:`aura.compress_iter`.

    Raises:
        EncodeError: an argument is out of range.
        TypeError: an argument is no whole number.
    """

    def __init__(
        self, *, level: int = 0, window_bits: int = WINDOW_BITS, frame_size: int | None = None
    ) -> None:
        self._compressor = new_compressor(window_bits=window_bits, level=level, frame_size=frame_size)
        self._is_over = False
        self._lock = threading.Lock()

    def compress(self, data: ReadableBuffer, /) -> bytes:
        """Add content; return what can be written of the file, ``b""`` if that is nothing yet.

        Raises:
            ValueError: the file has its end already.
            EncodeError: ``frame_size`` is too small for so much content.
        """
        with self._lock:
            self._check()
            return b"".join(map(self._compressor.compress, cut(data)))

    def flush_block(self) -> bytes:
        """End the block; return what is needed to read all content so far. Costs some bytes.

        Raises:
            ValueError: the file has its end already.
            EncodeError: ``frame_size`` is too small for so much content.
        """
        with self._lock:
            self._check()
            return self._compressor.flush()

    def flush(self) -> bytes:
        """Return the rest of the file, its end included; nothing can be added then.

        Raises:
            ValueError: the file has its end already.
            EncodeError: ``frame_size`` is too small for so much content.
        """
        with self._lock:
            self._check()
            self._is_over = True
            return self._compressor.finish()

    def _check(self) -> None:
        if self._is_over:
            raise ValueError("the compressor has been flushed")


class AuraDecompressor:
    """Reads one chunked file that comes in parts. Thread-safe.

    It holds what it was given and has not read, and one block of content, at most 256 KiB. After an error every
    call raises that error again.

    Args:
        max_size: bytes that the whole content may have; any if None.

    Raises:
        TypeError: ``max_size`` is no whole number.
        ValueError: ``max_size`` is below 0.
    """

    def __init__(self, *, max_size: int | None = None) -> None:
        self._decompressor = coders().decompressor(max_size=checked_max_size(max_size))
        self._content = memoryview(b"")
        self._needs_input = True
        self._lock = threading.Lock()

    @property
    def eof(self) -> bool:
        """Whether the whole file was read, and all its content returned.

        A file that ends before is cut short: nothing else says so.
        """
        return self._decompressor.is_over and not self._content

    @property
    def needs_input(self) -> bool:
        """Whether :meth:`decompress` needs more of the file before it can return more content."""
        return self._needs_input and not self.eof

    @property
    def unused_data(self) -> bytes:
        """Bytes that were given after the end of the file; ``b""`` before :attr:`eof`."""
        return self._decompressor.rest if self.eof else b""

    def decompress(self, data: ReadableBuffer, max_length: int = -1) -> bytes:
        """Add bytes of the file; return content, at most ``max_length`` bytes, or all there is if that is below 0.

        The rest of the content comes with the next calls; see :attr:`needs_input`.

        Raises:
            EOFError: the end of the file was reached before.
            DecodeError: the file is refused; content of this call is lost, which ``aura.decompress_iter`` yields.
            TypeError: ``data`` is not bytes-like, or ``max_length`` no whole number; nothing is added then.
        """
        wire, length = bytes(memoryview(data)), operator.index(max_length)  # or nothing has happened
        with self._lock:
            if self.eof:
                raise EOFError("the end of the file was reached already")
            self._decompressor.feed(wire)
            return self._read(length)

    def _read(self, max_length: int) -> bytes:
        output = bytearray()
        self._needs_input = False
        while max_length < 0 or len(output) < max_length:
            if not self._content:
                block = self._decompressor.next_block()
                if block is None:
                    self._needs_input = True
                    break
                self._content = memoryview(block)
            size = len(self._content) if max_length < 0 else max_length - len(output)
            output += self._content[:size]
            self._content = self._content[size:]
        return bytes(output)
