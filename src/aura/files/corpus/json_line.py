"""The messages that one line of JSON holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class BadLineError(ValueError):
    """The line holds something else; the text says what."""


class _Number(str):
    """The digits of a number, of which there may be any number."""

    __slots__ = ()


_DECODER: Final = json.JSONDecoder(parse_int=_Number, parse_float=_Number)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A line.

    Attributes:
        texts: of the messages, in order; none if the line has null in their place.
        source: the conversation that it names, or empty.
        is_conversation: whether the line is a conversation by itself.
    """

    texts: tuple[bytes, ...]
    source: str
    is_conversation: bool


def parse(line: bytes, field: str | None, source_field: str | None = None) -> Parsed:
    """Read a line: an object with ``text``, ``messages`` or ``content``, or with the field that is named.

    Args:
        line: of JSON.
        field: holds the message.
        source_field: holds the source, instead of ``source``; it must be there.

    Raises:
        BadLineError: it is not such a line.
    """
    value = _object(line)
    source = _source_of(value, source_field)
    is_conversation = False
    if field is not None:
        try:
            found = list(_texts(_select(value, field), field))
        except KeyError:
            raise BadLineError(f'no "{field}"') from None
    elif "text" in value:
        found = [_text(value["text"], "text")]
    elif "messages" in value:
        is_conversation = True
        found = [_content(turn) for turn in _turns(value["messages"])]
    elif "content" in value:
        found = [_content(value)]
    else:
        raise BadLineError(
            'no "text", "messages" or "content"; name the field that holds the message, or "." for the line'
        )
    texts = tuple(_utf8(text) for text in found if text is not None)
    return Parsed(texts, source, is_conversation)


def source_of(line: bytes, source_field: str) -> str:
    """The source that a line names; empty if the field is null.

    Raises:
        BadLineError: the line is no JSON object with the field.
    """
    return _source_of(_object(line), source_field)


def _object(line: bytes) -> dict[str, object]:
    try:
        value: object = _DECODER.decode(line.decode())
    except json.JSONDecodeError as error:
        raise BadLineError(f"not a line of JSON: {error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise BadLineError(f"not a line of JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadLineError("not a JSON object")
    return value


def _select(value: dict[str, object], path: str) -> object:
    """The value at a dotted path; of lists on the way, a list of the values in those elements that have one.

    Raises:
        KeyError: there is none.
    """
    if path in value:
        return value[path]
    for end in (place for place, letter in enumerate(path) if letter == "."):
        inner, rest = value.get(path[:end]), path[end + 1 :]
        if isinstance(inner, dict):
            return _select(inner, rest)
        if isinstance(inner, list):
            return list(_select_all(inner, rest))
    raise KeyError(path)


def _select_all(items: list[object], path: str) -> Iterator[object]:
    for item in items:
        if isinstance(item, dict):
            with suppress(KeyError):
                yield _select(item, path)


def _texts(value: object, name: str) -> Iterator[str | None]:
    """The texts in a value, in lists, or in parts of a message."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif isinstance(value, dict) and "text" in value:
        yield _text(value["text"], "text")
    else:
        yield _text(value, name)


def _turns(value: object) -> Iterator[dict[str, object]]:
    """The messages of a chat transcript."""
    if not isinstance(value, list):
        raise BadLineError('"messages" is not a list')
    for turn in value:
        if not isinstance(turn, dict) or not turn.keys() & {"content", "role"}:
            raise BadLineError('"messages" has an element without "content"')
        yield turn


def _content(turn: dict[str, object]) -> str | None:
    """The text of a chat message: a string, or parts of which some have texts, such as those beside an image."""
    content = turn.get("content")  # a turn that calls a tool may have none
    if not isinstance(content, list):
        return _text(content, "content")
    texts = [
        _text(part["text"], "text") if isinstance(part, dict) else _text(part, "content")
        for part in content
        if not isinstance(part, dict) or "text" in part
    ]
    present = [text for text in texts if text is not None]
    return "".join(present) if present else None


def _text(value: object, name: str) -> str | None:
    if value is None or (isinstance(value, str) and not isinstance(value, _Number)):
        return value
    raise BadLineError(f'"{name}" is not a string')


def _source_of(line: dict[str, object], source_field: str | None) -> str:
    name = "source" if source_field is None else source_field
    try:
        value = line.get(name) if source_field is None else _select(line, name)
    except KeyError:
        raise BadLineError(f'no "{name}"') from None
    if value is None:
        return ""
    if isinstance(value, str):  # a number included
        return str(value)
    raise BadLineError(f'"{name}" is not a string or a number')


def _utf8(text: str) -> bytes:
    """As encoders send it: UTF-8, with U+FFFD for a surrogate that JSON spells without its other half."""
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).encode()
