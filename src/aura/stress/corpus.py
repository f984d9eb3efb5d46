"""Messages of a corpus, by role and length."""

from __future__ import annotations

import json
import random
from bisect import bisect_left
from collections.abc import Iterable
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Final

from aura.files import corpus
from aura.server import conversation
from aura.stress.metadata import ROLES

MAX_MESSAGES: Final = 100_000
"""Messages that are taken of a corpus, from its beginning."""

NEAREST: Final = 16
"""Messages of about the right length that one is picked from, in a corpus that has four times as many of a role."""

Message = str | bytes
"""What is sent: text, or bytes that are none."""


class Corpus:
    """Messages to pick from.

    Args:
        messages: with their roles; what has another role than one of ``ROLES``, or none, is for all.

    Raises:
        CorpusError: there is no message.
    """

    def __init__(self, messages: Iterable[tuple[str, bytes]]) -> None:
        by_role: dict[str, set[bytes]] = {role: set() for role in ROLES}
        for role, data in messages:
            for wanted in (role,) if role in by_role else ROLES:
                by_role[wanted].add(data)
        everything = set().union(*by_role.values())
        if not everything:
            raise corpus.CorpusError("the corpus has no message")
        self._count = len(everything)
        self._messages = {
            role: sorted(found or everything, key=lambda data: (len(data), data))
            for role, found in by_role.items()
        }
        self._lengths = {role: [len(data) for data in found] for role, found in self._messages.items()}

    @classmethod
    def load(cls, path: Path | None = None) -> Corpus:
        """The messages of a file, or those that come with the package, with the conversation of its demonstration.

        Raises:
            CorpusError: the file does not hold messages.
            OSError: it cannot be read.
        """
        if path is not None:
            return cls((message.source, message.data) for message in _read(path))
        lines = (
            resources.files("aura")
            .joinpath("data/stress_corpus.jsonl")
            .read_text(encoding="utf-8")
            .splitlines()
        )
        entries = [json.loads(line) for line in lines]
        return cls(
            [
                *((entry["role"], entry["text"].encode()) for entry in entries),
                *((turn.role, turn.text.encode()) for turn in conversation.load()),
            ]
        )

    def __len__(self) -> int:
        return self._count

    def pick(self, rng: random.Random, role: str, length: int) -> Message:
        """One of the messages of a role whose lengths are nearest to a length."""
        lengths = self._lengths[role]
        nearest = min(NEAREST, -(-len(lengths) // 4))
        start = max(0, min(bisect_left(lengths, length) - nearest // 2, len(lengths) - nearest))
        return as_message(self._messages[role][start + rng.randrange(nearest)])


def as_message(data: bytes) -> Message:
    """Text where the bytes are UTF-8, else the bytes."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _read(path: Path) -> list[corpus.Message]:
    """The messages, with their roles as sources where each line names one."""
    try:
        return list(islice(corpus.read(path, source_field="role"), MAX_MESSAGES))
    except corpus.CorpusError:
        return list(islice(corpus.read(path), MAX_MESSAGES))
