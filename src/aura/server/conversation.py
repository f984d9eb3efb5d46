"""The conversation that the package ships to show what the codec does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation and who sent it."""

    role: str
    text: str


def load() -> tuple[Turn, ...]:
    """All messages, in order."""
    lines = resources.files("aura").joinpath("data/conversation.jsonl").read_text(encoding="utf-8")
    entries = (json.loads(line) for line in lines.splitlines())
    return tuple(Turn(entry["role"], entry["text"]) for entry in entries)
