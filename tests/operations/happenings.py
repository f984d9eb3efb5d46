"""Messages, refusals and connections to count."""

from __future__ import annotations

from aura.observation import (
    Connecting,
    ConnectionEvent,
    Direction,
    MessageEvent,
    Observer,
    RefusalEvent,
)
from aura_spec.errors import Malformed, StreamDesync


def message(
    plain: int = 50,
    wire: int = 10,
    duration: float = 0.000_1,
    *,
    direction: Direction = Direction.OUT,
    method: str = "auralite",
    template_id: int | None = None,
    model_id: str | None = "0123456789abcdef",
) -> MessageEvent:
    return MessageEvent(0.0, direction, b"x" * plain, wire, duration, method, template_id, model_id)


def refusal(*, is_desync: bool = False) -> RefusalEvent:
    error = StreamDesync("lost") if is_desync else Malformed("broken")
    return RefusalEvent(0.0, 7, error)


def connection(change: Connecting) -> ConnectionEvent:
    return ConnectionEvent(0.0, change)


def play(observer: Observer) -> None:
    """Five messages, one of which grew and one of which is a template frame; refusals and connections."""
    for _ in range(3):
        observer.on_message(message())
    observer.on_message(message(3, 4, 0.5, direction=Direction.IN, method="stored", model_id=None))
    observer.on_message(message(40, 4, method="typed", template_id=300))
    observer.on_refusal(refusal())
    observer.on_refusal(refusal(is_desync=True))
    for change in (Connecting.OPENED, Connecting.OPENED, Connecting.CLOSED, Connecting.PLAIN):
        observer.on_connection(connection(change))
