"""Reading the messages of files."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Final

from aura.files.corpus import json_line
from aura.files.corpus.decompression import Input, decompress
from aura.files.corpus.errors import CorpusError

STANDARD_INPUT: Final = "-"
"""The path that stands for standard input."""

WHOLE_LINE: Final = "."
"""The field that stands for the line itself."""

_JSON: Final = (".jsonl", ".ndjson", ".json")
_COMPRESSED: Final = (".gz", ".zst")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_MAX_LINE: Final = 1 << 28
"""Bytes of the longest line."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a corpus.

    Attributes:
        data: its bytes; of text, UTF-8.
        source: the conversation that it belongs to; the name of the file where none is named.
    """

    data: bytes
    source: str = ""


def read(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    field: str | None = None,
    source_field: str | None = None,
) -> Iterator[Message]:
    """Yield the messages of files one by one, in order. Nothing is read twice, nor further than asked.

    A file has JSON lines or plain lines, in UTF-8, with or without a byte order mark; it may be compressed with
    gzip or Zstandard, whatever its name. Lines end with a line feed, or a carriage return and a line feed. Blank
    lines are skipped.

    A JSON line is an object with ``text``; or with ``content``, which is a string or a list of parts with ``text``;
    or with ``messages``, a list of objects with ``content``, which is a conversation by itself. Beside them
    ``source``, a string or a number, may name the conversation. Null in the place of a message is skipped, and half
    of a surrogate pair is read as U+FFFD. A file has JSON lines if its name ends with ``.jsonl``, ``.ndjson`` or
    ``.json``, with or without ``.gz`` or ``.zst``, if ``field`` or ``source_field`` is given, or if its first line
    is such an object. Any other file has plain lines, each of them a message, in any bytes.

    Args:
        paths: of one file or several; ``"-"`` is standard input.
        field: where JSON lines have the message: names with dots between them. All strings that are found there,
            also in lists on the way, are messages. ``"."`` takes every line as it stands.
        source_field: where JSON lines have the source, instead of ``source``: names with dots between them, such as
            ``user.id``. Every line must have the field; null is no source.

    Raises:
        CorpusError: a line holds something else, is longer than 256 MiB, or compressed data is damaged; the text
            names the file, and the line or the byte.
        OSError: a file cannot be read.
    """
    several = [paths] if isinstance(paths, str | PathLike) else paths
    for path in several:
        yield from _read_file(os.fspath(path), field, source_field)


def _read_file(name: str, field: str | None, source_field: str | None) -> Iterator[Message]:
    with _open(name) as file:
        lines = _lines(decompress(file, name), name)
        first = next(lines, None)
        if first is None:
            return
        lines = chain([first], lines)
        if field == WHOLE_LINE and source_field is not None:
            yield from _read_whole_lines(lines, name, source_field)
            return
        if source_field is not None or _has_json(name, field, first[1]):
            yield from _read_json(lines, name, field, source_field)
            return
        for _, line in lines:
            yield Message(line, name)


def _open(name: str) -> AbstractContextManager[Input]:
    if name != STANDARD_INPUT:
        return Path(name).open("rb")
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return nullcontext(sys.stdin.buffer)  # type: ignore[arg-type]  # a buffered reader, whatever typeshed says


def _lines(pieces: Iterable[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, without their ends, each with its number."""
    for number, line in enumerate(_split(pieces, name), start=1):
        if number == 1:
            if line.startswith(_UTF_16):
                raise CorpusError(f"{name}: is UTF-16; convert it to UTF-8")
            line = line.removeprefix(_BYTE_ORDER_MARK)  # noqa: PLW2901  # no part of the line
        if line.strip():
            yield number, line.rstrip(b"\r")


def _split(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Lines of a file that comes in pieces, without their line feeds."""
    begun: list[bytes] = []
    size = number = 0
    for piece in pieces:
        head, *lines = piece.split(b"\n")
        begun.append(head)
        size += len(head)
        if lines:
            yield b"".join(begun)
            yield from lines[:-1]
            number += len(lines)
            begun, size = [lines[-1]], len(lines[-1])
        if size > _MAX_LINE:
            raise CorpusError(f"{name}:{number + 1}: the line is longer than {_MAX_LINE} bytes")
    yield b"".join(begun)


def _has_json(name: str, field: str | None, first: bytes) -> bool:
    if field is not None:
        return field != WHOLE_LINE
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    if name.endswith(_JSON):
        return True
    try:
        json_line.parse(first, None)
    except json_line.BadLineError:
        return False
    return True


def _read_whole_lines(lines: Iterable[tuple[int, bytes]], name: str, source_field: str) -> Iterator[Message]:
    for number, line in lines:
        try:
            source = json_line.source_of(line, source_field)
        except json_line.BadLineError as error:
            raise CorpusError(f"{name}:{number}: {error}") from error
        yield Message(line, source or name)


def _read_json(
    lines: Iterable[tuple[int, bytes]], name: str, field: str | None, source_field: str | None
) -> Iterator[Message]:
    for number, line in lines:
        try:
            parsed = json_line.parse(line, field, source_field)
        except json_line.BadLineError as error:
            raise CorpusError(f"{name}:{number}: {error}") from error
        source = parsed.source or (f"{name}:{number}" if parsed.is_conversation else name)
        for text in parsed.texts:
            yield Message(text, source)
