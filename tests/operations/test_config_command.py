"""``aura config``, and the versions of a configuration file."""

from __future__ import annotations

import json
import os
import sys
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.operations.extra import needed
from typer.testing import CliRunner

from aura.cli import app
from aura.configuration import ConfigurationError, keep, roll_back, versions
from aura.configuration.version_file import MAX_CONTENT, MAX_VERSIONS, versions_path

needed("pydantic_settings")


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in os.environ:
        if name.upper().startswith("AURA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["config", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == exit_code, result.output
    return result.output


def run_json(*arguments: str, exit_code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", exit_code=exit_code))


def test_show_tells_where_settings_come_from(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "aura.toml").write_text("level = 1\n[streams]\ncheck = 8\n")
    monkeypatch.setenv("AURA_STREAMS__MEMORY", "0")
    shown = run_json("show", "--preset", "smallest", "--set", "cache.size=3")
    assert shown["level"] == {"value": 1, "from": "aura.toml, line 1"}
    assert shown["streams.memory"] == {"value": 0, "from": "variable AURA_STREAMS__MEMORY"}
    assert shown["cache.size"] == {"value": 3, "from": "flag cache.size"}
    assert shown["cache.matches"] == {"value": 1024, "from": "preset smallest"}
    assert shown["backend"] == {"value": "auto", "from": "default"}
    assert set(run_json("show", "--set-only")) == {"level", "streams.check", "streams.memory"}
    table = run("show")
    assert "aura.toml, line 3" in table
    assert [line.split()[:2] for line in table.splitlines() if "key_file" in line] == [
        ["audit.key_file", "-"]
    ]


def test_show_keeps_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURA_AUDIT__KEY", "ab" * 16)
    for text in (run("show"), run("show", "--json")):
        assert "abab" not in text
        assert "(set)" in text


def test_assignments_have_a_form() -> None:
    assert "is not KEY=VALUE" in run("show", "--set", "level", exit_code=2)
    assert "flag levell: levell is not a setting; did you mean level?" in run(
        "show", "--set", "levell=1", exit_code=3
    )


def test_check_says_all_that_is_wrong(folder: Path) -> None:
    assert run("check").strip() == "the environment is right"
    path = folder / "own.toml"
    path.write_text('level = 9\nmodelx = "x"\n')
    told = run("check", "own.toml", exit_code=3)
    assert "own.toml, line 1: level is 9, not a whole number from 0 to 3" in told
    assert "own.toml, line 2: modelx is not a setting; did you mean model?" in told
    assert run_json("check", "own.toml", exit_code=3) == {
        "valid": False,
        "problems": [
            {"key": "level", "place": "own.toml, line 1", "text": "is 9, not a whole number from 0 to 3"},
            {"key": "modelx", "place": "own.toml, line 2", "text": "is not a setting; did you mean model?"},
        ],
    }
    path.write_text('model = "nowhere.aura"')
    assert "which cannot be used" in run("check", "own.toml", exit_code=3)
    assert run("check", "nowhere.toml", exit_code=1).strip().endswith("No such file or directory")


def test_versions_are_kept_compared_and_gone_back_to(folder: Path) -> None:
    path = folder / "aura.toml"
    path.write_text("level = 1\n")
    assert run("check", "--keep").strip() == "aura.toml is right, kept as version 1"
    path.write_text("level = 3\ncheck = true\n")
    assert run_json("check", "--keep") == {"valid": True, "problems": [], "kept_as": 2}
    assert [one["number"] for one in run_json("versions")] == [1, 2]
    assert run("versions").count("\n") == 3
    found = run_json("diff", "1", exit_code=1)
    assert found == [
        {"key": "level", "before": 1, "after": 3, "needs": "nothing"},
        {"key": "check", "before": False, "after": True, "needs": "a new process"},
    ]
    assert "a new process" in run("diff", "1", "2", exit_code=1)
    assert run("diff", "2", "aura.toml", "--file", "aura.toml") == ""
    assert run_json("rollback", "1") == {"file": "aura.toml", "version": 3, "content_of": 1}
    assert path.read_text() == "level = 1\n"
    path.unlink()
    assert "is as in version 2 again, kept as version 4" in run("rollback", "2")
    assert path.read_text() == "level = 3\ncheck = true\n"


def test_a_version_that_is_not_right_any_more_is_not_gone_back_to(folder: Path) -> None:
    path = folder / "aura.toml"
    for content in ("levell = 1\n", "level = 1\n"):
        path.write_text(content)
        keep(path, time=0.0)
    assert "levell is not a setting" in run("rollback", "1", exit_code=3)
    assert path.read_text() == "level = 1\n"
    assert "has no version 9: 1 to 2 are kept" in run("rollback", "9", exit_code=3)
    assert "none is kept" in run("rollback", "1", "other.toml", exit_code=3)


def test_what_was_not_kept_is_kept_before_going_back(folder: Path) -> None:
    path = folder / "aura.toml"
    path.write_text("level = 1\n")
    keep(path, time=0.0)
    path.write_text("level = 2\n")
    assert roll_back(path, 1, time=1.0).number == 3
    assert [one.content for one in versions(path)] == ["level = 1\n", "level = 2\n", "level = 1\n"]


def test_versions_are_bounded(folder: Path) -> None:
    path = folder / "aura.toml"
    for number in range(MAX_VERSIONS + 10):
        path.write_text(f"[cache]\nsize = {number}\n")
        keep(path, time=float(number))
    kept = versions(path)
    assert [one.number for one in kept] == list(range(11, MAX_VERSIONS + 11))
    assert kept[-1].time == "1970-01-01T00:00:59+00:00"
    path.write_bytes(b"#" * (MAX_CONTENT + 1))
    with pytest.raises(ConfigurationError, match="has more than 1048576 bytes"):
        keep(path, time=0.0)
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        keep(path, time=0.0)


@pytest.mark.parametrize(
    "damage",
    [
        b"?",
        b"{}",
        b"[1]",
        b'{"number": 1}',
        b"\xff",
        b'{"number": "1", "time": 0, "digest": "", "content": 5}',
    ],
)
def test_damage_is_named(folder: Path, damage: bytes) -> None:
    path = folder / "aura.toml"
    path.write_text("level = 1\n")
    keep(path, time=0.0)
    line = versions_path(path).read_bytes()
    for text, number in (
        (line + damage + b"\n", 2),
        (line + line, 2),
        (line.replace(b"level", b"levell"), 1),
    ):
        versions_path(path).write_bytes(text)
        with pytest.raises(ConfigurationError, match=f"line {number}: is not a version, or is damaged"):
            versions(path)


def test_writers_wait_for_each_other(folder: Path) -> None:
    path = folder / "aura.toml"
    for level in (1, 2):
        path.write_text(f"level = {level}\n")
        keep(path, time=0.0)

    def work() -> None:
        for number in (1, 2, 1, 2):
            roll_back(path, number, time=0.0)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = versions(path)
    assert [one.number for one in kept] == list(range(1, len(kept) + 1))
    assert all(one.content != after.content for one, after in pairwise(kept))
    assert path.read_text() == kept[-1].content


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic_settings", None)
    from aura.configuration import loading  # noqa: PLC0415

    loading._reader.cache_clear()
    told = run("show", exit_code=1)
    assert 'pydantic_settings is missing; the extra "config" brings it' in told
    loading._reader.cache_clear()
