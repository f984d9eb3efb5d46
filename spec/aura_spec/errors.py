"""Errors that every implementation raises, and the codes it reports.

::

    AuraError
    ├── EncodeError          the input cannot be expressed in the requested form; also a ``ValueError``
    ├── TemplateError        a pattern, a template id or a template store is unusable; also a ``ValueError``
    └── DecodeError          the wire message is refused; also a ``ValueError``
        ├── Truncated        the message ends before its structure does
        ├── Malformed        the bytes break a rule of the format
        ├── NonCanonical     legal values, but not the one canonical spelling
        ├── UnknownModel     needs a model or a dictionary phrase that is not held
        ├── UnknownTemplate  names a template that is not held
        ├── Unsupported      an unassigned marker, version or feature
        ├── LimitExceeded    claims more than a limit allows
        ├── ChecksumMismatch decoded, but its checksum disagrees
        └── StreamDesync     a message of a stream is lost, repeated, out of order or damaged

ERR-1: ``DecodeError.code`` is the string that documentation, vectors and conformance runners share.

ERR-2: ``offset`` counts bytes from the first byte of the message, marker included; it is advisory. An error
inside an entropy-coded stream has the offset of the stream. An error that shows when a whole body has been
read, such as a message that is too long, has the offset of the body, 1, or of the field that it concerns.

``path`` names the field, outermost first, joined by dots. ``reason`` is a sentence for people. Where the
message depends on the model or the templates of both ends, it asks whether they were the same.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self

QUESTION: Final = "written with another model or templates?"
"""The end of an error's reason, where another model or other templates may be the cause."""


class Code(StrEnum):
    """The error codes of rule ERR-1."""

    TRUNCATED = "Truncated"
    MALFORMED = "Malformed"
    NON_CANONICAL = "NonCanonical"
    UNKNOWN_MODEL = "UnknownModel"
    UNKNOWN_TEMPLATE = "UnknownTemplate"
    UNSUPPORTED = "Unsupported"
    LIMIT_EXCEEDED = "LimitExceeded"
    CHECKSUM_MISMATCH = "ChecksumMismatch"
    STREAM_DESYNC = "StreamDesync"


class AuraError(Exception):
    """Root of everything this project raises on purpose."""


class EncodeError(AuraError, ValueError):
    """The input cannot be expressed in the requested form."""


class TemplateError(AuraError, ValueError):
    """A pattern, a template id or a template store is unusable."""


class DecodeError(AuraError, ValueError):
    """A wire message was refused.

    Args:
        reason: one sentence for a person.
        offset: bytes from the first byte of the message; advisory.
        path: dotted name of the field, or empty.
    """

    code: Code

    def __init__(self, reason: str, offset: int = 0, path: str = "") -> None:
        super().__init__(reason, offset, path)
        self.reason = reason
        self.offset = offset
        self.path = path

    def restated(self, reason: str, *, shift: int = 0) -> Self:
        """The same error with another reason, its offset counted from ``shift`` bytes earlier."""
        return type(self)(reason, self.offset + shift, self.path).with_traceback(self.__traceback__)

    def __str__(self) -> str:
        where = f" ({self.path})" if self.path else ""
        code = getattr(self, "code", type(self).__name__)  # the base has none
        return f"{code} at offset {self.offset}{where}: {self.reason}"


class Truncated(DecodeError):
    """The message ends before its structure does."""

    code = Code.TRUNCATED


class Malformed(DecodeError):
    """The bytes break a rule of the format."""

    code = Code.MALFORMED


class NonCanonical(DecodeError):
    """Legal values, but not in their one canonical spelling."""

    code = Code.NON_CANONICAL


class UnknownModel(DecodeError):
    """The message needs a model or a dictionary phrase that is not held."""

    code = Code.UNKNOWN_MODEL


class UnknownTemplate(DecodeError):
    """The message names a template that is not held."""

    code = Code.UNKNOWN_TEMPLATE


class Unsupported(DecodeError):
    """An unassigned marker, an unknown version, or a feature outside the profile."""

    code = Code.UNSUPPORTED


class LimitExceeded(DecodeError):
    """The message claims more than a limit allows; nothing was allocated for it."""

    code = Code.LIMIT_EXCEEDED


class ChecksumMismatch(DecodeError):
    """The message decoded, but its checksum disagrees."""

    code = Code.CHECKSUM_MISMATCH


class StreamDesync(DecodeError):
    """The message is not the next one of its stream: one is lost, repeated, out of order or damaged."""

    code = Code.STREAM_DESYNC
