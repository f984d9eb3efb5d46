"""Listening to a codec or to sessions: an event for each message that was coded, read or refused.

An :class:`Observer` gets the events. :class:`aura.ObservedCodec` gives it those of a codec, and
``Settings(observer=)`` those of sessions. Where there is no observer, nothing is measured and nothing is made.

Who a message belongs to is said by labels, in the context of whoever sends or receives it:

>>> with labelled(user="ada", conversation="42"):
...     with labelled(role="assistant"):
...         print(current_labels())
Labels(user='ada', conversation='42', role='assistant')
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from aura_spec.errors import DecodeError

_log: Final = logging.getLogger("aura.observation")


class Direction(StrEnum):
    """Whether a message was coded here, to go out, or read here, having come in."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Labels:
    """Who a message belongs to; None where nobody has said so.

    Attributes:
        user: whose message it is, or whom it is for.
        conversation: of which it is a part.
        role: of its author, such as ``"user"`` or ``"assistant"``.

    Raises:
        TypeError: a label is neither text nor None.
        ValueError: a label holds a lone surrogate, for which there is no UTF-8.
    """

    user: str | None = None
    conversation: str | None = None
    role: str | None = None

    def __post_init__(self) -> None:
        for name in ("user", "conversation", "role"):
            value = getattr(self, name)
            if value is None:
                continue
            if not isinstance(value, str):
                raise TypeError(f"{name} is a str or None, not {type(value).__name__}")
            if not value.isascii():
                value.encode()  # UnicodeEncodeError is a ValueError

    def over(self, other: Labels) -> Labels:
        """These labels, and those of ``other`` where these say nothing.

        >>> Labels(role="tool").over(Labels(user="ada", role="user"))
        Labels(user='ada', conversation=None, role='tool')
        """
        if self is NO_LABELS or other is NO_LABELS:
            return other if self is NO_LABELS else self
        return Labels(
            other.user if self.user is None else self.user,
            other.conversation if self.conversation is None else self.conversation,
            other.role if self.role is None else self.role,
        )


NO_LABELS: Final = Labels()

_labels: Final[ContextVar[Labels]] = ContextVar("aura_labels", default=NO_LABELS)


@contextmanager
def labelled(
    *, user: str | None = None, conversation: str | None = None, role: str | None = None
) -> Iterator[Labels]:
    """Label the messages that are sent and received in a ``with`` statement, beside the labels around it.

    Raises:
        TypeError: a label is neither text nor None.
        ValueError: a label holds a lone surrogate.
    """
    labels = Labels(user, conversation, role).over(_labels.get())
    token = _labels.set(labels)
    try:
        yield labels
    finally:
        _labels.reset(token)


def current_labels() -> Labels:
    """The labels of this context."""
    return _labels.get()


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """A message was coded or read.

    Attributes:
        time: when, in seconds since 1970 (UTC).
        direction: whether it was coded or read.
        message: as the application sees it; text in UTF-8.
        wire_size: bytes that it takes on the wire, with tag and frame.
        duration: seconds that coding or reading took; in a batch the mean.
        method: how it is coded, as :class:`aura.Method` has it; ``"stream"`` with the memory of a connection.
        template_id: the template of a template frame, else None.
        model_id: id of the model that both ends hold; None without one.
        labels: who it belongs to.
    """

    time: float
    direction: Direction
    message: bytes
    wire_size: int
    duration: float
    method: str
    template_id: int | None = None
    model_id: str | None = None
    labels: Labels = NO_LABELS


@dataclass(frozen=True, slots=True)
class RefusalEvent:
    """Bytes of a peer were refused.

    Attributes:
        time: when, in seconds since 1970 (UTC).
        wire_size: bytes that were refused.
        error: why.
        method: that the bytes claim; None if they claim none.
        labels: who they belong to.
    """

    time: float
    wire_size: int
    error: DecodeError
    method: str | None = None
    labels: Labels = NO_LABELS


class Connecting(StrEnum):
    """What became of a connection."""

    OPENED = "opened"
    """Both ends speak AURA."""
    PLAIN = "plain"
    """The peer does not speak AURA, and messages go as they are."""
    CLOSED = "closed"
    """A connection that was opened has ended."""


@dataclass(frozen=True, slots=True)
class ConnectionEvent:
    """Something became of a connection.

    Attributes:
        time: when, in seconds since 1970 (UTC).
        change: what became of it.
    """

    time: float
    change: Connecting


class Observer:
    """What listens. Override what is of interest; what is not overridden costs next to nothing.

    Events come in the thread that codes, so that a method must neither wait nor take long, and may be called from
    several threads at once. An exception is logged, and the message goes its way.
    """

    def on_message(self, event: MessageEvent) -> None:
        """Take note of a message that was coded or read."""

    def on_refusal(self, event: RefusalEvent) -> None:
        """Take note of bytes that were refused."""

    def on_connection(self, event: ConnectionEvent) -> None:
        """Take note of what became of a connection."""


class Observers(Observer):
    """Several observers in one; each gets all events, in order."""

    def __init__(self, *observers: Observer) -> None:
        for observer in observers:
            check_observer(observer)
        self._observers = observers

    def on_message(self, event: MessageEvent) -> None:
        """Tell all."""
        for observer in self._observers:
            tell(observer.on_message, event)

    def on_refusal(self, event: RefusalEvent) -> None:
        """Tell all."""
        for observer in self._observers:
            tell(observer.on_refusal, event)

    def on_connection(self, event: ConnectionEvent) -> None:
        """Tell all."""
        for observer in self._observers:
            tell(observer.on_connection, event)


Event = TypeVar("Event")


def tell(method: Callable[[Event], None], event: Event) -> None:
    """Call a method of an observer; an exception of it is logged, as it is no business of whoever codes."""
    try:
        method(event)
    except Exception:  # noqa: BLE001  # whatever it is
        _log.exception("an observer failed")


def check_observer(observer: object) -> Observer:
    """Take an observer as it is.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(observer, Observer):
        raise TypeError(f"observer is an Observer, not {type(observer).__name__}")
    return observer
