"""A writer that is killed at any moment loses nothing that was in the log."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from tests.audit.logs import contents

from aura.audit import verify

WRITER = Path(__file__).with_name("killed_writer.py")


def kill_often(path: Path, times: int, rng: Random) -> None:
    """Kill two writers at a random moment, again and again, and look at what they have left."""
    certain: set[int] = set()
    first = 0
    for _ in range(times):
        starts = (first, first + 1_000_000)
        writers = [
            subprocess.Popen(  # noqa: S603  # ours
                [sys.executable, WRITER, path, str(start)], stdout=subprocess.PIPE, text=True
            )
            for start in starts
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "begun\n"
        time.sleep(rng.uniform(0, 0.2))
        for start, writer in zip(starts, writers, strict=True):
            writer.kill()
            told = writer.communicate()[0].split("\n")[:-1]  # a torn last line says nothing
            certain.update(range(start, int(told[-1]) if told else start))
        first += 10_000
    found = [text for text in contents(path) if text is not None]
    numbers = [int(text.split()[1]) for text in found]
    assert len(numbers) == len(set(numbers))
    assert certain <= set(numbers)
    assert found == [f"message {number} " + "x" * (number % 700) for number in numbers]
    assert certain
    # what the last one left may be torn: the next writer would mend it, and readers leave it out
    verified = verify(path)
    assert verified.is_whole, verified.damage


@pytest.mark.no_cover
def test_killed_writers_lose_nothing(tmp_path: Path) -> None:
    kill_often(tmp_path / "audit.jsonl", 3, Random(7))


@pytest.mark.thorough
@pytest.mark.no_cover
def test_killed_writers_lose_nothing_at_any_moment(tmp_path: Path) -> None:
    kill_often(tmp_path / "audit.jsonl", 100, Random(8))
