"""All backends speak the protocol, as processes, and pass."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from aura.backend import BACKENDS
from aura_conformance import adapter
from aura_conformance.execute import Conditions, execute
from aura_conformance.level_zero import OneShot
from aura_conformance.process import LongLived
from aura_conformance.suite import GIVEN, MESSAGE, Suite, find_vectors, load
from aura_conformance.verdict import Verdict
from aura_vectors.case import CaseType
from aura_vectors.chapters import CHAPTERS
from aura_vectors.file import from_json

COMMAND = [sys.executable, "-m", "aura_conformance.adapter"]


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load(find_vectors())


@pytest.mark.thorough
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backend_passes_every_check_that_its_profiles_require(backend: str, suite: Suite) -> None:
    subject = LongLived([*COMMAND, backend], timeout=60)
    about = subject.start()
    profiles = [suite.profiles[name] for name in about.profiles]
    outcomes = list(execute(subject, suite.checks, Conditions(profiles)))
    subject.stop()
    assert [outcome for outcome in outcomes if not outcome.is_good] == []
    assert {outcome.verdict for outcome in outcomes} == {Verdict.PASS, Verdict.UNIMPLEMENTED}
    assert {"decoder-core", "adaptive"} <= set(about.profiles)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backend_passes_level_zero(backend: str, suite: Suite) -> None:
    """A sample, as each message takes a process."""
    checks = [check for check in suite.checks if check.is_level_zero]
    chosen = [check for check in checks if check.matches(["stored/0001", "marker/0001", "auralite/0000"])]
    subject = OneShot([*COMMAND, backend], timeout=60)
    subject.start()
    outcomes = list(execute(subject, chosen, Conditions()))
    subject.stop()
    assert [outcome.verdict for outcome in outcomes] == [Verdict.PASS] * len(chosen)
    assert {outcome.check.case.result for outcome in outcomes} == {"canonical", "invalid"}


def test_the_runner_knows_which_fields_a_reader_is_told() -> None:
    files = (path.read_text() for path in find_vectors().glob("*.json") if path.stem in CHAPTERS)
    case_types: dict[str, CaseType] = {
        case_type.name: case_type for file in files for _, _, case_type in from_json(file)
    }
    assert {name: list(case_type.given) for name, case_type in case_types.items() if case_type.given} == {
        name: list(fields) for name, fields in GIVEN.items()
    }


def answer(backend: str, **request: object) -> object:
    return adapter.Adapter(backend).answer({"seq": 1, "case_type": MESSAGE, **request})


def test_an_adapter_says_what_it_does_not_have_and_what_it_did_not_predict() -> None:
    weights = answer("fast", cmd="decode", case_type="weights of codes", wire="00")
    assert weights == {"seq": 1, "skipped": {"reason": "fast does not have this"}}
    table = answer("fast", cmd="encode", case_type="frequencies of a table", value={"frequencies": []})
    assert table == {"seq": 1, "skipped": {"reason": "fast does not write this"}}
    strange = answer("fast", cmd="decode", wire="07", templates={}, phrases={}, max_size="not a number")
    assert isinstance(strange, dict)
    assert "ValueError" in strange["errored"]["message"]


def test_an_adapter_ends_with_its_input_and_when_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for lines in ("", '{"cmd": "stop"}\n{"cmd": "start"}\n'):
        monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        assert adapter.main(["reference"]) == 0
    assert not capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO('{"cmd": "start", "protocol": 1}\n'))
    adapter.main(["fast"])
    assert json.loads(capsys.readouterr().out)["name"] == "aura-codec, fast"


def test_the_command_is_installed_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aura_conformance", "--help"], capture_output=True, check=True
    )
    assert b"golden vectors" in done.stdout
