"""Checks of the options of chunked files, made before anything is opened or overwritten."""

from __future__ import annotations

from aura import arguments
from aura.files.coders import coders
from aura.files.pieces import WINDOW_BITS
from aura_fast.chunked import Compressor
from aura_spec.chunked import MAX_WINDOW_BITS, MIN_WINDOW_BITS
from aura_spec.errors import EncodeError


def new_compressor(
    *, window_bits: int = WINDOW_BITS, level: int = 0, frame_size: int | None = None
) -> Compressor:
    """A compressor with these options.

    Raises:
        TypeError: one is no ``int``, or a ``bool``.
        EncodeError: one is out of range.
    """
    try:
        return coders().compressor(
            window_bits=arguments.whole_number("window_bits", window_bits, MIN_WINDOW_BITS, MAX_WINDOW_BITS),
            level=arguments.whole_number("level", level, 0, 1),
            frame_size=None if frame_size is None else arguments.whole_number("frame_size", frame_size, 1),
        )
    except ValueError as error:
        raise EncodeError(str(error)) from None


def checked_max_size(max_size: int | None) -> int | None:
    """The bytes that content may have; None if any number.

    Raises:
        TypeError: it is neither an ``int`` nor None.
        ValueError: it is below 0.
    """
    return None if max_size is None else arguments.whole_number("max_size", max_size, 0)
