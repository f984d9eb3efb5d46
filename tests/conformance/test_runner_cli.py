"""The command line of the conformance runner."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conformance.asking import FAKE
from typer.testing import CliRunner, Result

from aura_conformance import cli


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def test_a_run_ends_with_its_status_and_its_reports(vectors: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("j.xml", "p.html", "r.json")]
    options = [item for pair in zip(("--junit", "--html", "--json"), files, strict=True) for item in pair]
    bad = call("run", "--vectors", vectors, *options, "--", *FAKE)
    assert bad.exit_code == 1
    assert all(path.stat().st_size > 1000 for path in files)
    good = call("run", "--vectors", vectors, "--profile", "decoder", "--skip", "[bh]*", "--", *FAKE)
    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "5 of 5 checks passed")


def test_known_failures_are_read_from_a_file(vectors: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text("good/0001:encode  # soon\ngood/0002:encode\n")
    result = call("run", "--vectors", vectors, "--only", "good", "--expected-failures", known, "--", *FAKE)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "6 of 8 checks passed, 2 fail as expected"


def test_level_zero_is_asked_for_with_an_option(vectors: Path) -> None:
    result = call("run", "--vectors", vectors, "--level", "0", "--only", "good/*", "--", *FAKE)
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "5 of 5 checks passed")


def test_checks_are_listed_and_cases_shown(vectors: Path) -> None:
    result = call("list", "--vectors", vectors, "--only", "*:encode")
    assert result.output.splitlines()[0] == "good/0000:encode\tcanonical\tcase 0"
    result = call("show", "--vectors", vectors, "bad/0002")
    assert '-> {"cmd":"decode","seq":1,' in result.output
    assert result.output.count('{"symbol": 1}') == 3
    assert "catches: TakesAnything" in call("show", "--vectors", vectors, "bad/0009").output


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--only", "nothing", "--", *FAKE],
        ["run", "--profile", "nothing", "--", *FAKE],
        ["run", "--only", "good/*", "--skip", "good/*", "--", *FAKE],
        ["run", "--", "/no/such/program"],
        ["run", "--json", "/no/such/place/out.json", "--", "/no/such/program"],
        ["run", "--html", "/", "--", "/no/such/program"],
        ["show", "nothing/0000"],
        ["list", "--vectors", "/no/such/place"],
    ],
)
def test_wrong_usage_ends_with_two(
    arguments: list[str], vectors: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "--vectors" not in arguments:
        arguments = [arguments[0], "--vectors", str(vectors), *arguments[1:]]
    monkeypatch.setattr("sys.argv", ["aura-conformance", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("error: ")
