"""Backends: implementations of the formats that a codec can use.

A backend is a module with the functions of :class:`Backend`. All backends give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

import aura_reference.message
from aura_spec.context_model import ContextModel
from aura_spec.knowledge import Knowledge
from aura_spec.template import Template


class Backend(Protocol):
    """What a codec asks of an implementation; documented in ``aura_reference.message``."""

    def decode(self, wire: bytes, knowledge: Knowledge | None, max_size: int) -> bytes:
        """Read a message."""

    def encode_auralite(self, data: bytes, model: ContextModel) -> bytes:
        """Write an AURALITE message for the implied model."""

    def encode_auralite_explicit(self, data: bytes, model_id: bytes, model: ContextModel) -> bytes:
        """Write an AURALITE message that names its model."""

    def encode_stored(self, data: bytes) -> bytes:
        """Write a stored message."""

    def encode_brotli(self, data: bytes, quality: int) -> bytes:
        """Write a Brotli message; ``quality`` 0 to 11."""

    def encode_zstd(self, data: bytes, level: int) -> bytes:
        """Write a Zstandard message; ``level`` 1 to 19."""

    def encode_zstd_dictionary(self, data: bytes, dictionary: bytes, level: int) -> bytes:
        """Write a Zstandard message for the model's dictionary; ``level`` 1 to 19."""

    def encode_brio(self, data: bytes, knowledge: Knowledge) -> bytes:
        """Write a BRIO version 1 message."""

    def encode_typed(self, template_id: int, values: Sequence[bytes], knowledge: Knowledge) -> bytes:
        """Write a typed template frame."""

    def encode_foreseen(
        self,
        template_id: int,
        values: Sequence[bytes],
        templates: Mapping[int, Template],
        model: ContextModel,
    ) -> bytes:
        """Write a foreseen template frame for the implied model."""

    def encode_classic(self, template_id: int, values: Sequence[bytes]) -> bytes:
        """Write a classic template frame."""


BACKENDS: Final[Mapping[str, Backend]] = MappingProxyType({"reference": aura_reference.message})


def get(name: str) -> Backend:
    """The backend of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in BACKENDS:
        raise ValueError(f"backend {name!r} is not one of {', '.join(BACKENDS)}")
    return BACKENDS[name]
