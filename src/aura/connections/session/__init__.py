"""Sessions: AURA on a connection that carries messages (chapter ``session`` of the specification).

Nothing here reads or writes a socket; ``aura.websockets`` and ``aura.asgi`` do.

``models``       the models that a process holds, which may grow while connections are open
``coding``       the messages of one direction as frames and back
``agreement``    what the hellos of both ends allow
``transfer``     model files, piece by piece
``events``       what a session makes of a frame
``state``        which frames each state of a session allows
``protocol``     the session itself: frames in, events out, and messages in, frames out
``status``       whether and how a connection speaks AURA, and what that saves
``control``      control frames, read and written once for many connections
``negotiation``  the subprotocols of the opening handshake
``channel``      a session on a connection of asyncio
``scheduling``   where it codes its messages
``tasks``        tasks that begin at once
"""

from aura.connections.session.events import (
    BytesReceived,
    Deferred,
    Event,
    Message,
    ModelAnnounced,
    ModelFetched,
    ModelOffered,
    ModelRequested,
    Negotiated,
    Ready,
    TextReceived,
)
from aura.connections.session.models import Models
from aura.connections.session.protocol import Session
from aura.connections.session.settings import HasSettings, Settings
from aura.connections.session.state import State
from aura.connections.session.status import Status, Traffic

__all__ = [
    "BytesReceived",
    "Deferred",
    "Event",
    "HasSettings",
    "Message",
    "ModelAnnounced",
    "ModelFetched",
    "ModelOffered",
    "ModelRequested",
    "Models",
    "Negotiated",
    "Ready",
    "Session",
    "Settings",
    "State",
    "Status",
    "TextReceived",
    "Traffic",
]
