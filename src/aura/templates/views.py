"""Windows of a message: eight successive bytes, as machine words, to be looked up in one call."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Final

WINDOW: Final = 8
STRIDE: Final = 4

_MAX_UNPACKED: Final = 1 << 9
"""Bytes from which it is quicker to look at windows in place than to unpack them."""

_UNPACK: Final = [Struct(f"={count}Q").unpack_from for count in range(_MAX_UNPACKED // WINDOW)]
"""By the number of windows, a function that takes them out of a message."""

Views = Sequence[Sequence[int] | memoryview]
"""Windows of a message."""


def views_of(message: bytes) -> Views:
    """The windows of a message that begin at every fourth byte."""
    size = len(message)
    if size < _MAX_UNPACKED:
        return [_UNPACK[size - start >> 3](message, start) for start in range(0, min(WINDOW, size), STRIDE)]
    view = memoryview(message)
    return [view[start : size - (size - start) % WINDOW].cast("Q") for start in range(0, WINDOW, STRIDE)]
