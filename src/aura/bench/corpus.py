"""Corpora: files of one JSON object a line, each object one message.

A line is ``{"text": ..., "role": ..., "source": ...}``.  ``text`` is required, the others are optional.
Lines of one ``source`` stand together and are one conversation, in order; lines without a source
count as one conversation with the like of them before and after.  Files that end in ``.gz`` are
read through gzip.  Blank lines are skipped, anything else that is not such an object is an error
that names the file and the line.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path

from aura.bench.errors import CorpusError

__all__ = ["Corpus", "Message", "corpus_name", "read_corpus", "read_messages"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its UTF-8 bytes, and the conversation it belongs to ("" where none is named)."""

    data: bytes
    source: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The messages of one file, in order; at least one."""

    name: str
    messages: tuple[Message, ...]


def corpus_name(path: Path) -> str:
    """Return the file name without its directory and without ``.jsonl`` and ``.gz``."""
    return path.name.removesuffix(".gz").removesuffix(".jsonl")


def read_corpus(path: Path, *, limit: int | None = None) -> Corpus:
    """Read the first ``limit`` messages of a file (all of them without a limit; ``limit`` >= 1)."""
    messages = tuple(islice(read_messages(path), limit))
    if not messages:
        raise CorpusError(f"{path}: holds no message")
    return Corpus(corpus_name(path), messages)


def read_messages(path: Path) -> Iterator[Message]:
    """Yield the messages of a file one by one, reading no further than asked."""
    number = 0
    try:
        with _open(path) as lines:
            for number, line in enumerate(lines, start=1):  # noqa: B007 - named in errors below
                if line.strip():
                    yield _parse(line)
    except _BadLineError as error:
        raise CorpusError(f"{path}:{number}: {error}") from error
    except (EOFError, zlib.error) as error:
        # gzip raises these two, neither of them an OSError, for a file cut short or damaged.
        raise CorpusError(f"{path}: damaged gzip data after line {number}") from error
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from error


class _BadLineError(ValueError):
    """The line is not a message; the text says why."""


def _open(path: Path) -> gzip.GzipFile | BufferedReader:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _parse(line: bytes) -> Message:
    try:
        value: object = json.loads(line.decode())
    except (ValueError, RecursionError) as error:
        raise _BadLineError(f"not a line of JSON: {error}") from error
    if not isinstance(value, dict):
        raise _BadLineError("not a JSON object")
    if "text" not in value:
        raise _BadLineError('no "text"')
    text = _string(value, "text")
    _string(value, "role")
    source = _string(value, "source")
    try:
        return Message(text.encode(), source)
    except UnicodeEncodeError as error:
        # JSON can spell a lone surrogate (backslash, u, d800), which no UTF-8 message can hold.
        raise _BadLineError('"text" is not well-formed Unicode') from error


def _string(value: dict[object, object], key: str) -> str:
    member = value.get(key, "")
    if not isinstance(member, str):
        raise _BadLineError(f'"{key}" is not a string')
    return member
