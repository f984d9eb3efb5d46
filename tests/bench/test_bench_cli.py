import json
from importlib import import_module
from pathlib import Path

import pytest
import typer
from tests.models import knowing_nothing
from typer.testing import CliRunner

from aura.cli.bench import bench

from .messages import conversations, write_corpus, write_lines

app = typer.Typer()
app.command()(bench)


def invoke(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
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
        (["gone.jsonl"], "gone.jsonl: No such file or directory"),
        (["bad.jsonl"], "bad.jsonl:1: not a line of JSON"),
        (["good.jsonl", "--codec", "gzip"], "no codec is called 'gzip'"),
        (["good.jsonl", "--codec", "deflate+dict"], "no codec left to measure"),
        (["good.jsonl", "--train", "gone.jsonl"], "gone.jsonl: No such file or directory"),
        (["good.jsonl", "--json", "gone/out.json"], "gone: no such directory"),
        (["good.jsonl", "--json", "."], "is a directory"),
        (["good.jsonl", "--limit", "0"], "--limit"),
        (["good.jsonl", "--level", "4"], "--level"),
        ([], "Missing argument"),
    ],
)
def test_bad_usage_and_bad_files_end_with_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path / "good.jsonl", conversations(2))
    write_lines(tmp_path / "bad.jsonl", ["bad"])
    code, stdout, stderr = invoke(*arguments)
    assert (code, stdout) == (2, "")
    assert message in stderr


def test_streams_with_a_model_that_is_trained_already(tmp_path: Path, corpus: Path, train: Path) -> None:
    path = tmp_path / "nothing.aura"
    knowing_nothing().save(path)
    code, stdout, stderr = invoke(corpus, "--stream", "--limit", 5, "--model", path, "--train", train)
    assert (code, stderr) == (0, "")
    assert "aura+train stream *" in stdout
    assert "times" in stdout.split("streams: ratios")[1]
    path.write_bytes(b"no model")
    code, _, stderr = invoke(corpus, "--model", path)
    assert code == 2
    assert stderr.startswith("error: ")
