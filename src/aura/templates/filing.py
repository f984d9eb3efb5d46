"""Templates that do not change, and how they are filed: when they are first looked for, and while they stay."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from aura.native import choose
from aura_spec.template import Template, builtin

if TYPE_CHECKING:
    from aura.templates.matcher import Matcher
    from aura.templates.native_matcher import NativeMatcher

_MAX_FILINGS: Final = 16
"""Filings that are kept of mappings that have none of their own."""


Matchers = tuple["Matcher | None", "NativeMatcher | None"]
"""Without and with the native core."""


class Filing:
    """What finds templates among others that do not change. Safe to share between threads.

    Args:
        templates: by id.
        before: the matchers of some of them, whose layers are taken over where they are large.
    """

    __slots__ = ("__weakref__", "_before", "_lock", "_native", "_python", "_templates")

    def __init__(self, templates: Mapping[int, Template], before: Matchers = (None, None)) -> None:
        self._templates = templates
        self._before = before
        self._lock = threading.Lock()
        self._python: Matcher | None = None
        self._native: NativeMatcher | None = None

    def extended(self, templates: Mapping[int, Template]) -> Filing:
        """The filing of these templates and more."""
        before = self._before
        return Filing(templates, (self._python or before[0], self._native or before[1]))

    @property
    def matcher(self) -> Matcher | NativeMatcher:
        """What matches messages: the native core where ``backend="auto"`` stands for it."""
        found = self._native or self._python
        if found is None:
            found = self.native if choose().backend == "native" else self.python
        return found

    @property
    def python(self) -> Matcher:
        """The matcher without the native core."""
        return self._python or self._make_python()

    @property
    def native(self) -> NativeMatcher:
        """The matcher of the native core, which must be installed."""
        return self._native or self._make_native()

    def _make_python(self) -> Matcher:
        from aura.templates.matcher import Matcher  # noqa: PLC0415  # it knows templates that are filed

        with self._lock:
            if self._python is None:
                self._python = Matcher(self._templates, self._before[0])
                self._before = (None, None)
            return self._python

    def _make_native(self) -> NativeMatcher:
        from aura.templates.native_matcher import NativeMatcher  # noqa: PLC0415  # few have the core

        with self._lock:
            if self._native is None:
                self._native = NativeMatcher(self._templates, self._before[1])
                self._before = (None, None)
            return self._native


class FiledTemplates(dict[int, Template]):
    """Templates in memory, by id; nobody changes them.

    Attributes:
        filing: what finds them.
    """

    __slots__ = ("filing",)

    def __init__(self, templates: Mapping[int, Template], before: Filing | None = None) -> None:
        super().__init__(templates)
        self.filing = Filing(self) if before is None else before.extended(self)


@cache
def filed_builtin() -> FiledTemplates:
    """The built-in set."""
    return FiledTemplates(builtin())


_filings: Final[OrderedDict[int, Filing]] = OrderedDict()
"""By the identity of the templates, which stay as long as they are here; the last used last."""


def filing_of(templates: Mapping[int, Template]) -> Filing:
    """The filing of templates, which do not change."""
    filing = getattr(templates, "filing", None)
    if isinstance(filing, Filing):
        return filing
    key = id(templates)
    try:
        found = _filings[key]
        _filings.move_to_end(key)
    except KeyError:  # also where another thread has just removed it
        found = _filings[key] = Filing(templates)
        while len(_filings) > _MAX_FILINGS:
            _filings.popitem(last=False)
    return found
