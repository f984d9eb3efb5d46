"""The templates that a codec holds, by id.

>>> library = TemplateLibrary()
>>> library.add("Order {order:int} was packed by {who}.", id=300)
300
>>> match = library.match(b"Order 17 was packed by Ana.")
>>> match.template_id, match.values
(300, (b'17', b'Ana'))
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from numbers import Number
from os import PathLike
from typing import TYPE_CHECKING, Final

from aura.arguments import BytesLike, to_bytes, whole_number
from aura.templates.cold import ColdTemplates
from aura.templates.digest import digest_of
from aura.templates.filing import FiledTemplates, filed_builtin
from aura.templates.match import Match
from aura.templates.near import Near
from aura_spec.errors import EncodeError, TemplateError
from aura_spec.template import FIRST_APPLICATION_ID, Template, builtin, parse_patterns

if TYPE_CHECKING:
    from aura.recent import CacheInfo, Recent
    from aura.templates.store import TemplateStore

SlotValues = Mapping[str, object] | Iterable[object]
"""Values for slots, by name or in order. A value is text, bytes-like, a number, or an object whose class says how
it is written as text, by a ``__str__`` of its own: a UUID, an address, a date."""


_LONGEST_KEPT: Final = 1 << 12
"""Bytes of the longest message whose match is kept: longer ones hardly come again."""


def _open_store(path: str | PathLike[str]) -> TemplateStore:
    from aura.templates.store import open_store  # noqa: PLC0415  # takes SQLite; most libraries have no store

    return open_store(path)


@dataclass(frozen=True, slots=True)
class Hint:
    """The template that a message fills, as its sender knows.

    Attributes:
        template_id: of the template.
        slots: the values of its slots.
    """

    template_id: int
    slots: SlotValues = ()

    @classmethod
    def of(cls, template_id: int | None, slots: SlotValues | None) -> Hint | None:
        """A hint of the arguments of a call; None if they name no template.

        Raises:
            EncodeError: there are slots, but no template.
        """
        if template_id is not None:
            return cls(template_id, () if slots is None else slots)
        if slots is not None:
            raise EncodeError("slots are given without a template_id")
        return None


class TemplateLibrary(Mapping[int, Template]):
    """A mapping of ids to templates, safe to share between threads.

    Ids are published by adding them and keep their pattern for ever (rule TPL-10). Reading goes on
    undisturbed while another thread adds.

    Args:
        patterns: patterns by id to begin with.
        with_builtin: hold the built-in set, ids 0 to 127, as well.

    Raises:
        TemplateError: a pattern or an id is unusable.
    """

    def __init__(self, patterns: Mapping[int, str] | None = None, *, with_builtin: bool = True) -> None:
        self._lock = threading.Lock()
        self._templates: FiledTemplates | ColdTemplates = (
            filed_builtin() if with_builtin else FiledTemplates({})
        )
        self._recent: Recent[Match | None] | None = None
        self.update({} if patterns is None else patterns)

    def __getitem__(self, template_id: int) -> Template:
        return self._templates[template_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._templates)

    def __len__(self) -> int:
        return len(self._templates)

    def add(self, pattern: str, *, id: int | None = None) -> int:  # noqa: A002  # the wire's word for it
        """Publish a pattern and give its id: ``id``, or the lowest free one from 256.

        Adding a pattern under its own id again changes nothing.

        Raises:
            TemplateError: the pattern is unusable, or the id has another pattern.
        """
        with self._lock:
            template_id = self._next_id() if id is None else id
            self._publish({template_id: pattern})
        return template_id

    def update(self, patterns: Mapping[int, str]) -> None:
        """Publish patterns by id; all of them, or none if one is refused.

        Raises:
            TemplateError: a pattern is unusable, or an id has another pattern.
        """
        with self._lock:
            self._publish(patterns)

    def merged(self, patterns: Mapping[int, str]) -> TemplateLibrary:
        """A library of its own that holds these patterns, too; what is added to one does not show in the other.

        Raises:
            TemplateError: a pattern is unusable, or an id has another pattern here.
        """
        library = TemplateLibrary(with_builtin=False)
        library._templates = self._templates
        library.update(patterns)
        return library

    def _next_id(self) -> int:
        highest: int = max((FIRST_APPLICATION_ID - 1, *self._templates))
        return highest + 1

    def _publish(self, patterns: Mapping[int, str]) -> None:
        if not isinstance(patterns, Mapping):
            raise TypeError(f"patterns are a mapping of ids to patterns, not {type(patterns).__name__}")
        if not patterns:
            return  # so that libraries of the built-in set alone share it
        parsed = parse_patterns(patterns)
        for template_id, template in parsed.items():
            held = self._templates.get(template_id)
            if held is not None and held.pattern != template.pattern:
                hint = (
                    "; with_builtin=False leaves the built-in ones out"
                    if held is builtin().get(template_id)
                    else ""
                )
                raise TemplateError(f"template {template_id} is published as {held.pattern!r}{hint}")
        held_before = self._templates
        if isinstance(held_before, ColdTemplates):
            self._templates = held_before.with_added(parsed)
        else:
            # whether something has matched the built-in templates before must not show in what is found
            before = None if held_before is filed_builtin() else held_before.filing
            self._templates = FiledTemplates({**held_before, **parsed}, before)

    def take_up(self, path: str | PathLike[str]) -> list[int]:
        """Publish what a store holds and this library does not, and give the new ids.

        Codecs with this library use them from their next message on. So let readers take them up before writers.

        Raises:
            TemplateError: the store is damaged, or has another pattern under an id of this library.
            OSError: the store cannot be read.
        """
        patterns = _open_store(path).read()
        new = [template_id for template_id in patterns if template_id not in self._templates]
        self.update(patterns)
        return new

    def snapshot(self) -> Mapping[int, Template]:
        """The templates as they are now; later additions do not show."""
        return self._templates

    @property
    def digest(self) -> str:
        """Identity of all held entries (rule TPL-11): two libraries agree if their digests do."""
        return digest_of(self._patterns())

    def _patterns(self) -> dict[int, str]:
        templates = self._templates
        if isinstance(templates, ColdTemplates):
            return dict(templates.patterns())
        return {number: template.pattern for number, template in templates.items()}

    def check_digest(self, expected: str) -> None:
        """Check that a peer's library agrees, before anything of it is decoded.

        Raises:
            TemplateError: ``expected``, the peer's :attr:`digest`, differs.
        """
        if expected != self.digest:
            raise TemplateError(f"the libraries differ: {self.digest} here, {expected} there")

    def match(self, message: str | BytesLike) -> Match | None:
        """The template whose typed frame for ``message`` is smallest, or None if none matches.

        Of frames of equal size the one with the lowest id wins. Rendering the match gives back the identical
        bytes.

        Templates that may match are tried in ascending order of ids, until max(256, 2^20 div (n + 256)) steps are
        done for a message of n bytes; a try costs a step for each literal and one more. So no library, whoever
        made it, takes more than milliseconds for a message of some KiB. Ordinary libraries try a few templates.

        Raises:
            TypeError: the message is neither ``str`` nor bytes-like.
            EncodeError: the text holds a lone surrogate.
        """
        if type(message) is not bytes:
            message = to_bytes(message)
        matcher = self._templates.filing.matcher
        recent = self._recent
        if recent is None or len(message) > _LONGEST_KEPT:
            return matcher.match(message)
        kept = recent.get((message,), matcher)
        if kept:
            recent.put({}, matcher, hits=1)
            return kept[message]
        found = matcher.match(message)
        recent.put({message: found}, matcher)
        return found

    def keep_matches(self, size: int) -> None:
        """Keep from now on what :meth:`match` found, or that it found nothing.

        It pays where the same messages come again and many templates may match them. Matches of messages of up to
        4 KiB are kept, until a template is added.

        Args:
            size: matches that are kept; the least recently used goes first. 0 keeps none.

        Raises:
            TypeError: ``size`` is no ``int``.
            ValueError: ``size`` is below 0.
        """
        from aura.recent import Recent  # noqa: PLC0415  # most libraries keep none

        self._recent = Recent(size) if whole_number("size", size, 0) else None

    @property
    def match_info(self) -> CacheInfo | None:
        """How often matches were kept already; None if none are kept."""
        recent = self._recent
        return None if recent is None else recent.info

    def nearest(self, message: str | BytesLike) -> Near | None:
        """A template that a message is close to, though it does not match; None if none is found.

        Templates are found by eight bytes of text in a row that few others have.

        Raises:
            TypeError: the message is neither ``str`` nor bytes-like.
            EncodeError: the text holds a lone surrogate.
        """
        if not self.is_searched_for_near:
            return None
        return self._templates.filing.matcher.nearest(to_bytes(message))

    @property
    def is_searched_for_near(self) -> bool:
        """Whether :meth:`nearest` looks at all: the built-in templates alone say what models know anyway."""
        return self._templates is not filed_builtin()

    def fill(self, template_id: int, slots: SlotValues) -> Match:
        """A match that the caller names, so that nothing is searched for.

        Raises:
            EncodeError: the id is not held, or ``slots`` are not the template's, or a text holds a lone surrogate.
            TypeError: ``template_id`` is no ``int``, ``slots`` have no order, or a value is of a type that does not
                say how it is written as text.
        """
        template = self._templates.get(whole_number("template_id", template_id, 0))
        if template is None:
            raise EncodeError(f"no template has the id {template_id}")
        names = [slot.name for slot in template.slots]
        if isinstance(slots, Mapping):
            given = {str(name): value for name, value in slots.items()}
            if set(given) != set(names):
                raise EncodeError(f"template {template_id} has the slots {names}, not {list(given)}")
            ordered = [given[name] for name in names]
        else:
            ordered = _in_order(slots)
            if len(ordered) != len(names):
                raise EncodeError(f"template {template_id} has {len(names)} slots, not {len(ordered)}")
        values = [_slot_bytes(name, value) for name, value in zip(names, ordered, strict=True)]
        return Match(template_id, template, tuple(values))

    def fill_to(self, message: bytes, hint: Hint) -> Match:
        """The match that a hint says a message has, so that nothing is searched for.

        Raises:
            EncodeError: as :meth:`fill`, or filling the template does not give the message.
            TypeError: as :meth:`fill`.
        """
        match = self.fill(hint.template_id, hint.slots)
        if (
            match.template.rendered_size(match.values) != len(message)
            or match.template.render(match.values) != message
        ):
            raise EncodeError(f"template {hint.template_id} with these slots does not render to the message")
        return match

    def save(self, path: str | PathLike[str]) -> None:
        """Write what is not built in to a store, atomically.

        A new file has the form that its name says: SQLite for ``.sqlite``, ``.sqlite3`` and ``.db``, else JSON. One
        that is there keeps its form.

        Raises:
            TemplateError: the file has a published id that would be changed or lost.
            OSError: the file cannot be written.
        """
        held = {number: template.pattern for number, template in builtin().items()}
        own = {number: pattern for number, pattern in self._patterns().items() if held.get(number) != pattern}
        _open_store(path).save(own)

    @classmethod
    def of(cls, templates: TemplateLibrary | Mapping[int, str] | None) -> TemplateLibrary:
        """A library as it is; or one of patterns by id and the built-in ones, which it holds alone if None.

        Raises:
            TypeError: it is neither a library nor such a mapping.
            TemplateError: a pattern or an id is unusable.
        """
        return templates if isinstance(templates, TemplateLibrary) else cls(templates)

    @classmethod
    def load(
        cls, path: str | PathLike[str], *, with_builtin: bool = True, max_hot: int | None = None
    ) -> TemplateLibrary:
        """Read a store in either form, as :meth:`save` writes it.

        Args:
            path: of the store.
            with_builtin: hold the built-in set, ids 0 to 127, as well.
            max_hot: parsed templates of the store that are in memory at a time, 1 or more; the others are read from
                it, which must be an SQLite store, when a message needs them. All are in memory if None.

        Raises:
            TypeError: ``max_hot`` is no ``int``.
            ValueError: ``max_hot`` is below 1.
            TemplateError: the file is damaged or changes a built-in id, or ``max_hot`` is given and it is no SQLite
                store.
            OSError: the file cannot be read.
        """
        from aura.templates.store import SqliteStore  # noqa: PLC0415  # as in _open_store

        store = _open_store(path)
        if max_hot is None:
            return cls(store.read(), with_builtin=with_builtin)
        whole_number("max_hot", max_hot, 1)
        if not isinstance(store, SqliteStore):
            raise TemplateError(f"{path} is no SQLite store; max_hot needs one")
        library = cls(with_builtin=with_builtin)
        library._templates = ColdTemplates.of(store, max_hot, library._templates)
        # so that a pattern that is unusable shows, and the first message finds all filed
        _ = library._templates.filing.matcher
        return library


def _in_order(slots: object) -> list[object]:
    """Slot values in order; a text or bytes alone are one value."""
    if isinstance(slots, str | bytes | bytearray | memoryview):
        return [slots]
    if isinstance(slots, AbstractSet) or not isinstance(slots, Iterable):
        raise TypeError(f"slots are a mapping by name, or values in order, not {type(slots).__name__}")
    return list(slots)


def _slot_bytes(name: str, value: object) -> bytes:
    """A slot value as bytes; text as UTF-8.

    ``str`` of anything else that has a length is not its text, but shows its items, and of an object whose class
    has no ``__str__`` it shows the object.
    """
    is_written = isinstance(value, Number) or type(value).__str__ is not object.__str__
    try:
        if is_written and not hasattr(value, "__len__"):
            return to_bytes(str(value))
        return to_bytes(value)  # type: ignore[arg-type]  # which it finds out
    except TypeError:
        raise TypeError(
            f"the value of slot {name!r} is text, bytes-like, a number or an object that has a __str__ of its own,"
            f" not {type(value).__name__}"
        ) from None
    except EncodeError as error:
        raise EncodeError(f"the value of slot {name!r}: {error}") from None
