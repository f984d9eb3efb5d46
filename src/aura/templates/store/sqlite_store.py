"""The SQLite form of a template store.

A database with a table of templates by id and one with their digest. Triggers refuse whatever would change or drop
an entry, whichever program tries. Write-ahead logging lets readers go on while a process writes, and a process that
is killed leaves what it had committed.

The database may come from someone else. So its schema is compared with the one below before anything of it is used,
and a pattern that is far too long is not read.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from aura.files import atomic_write, file_lock
from aura.templates.digest import digest_of
from aura.templates.store import plain
from aura.templates.store.template_store import Patterns, TemplateStore
from aura_spec.errors import TemplateError
from aura_spec.limits import MAX_PATTERN, MAX_TEMPLATE_ID

MAGIC: Final = b"SQLite format 3\0"
"""The first bytes of every SQLite database."""

VERSION: Final = 1
"""Of the schema; the ``user_version`` of the database."""

APPLICATION: Final = int.from_bytes(b"AURT", "big")
"""The ``application_id`` of the database."""

_TIMEOUT: Final = 60.0
"""Seconds that a process waits for another that writes."""

_MAX_VALUE: Final = 1 << 16
"""Bytes of the longest row or statement; beyond any pattern, and enough for the schema."""

_MIN_STEPS: Final = 1_000
_STEPS_PER_BYTE: Final = 16
"""Steps of SQLite's virtual machine that reading a file may take: so many, and so many for each byte."""

_SCHEMA: Final = (
    f"""CREATE TABLE templates (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 0 AND {MAX_TEMPLATE_ID}),
    pattern TEXT NOT NULL
        CHECK (typeof(pattern) = 'text' AND length(CAST(pattern AS BLOB)) BETWEEN 1 AND {MAX_PATTERN})
)""",
    "CREATE TABLE digest (id INTEGER PRIMARY KEY CHECK (id = 0), sha256 TEXT NOT NULL)",
    # what REPLACE deletes is not seen by the trigger for deletions
    """CREATE TRIGGER templates_insert BEFORE INSERT ON templates
WHEN EXISTS (SELECT 1 FROM templates WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a published template keeps its pattern'); END""",
    """CREATE TRIGGER templates_update BEFORE UPDATE ON templates
BEGIN SELECT RAISE(ABORT, 'a published template keeps its pattern'); END""",
    """CREATE TRIGGER templates_delete BEFORE DELETE ON templates
BEGIN SELECT RAISE(ABORT, 'a published template is never dropped'); END""",
)
"""Tables and triggers, in the order in which they are made. A change of any character is a new version."""

_UNUSABLE: Final = {
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_NOMEM: errno.ENOMEM,
}
"""Results that say nothing of the content of the file, as errors of the system. Others mean that it is damaged."""


class SqliteStore(TemplateStore):
    """A store that is an SQLite database."""

    def read(self) -> dict[int, str]:
        """Read all patterns by id; see :meth:`TemplateStore.read`."""
        self.path.stat()  # raises what opening a file that is not there raises
        with self._connected() as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            return self._read(connection)

    def connect(self) -> sqlite3.Connection:
        """A connection that reads the database, which :meth:`read` has found to be sound.

        Any thread may use it, one at a time. Nothing that is read with it is compared with the digest.

        Raises:
            OSError: the database cannot be opened.
        """
        try:
            connection = self._connect(check_same_thread=False)
            connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise OSError(errno.EIO, str(error), str(self.path)) from None
        return connection

    def _append(self, choose: Callable[[Patterns], Patterns]) -> None:
        self._create()
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            published = self._read(connection)
            new = {number: text for number, text in choose(published).items() if number not in published}
            if new:
                connection.executemany("INSERT INTO templates VALUES (?, ?)", sorted(new.items()))
                connection.execute("UPDATE digest SET sha256 = ?", (digest_of({**published, **new}),))
            connection.execute("COMMIT")

    def _read(self, connection: sqlite3.Connection) -> dict[int, str]:
        """The entries, after a look at the schema, in the transaction that has begun."""
        self._bound_work(connection)
        self._check_schema(connection)
        rows = connection.execute("SELECT id, pattern FROM templates ORDER BY id")
        patterns = {number: plain.checked(number, pattern, self.path) for number, pattern in rows}
        if connection.execute("SELECT sha256 FROM digest").fetchall() != [(digest_of(patterns),)]:
            raise TemplateError(f"{self.path} was changed: its digest does not match its templates")
        connection.set_progress_handler(None, 0)
        return patterns

    def _bound_work(self, connection: sqlite3.Connection) -> None:
        """End what takes more steps than the bytes of the file can need: pages may refer to others in circles."""
        size = 0
        for place in self._files():
            with suppress(FileNotFoundError):  # the log goes when the last process closes the database
                size += place.stat().st_size
        steps = _MIN_STEPS + _STEPS_PER_BYTE * size
        left = iter(range(steps // _MIN_STEPS))
        connection.set_progress_handler(lambda: next(left, None) is None, _MIN_STEPS)

    def _files(self) -> tuple[Path, Path]:
        """The database, and the log of what was written to it last."""
        place = os.path.realpath(self.path)
        return Path(place), Path(place + "-wal")

    def _check_schema(self, connection: sqlite3.Connection) -> None:
        [application], [version] = (
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
        if (application, version) != (APPLICATION, VERSION):
            raise TemplateError(f"{self.path} is not a template store of version {VERSION}")
        found = [text for (text,) in connection.execute("SELECT sql FROM sqlite_master ORDER BY rowid")]
        if found != list(_SCHEMA):
            raise TemplateError(f"{self.path} was changed: its tables or triggers are not those of a store")

    def _create(self) -> None:
        """Make the file if it is not there, in one step."""
        if self.path.exists():
            return
        with file_lock.exclusive(self.path):
            if not self.path.exists():
                # the log of a database that was there before would be replayed
                self._files()[1].unlink(missing_ok=True)
                atomic_write.write(self.path, _empty())

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """The database, opened; what fails in it is raised as the interface says."""
        try:
            with closing(self._connect()) as connection:
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
                connection.execute("PRAGMA trusted_schema = OFF")
                yield connection
        except sqlite3.Error as error:
            number = _UNUSABLE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)  # without the extended code
            if number is None:
                raise TemplateError(f"{self.path} is damaged, or not a template store: {error}") from None
            raise OSError(number, f"{os.strerror(number)} ({error})", str(self.path)) from None

    def _connect(self, *, check_same_thread: bool = True) -> sqlite3.Connection:
        database, log = self._files()
        # Where a directory takes no lock files and there is no log, no process writes.
        is_fixed = not os.access(database.parent, os.W_OK) and not log.exists()
        access = "?mode=ro&immutable=1" if is_fixed else "?mode=rw"
        address = self.path.absolute().as_uri() + access
        return sqlite3.connect(
            address, uri=True, timeout=_TIMEOUT, isolation_level=None, check_same_thread=check_same_thread
        )


def _empty() -> bytes:
    """The file of a store without templates."""
    with tempfile.TemporaryDirectory(prefix="aura-") as folder:
        path = Path(folder, "empty")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("INSERT INTO digest VALUES (0, ?)", (digest_of({}),))
        return path.read_bytes()
