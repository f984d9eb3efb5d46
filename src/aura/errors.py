"""The errors that this package raises; declared, with their codes, in ``aura_spec.errors``.

They call themselves by the name under which users import them: a traceback shows ``aura.StreamDesync``, and a
pickled error is found again wherever it is declared.
"""

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

for _name in __all__:
    if _name != "Code":  # no error, but what they have in common
        globals()[_name].__module__ = "aura"
