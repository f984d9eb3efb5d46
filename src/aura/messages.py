"""Reading messages from files: JSON lines or plain lines, compressed or not."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from aura.bench.corpus import Message, read_messages

_GZIP_MAGIC = b"\x1f\x8b"


def read(path: Path) -> Iterator[Message]:
    """The messages of a file, in order.

    A name that ends in ``.jsonl`` or ``.jsonl.gz`` is one of JSON lines, an object each with ``text`` and, if it
    likes, ``role`` and ``source``. Any other file has a message a line, without the line's end; its source is the
    file.

    Raises:
        BenchError: a line is not such an object; names file and line.
        OSError: the file cannot be read.
    """
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        yield from read_messages(path)
        return
    with path.open("rb") as file:
        is_compressed = file.read(2) == _GZIP_MAGIC
    with gzip.open(path) if is_compressed else path.open("rb") as lines:
        for line in lines:
            yield Message(line.rstrip(b"\r\n"), str(path))
