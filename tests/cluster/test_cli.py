"""``aura train --dask``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cluster.workers import cluster
from typer.testing import CliRunner

import aura
from aura.cli import app
from aura.cli import cluster as cli_cluster


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with cluster(2, protocol="tcp://") as made:
        yield made


@pytest.fixture
def corpora(tmp_path: Path) -> list[str]:
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text("\n".join(f"{name} {number % 37}" for number in range(400)))
    return [str(tmp_path / "one.txt"), str(tmp_path / "two.txt")]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["train", *arguments])


def test_workers_train_the_same_model(client: Any, corpora: list[str], tmp_path: Path) -> None:
    models = []
    for name, options in (("alone", []), ("together", ["--dask", client.scheduler.address])):
        output = str(tmp_path / f"{name}.aura")
        found = run(*corpora, "-o", output, "--max-bytes", "12000", "--name", "mine", *options)
        assert found.exit_code == 0, found.output
        models.append(aura.Model.load(output))
    assert models[0].data == models[1].data
    assert found.stderr.count("dashboard: http://") == 1
    assert "from 2 files in" in found.stdout


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--threads", "2"], "--threads is for training on this machine"),
        (["--sample", "10%"], "--sample is for training on this machine"),
        (["-"], "workers cannot read standard input"),
    ],
)
def test_what_workers_cannot_do_is_refused(corpora: list[str], options: list[str], error: str) -> None:
    found = run(*corpora, "-o", "never.aura", "--dask", "tcp://127.0.0.1:1", *options)
    assert found.exit_code == 2
    assert error in " ".join(found.stderr.split())


def test_a_scheduler_that_is_not_there_is_named(corpora: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(*corpora, "-o", "never.aura", "--dask", "nowhere://")
    assert found.exit_code == 2
    assert "no scheduler at nowhere://" in found.stderr

    def missing(name: str) -> None:
        raise ImportError(name, name=name)

    monkeypatch.setattr(cli_cluster, "import_module", missing)
    found = run(*corpora, "-o", "never.aura", "--dask", "tcp://127.0.0.1:1")
    assert found.exit_code == 2
    assert "distributed is missing" in found.stderr
