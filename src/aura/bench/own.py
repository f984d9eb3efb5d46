"""AURA itself, as the benchmark sees it: the only module here that knows its interface."""

import aura
from aura.bench.codecs import Stateless

__all__ = ["AuraCodec"]


class AuraCodec(Stateless):
    """``aura.Codec`` with the default model at one level (0 to 3)."""

    name = "aura"

    def __init__(self, level: int) -> None:
        self._codec = aura.Codec(level=level)

    def encode(self, data: bytes) -> bytes:
        """Return one AURA message."""
        return self._codec.compress(data)

    def decode(self, wire: bytes) -> bytes:
        """Return the message of one AURA wire."""
        return self._codec.decompress(wire)
