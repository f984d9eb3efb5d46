from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import aura
from aura.cli import app
from aura.cli.io import parse_size
from aura.cli.process import ExitCode

LINES = [f"lamp {n} in hall {n % 7} is {'on' if n % 2 else 'off'}" for n in range(300)]
OPTIONS = ["--max-bytes", "20KiB", "--max-order", "4"]


def invoke(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture(scope="module")
def model() -> aura.Model:
    return aura.train(LINES, max_bytes=20 << 10, options=aura.TrainingOptions(max_order=4))


def as_text(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def test_training_reads_pipes_from_their_first_byte(tmp_path: Path, model: aura.Model) -> None:
    content = as_text(LINES)
    assert len(content) > 4096  # what an earlier version lost
    fifo, out = tmp_path / "fifo", tmp_path / "mine.aura"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(content,))
    writer.start()
    result = invoke("train", fifo, "-o", out, *OPTIONS)
    writer.join()
    assert result.exit_code == 0, result.output
    assert "from 300 messages" in result.stdout
    assert aura.Model.load(out).id == model.id


def test_training_reads_standard_input_and_writes_standard_output(model: aura.Model) -> None:
    result = invoke("train", "-", "-o", "-", *OPTIONS, stdin=gzip.compress(as_text(LINES)))
    assert result.exit_code == 0, result.output
    assert aura.Model.from_bytes(result.stdout_bytes).id == model.id
    assert model.id in result.stderr


def test_patterns_stand_for_the_files_that_match(tmp_path: Path) -> None:
    (tmp_path / "day" / "one").mkdir(parents=True)
    (tmp_path / "day" / "a.txt").write_bytes(as_text(LINES[:150]))
    (tmp_path / "day" / "one" / "b.txt").write_bytes(as_text(LINES[150:]))
    (tmp_path / "day" / "c.log").write_bytes(b"something else\n")
    (tmp_path / "[1].txt").write_bytes(b"one\ntwo\n")
    out = tmp_path / "mine.aura"
    for pattern, count in (("day/**/*.txt", 300), ("day/*.txt", 150), ("day/?.*", 151), ("[1].txt", 2)):
        result = invoke("train", tmp_path / pattern, "-o", out, *OPTIONS)
        assert f"from {count} messages" in result.stdout, result.output
    result = invoke("train", tmp_path / "none*.txt", "-o", out)
    assert result.exit_code == ExitCode.FAILED
    assert "none*.txt: No such file" in result.stderr


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ([], [json.dumps({"role": "user", "content": text}) for text in LINES]),
        ([], [f'{{"text": {json.dumps(text)}, "role": null, "n": {"9" * 5000}}}' for text in LINES]),
        (["--field", "body.text"], [json.dumps({"body": {"text": text}}) for text in LINES]),
    ],
    ids=["chat", "odd members", "field"],
)  # fmt: skip
def test_train_and_eval_take_the_same_forms(
    tmp_path: Path, model: aura.Model, options: list[str], lines: list[str]
) -> None:
    path, out = tmp_path / "corpus.jsonl", tmp_path / "mine.aura"
    path.write_bytes(b"\xef\xbb\xbf" + as_text(lines))
    assert invoke("train", path, "-o", out, *OPTIONS, *options).exit_code == 0
    assert aura.Model.load(out).id == model.id
    shown = invoke("model", "eval", out, path, *options, "--limit", 50).stdout
    assert shown.startswith("corpus.jsonl: 50 messages, ")


def test_training_goes_on_from_counts(tmp_path: Path, model: aura.Model) -> None:
    old, new, newer = tmp_path / "old.aura", tmp_path / "new.aura", tmp_path / "newer.aura"
    first, later = tmp_path / "first.txt", tmp_path / "later.txt"
    first.write_bytes(as_text(LINES))
    later.write_bytes(as_text([line.replace("hall", "room") for line in LINES]))
    refused = invoke("train", "--update", old, later, "-o", new, *OPTIONS)
    assert refused.exit_code == ExitCode.FAILED
    assert invoke("train", first, "-o", old, *OPTIONS).exit_code == 0
    refused = invoke("train", "--update", old, later, "-o", new, *OPTIONS)
    assert refused.exit_code == ExitCode.FAILED
    assert "no counts beside the model" in refused.stderr
    counts = tmp_path / "old.counts"
    assert invoke("train", first, "-o", old, *OPTIONS, "--counts", counts).exit_code == 0
    result = invoke("train", "--update", old, later, "-o", new, *OPTIONS, "--age", 0.25)
    assert result.exit_code == 0, result.output
    shown = invoke("model", "info", new).stdout.splitlines()
    assert [line.split() for line in shown if line.startswith(("generation", "parent"))] == [
        ["generation", "1"],
        ["parent", model.id],
    ]
    assert invoke("train", "--update", counts, later, "-o", newer, *OPTIONS, "--age", 0.25).exit_code == 0
    assert aura.Model.load(newer).data != aura.Model.load(old).data
    assert aura.Model.load(newer).id == aura.Model.load(new).id
    counts.write_bytes(counts.read_bytes()[:-1])
    assert invoke("train", "--update", old, later, "-o", new, *OPTIONS).exit_code == ExitCode.BAD_DATA


def test_training_scrubs_unless_told_not_to(tmp_path: Path) -> None:
    path, out = tmp_path / "corpus.txt", tmp_path / "mine.aura"
    path.write_bytes(as_text([*LINES, "write to ana.maier@posteo.de", "or call +1 833-625-6111"]))
    for option in ([], ["--scrub"]):
        result = invoke("train", path, "-o", out, *OPTIONS, *option)
        assert result.stdout.splitlines()[-1] == "scrubbed: 2 strings in 2 messages (mail 1, phone 1)"
        assert aura.Model.load(out).metadata["scrubbed"] == "2 strings in 2 messages (mail 1, phone 1)"
    result = invoke("train", path, "-o", out, *OPTIONS, "--no-scrub")
    assert result.exit_code == 0
    assert "scrubbed" not in result.stdout
    assert "scrubbed" not in aura.Model.load(out).metadata


def test_training_takes_sources_from_a_field(tmp_path: Path) -> None:
    path, out = tmp_path / "corpus.jsonl", tmp_path / "mine.aura"
    users = [str(number // 5) for number in range(len(LINES))]
    path.write_bytes(
        as_text(
            [
                json.dumps({"text": text, "user": {"id": user}})
                for text, user in zip(LINES, users, strict=True)
            ]
        )
    )
    options = aura.TrainingOptions(max_order=4, min_sources=2)
    expected = aura.train(LINES, sources=users, max_bytes=20 << 10, options=options)
    result = invoke("train", path, "-o", out, *OPTIONS, "--min-sources", 2, "--source-field", "user.id")
    assert result.exit_code == 0, result.output
    assert aura.Model.load(out).stream_memory == expected.stream_memory is not None
    refused = invoke("train", path, "-o", out, *OPTIONS, "--source-field", "user.name")
    assert refused.exit_code == ExitCode.BAD_DATA
    assert 'corpus.jsonl:1: no "user.name"' in refused.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"text": "fine"}\n{"text": 5}\n', 'c.jsonl:2: "text" is not a string'),
        (b"", "c.jsonl: "),
        (
            gzip.compress(as_text(['{"text": "fine"}'] * 300))[:-9],
            "c.jsonl: the gzip data is cut short at byte ",
        ),
    ],
    ids=["line", "empty", "cut short"],
)
def test_bad_corpora_end_with_a_code_of_their_own(
    tmp_path: Path, model: aura.Model, content: bytes, message: str
) -> None:
    path, held, out = tmp_path / "c.jsonl", tmp_path / "m.aura", tmp_path / "out.aura"
    path.write_bytes(content)
    model.save(held)
    for command in (["train", path, "-o", out], ["model", "eval", held, path]):
        result = invoke(*command)
        assert result.exit_code == ExitCode.BAD_DATA
        assert result.stderr.startswith("error: ")
        assert message in result.stderr
    assert not out.exists()


def test_training_finds_out_first_whether_it_can_write(tmp_path: Path) -> None:
    fifo = tmp_path / "never opened"
    os.mkfifo(fifo)
    for name, reason in {"gone/m.aura": "gone: No such file", ".": "Is a directory"}.items():
        result = invoke("train", fifo, "-o", tmp_path / name)
        assert result.exit_code == ExitCode.FAILED
        assert reason in result.stderr


def test_sizes_have_units() -> None:
    found = [parse_size(text) for text in ("2MiB", "512 KiB", "1gib", "77", 12)]
    assert found == [2 << 20, 512 << 10, 1 << 30, 77, 12]


def test_training_counts_a_sample_of_a_size_or_as_there_is_time(tmp_path: Path) -> None:
    path, out = tmp_path / "lamps.txt", tmp_path / "mine.aura"
    path.write_bytes(as_text(LINES * 4))
    result = invoke("train", path, "-o", out, *OPTIONS, "--sample", "25%")
    assert result.exit_code == 0, result.output
    assert re.fullmatch(r"sample of 7\.\d KiB \(25(\.\d)? %\) in 30\d messages\n", result.stderr)
    sampled = aura.Model.load(out).id
    assert invoke("train", path, "-o", out, *OPTIONS, "--time", "10h").exit_code == 0
    assert aura.Model.load(out).id != sampled
    for option, value, words in (
        ("--sample", "half", "is not a size"),
        ("--time", "soon", "is not a duration"),
    ):
        refused = invoke("train", path, "-o", out, *OPTIONS, option, value)
        assert refused.exit_code == ExitCode.USAGE
        assert words in refused.output


def test_training_takes_a_directory_for_its_state(tmp_path: Path, model: aura.Model) -> None:
    path, out, state = tmp_path / "lamps.txt", tmp_path / "mine.aura", tmp_path / "state"
    path.write_bytes(as_text(LINES))
    assert invoke("train", path, "-o", out, *OPTIONS, "--checkpoint", state).exit_code == 0
    assert aura.Model.load(out).id == model.id
    assert not list(state.iterdir())
    refused = invoke("train", path, "-o", out, *OPTIONS, "--checkpoint", path)
    assert refused.exit_code == ExitCode.USAGE
    (state / "aura-checkpoint.json").write_text("{}")
    damaged = invoke("train", path, "-o", out, *OPTIONS, "--checkpoint", state)
    assert damaged.exit_code == ExitCode.BAD_DATA
    assert "is damaged; remove it to begin anew" in damaged.stderr


def test_training_ends_at_once_where_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = tmp_path / "lamps.txt", tmp_path / "mine.aura"
    path.write_bytes(as_text(LINES))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=0))
    result = invoke("train", path, "-o", out, *OPTIONS, "--spill", tmp_path)
    assert result.exit_code == ExitCode.FAILED
    assert f"error: {tmp_path}: temporary files take about" in result.stderr
    assert not out.exists()
