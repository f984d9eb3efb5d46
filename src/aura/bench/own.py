"""AURA itself, as the benchmark sees it: the only module here that knows its interface."""

import aura
from aura.bench.codecs import Stateless

__all__ = ["AuraCodec"]


class AuraCodec(Stateless):
    """``aura.Codec`` at one level (0 to 3), with the default model or a trained one."""

    def __init__(self, level: int, model: aura.Model | None = None) -> None:
        self.name = "aura" if model is None else "aura+train"
        self._codec = aura.Codec(level=level, model=model)

    def encode(self, data: bytes) -> bytes:
        """Return one AURA message."""
        return self._codec.compress(data)

    def decode(self, wire: bytes) -> bytes:
        """Return the message of one AURA wire."""
        return self._codec.decompress(wire)
