"""The types of buffers, for type checkers and for those who ask for annotations at run time.

Typeshed, which names them, is not there at run time; ``collections.abc.Buffer`` is from Python 3.12 on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer
else:
    ReadableBuffer = bytes | bytearray | memoryview
    WriteableBuffer = bytearray | memoryview

__all__ = ["ReadableBuffer", "WriteableBuffer"]
