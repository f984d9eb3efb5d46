"""Training that goes on after an interruption, and the files that it goes on from."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aura
from aura.models.training import counting
from aura.models.training.archive import ArchiveError, Writer, read
from aura.models.training.checkpoint import MANIFEST, CheckpointError
from aura.models.training.local_text import LocalPieces
from aura.models.training.spill import Spill

MESSAGES = [f"lamp {n * 7919 % 997} in hall {n % 7} is {('on', 'off', 'dim')[n % 3]}" for n in range(1500)]
OPTIONS = aura.TrainingOptions(max_order=24, min_count=2)


def train(
    messages: list[str] = MESSAGES, *, options: aura.TrainingOptions = OPTIONS, **using: Any
) -> aura.Model:
    return aura.train(messages, max_bytes=20_000, options=options, **{"threads": 1, **using})


class Counter:
    """Counts the stages that are counted, and interrupts before one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stages = 0
        self.last = 1 << 30
        original = LocalPieces.map

        def counted(pieces: LocalPieces, stage: Any) -> None:
            if self.stages == self.last:
                raise KeyboardInterrupt
            self.stages += 1
            original(pieces, stage)

        monkeypatch.setattr(LocalPieces, "map", counted)


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    return Counter(monkeypatch)


@pytest.fixture
def interrupted(tmp_path: Path, counter: Counter) -> Path:
    """The directory of a training that was interrupted."""
    counter.last = 3
    with pytest.raises(KeyboardInterrupt):
        train(checkpoint=tmp_path)
    counter.stages, counter.last = 0, 1 << 30
    return tmp_path


@pytest.mark.parametrize("complete", [True, False])
def test_training_goes_on_after_each_stage_with_the_same_model(
    complete: bool, tmp_path: Path, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not complete:
        monkeypatch.setattr(counting, "COMPLETE", 0)
    expected = train()
    all_stages, directory = counter.stages, tmp_path / "new" / "state"
    assert all_stages >= 2
    done = 0
    while done < all_stages - 1:
        counter.stages, counter.last = 0, 1
        with pytest.raises(KeyboardInterrupt):
            train(checkpoint=directory)
        assert counter.stages == 1  # one more, and none that was done before
        done += 1
    counter.stages, counter.last = 0, 1 << 30
    (directory / "mine.txt").write_text("of another")
    model = train(checkpoint=directory)
    assert counter.stages == 1
    assert (model.id, model.data) == (expected.id, expected.data)
    assert [path.name for path in directory.iterdir()] == ["mine.txt"]


def test_only_the_last_stage_keeps_what_is_left(interrupted: Path) -> None:
    names = sorted(path.name for path in interrupted.iterdir())
    assert MANIFEST in names
    lefts = [name for name in names if "left-" in name]
    assert len(lefts) <= 2  # of each pass
    assert len([name for name in names if "found-" in name]) == 3
    assert not [name for name in names if name.endswith(".part")]


@pytest.mark.parametrize(
    ("messages", "options", "using", "words"),
    [
        (MESSAGES[:-1], OPTIONS, {}, "with other messages"),
        ([*MESSAGES[:-1], "a"], OPTIONS, {}, "with other messages"),
        (MESSAGES, aura.TrainingOptions(max_order=24, min_count=2, sample="50%"), {}, "with other messages"),
        (MESSAGES, aura.TrainingOptions(max_order=20, min_count=2), {}, "with other arguments"),
        (MESSAGES, aura.TrainingOptions(max_order=24, min_count=3), {}, "with other arguments"),
    ],
)
def test_another_training_is_refused(
    messages: list[str], options: aura.TrainingOptions, using: dict[str, Any], words: str, interrupted: Path
) -> None:
    before = sorted(path.name for path in interrupted.iterdir())
    with pytest.raises(CheckpointError, match=words):
        train(messages, options=options, checkpoint=interrupted, **using)
    assert sorted(path.name for path in interrupted.iterdir()) == before


@pytest.mark.parametrize(
    ("directory", "more", "words"),
    [
        ("file", {}, "is not a directory"),
        ("new", {"options": aura.TrainingOptions(time="1h")}, "give a sample"),
    ],
)
def test_unusable_arguments_are_refused(
    directory: str, more: dict[str, Any], words: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValueError, match=words):
        train(checkpoint=tmp_path / directory, **more)


def test_damage_is_noticed(interrupted: Path) -> None:
    for path in sorted(interrupted.iterdir()):
        content = path.read_bytes()
        for damaged in (content[:-1], content[:30] + bytes([content[30] ^ 1]) + content[31:], b"", None):
            if path.name == MANIFEST and damaged is None:
                continue
            path.unlink() if damaged is None else path.write_bytes(damaged)
            with pytest.raises(CheckpointError):
                train(checkpoint=interrupted)
            path.write_bytes(content)
    assert train(checkpoint=interrupted).id


def test_a_manifest_may_hold_anything(interrupted: Path) -> None:
    manifest = json.loads((interrupted / MANIFEST).read_bytes())
    first = next(iter(manifest["kept"]))
    for wrong in (
        b"[" * 100_000,
        b"[]",
        b"{}",
        json.dumps({**manifest, "identity": 5}).encode(),
        json.dumps({**manifest, "kept": [1]}).encode(),
        json.dumps({**manifest, "kept": {first: [manifest["kept"][first][0], "array"]}}).encode(),
        json.dumps({**manifest, "kept": {first: [manifest["kept"][first][0], {"Path": ["/"]}]}}).encode(),
    ):
        (interrupted / MANIFEST).write_bytes(wrong)
        with pytest.raises(CheckpointError):
            train(checkpoint=interrupted)


SMALL = ["--max-bytes", "20KiB", "--max-order", "6", "--name", "lamps"]


def test_a_killed_command_goes_on(tmp_path: Path) -> None:
    corpus, state = tmp_path / "corpus", tmp_path / "state"
    corpus.write_text("\n".join(MESSAGES * 2))
    arguments = [sys.executable, "-m", "aura", "train", str(corpus), "--no-scrub", *SMALL]
    command = [*arguments, "-o", str(tmp_path / "resumed.aura"), "--checkpoint", str(state)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        while not (state / MANIFEST).exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert (state / MANIFEST).exists()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    subprocess.run([*arguments, "-o", str(tmp_path / "whole.aura")], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    ids = {aura.Model.load(tmp_path / f"{name}.aura").id for name in ("resumed", "whole")}
    assert len(ids) == 1
    assert not os.listdir(state)  # noqa: PTH208


@dataclass(frozen=True)
class Pair:
    """Something to keep."""

    left: Any
    right: Any


def written(value: object, path: Path) -> tuple[str, Any]:
    with path.open("wb") as file:
        writer = Writer(file)
        tree = writer.tree(value)
    return writer.digest, json.loads(json.dumps(tree))


def test_values_come_back_from_files(tmp_path: Path) -> None:
    path = tmp_path / "values"
    column = Spill().column(np.int32, np.arange(5))
    value = Pair([1, None, (2, np.array([True, False]))], Pair(column, np.zeros(0, np.uint64)))
    digest, tree = written(value, path)
    found = read(path, digest, tree, {"Pair": Pair}, Spill())
    assert found.left[:2] == [1, None]
    assert found.left[2][1].tolist() == [True, False]
    assert found.right.left.read().tolist() == [0, 1, 2, 3, 4]
    assert found.right.right.dtype == np.uint64
    with pytest.raises(TypeError, match="a str is not kept"):
        written("text", path)


def test_files_hold_rows_of_numbers_alone(tmp_path: Path) -> None:
    path = tmp_path / "values"
    for array in (np.zeros((2, 2)), np.array(["a"]), np.array([1j])):
        digest, tree = written(array, path)
        with pytest.raises(ArchiveError, match="no row of numbers"):
            read(path, digest, tree, {}, Spill())
    buffer = io.BytesIO()
    np.save(buffer, np.array([Pair(1, 2)]), allow_pickle=True)
    pickled = buffer.getvalue()
    long = pickled.replace(b"'descr': '|O'", b"'descr': '<i8'").replace(b"(1,), }    ", b"(1<<40,), }")
    for content in (pickled, long, pickled[:20], b"\x93NUMPY\x09\x00" + pickled[8:]):
        path.write_bytes(content)
        writer = Writer(io.BytesIO())
        writer.write(content)
        with pytest.raises(ArchiveError, match="values: "):
            read(path, writer.digest, "array", {}, Spill())
    for tree in ({"Pair": [1, 2]}, {"column": [5]}, ["set", 1], 1.5, {"a": 1, "b": 2}):
        with pytest.raises(ArchiveError, match="values: "):
            read(path, writer.digest, tree, {}, Spill())
