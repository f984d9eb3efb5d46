"""A small corpus, made here: what the tests of the benchmark measure and train on."""

import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from aura.files.corpus import Message

TEMPLATES = (
    "Good morning, this is order {n}, how may I help you today?",
    '{{"order_id": "W{n}", "status": "shipped", "items": [{n}, {n}]}}',
    "Request {n} completed in {n} ms without errors on the first attempt",
    "Grüße aus Köln, Nummer {n}: 見積もりは{n}円です 🙂",
)


def texts(count: int, *, start: int = 0) -> list[str]:
    return [TEMPLATES[n % len(TEMPLATES)].format(n=n) for n in range(start, start + count)]


def conversations(count: int, *, turns: int = 4, start: int = 0) -> list[Message]:
    """Messages of sources of `turns` turns each."""
    return [
        Message(text.encode(), f"conversation {number // turns}")
        for number, text in enumerate(texts(count, start=start))
    ]


def write_corpus(path: Path, messages: Sequence[Message]) -> Path:
    lines = (
        json.dumps({"text": message.data.decode(), "role": "user", "source": message.source})
        for message in messages
    )
    return write_lines(path, lines)


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    data = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path
