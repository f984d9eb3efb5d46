import json
import os
import threading
from importlib import import_module
from pathlib import Path

import pytest
from tests.models import knowing_nothing
from typer.testing import CliRunner

from aura.cli import app
from aura.cli.process import ExitCode

from .messages import conversations, texts, write_corpus, write_lines


def invoke(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["bench", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "chat.dev.jsonl.gz", conversations(20, start=500))


@pytest.fixture
def train(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "chat.train.jsonl", conversations(300))


def test_a_run_prints_tables_and_writes_json(tmp_path: Path, corpus: Path, train: Path) -> None:
    other = write_corpus(tmp_path / "other.jsonl", conversations(3))
    out = tmp_path / "out.json"
    code, stdout, stderr = invoke(
        corpus, other, "--train", train, "--limit", 5, "--json", out,
        "--codec", "zstd-19+dict", "--codec", "brotli-5",
    )  # fmt: skip
    assert (code, stderr) == (0, "")
    assert "dictionary: " in stdout
    assert "chat.dev: 5 messages" in stdout
    assert "other: 3 messages" in stdout
    rows = json.loads(out.read_text())["results"]
    assert [(row["corpus"], row["codec"], row["messages"]) for row in rows] == [
        ("chat.dev", "zstd-19+dict", 5),
        ("chat.dev", "brotli-5", 5),
        ("other", "zstd-19+dict", 3),
        ("other", "brotli-5", 3),
    ]


def test_tables_have_room_where_there_is_no_terminal(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    _, stdout, _ = invoke(corpus, "--codec", "zstd-3")
    heading = next(line for line in stdout.splitlines() if "ratio" in line)
    assert "than 1 B" in heading


def test_a_terminal_keeps_its_width(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        class stdout:  # noqa: N801
            isatty = staticmethod(lambda: True)

    # By name: the package has the function of that name for an attribute.
    monkeypatch.setattr(import_module("aura.cli.bench"), "sys", Terminal)
    monkeypatch.setenv("COLUMNS", "90")
    code, stdout, _ = invoke(corpus, "--codec", "zstd-3")
    assert code == 0
    assert max(map(len, stdout.splitlines())) <= 90


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["good.jsonl", "--codec", "gzip"], "no codec is called 'gzip'"),
        (["good.jsonl", "--codec", "deflate+dict"], "no codec left to measure"),
        (["good.jsonl", "--limit", "0"], "--limit"),
        (["good.jsonl", "--level", "4"], "--level"),
        ([], "Missing argument"),
    ],
)
def test_bad_usage_ends_with_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path / "good.jsonl", conversations(2))
    code, stdout, stderr = invoke(*arguments)
    assert (code, stdout) == (ExitCode.USAGE, "")
    assert message in stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["gone.jsonl"], 1, "gone.jsonl: No such file or directory"),
        (["good.jsonl", "--train", "gone.jsonl"], 1, "gone.jsonl: No such file or directory"),
        (["good.jsonl", "--json", "gone/out.json"], 1, "gone: No such file or directory"),
        (["good.jsonl", "--json", "."], 1, ".: Is a directory"),
        (["bad.jsonl"], 3, "bad.jsonl:1: not a line of JSON"),
        (["empty.jsonl"], 3, "empty.jsonl: holds no message"),
        (["good.jsonl", "--train", "empty.jsonl"], 3, "empty.jsonl: holds no message"),
        (["good.jsonl", "--model", "bad.jsonl"], 3, "this is not a model file"),
        (["tiny.jsonl", "--train", "tiny.jsonl", "--codec", "zstd-19+dict"], 3, "too little text"),
    ],
)
def test_bad_files_end_with_a_code_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path / "good.jsonl", conversations(2))
    write_lines(tmp_path / "bad.jsonl", ["bad"])
    write_lines(tmp_path / "empty.jsonl", [""])
    write_lines(tmp_path / "tiny.jsonl", ['{"text": ""}'])
    found = invoke(*arguments)
    assert found[0] == code
    assert found[2].startswith("error: ")
    assert message in found[2]


def test_corpora_are_read_once_and_in_any_form(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    lines = "".join(json.dumps({"body": {"text": text}}) + "\n" for text in texts(40))
    result = CliRunner().invoke(
        app,
        ["bench", "-", "--field", "body.text", "--codec", "zstd-3", "--json", str(out), "--limit", "30"],
        input=lines,
    )
    assert result.exit_code == 0
    row = json.loads(out.read_text())["results"][0]
    assert (row["corpus"], row["messages"]) == ("stdin", 30)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_text, args=("\n".join(texts(300)),))
    writer.start()
    code, stdout, stderr = invoke(fifo, "--codec", "brotli-5")
    writer.join()
    assert (code, stderr) == (0, "")
    assert "fifo: 300 messages" in stdout


def test_streams_use_the_model_that_is_trained_on_the_messages(
    corpus: Path, train: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aura.bench.benchmark._train", lambda _messages, _advance: knowing_nothing())
    code, stdout, stderr = invoke(corpus, "--stream", "--limit", 5, "--train", train)
    assert (code, stderr) == (0, "")
    assert "aura+train stream *" in stdout


def test_codecs_that_are_named_are_measured_beside_streams(corpus: Path) -> None:
    code, stdout, stderr = invoke(corpus, "--stream", "--codec", "zstd-3", "--limit", 5)
    assert (code, stderr) == (0, "")
    table, streams = stdout.split("streams: ratios")
    assert "zstd-3" in table
    assert corpus.name.partition(".")[0] in streams


def test_streams_with_a_model_that_is_trained_already(tmp_path: Path, corpus: Path, train: Path) -> None:
    path = tmp_path / "nothing.aura"
    knowing_nothing().save(path)
    code, stdout, stderr = invoke(corpus, "--stream", "--limit", 5, "--model", path, "--train", train)
    assert (code, stderr) == (0, "")
    assert "aura+train stream *" in stdout
    assert "times" in stdout.split("streams: ratios")[1]
    path.write_bytes(b"no model")
    code, _, stderr = invoke(corpus, "--model", path)
    assert code == ExitCode.BAD_DATA
    assert stderr.startswith("error: ")
