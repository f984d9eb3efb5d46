"""Traces of messages that stand out, and of some that do not, for whoever looks for a reason."""

from __future__ import annotations

import json
import random
from collections import Counter
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aura.stress.measured import Measured

HIGH_RATIO: Final = 5.0
SLOW: Final = 0.05
"""Seconds from which on a message is slow, there and back."""

SAMPLED: Final = 0.05
"""Share of all messages that is traced at random."""

MAX_OF_TAG: Final = 5000
"""Traces with a tag that are written; further ones are only counted."""


class Tag(StrEnum):
    """Why a message is traced."""

    HIGH_RATIO = "high ratio"
    GROWN = "grown"
    SLOW = "slow"
    MISMATCH = "mismatch"
    SAMPLE = "sample"


def tags_of(measured: Measured) -> list[Tag]:
    """Why a message stands out; nothing if it does not."""
    found = {
        Tag.HIGH_RATIO: measured.ratio > HIGH_RATIO,
        Tag.GROWN: measured.has_grown,
        Tag.SLOW: measured.round_trip > SLOW,
        Tag.MISMATCH: not measured.is_same,
    }
    return [tag for tag, is_so in found.items() if is_so]


class Tracer:
    """Writes ``traces.jsonl`` into a directory, as a context manager.

    Args:
        directory: is made if it is not there.
        seed: of the test; decides which messages are traced at random.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, directory: Path, seed: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / "traces.jsonl"
        self.counts: Counter[Tag] = Counter()
        self._rng = random.Random(f"traces:{seed}")  # noqa: S311  # is to be repeated
        self._file = self.path.open("w", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, user: int, number: int, measured: Measured) -> None:
        """Trace a message, if there is a reason.

        Args:
            user: who said it.
            number: of the message among those of the user, from 0.
            measured: itself.
        """
        tags = tags_of(measured)
        if self._rng.random() < SAMPLED:
            tags.append(Tag.SAMPLE)
        self.counts.update(tags)
        if any(self.counts[tag] <= MAX_OF_TAG for tag in tags):
            self._file.write(json.dumps(_trace(user, number, measured, tags), ensure_ascii=False) + "\n")


def _trace(user: int, number: int, measured: Measured, tags: list[Tag]) -> dict[str, object]:
    said, sent = measured.said, measured.sent
    return {
        "tags": tags,
        "user": user,
        "number": number,
        "role": said.turn.role,
        "place": said.turn.place,
        "conversation": said.turn.conversation,
        "made_of": None if said.match is None else said.match.template_id,
        "method": sent.method,
        "template_id": sent.template_id,
        "plain_bytes": measured.plain,
        "wire_bytes": measured.wire,
        "ratio": round(measured.ratio, 3),
        "encode_us": round(sent.duration * 1e6, 1),
        "decode_us": round(measured.received.duration * 1e6, 1),
        "round_trip_ms": round(measured.round_trip * 1e3, 3),
        "message": said.data.decode("utf-8", "backslashreplace"),
    }
