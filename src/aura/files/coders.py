"""What codes chunked files: the native core where the codec uses it, too, else numpy."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from aura import native
from aura_fast.chunked import Compressor, Decompressor


class Coders(NamedTuple):
    """The two classes that code chunked files."""

    compressor: type[Compressor]
    decompressor: type[Decompressor]


def coders() -> Coders:
    """Those of the backend that ``"auto"`` stands for; of the reference, which takes too long, those of ``fast``.

    Raises:
        ValueError: ``AURA_BACKEND`` names no backend, or ``native`` where there is none.
    """
    return coders_of(native.choose().backend)


@cache
def coders_of(backend: str) -> Coders:
    """Those of a backend by name; ``native`` only where it is installed."""
    if backend != "native":
        return Coders(Compressor, Decompressor)
    from aura.files.native_chunked import NativeCompressor, NativeDecompressor  # noqa: PLC0415  # where it is there

    return Coders(NativeCompressor, NativeDecompressor)
