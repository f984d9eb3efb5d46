"""Corpora to measure on: the messages of one file, at least one, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from aura.files.corpus import STANDARD_INPUT, CorpusError, Message, read
from aura.terminal import printable

__all__ = ["Corpus", "corpus_name", "read_corpus"]

_ENDINGS = (".gz", ".zst", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Corpus:
    """The messages of one file, in order; at least one."""

    name: str
    messages: Sequence[Message]


def corpus_name(path: Path) -> str:
    """Return the file name, fit to print, without directory, ``.jsonl`` or ``.ndjson``, and ``.gz`` or ``.zst``."""
    if str(path) == STANDARD_INPUT:
        return "stdin"
    name = path.name
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return printable(name)


def read_corpus(path: Path, *, limit: int | None = None, field: str | None = None) -> Corpus:
    """Read the first ``limit`` messages of a file (all of them without a limit; ``limit`` >= 1).

    Raises:
        CorpusError: the file holds something else than messages, or no message.
        OSError: the file cannot be read.
    """
    messages = tuple(islice(read(path, field=field), limit))
    if not messages:
        raise CorpusError(f"{path}: holds no message")
    return Corpus(corpus_name(path), messages)
