from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.audit.logs import NO_ROTATION, event, refusal, written
from typer.testing import CliRunner

from aura import audit
from aura.audit import AuditLog, Record, verify
from aura.cli import app


def run(*arguments: object, status: int = 0, text: str | None = None) -> str:
    result = CliRunner().invoke(app, ["audit", *map(str, arguments)], input=text)
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with AuditLog(tmp_path / "audit.jsonl", NO_ROTATION) as log:
        log.on_message(event("Is it red\x1b[31m?", "ada", conversation="7", at=0.0))
        log.on_message(event("No, blue.", "ada", role="assistant", at=1.0))
        log.on_message(event("Thanks", "bob", at=86_400.0))
        log.on_refusal(refusal("it is not red"))
    return tmp_path / "audit.jsonl"


def test_show(path: Path) -> None:
    shown = run("show", path).splitlines()
    assert len(shown) == 5
    assert (
        shown[1] == "1970-01-01 00:00:00.000  out user ada/7  auralite 15 -> 3 B, 5.0x  Is it red\\x1b[31m?"
    )
    assert len(run("show", path, "--user", "ada").splitlines()) == 2
    assert "blue" in run("show", path, "--role", "assistant", "--direction", "out", "--method", "auralite")
    assert "Thanks" in run("show", path, "--since", "1970-01-02", "--until", "1970-01-03")
    assert run("show", path, "--last", 1).count("\n") == 1
    assert "blue" in run("show", path, "--seq", 2)
    assert CliRunner().invoke(app, ["audit", "show", str(path), "--seq", "99"]).exit_code == 3
    entry = json.loads(run("show", path, "--json", "--conversation", "7"))
    assert entry["content"] == "Is it red\x1b[31m?"
    assert "No" not in run("show", path, "--kind", "refusal")
    assert "not a time" in run("show", path, "--since", "noon", status=2)


def test_grep(path: Path) -> None:
    assert len(run("grep", "red", path).splitlines()) == 2
    assert run("grep", "RED", path, "-i", "-c") == "2\n"
    assert len(run("grep", "a", path, "--user", "bob", "--json").splitlines()) == 1
    assert run("grep", "green", path, status=1) == ""
    assert "not a regular expression" in run("grep", "(", path, status=2)


def test_verify(path: Path) -> None:
    shown = run("verify", path)
    assert shown.startswith("whole: 5 records, 0 erased, 0 repairs\nlast 4:")
    end = shown.split()[-1]
    run("verify", path, "--expect", end)
    run("verify", path, "--expect", "4:" + "0" * 64, status=3)
    assert "hexadecimal" in run("verify", path, "--expect", "4", status=2)
    report = json.loads(run("verify", path, "--json"))
    assert (report["whole"], report["seq"], report["damage"]) == (True, 4, [])
    path.write_bytes(path.read_bytes().replace(b"Thanks", b"Regret"))
    assert f"{path}:4: the content of record 3 was changed" in run("verify", path, status=3)


def test_export(path: Path, tmp_path: Path) -> None:
    exported = [json.loads(line) for line in run("export", path, "--user", "ada").splitlines()]
    assert [entry["content"] for entry in exported] == ["Is it red\x1b[31m?", "No, blue."]
    run("export", path, "--user", "bob", "-o", tmp_path / "bob.jsonl")
    assert json.loads((tmp_path / "bob.jsonl").read_text())["content"] == "Thanks"


def test_erase(path: Path) -> None:
    run("erase", path, "--user", "ada", status=1, text="n\n")
    assert "2 records erased, in 1 files" in run("erase", path, "--user", "ada", text="y\n")
    assert "0 records erased" in run("erase", path, "--user", "ada", "--yes")
    assert "ada" not in run("show", path)
    assert verify(path).is_whole


def test_keys(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    path = written(tmp_path / "audit.jsonl", ["one"], replace(NO_ROTATION, key=b"k" * 32))
    run("verify", path, "--key-file", key)
    run("verify", path, status=3)
    run("erase", path, "--user", "ada", "--yes", "--key-file", key)
    run("verify", path, "--key-file", key)
    key.write_bytes(b"short")
    assert "fewer than 16" in run("verify", path, "--key-file", key, status=2)


def test_show_follows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([False, False, True])
    following = audit.follow

    def follow(*args: Any, **kwargs: Any) -> Iterator[Record]:
        return following(*args, should_stop=looks.__next__, **kwargs)

    monkeypatch.setattr(audit, "follow", follow)
    assert len(run("show", path, "--follow").splitlines()) == 5
    looks = iter([False, False, True])
    assert len(run("show", path, "--follow", "--last", 2).splitlines()) == 2
