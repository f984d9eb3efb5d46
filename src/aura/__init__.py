"""AURA: a formally specified codec for short messages.

>>> import aura
>>> wire = aura.compress("I don't have access to the internet.")
>>> len(wire) < 10, aura.decompress(wire).decode()
(True, "I don't have access to the internet.")
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from aura.codec import Codec, compress, decompress
from aura.errors import (
    AuraError,
    ChecksumMismatch,
    Code,
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    StreamDesync,
    TemplateError,
    Truncated,
    UnknownModel,
    UnknownTemplate,
    Unsupported,
)
from aura.explain import Explanation, explain
from aura.model import Model
from aura.selection import Method
from aura.templates import TemplateLibrary
from aura.train import train
from aura_spec.phrase import parse_phrases

if TYPE_CHECKING:
    from aura.chunked import compress_stream, decompress_stream, open  # noqa: A004  # as gzip.open and its like
    from aura.hybrid import CompressionResult, HybridCompressor, ProductionHybridCompressor, Statistics
    from aura.stream import Stream

__version__ = "0.1.0"

__all__ = [
    "AuraError",
    "ChecksumMismatch",
    "Code",
    "Codec",
    "CompressionResult",
    "DecodeError",
    "EncodeError",
    "Explanation",
    "HybridCompressor",
    "LimitExceeded",
    "Malformed",
    "Method",
    "Model",
    "NonCanonical",
    "ProductionHybridCompressor",
    "Statistics",
    "Stream",
    "StreamDesync",
    "TemplateError",
    "TemplateLibrary",
    "Truncated",
    "UnknownModel",
    "UnknownTemplate",
    "Unsupported",
    "__version__",
    "compress",
    "compress_stream",
    "decompress",
    "decompress_stream",
    "explain",
    "open",
    "parse_phrases",
    "train",
]

_MODULES: Final = MappingProxyType(
    {
        "CompressionResult": "aura.hybrid",
        "HybridCompressor": "aura.hybrid",
        "ProductionHybridCompressor": "aura.hybrid",
        "Statistics": "aura.hybrid",
        "Stream": "aura.stream",
        "compress_stream": "aura.chunked",
        "decompress_stream": "aura.chunked",
        "open": "aura.chunked",
    }
)
"""Modules of names that a program which codes single messages does not need: imported when they are first used."""


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(_MODULES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
