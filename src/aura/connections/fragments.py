"""Messages that an application gives whole or in fragments, as the library ``websockets`` takes them."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import cast

from websockets.typing import DataLike

Message = str | bytes
Fragments = DataLike | Iterable[DataLike] | AsyncIterable[DataLike]


async def joined(message: Fragments) -> Message | None:
    """A message that may come in fragments, of one type; None if there is none, which the library does not send."""
    if isinstance(message, str):
        return message
    if isinstance(message, (bytes, bytearray, memoryview)):
        return bytes(message)
    if isinstance(message, dict):
        raise TypeError("data is a dict-like object")
    if isinstance(message, AsyncIterable):
        pieces = [piece async for piece in message]
    elif isinstance(message, Iterable):
        pieces = list(message)
    else:
        raise TypeError("data must be str, bytes, iterable, or async iterable")
    if not pieces:
        return None
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(cast("list[str]", pieces))
    if all(isinstance(piece, (bytes, bytearray, memoryview)) for piece in pieces):
        return b"".join(cast("list[bytes]", pieces))
    raise TypeError("iterable must contain uniform types, bytes or str")
