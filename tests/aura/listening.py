"""An observer that keeps what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from aura.observation import Connecting, ConnectionEvent, MessageEvent, Observer, RefusalEvent


@dataclass(eq=False)
class Listener(Observer):
    messages: list[MessageEvent] = field(default_factory=list)
    refusals: list[RefusalEvent] = field(default_factory=list)
    changes: list[Connecting] = field(default_factory=list)

    def on_message(self, event: MessageEvent) -> None:
        self.messages.append(event)

    def on_refusal(self, event: RefusalEvent) -> None:
        self.refusals.append(event)

    def on_connection(self, event: ConnectionEvent) -> None:
        self.changes.append(event.change)


class Failing(Observer):
    """An observer with a bug."""

    def on_message(self, event: MessageEvent) -> None:
        raise RuntimeError(event.method)

    def on_refusal(self, event: RefusalEvent) -> None:
        raise RuntimeError(event.method)

    def on_connection(self, event: ConnectionEvent) -> None:
        raise RuntimeError(event.change)
