"""A codec that keeps results for messages that come again.

>>> import aura
>>> codec = CachedCodec(aura.Codec(), size=100)
>>> wires = codec.compress_batch(["Yes, please.", "No, thank you.", "Yes, please."])
>>> codec.compress("Yes, please.") == wires[0]
True
>>> codec.cache_info[0].hits, codec.cache_info[0].misses
(2, 2)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeGuard, TypeVar

from aura import arguments
from aura.codec_base import CodecBase, CodecWrapper
from aura.recent import CacheInfo, Recent
from aura_spec.errors import DecodeError

LONGEST: Final = 1 << 12
"""Bytes of the longest message or wire that is kept: longer ones hardly come again."""

DEFAULT_SIZE: Final = 1024
"""Results that are kept each way, unless the caller says otherwise."""

Result = TypeVar("Result", bytes, bytes | DecodeError)


class Cache:
    """The results of what was asked last, by content. Safe to share between threads."""

    def __init__(self, max_size: int) -> None:
        self._recent: Recent[bytes] = Recent(max_size)

    def look_up(
        self,
        keys: Sequence[bytes],
        find: Callable[[Sequence[bytes]], Sequence[Result]],
        *,
        basis: object,
        longest: int = sys.maxsize,
    ) -> list[Result]:
        """The results for ``keys``; those that are not kept, or longer than ``longest``, by ``find``.

        What is kept holds as long as ``basis`` is the same object.
        """
        results: dict[bytes, Result] = {
            key: kept for key, kept in self._recent.get(keys, basis).items() if len(kept) <= longest
        }
        missing = [key for key in dict.fromkeys(keys) if key not in results]
        found = dict(zip(missing, find(missing), strict=True))
        kept = {key: result for key, result in found.items() if _is_kept(result, key)}
        self._recent.put(kept, basis, hits=len(keys) - len(missing), misses=len(missing) - len(kept))
        results.update(found)
        return [results[key] for key in keys]

    @property
    def info(self) -> CacheInfo:
        """What it has done so far."""
        return self._recent.info


def _is_kept(result: bytes | DecodeError, key: bytes) -> TypeGuard[bytes]:
    return isinstance(result, bytes) and max(len(key), len(result)) <= LONGEST


class CachedCodec(CodecWrapper[CodecBase]):
    """A codec that keeps results, and looks up messages and wires that come again. Thread-safe.

    Results are kept while they and what they are of have at most 4 KiB, and dropped when a template is added.

    Args:
        codec: does the work; also one that processes share.
        size: results that are kept, each way; 1 or more. The least recently used goes first.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: ``size`` is below 1.
    """

    def __init__(self, codec: CodecBase, *, size: int = DEFAULT_SIZE) -> None:
        if not isinstance(codec, CodecBase):
            raise TypeError(f"codec is a Codec or PooledCodec, not {type(codec).__name__}")
        super().__init__(codec)
        self._size = arguments.whole_number("size", size, 1)
        self._wires = Cache(size)
        self._messages = Cache(size)

    def __reduce__(self) -> tuple[Callable[[CodecBase], CachedCodec], tuple[CodecBase]]:
        """Let a copy in another process keep results of its own."""
        return partial(CachedCodec, size=self._size), (self.codec,)

    @property
    def cache_info(self) -> tuple[CacheInfo, CacheInfo]:
        """How often results were kept already, of compressing and of decompressing."""
        return self._wires.info, self._messages.info

    def close(self) -> None:
        """Close the codec; results are kept, and it can be used further."""
        self.codec.close()

    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        """Code messages that are checked already, in order; those that are not kept by the codec."""
        return self._wires.look_up(messages, self.codec.encode_messages, basis=self.templates.snapshot())

    def decode_wires(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        """Read compressed messages, in order; in place of one that is refused there is an error of its own."""
        results = self._messages.look_up(
            wires,
            lambda missing: self.codec.decode_wires(missing, max_size),
            basis=self.templates.snapshot(),
            longest=max_size,
        )
        return [
            result.restated(result.reason) if isinstance(result, DecodeError) else result
            for result in results
        ]
