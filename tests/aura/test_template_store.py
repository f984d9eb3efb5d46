"""Template stores on disk: published ids stay, whoever else writes, and whenever a process is killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.searches import sampled

from aura.errors import TemplateError
from aura.files import file_lock
from aura.templates import TemplateLibrary
from aura.templates.digest import digest_of
from aura.templates.store import DISCOVERED_IDS, open_store, read_patterns
from aura_spec.template import digest, parse_patterns

NAMES = ("templates.json", "templates.sqlite")


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where a store of each form is to be, alone in its directory."""
    folder = tmp_path / "alone"
    folder.mkdir()
    return folder / str(request.param)


def test_a_store_gives_back_the_library(path: Path) -> None:
    library = TemplateLibrary({300: "Grüße {name}", 130: "x {0}"})
    library.save(path)
    loaded = TemplateLibrary.load(path)
    assert loaded.digest == library.digest
    assert list(open_store(path).read().items()) == [(130, "x {0}"), (300, "Grüße {name}")]
    loaded.add("y {0}")
    loaded.save(path)
    assert TemplateLibrary.load(path, with_builtin=False).snapshot().keys() == {130, 300, 301}
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_name_of_a_new_store_says_its_form_and_its_content_that_of_another(tmp_path: Path) -> None:
    for name, head in (
        ("a.json", b"{"),
        ("a", b"{"),
        ("a.db", b"SQL"),
        ("a.sqlite3", b"SQL"),
        ("A.SQLITE", b"SQL"),
    ):
        store = open_store(tmp_path / name)
        store.add("a {0}")
        assert store.path.read_bytes().startswith(head)
        other = store.path.rename(tmp_path / f"renamed.{'json' if head == b'SQL' else 'db'}")
        assert open_store(other).read() == {256: "a {0}"}
        other.unlink()


def test_json_stores_are_for_reading_by_people(tmp_path: Path) -> None:
    path = tmp_path / "templates.json"
    open_store(path).publish({1000: "ä {0}", 300: "x"})
    assert path.read_text(encoding="utf-8").splitlines()[3:6] == [
        '  "templates": {',
        '    "300": "x",',
        '    "1000": "ä {0}"',
    ]


def test_a_store_never_changes_or_loses_a_published_id(path: Path) -> None:
    TemplateLibrary({300: "a {0}"}).save(path)
    before = path.read_bytes()
    for patterns in ({300: "b {0}"}, {301: "a {0}"}):
        with pytest.raises(TemplateError, match="change or drop"):
            TemplateLibrary(patterns).save(path)
    with pytest.raises(TemplateError, match="template 300 is published as"):
        open_store(path).publish({299: "fine {0}", 300: "b {0}"})
    assert path.read_bytes() == before


def test_patterns_are_published_beside_others(path: Path) -> None:
    store = open_store(path)
    store.publish({300: "a {0}", 299: "b {0}"})
    store.publish({300: "a {0}", 301: "c {0}"})
    assert store.read() == {299: "b {0}", 300: "a {0}", 301: "c {0}"}
    assert store.digest == digest(parse_patterns(store.read()).items())
    for patterns in ({302: "{"}, {-1: "x"}, {1 << 32: "x"}):
        with pytest.raises(TemplateError):
            store.publish(patterns)
    with pytest.raises(TypeError):
        store.publish({"302": "x"})  # type: ignore[dict-item]
    assert len(store.read()) == 3


def test_ids_are_assigned_once(path: Path) -> None:
    store = open_store(path)
    store.publish({129: "b {0}", 300: "a {0}"})
    assert store.assign(["a {0}", "b {0}", "c {0}", "a {0}"], DISCOVERED_IDS) == [128, 129, 130, 128]
    assert store.assign(["c {0}"], DISCOVERED_IDS) == [130]
    assert store.add("c {0}") == 256
    assert store.add("d {0}") == 257
    before = store.read()
    with pytest.raises(TemplateError, match="no id from 128 to 191 is free"):
        store.assign([f"{n} {{0}}" for n in range(62)], DISCOVERED_IDS)
    with pytest.raises(TemplateError, match="single brace"):
        store.assign(["fine {0}", "{"])
    assert store.read() == before
    assert store.assign([f"{n} {{0}}" for n in range(61)], DISCOVERED_IDS)[-1] == 191


def test_an_empty_store_can_be_saved(path: Path) -> None:
    TemplateLibrary().save(path)
    assert open_store(path).read() == {}
    assert open_store(path).digest == digest_of({}) == digest(())


@settings(max_examples=30)
@given(st.dictionaries(st.integers(0, (1 << 32) - 1), st.text(max_size=20)))
def test_the_digest_is_that_of_the_specification(patterns: dict[int, str]) -> None:
    usable = {number: text.replace("{", "").replace("}", "") + "." for number, text in patterns.items()}
    assert digest_of(usable) == digest(parse_patterns(usable).items())


def test_plain_files_are_read_beside_stores(path: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b'{"1001": "b {0}", "7": "a {0}"}')
    assert list(read_patterns(plain).items()) == [(7, "a {0}"), (1001, "b {0}")]
    with pytest.raises(TemplateError, match="not a template store of version 1"):
        open_store(plain).read()
    open_store(path).publish(read_patterns(plain))
    assert read_patterns(path) == read_patterns(plain)


def test_a_store_that_cannot_be_saved_is_named(path: Path) -> None:
    path = path.parent / "gone" / path.name
    with pytest.raises(FileNotFoundError) as caught:
        TemplateLibrary({300: "a {0}"}).save(path)
    assert caught.value.filename == str(path)


def test_a_store_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        open_store(path).read()
    assert caught.value.filename in {path, str(path)}
    assert list(path.parent.iterdir()) == []
    with pytest.raises(IsADirectoryError):
        open_store(path.parent)


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


@pytest.mark.parametrize("name", ["templates.json", "n" * 255, "templates.db"])
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
    with file_lock.exclusive(path):  # so that those that are to make the file wait for each other
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


WRITER = """
import sys
from aura.templates.store import open_store

store = open_store(sys.argv[1])
for number in range(1_000_000):
    if number == 1:
        print("ready", flush=True)
    name = f"{sys.argv[2]}.{number}"
    print(*store.assign([f"first {name} {{a}}", f"second {name} {{b}}"]), name, flush=True)
"""


@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.thorough)])
def test_a_writer_that_is_killed_at_any_moment_loses_nothing_that_it_published(
    path: Path, kills: int
) -> None:
    source = random.Random(kills)
    told: dict[int, str] = {}
    for turn in range(kills):
        writer = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WRITER, str(path), str(turn)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        lines = [writer.stdout.readline(), writer.stdout.readline()]
        time.sleep(source.uniform(0, 0.1))
        writer.kill()
        lines += writer.communicate()[0].splitlines(keepends=True)
        assert "ready\n" in lines
        for line in lines:
            if line.endswith("\n") and line != "ready\n":
                first, second, name = line.split()
                told |= {int(first): f"first {name} {{a}}", int(second): f"second {name} {{b}}"}
        held = open_store(path).read()
        assert told.items() <= held.items()
        kinds = [pattern.split()[0] for pattern in held.values()]
        assert kinds == ["first", "second"] * (len(held) // 2)  # an assignment is there whole or not at all
    before = open_store(path).read()
    assert open_store(path).add("after all {0}") not in before  # a lock that was left behind holds nobody up


def test_readers_go_on_while_a_process_writes(path: Path) -> None:
    store = open_store(path)
    store.add("first {0}")
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", WRITER, str(path), "x"], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        try:
            sizes = [len(store.read()) for _ in range(50)]
        finally:
            writer.kill()
    assert sizes == sorted(sizes)
    assert sizes[-1] > 1


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
        json.dumps({**GOOD, "templates": {"300": "\ud800"}}).encode(),
        json.dumps(GOOD).encode(),
    ],
)
def test_damaged_stores_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "templates.json"
    path.write_bytes(content)
    with pytest.raises(TemplateError):
        TemplateLibrary.load(path)
    with pytest.raises(TemplateError):
        open_store(path).add("x {0}")
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content", [b"[]", b"5", b'{"0300": "a"}', b'{"x": "a"}', b'{"7": 5}', b'{"7": "a", "7": "a"}']
)
def test_what_is_neither_plain_nor_a_store_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plain.json"
    path.write_bytes(content)
    with pytest.raises(TemplateError):
        read_patterns(path)


def read_or_refuse(path: Path) -> dict[int, str] | None:
    """What a reader finds in a file: patterns with the digest that the file has, or a refusal."""
    try:
        return open_store(path).read()
    except TemplateError:
        return None


PATTERNS = {300 + n: f"{'long ' * (n * 40)}{n} {{a}}" for n in range(10)}


@pytest.fixture(scope="module")
def undamaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A store in each form, by name."""
    folder = tmp_path_factory.mktemp("undamaged")
    for name in NAMES:
        open_store(folder / name).publish(PATTERNS)
    return {name: (folder / name).read_bytes() for name in NAMES}


@sampled(1_000)
@given(data=st.data())
def test_damage_is_refused_or_does_no_harm(
    data: st.DataObject, undamaged: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bytes are flipped, cut off, repeated or put in; what is read all the same is what was published."""
    name = data.draw(st.sampled_from(NAMES))
    content = bytearray(undamaged[name])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        end = place + data.draw(st.sampled_from([0, 1, 4, 4096]))
        content[place:end] = data.draw(st.one_of(st.binary(max_size=8), st.just(bytes(content[:end]))))
        content = content or bytearray(b"x")
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(content)
    assert read_or_refuse(path) in (None, PATTERNS)


@given(content=st.binary(max_size=2_000), name=st.sampled_from(NAMES), has_magic=st.booleans())
def test_garbage_is_refused(
    content: bytes, name: str, has_magic: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("garbage") / name
    path.write_bytes(b"SQLite format 3\0" + content if has_magic else content)
    assert read_or_refuse(path) is None
    with suppress(TemplateError):  # an empty object is a plain file
        assert read_patterns(path) == {}
