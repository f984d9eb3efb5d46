"""Templates that stay in a store until a message needs them."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import aura
from aura.errors import TemplateError
from aura.templates import TemplateLibrary
from aura.templates.cold import ColdTemplates
from aura.templates.store import open_store

PATTERNS = {300 + n: f"Job {n:03} of {{who}} took {{ms:int}} ms" for n in range(200)} | {
    130: "Good day to all of you"
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "templates.db"
    open_store(path).publish(PATTERNS)
    return path


def held(library: TemplateLibrary) -> ColdTemplates:
    templates = library.snapshot()
    assert isinstance(templates, ColdTemplates)
    return templates


@pytest.mark.parametrize("with_builtin", [False, True])
def test_a_cold_library_is_what_the_store_holds(store: Path, tmp_path: Path, with_builtin: bool) -> None:
    cold = TemplateLibrary.load(store, max_hot=5, with_builtin=with_builtin)
    warm = TemplateLibrary.load(store, with_builtin=with_builtin)
    assert held(cold).hot == 0
    assert list(cold) == sorted(warm)
    assert len(cold) == len(warm)
    assert dict(cold) == dict(warm)
    assert cold.digest == warm.digest
    assert 7777 not in cold
    with pytest.raises(KeyError):
        cold[7777]
    cold.save(tmp_path / "other.json")
    assert open_store(tmp_path / "other.json").read() == open_store(store).read()


def test_matches_are_the_same_and_few_templates_are_in_memory(store: Path) -> None:
    cold, warm = TemplateLibrary.load(store, max_hot=5), TemplateLibrary.load(store)
    for number in [*range(200), *range(199, 0, -7)]:
        message = f"Job {number:03} of Ana took {number * 7} ms".encode()
        assert cold.match(message) == warm.match(message)
        assert held(cold).hot <= 5
    assert cold.match("Good day to all of you") == warm.match("Good day to all of you")
    assert cold.match("Yes") == warm.match("Yes")
    assert cold.match("nothing of this") is None


def test_what_was_used_last_stays_in_memory(store: Path) -> None:
    library = TemplateLibrary.load(store, max_hot=2)
    first, second = library[300], library[301]
    assert library[300] is first
    assert library[302].pattern == PATTERNS[302]
    assert library[300] is first
    assert library[301] is not second
    assert library[301] == second


def test_a_codec_with_cold_templates_codes_as_any_other(store: Path) -> None:
    cold = aura.Codec(templates=TemplateLibrary.load(store, max_hot=3))
    warm = aura.Codec(templates=TemplateLibrary.load(store))
    for number in (0, 150, 3, 199):
        message = f"Job {number:03} of somebody else took {number} ms"
        wire = cold.compress(message)
        assert wire == warm.compress(message)
        assert cold.decompress(
            warm.compress(message, template_id=300 + number, slots=["somebody else", number])
        )


def test_additions_stay_in_memory_and_do_not_show_in_snapshots(store: Path) -> None:
    library = TemplateLibrary.load(store, max_hot=3)
    before = held(library)
    assert library.add("Disk {0} is full") == 500
    library.update({300: PATTERNS[300], 700: "Node {0} joined the cluster"})
    assert (500 in before, len(before)) == (False, 329)
    match = library.match("Node 7 joined the cluster")
    assert match is not None
    assert match.template_id == 700
    for patterns in ({300: "other {0}"}, {500: "other {0}"}, {0: "other {0}"}):
        with pytest.raises(TemplateError, match="is published as"):
            library.update(patterns)
    assert library.merged({800: "more {0}"})[800].pattern == "more {0}"
    assert 800 not in library
    assert (
        library.digest
        == TemplateLibrary({**PATTERNS, 500: "Disk {0} is full", 700: library[700].pattern}).digest
    )


def test_what_others_publish_later_does_not_show(store: Path) -> None:
    library = TemplateLibrary.load(store, max_hot=3)
    digest = library.digest
    open_store(store).publish({400_000: "Later {0}"})
    assert 400_000 not in library
    assert library.digest == digest
    assert len(dict(library)) == len(library)


def test_threads_share_what_is_hot(store: Path) -> None:
    library = TemplateLibrary.load(store, max_hot=4)

    def match(number: int) -> bool:
        found = library.match(f"Job {number % 200:03} of Bo took 7 ms")
        return found is not None and found.template_id == 300 + number % 200

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(match, range(400)))
    assert held(library).hot <= 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_that_was_forked_reads_by_itself(store: Path) -> None:
    library = TemplateLibrary.load(store, max_hot=1)
    assert library[300].pattern == PATTERNS[300]
    child = os.fork()
    if not child:
        os._exit(0 if library[400].pattern == PATTERNS[400] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert library[401].pattern == PATTERNS[401]


def test_what_cannot_be_cold_is_refused(store: Path, tmp_path: Path) -> None:
    plain = tmp_path / "templates.json"
    TemplateLibrary({300: "a {0}"}).save(plain)
    with pytest.raises(TemplateError, match="no SQLite store"):
        TemplateLibrary.load(plain, max_hot=5)
    for wrong, error in ((0, ValueError), ("5", TypeError)):
        with pytest.raises(error):
            TemplateLibrary.load(store, max_hot=wrong)  # type: ignore[arg-type]
    other = tmp_path / "other.db"
    open_store(other).publish({0: "Not what is built in"})
    with pytest.raises(TemplateError, match="with_builtin=False"):
        TemplateLibrary.load(other, max_hot=5)
    assert TemplateLibrary.load(other, max_hot=5, with_builtin=False)[0].pattern == "Not what is built in"


def test_a_database_that_breaks_later_is_a_declared_error(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = TemplateLibrary.load(store, max_hot=1)
    hot = held(library)._hot

    class Broken:
        Error = sqlite3.Error  # as connections have it

        def execute(self, *_: object) -> None:
            raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(hot, "_connection", Broken())
    with pytest.raises(TemplateError, match="cannot be read any more"):
        library[300]
    store.unlink()
    monkeypatch.setattr(hot, "_process", 0)
    with pytest.raises(OSError, match="unable to open") as caught:
        library[300]
    assert caught.value.filename == str(store)
