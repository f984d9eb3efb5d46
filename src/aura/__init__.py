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
from aura.explanation.explain import Explanation, explain
from aura.models.model import Model
from aura.models.train import train
from aura.selection import Method
from aura.templates import TemplateLibrary
from aura_spec.phrase import parse_phrases

if TYPE_CHECKING:
    from aura.compat import CompressionResult, HybridCompressor, ProductionHybridCompressor, Statistics
    from aura.connections.stream import Stream
    from aura.files.chunked import compress_stream, decompress_stream, open  # noqa: A004  # as gzip.open and its like

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
        "CompressionResult": "aura.compat",
        "HybridCompressor": "aura.compat",
        "ProductionHybridCompressor": "aura.compat",
        "Statistics": "aura.compat",
        "Stream": "aura.connections.stream",
        "compress_stream": "aura.files.chunked",
        "decompress_stream": "aura.files.chunked",
        "open": "aura.files.chunked",
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
