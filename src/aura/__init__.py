"""AURA: a formally specified codec for short messages.

>>> import aura
>>> wire = aura.compress("I don't have access to the internet.")
>>> len(wire) < 10, aura.decompress(wire).decode()
(True, "I don't have access to the internet.")
"""

from aura.chunked import compress_stream, decompress_stream, open  # noqa: A004  # as gzip.open and its like
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
from aura.hybrid import CompressionResult, HybridCompressor, ProductionHybridCompressor, Statistics
from aura.model import Model
from aura.selection import Method
from aura.stream import Stream
from aura.templates import TemplateLibrary
from aura.train import train
from aura_spec.phrase import parse_phrases

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
