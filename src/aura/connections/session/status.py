"""What a connection tells the application of its session."""

from __future__ import annotations

from dataclasses import dataclass, field

from aura.observation import NO_LABELS, Labels


@dataclass(slots=True)
class Traffic:
    """One direction of a connection.

    Attributes:
        messages: that the application has sent or received.
        plain: bytes of these messages as the application sees them.
        wire: bytes of all frames of the session, those that carry no message among them.
    """

    messages: int = 0
    plain: int = 0
    wire: int = 0

    @property
    def saved(self) -> int:
        """Bytes that did not go over the wire; negative if the session cost more than it saved."""
        return self.plain - self.wire


@dataclass(slots=True)
class Status:
    """Whether and how a connection speaks AURA. It is kept up to date while the connection is open.

    Attributes:
        is_agreed: whether both ends speak it. If not, messages go as they are, and nothing below is counted.
        sent_with: id of the model that codes the latest message sent; None if none does.
        received_with: id of the model that codes the latest message received; None if none does.
        sent: to the peer.
        received: from the peer.
        labels: who the messages belong to, for an observer; the application sets them.
    """

    is_agreed: bool = False
    sent_with: str | None = None
    received_with: str | None = None
    sent: Traffic = field(default_factory=Traffic)
    received: Traffic = field(default_factory=Traffic)
    labels: Labels = NO_LABELS
