"""Checks of the arguments of public calls, in the same words everywhere.

A message is a ``str``, taken as UTF-8, or bytes-like: ``bytes``, ``bytearray``, ``memoryview`` or another
one-dimensional buffer of single bytes, such as a numpy array of ``uint8``. A compressed message is bytes-like.
Nothing else is converted: ``bytes(5)`` and ``bytes([104])`` would make messages of what is none.

A wrong type is a ``TypeError`` that names the types that are taken; a number out of range is a ``ValueError``.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from aura_spec.errors import EncodeError

BytesLike: TypeAlias = bytes | bytearray | memoryview

Item = TypeVar("Item")

_BYTE_FORMATS: Final = frozenset("Bbc")
"""Formats of single bytes, as ``memoryview`` names them."""


def to_bytes(message: str | BytesLike) -> bytes:
    """A message as bytes; text as UTF-8.

    Raises:
        TypeError: it is neither ``str`` nor bytes-like.
        EncodeError: the text holds a lone surrogate.
    """
    if isinstance(message, str):
        try:
            return message.encode()
        except UnicodeEncodeError as error:
            raise EncodeError(f"character {error.start} is a lone surrogate, which has no UTF-8") from None
    return buffer_bytes(message, "a message is str, bytes, bytearray or memoryview")


def wire_bytes(wire: BytesLike) -> bytes:
    """A compressed message as bytes.

    Raises:
        TypeError: it is not bytes-like.
    """
    return buffer_bytes(wire, "a compressed message is bytes, bytearray or memoryview")


def buffer_bytes(data: BytesLike, taken: str) -> bytes:
    """The bytes of something bytes-like; ``taken`` says for the error what it is to be.

    Raises:
        TypeError: it is not bytes-like.
    """
    if isinstance(data, bytes):
        return bytes(data)
    kind = type(data).__name__
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(f"{taken}, not {kind}") from None
    if view.ndim != 1 or view.format.lstrip("@=<>!") not in _BYTE_FORMATS:
        raise TypeError(f"{taken}, not {kind} with {view.ndim} dimensions of format {view.format!r}")
    return view.tobytes()


def batch(items: Iterable[Item], convert: Callable[[Item], bytes]) -> list[bytes]:
    """The messages of a batch, each by ``convert``: :func:`to_bytes` or :func:`wire_bytes`.

    Raises:
        TypeError: ``items`` is one message, or no iterable, or one of them has a wrong type; names its place.
        EncodeError: a text holds a lone surrogate; names its place.
    """
    if isinstance(items, list | tuple):
        if set(map(type, items)) <= {bytes}:  # as most batches are
            return list(items)
        with suppress(TypeError, EncodeError):  # which are raised below, with the place
            return list(map(convert, items))
    return list(stream(items, convert))


def stream(items: Iterable[Item], convert: Callable[[Item], bytes]) -> Iterator[bytes]:
    """The messages of a batch, one after the other; whether ``items`` can be a batch is looked at in the call.

    Raises:
        TypeError: as :func:`batch`.
        EncodeError: as :func:`batch`.
    """
    if isinstance(items, str | bytes | bytearray | memoryview):
        raise TypeError(f"a batch is an iterable of messages, not one message ({type(items).__name__})")
    try:
        iterator = iter(items)
    except TypeError:
        raise TypeError(f"a batch is an iterable of messages, not {type(items).__name__}") from None

    def converted() -> Iterator[bytes]:
        for place, item in enumerate(iterator):
            try:
                yield convert(item)
            except (TypeError, EncodeError) as error:
                raise type(error)(f"message {place} of the batch: {error}") from None

    return converted()


def with_sources(messages: Iterator[bytes], sources: Iterable[Hashable]) -> Iterator[tuple[bytes, Hashable]]:
    """Messages, each with its source.

    Raises:
        TypeError: sources are no iterable, or one cannot be hashed.
        ValueError: there are fewer or more than messages.
    """
    if not isinstance(sources, Iterable):
        raise TypeError(f"sources are an iterable of what can be hashed, not {type(sources).__name__}")
    return _paired(messages, iter(sources))


def _paired(messages: Iterator[bytes], sources: Iterator[Hashable]) -> Iterator[tuple[bytes, Hashable]]:
    missing = object()
    count = 0
    for message in messages:
        source = next(sources, missing)
        if source is missing:
            more = 1 + sum(1 for _ in messages)
            raise ValueError(f"{count + more} messages have {count} sources")
        try:
            hash(source)
        except TypeError:
            raise TypeError(f"source {count} is not hashable: {type(source).__name__}") from None
        count += 1
        yield message, source
    more = sum(1 for _ in sources)
    if more:
        raise ValueError(f"{count} messages have {count + more} sources")


def sources(values: Iterable[Hashable], count: int) -> list[Hashable]:
    """The sources of so many messages, by the rules of :func:`with_sources`."""
    return [source for _, source in with_sources(iter([b""] * count), values)]


def whole_number(name: str, value: int, least: int, most: int | None = None) -> int:
    """A whole number from ``least`` to ``most``, or without an upper bound.

    Raises:
        TypeError: it is no ``int``, or a ``bool``.
        ValueError: it is out of range.
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None:
        raise TypeError(f"{name} is a whole number, not {value!r} ({type(value).__name__})")
    if most is None and number < least:
        raise ValueError(f"{name} is {number}, below {least}")
    if most is not None and not least <= number <= most:
        raise ValueError(f"{name} is {number}, not one of {least} to {most}")
    return number


def one_of(name: str, value: int, taken: Sequence[int]) -> int:
    """One of the whole numbers that are taken, which are 0 or more.

    Raises:
        TypeError: it is no ``int``, or a ``bool``.
        ValueError: it is another number.
    """
    number = whole_number(name, value, 0)
    if number not in taken:
        raise ValueError(f"{name} is {number}, not one of {', '.join(map(str, taken))}")
    return number


def role(value: str) -> None:
    """Check which end of a connection this is.

    Raises:
        TypeError: it is no ``str``.
        ValueError: it is neither ``"client"`` nor ``"server"``.
    """
    if not isinstance(value, str):
        raise TypeError(f"role is client or server, not {value!r} ({type(value).__name__})")
    if value not in {"client", "server"}:
        raise ValueError(f"role {value!r} is not client or server")


def flag(name: str, value: bool) -> bool:
    """True or False.

    Raises:
        TypeError: it is no ``bool``.
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} is True or False, not {value!r} ({type(value).__name__})")
    return value


def number(name: str, value: float, least: float, most: float = math.inf) -> float:
    """A number from ``least`` to ``most``.

    Raises:
        TypeError: it cannot be compared with one.
        ValueError: it is out of range, or not a number.
    """
    try:
        is_enough, is_more = value >= least, value > most
    except TypeError:
        raise TypeError(f"{name} is a number, not {value!r} ({type(value).__name__})") from None
    if not is_enough:
        raise ValueError(f"{name} is {value}, below {least}")
    if is_more:
        raise ValueError(f"{name} is {value}, above {most}")
    return value


_UNITS: Final = {"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}
_MAX_DIGITS: Final = 20


def size(name: str, value: int | str, least: int) -> int:
    """A number of bytes: a whole number, or a text such as ``512KiB``, ``2MiB`` or ``1GiB``.

    Raises:
        TypeError: it is neither.
        ValueError: the text has another form, or the number is below ``least``.
    """
    if not isinstance(value, str):
        return whole_number(name, value, least)
    lower = value.strip().lower()
    unit = next((unit for unit in _UNITS if lower.endswith(unit)), "")
    number = lower.removesuffix(unit).strip()
    if not (number.isascii() and number.isdecimal() and len(number) < _MAX_DIGITS):
        raise ValueError(f"{name}: {value!r} is not a size such as 512KiB, 2MiB or 1GiB")
    return whole_number(name, int(number) * _UNITS.get(unit, 1), least)


_SECONDS: Final = {"s": 1, "min": 60, "m": 60, "h": 3600}


def duration(name: str, value: float | str) -> float:
    """A number of seconds above 0: a number, or a text such as ``90``, ``90s``, ``1.5min`` or ``2h``.

    Raises:
        TypeError: it is neither.
        ValueError: the text has another form, or the number is not above 0, or infinite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"{name} is a number of seconds or a text, not {value!r} ({type(value).__name__})")
    seconds = value if not isinstance(value, str) else _decimal(value, _SECONDS)
    if seconds is None:
        raise ValueError(f"{name}: {value!r} is not a duration such as 90s, 15min or 1h")
    if not 0 < seconds < math.inf:
        raise ValueError(f"{name} is {value}, not above 0" if seconds <= 0 else f"{name} is {value}")
    return float(seconds)


@dataclass(frozen=True, slots=True)
class Amount:
    """A part of something: a number of bytes, or a share.

    Attributes:
        size: bytes; None if it is a share.
        share: above 0, at most 1; None if it is a size.
    """

    size: int | None
    share: float | None

    def of(self, whole: int) -> int:
        """The bytes of a part of ``whole`` bytes."""
        return math.ceil(whole * self.share) if self.share is not None else min(whole, self.size or whole)


def amount(name: str, value: int | str) -> Amount:
    """A part of something: a number of bytes as :func:`size` takes it, or a share such as ``10%``.

    Raises:
        TypeError: it is neither.
        ValueError: the text has another form, or the part is nothing or more than the whole.
    """
    if not (isinstance(value, str) and value.strip().endswith("%")):
        return Amount(size(name, value, 1), None)
    percent = _decimal(value, {"%": 1})
    if percent is None or not 0 < percent <= 100:
        raise ValueError(f"{name}: {value!r} is not a share such as 10%, above 0 and at most 100%")
    return Amount(None, percent / 100)


def _decimal(text: str, units: Mapping[str, int]) -> float | None:
    """A decimal number, perhaps with a unit, as a number without one; None for any other text."""
    found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([a-z%]*)", text.strip().lower(), re.ASCII)
    if found is None or found[2] not in {"", *units}:
        return None
    return float(found[1]) * units.get(found[2], 1)
