"""Two ends of a session without a network, and what they hold."""

from __future__ import annotations

from zlib import crc32

from tests.aura.small_models import SINGLE, SMALL, TINY

from aura.connections.session import Event, Message, ModelFetched, Session, Settings
from aura_spec.session import Control, build_control
from aura_spec.session_negotiation import ALL_METHODS, Codings, Hello


class Pair:
    """Two ends whose frames reach each other at once.

    Attributes:
        events: what both made of the frames of the latest message.
        frames: how many were carried.
        seen: the frames that each end has sent, by its role.
    """

    def __init__(self, client: Settings = SINGLE, server: Settings | None = None) -> None:
        self.client = Session(client, role="client")
        self.server = Session(server or client, role="server")
        self.events: list[Event] = []
        self.frames = 0
        self.seen: dict[str, list[bytes]] = {"client": [], "server": []}
        self.run()

    def run(self) -> None:
        """Carry frames to and fro until nobody has any."""
        moved = True
        while moved:
            moved = False
            for end, other in ((self.client, self.server), (self.server, self.client)):
                frames = end.data_to_send()
                while chunk := end.next_chunk():
                    frames.append(chunk)
                self.frames += len(frames)
                self.seen[end.role] += frames
                for frame in frames:
                    moved = True
                    events = other.receive_data(frame)
                    for event in events:
                        if isinstance(event, ModelFetched):
                            other.hold(event.load())
                    self.events += events

    def carry(self, message: str | bytes, sender: Session) -> str | bytes:
        """Send a message from one end to the other."""
        self.events.clear()
        sender.send(message)
        self.run()
        [event] = [event for event in self.events if isinstance(event, Message)]
        return event.data


def sealed(body: bytes) -> bytes:
    """A control frame whose CRC-32 is right."""
    return b"\x7f" + body + crc32(b"\x7f" + body).to_bytes(4, "big")


def frames_of(*steps: Control | bytes) -> list[bytes]:
    return [step if isinstance(step, bytes) else build_control(step) for step in steps]


HELLO = Hello(ALL_METHODS, Codings.SINGLE | Codings.STREAM, 1 << 15, 1 << 20, 1 << 12, bytes(8), ())
TINY_ID, SMALL_ID = bytes.fromhex(TINY.id), bytes.fromhex(SMALL.id)
