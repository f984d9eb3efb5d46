"""What SQLite alone brings to a template store: other programs that write to the file, and hostile databases."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aura.errors import TemplateError
from aura.templates.store import SqliteStore, sqlite_store


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    made = SqliteStore(tmp_path / "templates.sqlite")
    made.publish({300: "a {0}", 301: "b {0}"})
    return made


def connected(store: SqliteStore) -> closing[sqlite3.Connection]:
    """A connection of another program; closed when left."""
    return closing(sqlite3.connect(store.path, isolation_level=None))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE templates SET pattern = 'c {0}' WHERE id = 300",
        "UPDATE templates SET id = 400 WHERE id = 300",
        "UPDATE OR REPLACE templates SET id = 301 WHERE id = 300",
        "DELETE FROM templates WHERE id = 300",
        "DELETE FROM templates",
        "INSERT INTO templates VALUES (300, 'c {0}')",
        "INSERT OR REPLACE INTO templates VALUES (300, 'c {0}')",
        "REPLACE INTO templates VALUES (300, 'a {0}')",
        "INSERT INTO templates VALUES (300, 'c {0}') ON CONFLICT (id) DO UPDATE SET pattern = 'c {0}'",
        "INSERT INTO templates VALUES (-1, 'c {0}')",
        "INSERT INTO templates VALUES (4294967296, 'c {0}')",
        "INSERT INTO templates VALUES (302, X'63')",
        "INSERT INTO templates VALUES (302, NULL)",
        "INSERT INTO templates VALUES (302, '')",
    ],
)
def test_the_database_itself_keeps_what_is_published(store: SqliteStore, statement: str) -> None:
    with connected(store) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    assert store.read() == {300: "a {0}", 301: "b {0}"}


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (["INSERT INTO templates VALUES (302, 'c {0}')"], "digest"),
        (["UPDATE digest SET sha256 = 'x'"], "digest"),
        (["DELETE FROM digest"], "digest"),
        (["DROP TRIGGER templates_update", "UPDATE templates SET pattern = 'c {0}'"], "tables or triggers"),
        (["DROP TRIGGER templates_delete"], "tables or triggers"),
        (["CREATE TABLE more (x)"], "tables or triggers"),
        (["DROP TABLE templates"], "tables or triggers"),
        (["PRAGMA user_version = 2"], "version 1"),
        (["PRAGMA application_id = 0"], "version 1"),
    ],
)
def test_what_another_program_changed_is_refused(
    store: SqliteStore, statements: list[str], reason: str
) -> None:
    with connected(store) as connection:
        for statement in statements:
            connection.execute(statement)
    for refused in (store.read, lambda: store.add("x {0}")):
        with pytest.raises(TemplateError, match=reason):
            refused()


def test_a_view_in_the_place_of_the_table_is_not_run(store: SqliteStore) -> None:
    with connected(store) as connection:
        connection.execute("DROP TABLE templates")
        connection.execute(
            "CREATE VIEW templates AS WITH RECURSIVE endless(id) AS (SELECT 0 UNION ALL SELECT id FROM endless)"
            " SELECT id, 'a' AS pattern FROM endless"
        )
    with pytest.raises(TemplateError, match="tables or triggers"):
        store.read()


def test_reading_ends_after_the_steps_that_the_file_can_need(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.publish({1000 + n: f"{n} {{a}}" for n in range(1_000)})
    assert len(store.read()) == 1_002
    monkeypatch.setattr(sqlite_store, "_STEPS_PER_BYTE", 0)
    with pytest.raises(TemplateError, match="interrupted"):
        store.read()


@pytest.mark.parametrize(
    "value", ["CAST(X'ff' AS TEXT)", "printf('%.100000c', 'x')", "X'61'", "CAST(X'eda080' AS TEXT)"]
)
def test_values_that_are_no_patterns_are_refused(store: SqliteStore, value: str) -> None:
    with connected(store) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(f"INSERT INTO templates VALUES (302, {value})")  # noqa: S608
    with pytest.raises(TemplateError):
        store.read()


def test_a_log_of_an_earlier_database_is_not_replayed(tmp_path: Path) -> None:
    earlier = SqliteStore(tmp_path / "templates.sqlite")
    earlier.publish({300: "a {0}"})
    with connected(earlier) as connection:  # keeps the log
        connection.execute("SELECT * FROM templates").fetchall()
        earlier.publish({301: "b {0}"})
        log = earlier.path.with_name("templates.sqlite-wal").read_bytes()
    assert log
    earlier.path.unlink()
    earlier.path.with_name("templates.sqlite-wal").write_bytes(log)
    later = SqliteStore(earlier.path)
    later.publish({400: "c {0}"})
    assert later.read() == {400: "c {0}"}


def test_a_store_in_a_directory_that_takes_no_files_is_read(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert store.read() == {300: "a {0}", 301: "b {0}"}
    assert [entry.name for entry in store.path.parent.iterdir()] == [store.path.name]
    with pytest.raises(OSError, match="readonly") as caught:
        store.add("x {0}")
    assert (caught.value.errno, caught.value.filename) == (errno.EACCES, str(store.path))


def test_a_store_that_another_process_keeps_locked_is_an_error_of_the_system(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "_TIMEOUT", 0.01)
    with connected(store) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert len(store.read()) == 2
        with pytest.raises(OSError, match="locked") as caught:
            store.add("x {0}")
    assert caught.value.errno == errno.EBUSY


def test_links_to_a_store_are_followed(store: SqliteStore, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(store.path)
    assert SqliteStore(link).add("c {0}") == 256
    assert store.read() == {256: "c {0}", 300: "a {0}", 301: "b {0}"}
    assert [entry.name for entry in link.parent.iterdir()] == ["link.db"]
