"""What was measured of one message that went to the server and came back."""

from __future__ import annotations

from dataclasses import dataclass

from aura.observation import Direction, MessageEvent, Observer
from aura.stress.speaker import Said


@dataclass(frozen=True, slots=True)
class Measured:
    """A message, and what became of it.

    Attributes:
        said: the message.
        sent: that it was coded here.
        received: that it was read here when it came back.
        round_trip: seconds from before it was coded until it was read.
        is_same: whether it came back as it was.
    """

    said: Said
    sent: MessageEvent
    received: MessageEvent
    round_trip: float
    is_same: bool

    @property
    def plain(self) -> int:
        """Bytes of the message."""
        return len(self.sent.message)

    @property
    def wire(self) -> int:
        """Bytes of its frame on the way to the server."""
        return self.sent.wire_size

    @property
    def ratio(self) -> float:
        """Bytes of the message for each byte of its frame; a frame has one at least."""
        return self.plain / self.wire

    @property
    def has_grown(self) -> bool:
        """Whether its frame is longer than the message."""
        return self.wire > self.plain


class Recorder(Observer):
    """Keeps what was coded and read last on one connection."""

    def __init__(self) -> None:
        self.sent: MessageEvent | None = None
        self.received: MessageEvent | None = None

    def on_message(self, event: MessageEvent) -> None:
        """Keep a message."""
        if event.direction is Direction.OUT:
            self.sent = event
        else:
            self.received = event
