"""What other compressors take for the messages of a connection, each with the messages before in its window."""

from __future__ import annotations

import threading
import zlib
from collections import deque
from dataclasses import dataclass
from typing import Final

import brotli
import zstandard

WINDOW_BITS: Final = 15
"""Log2 of the bytes that each peer looks back: 32 KiB, about what a stream of AURA takes."""

KEPT: Final = 1000
"""Messages of a direction whose sizes are kept."""

MAX_WAITING: Final = 64
"""Messages of a direction that may wait to be measured; beyond them, none is measured any more."""

_SYNC: Final = b"\0\0\xff\xff"
"""What ends a flush of deflate; RFC 7692, 7.2.1, has the sender drop it."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes that a message takes.

    Attributes:
        number: messages of the direction before it.
        plain: of the text in UTF-8.
        deflate: with permessage-deflate and its defaults.
        zstd: with Zstandard 19, a frame for the connection and a block for each message.
        brotli: with Brotli 11, flushed after each message.
    """

    number: int
    plain: int
    deflate: int
    zstd: int
    brotli: int


class Peers:
    """One direction of a connection, as each peer compresses it.

    Messages are measured only when someone asks, so that a page that shows no figures costs no time. They may be
    added while another thread asks.
    """

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(wbits=-WINDOW_BITS)
        parameters = zstandard.ZstdCompressionParameters.from_level(
            19, window_log=WINDOW_BITS, write_content_size=0, format=zstandard.FORMAT_ZSTD1_MAGICLESS
        )
        self._zstd = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        self._brotli = brotli.Compressor(quality=11, lgwin=WINDOW_BITS)
        self._waiting: deque[str] = deque()
        self._is_over = False
        self._lock = threading.Lock()
        self._measured: deque[Sizes] = deque(maxlen=KEPT)
        self._number = 0

    def add(self, text: str) -> None:
        """Let a message be measured when someone asks. Nobody seems to ask if too many wait."""
        self._is_over = self._is_over or len(self._waiting) >= MAX_WAITING
        if not self._is_over:
            self._waiting.append(text)

    def sizes(self, after: int) -> list[Sizes]:
        """The sizes of messages, without the first ``after`` ones. Takes milliseconds a message."""
        with self._lock:
            while self._waiting:
                self._measure()
            return [sizes for sizes in self._measured if sizes.number >= after]

    def _measure(self) -> None:
        plain = self._waiting.popleft().encode()
        deflated = self._deflate.compress(plain) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        block = self._zstd.compress(plain) + self._zstd.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        flushed = self._brotli.process(plain) + self._brotli.flush()
        sizes = Sizes(self._number, len(plain), len(deflated.removesuffix(_SYNC)), len(block), len(flushed))
        self._measured.append(sizes)
        self._number += 1
