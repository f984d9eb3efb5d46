"""Sessions: AURA on a connection that carries messages (chapter ``session`` of the specification).

Nothing here reads or writes a socket; ``aura.websockets`` and ``aura.asgi`` do.

``models``       the models that a process holds, which may grow while connections are open
``coding``       messages of one direction as bytes and back
``transfer``     model files, piece by piece
``events``       what a session makes of a frame
``protocol``     the session itself: frames in, messages out, and the other way round
``status``       whether and how a connection speaks AURA, and what that saves
``negotiation``  the subprotocols of the opening handshake
``channel``      a session on a connection of asyncio
``scheduling``   where it codes its messages
"""

from aura.connections.session.events import Fetched, Message
from aura.connections.session.models import Models
from aura.connections.session.protocol import Session
from aura.connections.session.settings import Settings
from aura.connections.session.status import Status, Traffic

__all__ = ["Fetched", "Message", "Models", "Session", "Settings", "Status", "Traffic"]
