"""The errors that this package raises; declared, with their codes, in ``aura_spec.errors``."""

from aura_spec.errors import (
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

__all__ = [
    "AuraError",
    "ChecksumMismatch",
    "Code",
    "DecodeError",
    "EncodeError",
    "LimitExceeded",
    "Malformed",
    "NonCanonical",
    "StreamDesync",
    "TemplateError",
    "Truncated",
    "UnknownModel",
    "UnknownTemplate",
    "Unsupported",
]
