from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.discovery.extra import needs_extra
from tests.discovery.traffic import messages
from typer.testing import CliRunner

from aura.cli import app
from aura.templates.store import open_store

RUNNER = CliRunner()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "service.log"
    path.write_text("".join(f"{text}\n" for text in messages(1_200)))
    return path


def test_the_extra_is_named(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "drain3.drain", None)
    result = RUNNER.invoke(app, ["templates", "discover", str(log)])
    assert result.exit_code == 2
    assert "pip install '.[discovery]'" in " ".join(result.stderr.replace("│", "").split())


def test_promoting_needs_a_store(log: Path) -> None:
    result = RUNNER.invoke(app, ["templates", "discover", str(log), "--promote", "1"])
    assert result.exit_code == 2
    assert "--store" in result.stderr


def test_templates_are_found_and_promoted(log: Path, tmp_path: Path) -> None:
    needs_extra()
    store = tmp_path / "templates.db"
    result = RUNNER.invoke(app, ["templates", "discover", str(log), "--store", str(store), "--promote", "2"])
    assert result.exit_code == 0, result.stderr
    assert result.stdout.endswith("3 candidates, 2 promoted\n")
    assert "Backup {0:uuid} wrote {1:int} bytes to volume {2:hex}." in result.stdout
    assert "made-up examples" in result.stdout
    assert set(open_store(store).read()) == {128, 129}
    left = RUNNER.invoke(app, ["templates", "discover", str(log), "--store", str(store), "--json"])
    [candidate] = json.loads(left.stdout)
    assert candidate["id"] is None
    assert candidate["bytes_after"] < candidate["bytes_before"]
    assert candidate["saved"]["low"] > 0
    assert [slot["name"] for slot in candidate["slots"]] == ["0", "1", "2"]
