"""Templates: patterns of literal text and slots.

Templates are what log compressors such as CLP and Drain mine from log lines: constant text with variables. Here the
sender and the receiver hold the same set, and a message names its template by number.

TPL-1: A pattern is text in which ``{name}`` or ``{name:type}`` stands for a slot, and doubled braces stand for a
brace. A slot has no braces in it, doubled or not. Its type is everything behind the first colon.

TPL-2: The names of a pattern are all numbers or all identifiers. Numbers count from 0 without gaps or leading
zeros. An identifier is an ASCII letter or underscore and then such letters, digits and underscores. Slots are
ordered by number, or by first appearance.

TPL-3: A slot may appear more than once. It then has one value and one type, which each appearance states. ``{a}``
and ``{a:text}`` state the same type. Enumerations are the same if their alternatives are, in their order.

TPL-4: Two slots are never adjacent, and a pattern has at least one literal character.

TPL-5: Patterns are compared and rendered as UTF-8 bytes; nothing is normalised.

TPL-6: The types are those of rule SLT-1: ``text`` (the default), ``word``, ``int``, ``decimal``, ``hex``, ``uuid``,
``ipv4``, ``ipv6``, ``timestamp``, and enumerations. An enumeration is written as its alternatives:
``{level:DEBUG|INFO|WARN|ERROR}``. It has two or more, none empty and no two alike, of any characters but braces and
``|``. Anything else behind a colon is not a type, and neither is nothing, as in ``{a:}``. A type is a hint for
compact coding; a slot takes any bytes.

TPL-7: A message matches a template if it starts with the first literal, ends with the last, and one of two attempts
fills the slots between them. The first attempt uses the types of the slots, the second one treats every slot as
text. The second attempt is made only if some literal has at least four bytes, because otherwise nearly any message
would match. Each attempt is one pass over the message, from left to right. ``CHARACTERS`` has the characters of
each type as regular expressions over bytes, in which nothing backtracks far; those of an enumeration are its
alternatives, the longest first::

    match(message)
        if the template has no slots: a match if the message is its literal
        if the message does not start with the first literal and end, behind that, with the last: no match
        i = the end of the first literal
        for each place, and the literal behind it
            if the literal is the last
                value = the bytes from i to where the last literal begins
            else
                value = the longest run of characters of the type of the slot from i on
                if the type is text, there is no such run, or the literal does not follow it
                    value = the bytes from i to the first occurrence of the literal
                    if it does not occur before the last literal: the attempt fails
            if the type is not text, and not all of value is of the characters of the type: the attempt fails
            i = the end of the literal
        if a slot has two different values: no match (rule TPL-3)

TPL-8: A match counts only if rendering it gives the identical bytes. Matching concerns the encoder alone: a decoder
accepts any values.

>>> template = parse_pattern("Request {id:uuid} completed in {ms:int}ms")
>>> [slot.name for slot in template.slots], template.literals
(['id', 'ms'], (b'Request ', b' completed in ', b'ms'))
>>> template.match(b"Request 7 completed in 12ms")
(b'7', b'12')

TPL-9: Ids 0 to 127 are the built-in set of ``templates.json``. Ids 128 to 191 are discovered on this side, 192 to
255 are received from a peer, and ids from 256 on belong to applications.

TPL-10: A published id keeps its pattern for ever.
"""

from __future__ import annotations

import hashlib
import json
import pkgutil
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from aura_spec.errors import LimitExceeded, Malformed, TemplateError, UnknownTemplate
from aura_spec.limits import MAX_PATTERN, MAX_SLOTS, MAX_TEMPLATE_ID
from aura_spec.varint import VarInt

FIRST_APPLICATION_ID: Final = 256
"""TPL-9: the lowest id that an application assigns."""


class Kind(StrEnum):
    """The slot types of rule SLT-1."""

    TEXT = "text"
    WORD = "word"
    INT = "int"
    DECIMAL = "decimal"
    HEX = "hex"
    UUID = "uuid"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    TIMESTAMP = "timestamp"
    ENUM = "enum"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill. ``choices`` holds the alternatives of an enumeration, else it is empty."""

    name: str
    kind: Kind = Kind.TEXT
    choices: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed pattern.

    Attributes:
        pattern: as written.
        literals: one more than ``places``: the bytes before, between and after the slots' places.
        places: for each place in the text, the index of the slot that fills it.
        slots: in the order of rule TPL-2.
        matchers: for each place, an expression for the characters of its type; None for text.
        is_typed: whether any place has a type other than text.
        is_anchored: whether some literal has at least four bytes.
        is_in_order: whether the places are filled by the slots in their order, each once.
    """

    pattern: str
    literals: tuple[bytes, ...]
    places: tuple[int, ...]
    slots: tuple[Slot, ...]
    matchers: tuple[re.Pattern[bytes] | None, ...] = field(compare=False, repr=False)
    is_typed: bool
    is_anchored: bool
    is_in_order: bool

    def match(self, message: bytes) -> tuple[bytes, ...] | None:
        """The slot values that render to ``message``, or None (rules TPL-7 and TPL-8).

        Takes time linear in the length of the message.
        """
        literals = self.literals
        if not self.places:
            return () if message == literals[0] else None
        first, last = literals[0], literals[-1]
        if not (message.startswith(first) and message.endswith(last)):
            return None
        start, end = len(first), len(message) - len(last)
        if start > end:
            return None
        texts = self._cut(message, start, end, self.matchers) if self.is_typed else None
        if texts is None and (self.is_anchored or not self.is_typed):
            texts = self._cut(message, start, end, (None,) * len(self.places))
        return None if texts is None else self._by_slot(texts)

    def _cut(
        self, message: bytes, position: int, end: int, matchers: tuple[re.Pattern[bytes] | None, ...]
    ) -> list[bytes] | None:
        """The texts between the literals: one attempt of rule TPL-7."""
        texts = []
        for place in range(len(matchers) - 1):
            literal, matcher = self.literals[place + 1], matchers[place]
            typed = matcher.match(message, position, end) if matcher else None
            if typed and message.startswith(literal, typed.end(), end):
                found = typed.end()
            else:
                found = message.find(literal, position, end)
                if found < 0 or (matcher and not matcher.fullmatch(message, position, found)):
                    return None
            texts.append(message[position:found])
            position = found + len(literal)
        matcher = matchers[-1]
        if matcher is not None and not matcher.fullmatch(message, position, end):
            return None
        texts.append(message[position:end])
        return texts

    def _by_slot(self, texts: list[bytes]) -> tuple[bytes, ...] | None:
        """Order texts by slot; None if a slot that appears twice has two values (rule TPL-3)."""
        if self.is_in_order:
            return tuple(texts)
        values = dict(zip(self.places, texts, strict=True))
        if len(values) < len(texts) and any(
            values[place] != text for place, text in zip(self.places, texts, strict=True)
        ):
            return None
        return tuple([values[index] for index in range(len(values))])

    def rendered_size(self, values: Sequence[bytes]) -> int:
        """Length of :meth:`render`'s result in bytes, without making it."""
        literal = sum(map(len, self.literals))
        return literal + sum(len(values[place]) for place in self.places)

    def render(self, values: Sequence[bytes]) -> bytes:
        """Fill the slots; ``values`` has one entry a slot, in the order of rule TPL-2."""
        parts = [self.literals[0]]
        for place, literal in zip(self.places, self.literals[1:], strict=True):
            parts += values[place], literal
        return b"".join(parts)

    def render_within(self, values: Sequence[bytes], max_size: int) -> bytes:
        """Fill the slots as :meth:`render` does, for a reader that takes so many bytes.

        Raises:
            LimitExceeded: the message would be longer; it is not made (rule LIM-1).
        """
        if self.rendered_size(values) > max_size:
            raise LimitExceeded(f"the message decodes to more than {max_size} bytes", 1)
        return self.render(values)


def find(template_id: int, templates: Mapping[int, Template]) -> Template:
    """The template that a frame names.

    Raises:
        UnknownTemplate: the id is not held.
    """
    template = templates.get(template_id)
    if template is None:
        raise UnknownTemplate(f"no template has the id {template_id}", 1, "template_id")
    return template


def find_for(template_id: int, values: Sequence[bytes], templates: Mapping[int, Template]) -> Template:
    """The template that ``values`` fill (rules CLS-2, CLS-4 and TOK-3).

    Raises:
        UnknownTemplate: the id is not held.
        Malformed: the template has another number of slots.
    """
    template = find(template_id, templates)
    if len(values) != len(template.slots):
        reason = f"template {template_id} has {len(template.slots)} slots, not {len(values)}"
        raise Malformed(reason, 2, "slot_count")
    return template


_ANCHOR: Final = 4
"""Bytes of a literal that make a template selective (rule TPL-7)."""

CHARACTERS: Final[dict[Kind, re.Pattern[bytes]]] = {
    Kind.WORD: re.compile(rb"[^\s]+"),
    Kind.INT: re.compile(rb"-?[0-9]+"),
    Kind.DECIMAL: re.compile(rb"-?[0-9]+(?:\.[0-9]+)?"),
    Kind.HEX: re.compile(rb"[0-9A-Fa-f]+"),
    Kind.UUID: re.compile(rb"[0-9A-Fa-f-]{36}"),
    Kind.IPV4: re.compile(rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"),
    Kind.IPV6: re.compile(rb"[0-9A-Fa-f:.]{2,39}"),
    Kind.TIMESTAMP: re.compile(
        rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d(?::?\d\d)?)?"
    ),
}
"""The characters of each type, for rule TPL-7; text takes any."""

_PART: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|0|[1-9][0-9]*", re.ASCII)


def parse_pattern(pattern: str) -> Template:
    """Parse a pattern (rules TPL-1 to TPL-6).

    Raises:
        TemplateError: the pattern breaks a rule.
    """
    encoded = encode_text(pattern)
    if len(encoded) > MAX_PATTERN:
        raise TemplateError(f"a pattern is longer than {MAX_PATTERN} bytes")
    literals: list[str] = [""]
    names: list[str] = []
    slots: dict[str, Slot] = {}
    position = 0
    for part in _PART.finditer(pattern):
        literals[-1] += pattern[position : part.start()]
        position = part.end()
        if part[0] in ("{{", "}}"):
            literals[-1] += part[0][0]
        elif part[1] is None:
            raise TemplateError(f"a single brace at character {part.start()} of {pattern!r}")
        else:
            slot = _parse_slot(part[1], pattern)
            if names and not literals[-1]:
                raise TemplateError(f"adjacent slots in {pattern!r}")
            if slots.setdefault(slot.name, slot) != slot:
                raise TemplateError(f"slot {slot.name!r} has two types in {pattern!r}")
            names.append(slot.name)
            literals.append("")
    literals[-1] += pattern[position:]
    if not any(literals):
        raise TemplateError(f"no literal text in {pattern!r}")
    if len(slots) > MAX_SLOTS:
        raise TemplateError(f"more than {MAX_SLOTS} slots")
    order = _order(list(slots), pattern)
    matchers = tuple(_matcher(slots[name]) for name in names)
    places = tuple(order.index(name) for name in names)
    return Template(
        pattern=pattern,
        literals=tuple(text.encode() for text in literals),
        places=places,
        slots=tuple(slots[name] for name in order),
        matchers=matchers,
        is_typed=any(matchers),
        is_anchored=any(len(text.encode()) >= _ANCHOR for text in literals),
        is_in_order=places == tuple(range(len(order))),
    )


@lru_cache
def _matcher(slot: Slot) -> re.Pattern[bytes] | None:
    """An expression for the longest run of characters of a slot's type (rule TPL-7).

    No pattern has nested repetition, so that matching is linear.
    """
    if slot.kind is Kind.ENUM:
        longest_first = sorted(slot.choices, key=len, reverse=True)
        return re.compile(b"|".join(map(re.escape, longest_first)))
    return CHARACTERS.get(slot.kind)


def _parse_slot(body: str, pattern: str) -> Slot:
    """Parse the text between the braces (rules TPL-2 and TPL-6)."""
    name, colon, kind = body.partition(":")
    if not _NAME.fullmatch(name):
        raise TemplateError(f"{name!r} is not the name of a slot, in {pattern!r}")
    if not colon:
        return Slot(name)
    if "|" in kind:
        choices = tuple(choice.encode() for choice in kind.split("|"))
        if not all(choices) or len(set(choices)) < len(choices):
            raise TemplateError(f"empty or repeated alternatives in {pattern!r}")
        return Slot(name, Kind.ENUM, choices)
    if kind == Kind.ENUM or kind not in Kind.__members__.values():
        raise TemplateError(f"{kind!r} is not a slot type, in {pattern!r}")
    return Slot(name, Kind(kind))


def _order(names: list[str], pattern: str) -> list[str]:
    """Order the slots (rule TPL-2)."""
    numbered = [name for name in names if name.isdigit()]
    if not numbered:
        return names
    order = sorted(names, key=int) if len(numbered) == len(names) else []
    if order != [str(index) for index in range(len(names))]:
        raise TemplateError(f"slots are numbered with gaps or mixed with names in {pattern!r}")
    return order


def encode_text(text: str) -> bytes:
    """UTF-8 of a text.

    Raises:
        TemplateError: the text holds a lone surrogate.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise TemplateError("a text with a lone surrogate has no UTF-8") from None


def parse_patterns(patterns: Mapping[int, str]) -> dict[int, Template]:
    """Parse patterns by id, in ascending order of ids.

    Raises:
        TypeError: an id is no ``int`` or a pattern no ``str``.
        TemplateError: an id is out of range or a pattern breaks a rule.
    """
    for template_id, pattern in patterns.items():
        if isinstance(template_id, bool) or not isinstance(template_id, int):
            raise TypeError(f"a template id is an int, not {template_id!r}")
        if not isinstance(pattern, str):
            raise TypeError(f"a pattern is a str, not {type(pattern).__name__} (template {template_id})")
        if not 0 <= template_id <= MAX_TEMPLATE_ID:
            raise TemplateError(f"template id {template_id} is not in 0..{MAX_TEMPLATE_ID}")
    return {template_id: parse_pattern(patterns[template_id]) for template_id in sorted(patterns)}


def digest(templates: Iterable[tuple[int, Template]]) -> str:
    """Identity of a set of templates.

    TPL-11: The digest is the SHA-256, in lower-case hexadecimal, of the entries in ascending order of ids. An entry
    is spelt as three parts: the id as canonical varint, the length of the pattern in UTF-8 bytes as canonical
    varint, and the pattern. Two sides whose digests agree render every template alike.
    """
    number = VarInt()
    state = hashlib.sha256()
    for template_id, template in sorted(templates, key=lambda entry: entry[0]):
        pattern = template.pattern.encode()
        state.update(number.build(template_id) + number.build(len(pattern)) + pattern)
    return state.hexdigest()


@cache
def builtin() -> Mapping[int, Template]:
    """The built-in set, ids 0 to 127 (rule TPL-9)."""
    text = (pkgutil.get_data("aura_spec", "templates.json") or b"").decode()
    patterns: dict[str, str] = json.loads(text)["templates"]
    return MappingProxyType(parse_patterns({int(key): value for key, value in patterns.items()}))
