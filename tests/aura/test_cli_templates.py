"""``aura templates``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.models import knowing_nothing
from typer.testing import CliRunner

from aura.cli import app
from aura.templates.store import open_store
from aura_spec.template import builtin, digest

RUNNER = CliRunner()
JOB = "Job {id:int} {state:queued|done} on {host}"


def run(*arguments: str | Path, code: int = 0, given: bytes = b"") -> str:
    """Run ``aura templates``, and give what it prints."""
    result = RUNNER.invoke(app, ["templates", *map(str, arguments)], input=given)
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.fixture(params=["templates.json", "templates.sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    open_store(path).publish({130: "b {0}", 300: JOB})
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain"
    path.write_bytes(b'{"300": "c {0}", "7": "ab\\u001b {0}"}')
    return path


def test_list_shows_ids_and_patterns(store: Path) -> None:
    lines = run("list", store).splitlines()
    assert lines[:2] == ["130  b {0}", f"300  {JOB}"]
    assert lines[2] == f"2 templates, digest {open_store(store).digest}"
    found = json.loads(run("list", store, "--json"))
    assert found["digest"] == open_store(store).digest
    assert [(entry["id"], entry["owner"]) for entry in found["templates"]] == [
        (130, "discovered here"),
        (300, "application"),
    ]
    assert found["templates"][1]["slots"] == [
        {"name": "id", "type": "int"},
        {"name": "state", "type": "enum", "choices": ["queued", "done"]},
        {"name": "host", "type": "text"},
    ]


def test_list_shows_the_built_in_templates_by_default() -> None:
    lines = run("list").splitlines()
    assert lines[0].startswith("  0  ")
    assert lines[-1] == f"128 templates, digest {digest(builtin().items())}"


def test_no_control_character_reaches_a_terminal(plain: Path) -> None:
    assert "\x1b" not in run("list", plain) + run("show", plain, "7") + run("diff", plain, plain)


def test_an_empty_file_is_listed(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_bytes(b"{}")
    assert run("list", tmp_path / "empty.json").startswith("0 templates, digest ")


def test_show_explains_one_template(store: Path) -> None:
    assert run("show", store, "300").splitlines() == [
        "id       300 (application)",
        f"pattern  {JOB}",
        "slot     {id} is int",
        "slot     {state} is one of queued|done",
        "slot     {host} is text",
    ]
    assert json.loads(run("show", store, "130", "--json")) == {
        "id": 130,
        "owner": "discovered here",
        "pattern": "b {0}",
        "slots": [{"name": "0", "type": "text"}],
    }
    run("show", store, "7", code=3)


def test_add_gives_ids_or_takes_one(store: Path) -> None:
    assert run("add", store, "d {0}", "e {0}").splitlines() == ["256  d {0}", "257  e {0}"]
    assert run("add", store, "f {0}", "--id", "1000") == "1000  f {0}\n"
    assert json.loads(run("add", store, "d {0}", "--json")) == {
        "digest": open_store(store).digest,
        "templates": {"256": "d {0}"},
    }
    assert sorted(open_store(store).read()) == [130, 256, 257, 300, 1000]
    run("add", store, "other {0}", "--id", "300", code=3)
    run("add", store, "fine {0}", "{", code=3)
    for wrong in (["x {0}", "y {0}", "--id", "1"], [], ["x {0}", "--import", str(store)]):
        run("add", store, *wrong, code=2)
    assert len(open_store(store).read()) == 5


def test_add_imports_plain_files_and_stores(store: Path, plain: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    run("add", new, "--import", plain)
    assert open_store(new).read() == {7: "ab\x1b {0}", 300: "c {0}"}
    run("add", store, "--import", new, code=3)
    assert sorted(open_store(store).read()) == [130, 300]


def test_test_shows_what_a_message_matches(store: Path, tmp_path: Path) -> None:
    model = tmp_path / "nothing.aura"
    knowing_nothing().save(model)
    assert run("test", store, "Job 7 done on db1", "--model", model).splitlines() == [
        f"template  300 {JOB}",
        "slot      {id} is '7' (int)",
        "slot      {state} is 'done' (one of queued|done)",
        "slot      {host} is 'db1' (text)",
        "message   17 bytes, 8 as a typed frame",
        "sent      8 bytes, typed",
    ]
    found = json.loads(run("test", store, "-", "--json", "--model", model, given=b"Job 7 done on \xff"))
    assert found["match"]["slots"][2] == {"name": "host", "type": "text", "value_hex": "ff"}
    assert found["bytes"] == {"message": 15, "typed_frame": 6, "sent": 6}
    assert "b'\\xff'" in run("test", store, "-", given=b"Job 7 done on \xff")
    assert "template  0 " in run("test", store, "Yes")


def test_test_exits_with_1_if_nothing_matches(store: Path, tmp_path: Path) -> None:
    assert run("test", store, "nothing of this", code=1) == "no template matches\n"
    assert json.loads(run("test", store, "nothing of this", "--json", code=1))["match"] is None
    own = tmp_path / "own.json"
    own.write_bytes(b'{"0": "never mind {0}"}')  # the built-in ones are left out
    run("test", own, "Yes", code=1)


def test_export_writes_other_forms(store: Path, tmp_path: Path) -> None:
    held = open_store(store).read()
    for name, form in (
        ("a.json", []),
        ("a.db", []),
        ("b", ["--form", "sqlite"]),
        ("c.db", ["--form", "json"]),
    ):
        run("export", store, "-o", tmp_path / name, *form)
        assert open_store(tmp_path / name).read() == held
    assert (tmp_path / "b").read_bytes().startswith(b"SQLite")
    assert (tmp_path / "c.db").read_bytes().startswith(b"{")
    assert json.loads(run("export", store, "--form", "plain")) == {"130": "b {0}", "300": JOB}
    assert json.loads(run("export", store))["digest"] == open_store(store).digest
    run("export", store, "--form", "sqlite", code=2)


def test_export_never_drops_or_changes_what_is_published(store: Path, plain: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    open_store(other).publish({300: "c {0}"})
    run("export", store, "-o", other, code=3)
    run("export", plain, "-o", other)
    assert len(open_store(other).read()) == 2


def test_diff_shows_both_sides(store: Path, plain: Path) -> None:
    assert run("diff", store, plain, code=1).splitlines() == [
        "+ 7  ab\\x1b {0}",
        "- 130  b {0}",
        f"- 300  {JOB}",
        "+ 300  c {0}",
    ]
    assert json.loads(run("diff", plain, store, "--json", code=1)) == {
        "only_in_first": {"7": "ab\x1b {0}"},
        "only_in_second": {"130": "b {0}"},
        "changed": {"300": ["c {0}", JOB]},
    }
    assert run("diff", store, store) == "the templates are the same\n"
    assert json.loads(run("diff", store, store, "--json"))["changed"] == {}


@pytest.mark.parametrize("command", [["list"], ["show", "1"], ["test", "x"], ["export"], ["diff", "x"]])
def test_files_that_are_no_templates_are_refused(tmp_path: Path, command: list[str]) -> None:
    path = tmp_path / "damaged.json"
    path.write_bytes(b'{"300": "{"}' if command[0] in {"list", "test", "export"} else b"[]")
    name, *others = command
    run(name, path, *others, code=3)
    run(name, tmp_path / "gone", *others, code=1)
