"""Template stores on disk: published ids stay, whoever else saves, and whenever a process is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aura.errors import TemplateError
from aura.files import file_lock
from aura.templates import TemplateLibrary


def test_a_store_gives_back_the_library(tmp_path: Path) -> None:
    path = tmp_path / "templates.json"
    library = TemplateLibrary({300: "Grüße {name}", 130: "x {0}"})
    library.save(path)
    loaded = TemplateLibrary.load(path)
    assert loaded.digest == library.digest
    assert list(json.loads(path.read_bytes())["templates"]) == ["130", "300"]
    loaded.add("y {0}")
    loaded.save(path)
    assert TemplateLibrary.load(path, with_builtin=False).snapshot().keys() == {130, 300, 301}
    assert [entry.name for entry in tmp_path.iterdir()] == ["templates.json"]


def test_a_store_never_changes_or_loses_a_published_id(tmp_path: Path) -> None:
    path = tmp_path / "templates.json"
    TemplateLibrary({300: "a {0}"}).save(path)
    before = path.read_bytes()
    for patterns in ({300: "b {0}"}, {301: "a {0}"}):
        with pytest.raises(TemplateError, match="change or drop"):
            TemplateLibrary(patterns).save(path)
    assert path.read_bytes() == before


def test_a_store_that_cannot_be_saved_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "templates.json"
    with pytest.raises(FileNotFoundError) as caught:
        TemplateLibrary({300: "a {0}"}).save(path)
    assert caught.value.filename == str(path)


def test_a_failed_save_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "templates.json"
    library = TemplateLibrary({300: "a {0}"})
    library.save(path)
    before = path.read_bytes()
    library.add("b {0}")

    def fail(_handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        library.save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["templates.json"]


@pytest.mark.parametrize("name", ["templates.json", "n" * 255])
def test_of_processes_that_save_at_once_only_one_publishes_an_id(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    program = (
        "import sys, aura\n"
        "library = aura.TemplateLibrary({300 + n: f'base {n} {{a}}' for n in range(50)})\n"
        "library.add(f'from process {sys.argv[1]} {{x}}')\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "try:\n"
        "    library.save(sys.argv[2]); print('saved')\n"
        "except aura.TemplateError as error:\n"
        "    print('refused' if 'change or drop' in str(error) else error)\n"
    )
    processes = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", program, str(number), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    with file_lock.exclusive(path):  # until all of them wait
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
    outcomes = [process.communicate()[0].strip() for process in processes]
    assert sorted(outcomes) == ["refused"] * 3 + ["saved"]
    winner = outcomes.index("saved")
    assert TemplateLibrary.load(path)[350].pattern == f"from process {winner} {{x}}"
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_kill_inside_a_save_leaves_the_old_store_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "templates.json"
    program = """
import os, sys
from pathlib import Path
import aura

path = Path(sys.argv[1])
library = aura.TemplateLibrary({300: "a {0}"})
library.save(path)
old = path.read_bytes()
library.add("b {0}", id=301)
calls = 0

def kill(event, arguments):  # files and directories are all that a save changes
    global calls
    if event in {"open", "os.rename", "os.remove", "fcntl.flock"}:
        calls += 1
        if calls == step:
            os._exit(9)

for step in range(1, 20):
    path.write_bytes(old)
    child = os.fork()
    if not child:
        sys.addaudithook(kill)
        library.save(path)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(status, *aura.TemplateLibrary.load(path, with_builtin=False))
    library.save(path)  # a lock that was left behind holds nobody up
    if status == 0:
        break
"""
    arguments = [sys.executable, "-c", program, str(path)]
    lines = subprocess.run(arguments, capture_output=True, check=True, text=True).stdout.split("\n")  # noqa: S603
    assert lines[-2] == "0 300 301"
    assert set(lines[:-2]) == {"9 300", "9 300 301"}


GOOD = {"version": 1, "digest": "", "templates": {"300": "a {0}"}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b'{"version": 1, "version": 1}',
        json.dumps({**GOOD, "version": 2}).encode(),
        json.dumps({**GOOD, "templates": []}).encode(),
        json.dumps({**GOOD, "templates": {"x": "a"}}).encode(),
        json.dumps({**GOOD, "templates": {"0300": "a"}}).encode(),
        json.dumps({**GOOD, "templates": {"9" * 5000: "a"}}).encode(),
        json.dumps({**GOOD, "templates": {"9999999999": "a"}}).encode(),
        json.dumps({**GOOD, "templates": {"300": 5}}).encode(),
        json.dumps({**GOOD, "templates": {"300": "{"}}).encode(),
        json.dumps(GOOD).encode(),
    ],
)
def test_damaged_stores_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "templates.json"
    path.write_bytes(content)
    with pytest.raises(TemplateError):
        TemplateLibrary.load(path)
