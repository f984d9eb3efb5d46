r"""Kinds of messages, by their form.

A model may predict one kind well and another badly, so its figures are kept by kind. A kind says how a message
looks, not what it is about; the first that fits is taken:

================  ================================================================================
``binary``        a control character other than tab, line feed, carriage return and escape
``json``          an object or an array with a string in it, from the first character to the last
``log``           a time of day, a date or a level such as ``ERROR`` near the beginning
``code``          markup from ``<`` to ``>``, or one byte in ten of ``(){}[]<>=;_/\|``
``numbers``       at least a quarter of the bytes are digits
``other_script``  at least two fifths of the bytes are not ASCII: Cyrillic, Arabic, Chinese
``latin``         all else: prose in a Latin script
================  ================================================================================

>>> [kind_of(text).value for text in (b'{"id": 7}', b"12:07:55 INFO ready", b"<b>Hi</b>", b"Hi!", "Да".encode())]
['json', 'log', 'code', 'latin', 'other_script']
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a message looks like."""

    BINARY = "binary"
    JSON = "json"
    LOG = "log"
    CODE = "code"
    NUMBERS = "numbers"
    OTHER_SCRIPT = "other_script"
    LATIN = "latin"


JUDGED: Final = 1 << 12
"""Bytes at the beginning of a message that are judged, but for the end of JSON; it bounds the work."""

_HEAD: Final = 64
"""Bytes in which a log line has its time or its level."""

_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
_TIME: Final = re.compile(rb"\d\d:\d\d:\d\d|\b\d{4}[-/.]\d\d[-/.]\d\d\b")
_TIME_DIGITS: Final = 6
_LEVEL: Final = re.compile(rb"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)\b")
_LEVEL_CAPITALS: Final = 4
_CLOSING: Final = {b"{": b"}", b"[": b"]"}
_BLANKS: Final = b" \t\r\n"
_ASCII: Final = bytes(range(0x80))
_DIGITS: Final = b"0123456789"
_CAPITALS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNS: Final = rb"(){}[]<>=;_/\|"


def kind_of(message: bytes) -> Kind:  # noqa: PLR0911  # one case a kind
    """The kind of a message. The same bytes are always of the same kind."""
    text = message[:JUDGED]
    if _CONTROL.search(text):
        return Kind.BINARY
    text = text.strip(_BLANKS)
    end = message[-_HEAD:].rstrip(_BLANKS)[-1:]
    if b'"' in text and end != b"" and _CLOSING.get(text[:1]) == end:
        return Kind.JSON
    if _is_log(text[:_HEAD]):
        return Kind.LOG
    size = len(text)
    is_markup = text[:1] == b"<" and end == b">"
    if is_markup or (size and _count(text, _SIGNS) * 10 >= size):
        return Kind.CODE
    if size and _count(text, _DIGITS) * 4 >= size:
        return Kind.NUMBERS
    if not text.isascii() and (size - _count(text, _ASCII)) * 5 >= size * 2:
        return Kind.OTHER_SCRIPT
    return Kind.LATIN


def _is_log(head: bytes) -> bool:
    # counting is several times faster than searching, and most messages have neither
    if _count(head, _DIGITS) >= _TIME_DIGITS and _TIME.search(head):
        return True
    return _count(head, _CAPITALS) >= _LEVEL_CAPITALS and _LEVEL.search(head) is not None


def _count(text: bytes, some: bytes) -> int:
    """How many bytes of a text are some of these."""
    return len(text) - len(text.translate(None, some))
