"""The JSON form of a template store.

An object with ``version`` (1), ``templates`` (ids, as decimal keys, to patterns) and ``digest`` (rule TPL-11
of the spec, over these entries). A file is replaced in one step, so that a reader sees the old one or the
new one. Processes that write at the same time take turns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aura.files import atomic_write, file_lock
from aura.templates.digest import digest_of
from aura.templates.store import plain
from aura.templates.store.template_store import Patterns, TemplateStore
from aura_spec.errors import TemplateError

VERSION: Final = 1


class JsonStore(TemplateStore):
    """A store that is one JSON file."""

    def read(self) -> dict[int, str]:
        """Read all patterns by id; see :meth:`TemplateStore.read`."""
        content = plain.load_object(self.path)
        if content.get("version") != VERSION:
            raise TemplateError(f"{self.path} is not a template store of version {VERSION}")
        entries = content.get("templates")
        if not isinstance(entries, dict):
            raise TemplateError(f"{self.path} holds no templates")
        patterns = plain.patterns_of(entries, self.path)
        if content.get("digest") != digest_of(patterns):
            raise TemplateError(f"{self.path} was changed: its digest does not match its templates")
        return patterns

    def _append(self, choose: Callable[[Patterns], Patterns]) -> None:
        with file_lock.exclusive(self.path):
            try:
                published = self.read()
                is_new = False
            except FileNotFoundError:
                published, is_new = {}, True
            patterns = {**published, **choose(published)}
            if is_new or patterns != published:
                atomic_write.write(self.path, dump(patterns))


def dump(patterns: Patterns) -> bytes:
    """The content of a store with these patterns."""
    entries = {str(number): patterns[number] for number in sorted(patterns)}
    return plain.text_of({"version": VERSION, "digest": digest_of(patterns), "templates": entries})
