"""Templates that stay in an SQLite store, but for those that were used last.

With very many templates, most of which are used rarely, it is enough to hold what tells them apart, as the matcher
does, and to read and parse one when a message needs it.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from heapq import merge
from typing import TYPE_CHECKING, Final

from aura.templates.filing import Filing
from aura_spec.errors import TemplateError
from aura_spec.template import Template, parse_pattern

if TYPE_CHECKING:
    import sqlite3

    from aura.templates.store import SqliteStore

_PAGE: Final = 1_000
"""Templates that are read at a time when all are."""


class _Hot:
    """The templates of a store that were used last. Safe to share between threads, and to be forked with."""

    def __init__(self, store: SqliteStore, max_hot: int) -> None:
        self._store = store
        self._max_hot = max_hot
        self._lock = threading.Lock()
        self._held: OrderedDict[int, Template] = OrderedDict()
        self._connection: sqlite3.Connection | None = None
        self._process = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, template_id: int) -> Template:
        """A template that the store holds."""
        with self._lock:
            template = self._held.get(template_id)
            if template is None:
                [(_, pattern)] = self._rows("SELECT id, pattern FROM templates WHERE id = ?", template_id)
                template = self._held[template_id] = parse_pattern(pattern)
                if len(self._held) > self._max_hot:
                    self._held.popitem(last=False)
            else:
                self._held.move_to_end(template_id)
        return template

    def patterns(self) -> Iterator[tuple[int, str]]:
        """All patterns by id, in ascending order of ids, read a part at a time."""
        last = -1
        while True:
            with self._lock:
                rows = self._rows(
                    f"SELECT id, pattern FROM templates WHERE id > ? ORDER BY id LIMIT {_PAGE}",  # noqa: S608
                    last,
                )
            if not rows:
                return
            yield from rows
            last = rows[-1][0]

    def _rows(self, query: str, value: int) -> list[tuple[int, str]]:
        if self._process != os.getpid():  # SQLite must not be used further in a process that was forked
            self._connection = self._store.connect()
            self._process = os.getpid()
        assert self._connection is not None  # noqa: S101  # made above
        try:
            return self._connection.execute(query, (value,)).fetchall()
        except self._connection.Error as error:
            raise TemplateError(f"{self._store.path} cannot be read any more: {error}") from None


class ColdTemplates(Mapping[int, Template]):
    """The templates of a store and further ones, by id. Immutable: what is published later does not show.

    Args:
        hot: those of the store that were used last.
        ids: of the templates in the store.
        added: further templates, which are always in memory.
        before: how those before were filed, to which some were added.

    Attributes:
        filing: what finds them.
    """

    __slots__ = ("_added", "_hot", "_ids", "filing")

    def __init__(
        self, hot: _Hot, ids: frozenset[int], added: Mapping[int, Template], before: Filing | None = None
    ) -> None:
        self._hot = hot
        self._ids = ids
        self._added = added
        self.filing = Filing(self) if before is None else before.extended(self)

    @classmethod
    def of(cls, store: SqliteStore, max_hot: int, added: Mapping[int, Template]) -> ColdTemplates:
        """Those of a store.

        Args:
            store: that is there.
            max_hot: parsed templates of it that are held at a time.
            added: templates to hold as well.

        Raises:
            TemplateError: the store is damaged, or has another pattern under an id of ``added``.
            OSError: the store cannot be read.
        """
        patterns = store.read()
        for template_id, template in added.items():
            if patterns.get(template_id, template.pattern) != template.pattern:
                raise TemplateError(
                    f"template {template_id} is published as {template.pattern!r}; with_builtin=False leaves the"
                    " built-in ones out"
                )
        return cls(_Hot(store, max_hot), frozenset(patterns), added)

    def with_added(self, templates: Mapping[int, Template]) -> ColdTemplates:
        """These templates and further ones, of which none is here under another pattern."""
        new = {number: template for number, template in templates.items() if number not in self}
        return ColdTemplates(self._hot, self._ids, {**self._added, **new}, self.filing)

    @property
    def hot(self) -> int:
        """Parsed templates of the store that are held now."""
        return len(self._hot)

    def patterns(self) -> Iterator[tuple[int, str]]:
        """All patterns by id, in ascending order of ids."""
        added = iter(
            sorted((number, held.pattern) for number, held in self._added.items() if number not in self._ids)
        )
        stored = ((number, pattern) for number, pattern in self._hot.patterns() if number in self._ids)
        return merge(added, stored)

    def parsed(self) -> Iterator[tuple[int, Template]]:
        """All templates, in ascending order of ids; none of them becomes a hot one."""
        return (
            (number, self._added.get(number) or parse_pattern(pattern)) for number, pattern in self.patterns()
        )

    def __getitem__(self, template_id: int) -> Template:
        template = self._added.get(template_id)
        if template is None:
            if template_id not in self._ids:
                raise KeyError(template_id)
            template = self._hot.get(template_id)
        return template

    def __contains__(self, template_id: object) -> bool:
        return template_id in self._added or template_id in self._ids

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._ids | self._added.keys()))

    def __len__(self) -> int:
        return len(self._ids | self._added.keys())
