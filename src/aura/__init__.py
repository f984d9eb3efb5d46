"""AURA: a formally specified codec for short messages.

>>> import aura
>>> wire = aura.compress("I don't have access to the internet.")
>>> len(wire) < 10, aura.decompress(wire).decode()
(True, "I don't have access to the internet.")

Only the errors are loaded at once. Any other name is imported when it is first used (PEP 562), so that a program
that imports ``aura`` starts as fast as before, and loads numpy with its first message.
"""

from importlib import import_module

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

TYPE_CHECKING = False
if (
    TYPE_CHECKING
):  # type checkers take the name for true, whatever it is; ``typing`` need not be loaded for it
    from typing import Final

    from aura.cached import CachedCodec
    from aura.codec import Codec, compress, decompress, warm_up
    from aura.compat import CompressionResult, HybridCompressor, ProductionHybridCompressor, Statistics
    from aura.connections.prepared import PreparedMessage, prepare
    from aura.connections.stream import Stream
    from aura.explanation.explain import Explanation, explain
    from aura.explanation.peek import Peek, peek
    from aura.files.aura_file import AuraFile, open  # noqa: A004  # as gzip.open and its like
    from aura.files.chunked import compress_iter, decompress_iter
    from aura.files.incremental import AuraCompressor, AuraDecompressor
    from aura.methods import Method
    from aura.models.model import Model
    from aura.models.train import train
    from aura.models.training_options import TrainingOptions
    from aura.observed import ObservedCodec
    from aura.pooled import PooledCodec
    from aura.templates import TemplateLibrary
    from aura_spec.phrase import parse_phrases

__version__ = "0.1.0"

__all__ = [
    "AuraCompressor",
    "AuraDecompressor",
    "AuraError",
    "AuraFile",
    "CachedCodec",
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
    "ObservedCodec",
    "Peek",
    "PooledCodec",
    "PreparedMessage",
    "ProductionHybridCompressor",
    "Statistics",
    "Stream",
    "StreamDesync",
    "TemplateError",
    "TemplateLibrary",
    "TrainingOptions",
    "Truncated",
    "UnknownModel",
    "UnknownTemplate",
    "Unsupported",
    "__version__",
    "compress",
    "compress_iter",
    "decompress",
    "decompress_iter",
    "explain",
    "open",
    "parse_phrases",
    "peek",
    "prepare",
    "train",
    "warm_up",
]

_NAMES: "Final" = {
    "aura.cached": ("CachedCodec",),
    "aura.codec": ("Codec", "compress", "decompress", "warm_up"),
    "aura.compat": ("CompressionResult", "HybridCompressor", "ProductionHybridCompressor", "Statistics"),
    "aura.connections.prepared": ("PreparedMessage", "prepare"),
    "aura.connections.stream": ("Stream",),
    "aura.explanation.explain": ("Explanation", "explain"),
    "aura.files.aura_file": ("AuraFile", "open"),
    "aura.files.chunked": ("compress_iter", "decompress_iter"),
    "aura.files.incremental": ("AuraCompressor", "AuraDecompressor"),
    "aura.models.model": ("Model",),
    "aura.models.train": ("train",),
    "aura.models.training_options": ("TrainingOptions",),
    "aura.observed": ("ObservedCodec",),
    "aura.pooled": ("PooledCodec",),
    "aura.methods": ("Method",),
    "aura.explanation.peek": ("Peek", "peek"),
    "aura.templates": ("TemplateLibrary",),
    "aura_spec.phrase": ("parse_phrases",),
}
"""The names that are imported when they are first used, by module."""

_MODULES: "Final" = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(_MODULES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
