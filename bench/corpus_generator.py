"""Messages in any amount, made of real ones: JSON lines with ``text`` and ``source``.

Usage: python bench/corpus_generator.py CORPORA... --size 1GiB [--seed 1] -o MESSAGES.jsonl[.zst]

The conversations of the corpora are repeated, each time in another order, interleaved as on a busy server, under
fresh names of sources, and with other numbers, identifiers, dates, names and words: see ``message_variation``. The
size is that of the messages, without JSON around them; the file is larger. The same corpora, size and seed give the
same file. A directory stands for the files ``*.train.jsonl.gz`` in it.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain, count, repeat
from json.encoder import encode_basestring
from pathlib import Path
from typing import BinaryIO, Final, cast

import numpy as np
import zstandard
from message_variation import END, Messages, joined, vary
from sizes import size

from aura.files.corpus import read

BLOCK: Final = 4 << 20
"""Bytes of the messages that are made at a time."""

LONGEST: Final = 1 << 16
"""Bytes of the longest message that is taken from the corpora."""

CONCURRENT: Final = 20
"""Conversations that go on at the same time."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages of one source.

    Attributes:
        corpus: the number of the corpus.
        messages: in the order in which they were sent.
        size: bytes of the messages.
    """

    corpus: int
    messages: tuple[bytes, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Stock:
    """The conversations of corpora, and the name of each corpus."""

    names: Sequence[str]
    conversations: Sequence[Conversation]


@dataclass(frozen=True, slots=True)
class Block:
    """Conversations to write together.

    Attributes:
        names: of the corpora.
        seed: what makes the block differ from all others.
        conversations: in no particular order.
    """

    names: Sequence[str]
    seed: tuple[int, int, int]
    conversations: Sequence[Conversation]


@dataclass(frozen=True, slots=True)
class Written:
    """Messages that were written, their bytes, and the bytes of the JSON lines."""

    messages: int
    size: int
    lines: int


def load(paths: Iterable[Path]) -> Stock:
    """Read corpora; what is longer than ``LONGEST``, or no UTF-8, is left out."""
    names: list[str] = []
    conversations: list[Conversation] = []
    for number, path in enumerate(files(paths)):
        names.append(path.name.partition(".")[0])
        sources: dict[str, list[bytes]] = {}
        for message in read(path):
            if len(message.data) <= LONGEST and _is_text(message.data):
                sources.setdefault(message.source, []).append(message.data)
        conversations += (
            Conversation(number, tuple(messages), sum(map(len, messages))) for messages in sources.values()
        )
    if not any(conversation.size for conversation in conversations):
        raise SystemExit("the corpora hold no message")
    return Stock(names, conversations)


def files(paths: Iterable[Path]) -> list[Path]:
    """The files that are named, and those for training in directories that are named."""
    return [
        file
        for path in paths
        for file in (sorted(path.glob("*.train.jsonl.gz")) if path.is_dir() else [path])
    ]


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def plan(stock: Stock, total: int, seed: int) -> Iterator[Block]:
    """Yield blocks of ``total`` bytes together; less than one message may be missing."""
    left = total
    for repetition in count():
        order = np.random.default_rng([seed, repetition]).permutation(len(stock.conversations))
        held: list[Conversation] = []
        room = BLOCK
        for place in order.tolist():
            conversation = stock.conversations[place]
            if is_last := conversation.size > left:
                conversation = _cut(conversation, left)
            held.append(conversation)
            left -= conversation.size
            room -= conversation.size
            if room <= 0 or is_last:
                yield Block(stock.names, (seed, repetition, place + 1), held)
                held, room = [], BLOCK
            if is_last:
                return
        if held:
            yield Block(stock.names, (seed, repetition, 0), held)


def _cut(conversation: Conversation, room: int) -> Conversation:
    """The first messages of a conversation, as many as there is room for."""
    kept = []
    for message in conversation.messages:
        room -= len(message)
        if room < 0:
            break
        kept.append(message)
    return Conversation(conversation.corpus, tuple(kept), sum(map(len, kept)))


def make(block: Block) -> bytes:
    """The JSON lines of a block."""
    rng = np.random.default_rng(block.seed)
    counts = np.array([len(conversation.messages) for conversation in block.conversations])
    keys = rng.integers(1 << 64, size=len(counts), dtype=np.uint64)
    begins = rng.random(len(counts))
    owners = np.repeat(np.arange(len(counts)), counts)
    ranks = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    order = np.argsort(begins[owners] + ranks * (CONCURRENT / max(1, len(owners))), kind="stable")
    owners = owners[order]
    messages = list(chain.from_iterable(conversation.messages for conversation in block.conversations))
    corpora = np.array([conversation.corpus for conversation in block.conversations])
    text = vary(Messages(joined([messages[place] for place in order]), corpora[owners], keys[owners]), rng)
    # in Latin-1 each byte is a character, so all messages are escaped at once
    escaped = encode_basestring(text.tobytes().decode("latin-1"))[1:-1].split(chr(END))
    endings = [
        _ending(block.names[number], key) for number, key in zip(corpora.tolist(), keys.tolist(), strict=True)
    ]
    # the last part is empty
    lines = zip(repeat('{"text": "'), escaped[:-1], (endings[owner] for owner in owners.tolist()))
    return "".join(chain.from_iterable(lines)).encode("latin-1")


def _ending(name: str, key: int) -> str:
    """What follows the text of a message: the source, in ASCII."""
    return f'", "source": {json.dumps(f"{name}/{key >> 16:012x}")}}}\n'


def write(stock: Stock, total: int, seed: int, output: Path, workers: int = 1) -> Written:
    """Write messages of ``total`` bytes; Zstandard compresses the file if its name ends with ``.zst``."""
    messages = written = lines = 0
    with _opened(output) as file, ProcessPoolExecutor(workers) as pool:
        for block, data in _made(pool, plan(stock, total, seed), 2 * workers):
            file.write(data)
            messages += sum(len(conversation.messages) for conversation in block.conversations)
            written += sum(conversation.size for conversation in block.conversations)
            lines += len(data)
    return Written(messages, written, lines)


def _made(pool: ProcessPoolExecutor, blocks: Iterable[Block], ahead: int) -> Iterator[tuple[Block, bytes]]:
    """Yield blocks and their lines in order; no more than ``ahead`` are made before they are taken."""
    waiting: deque[tuple[Block, Future[bytes]]] = deque()
    for block in blocks:
        waiting.append((block, pool.submit(make, block)))
        if len(waiting) > ahead:
            first, lines = waiting.popleft()
            yield first, lines.result()
    for first, lines in waiting:
        yield first, lines.result()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file to write; it has its name once it is complete."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as plain:
            if path.suffix == ".zst":
                with zstandard.ZstdCompressor(level=3).stream_writer(plain, closefd=False) as packed:
                    yield cast("BinaryIO", packed)
            else:
                yield plain
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def main() -> None:
    """Write messages, and report how many."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--size", type=size, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    started = time.monotonic()
    stock = load(arguments.corpora)
    loaded = time.monotonic()
    written = write(stock, arguments.size, arguments.seed, arguments.output, arguments.workers)
    report = {
        **asdict(written),
        "load_s": round(loaded - started, 1),
        "write_s": round(time.monotonic() - loaded, 1),
    }
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
