"""Files of templates: stores, whose ids keep their pattern for ever, and plain files to import.

``template_store``  what a store does, whatever its form
``json_store``      one JSON file, replaced as a whole: easy to read and to review, for some thousand templates
``sqlite_store``    an SQLite database, to which entries are appended: for many templates
``plain``           an object of ids and patterns without anything else, which is read and written, but no store

A file that is there says by its first bytes which form it has, a new one by its name.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Final

from aura.templates.store import json_store, plain, sqlite_store
from aura.templates.store.json_store import JsonStore
from aura.templates.store.sqlite_store import SqliteStore
from aura.templates.store.template_store import (
    APPLICATION_IDS,
    DISCOVERED_IDS,
    PEER_IDS,
    TemplateStore,
    ids_of,
)

__all__ = [
    "APPLICATION_IDS",
    "DISCOVERED_IDS",
    "PEER_IDS",
    "JsonStore",
    "SqliteStore",
    "TemplateStore",
    "form_of",
    "ids_of",
    "json_store",
    "open_store",
    "plain",
    "read_patterns",
]

_SQLITE_SUFFIXES: Final = frozenset({".sqlite", ".sqlite3", ".db"})


def open_store(path: str | PathLike[str]) -> TemplateStore:
    """The store at ``path``; it may be there or not.

    A new file becomes an SQLite database if its name ends in ``.sqlite``, ``.sqlite3`` or ``.db``, else JSON.

    Raises:
        OSError: the file is there, but cannot be read.
    """
    place = Path(path)
    return form_of(place)(place)


def form_of(place: Path) -> type[JsonStore | SqliteStore]:
    """The form of the store at ``place``; see :func:`open_store`."""
    try:
        with place.open("rb") as file:
            head = file.read(len(sqlite_store.MAGIC))
    except FileNotFoundError:
        head = b""
    if head == sqlite_store.MAGIC or (not head and place.suffix.lower() in _SQLITE_SUFFIXES):
        return SqliteStore
    return JsonStore


def read_patterns(path: str | PathLike[str]) -> dict[int, str]:
    """Read the patterns of a file by id: of a store in either form, or of a plain file.

    Raises:
        TemplateError: it is none of them, or damaged.
        OSError: the file cannot be read.
    """
    store = open_store(path)
    if isinstance(store, JsonStore):
        content = plain.load_object(store.path)
        if "version" not in content:
            return plain.patterns_of(content, store.path)
    return store.read()
