"""The demonstration that ``aura serve`` runs: a chat whose page shows the frames of a session (extra ``serve``).

Browsers do not speak AURA, so nothing that the page sends is coded: it reaches the server as plain text. For each
connection the server runs both ends of a session, and tells the page which frames would go between them.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, replace
from importlib import resources
from itertools import cycle, pairwise
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from aura.connections.session import Message, Session, Settings, scheduling
from aura.errors import AuraError
from aura.server import conversation
from aura_spec.marker import name_of
from aura_spec.session_negotiation import Coding

LONGEST = 4000
"""Characters of a message that the page may send."""

FOREIGN = 1008
"""The close code for pages of other origins (RFC 6455, 7.4.1)."""

NOT_TEXT = 1003
"""The close code for pages that send anything but text (RFC 6455, 7.4.1)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the page shows it.

    Attributes:
        sender: ``"you"`` or ``"server"``.
        text: as the other end read it.
        wire: its frame, in hexadecimal digits.
        method: how it was coded.
        plain: bytes of the text.
        size: bytes of the frame.
        deflate: bytes that permessage-deflate would have sent, as it would be on this connection.
    """

    sender: str
    text: str
    wire: str
    method: str
    plain: int
    size: int
    deflate: int


class Deflate:
    """One direction of a connection with permessage-deflate and its defaults, as RFC 7692 has them."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(wbits=-15)

    def size(self, text: bytes) -> int:
        """Bytes of the next message."""
        wire = self._deflate.compress(text) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return len(wire) - 4


class Chat:
    """Both ends of a session, and someone who answers.

    Args:
        settings: of both ends.
    """

    def __init__(self, settings: Settings) -> None:
        self._ends = {"you": Session(settings, role="client"), "server": Session(settings, role="server")}
        self._peers = {name: Deflate() for name in self._ends}
        self._answers = _answers()
        self._others = cycle(
            ["Is there anything else I can help you with?", "Can you tell me more?", "I see. And then?"]
        )
        for sender in self._ends:
            self._carry(sender)

    def say(self, text: str) -> list[Shown]:
        """What would go over the wire when someone says this, and is answered.

        Raises:
            AuraError: the text cannot be sent.
        """
        answer = self._answers.get(text) or next(self._others)
        return [self._send("you", text), self._send("server", answer)]

    def _send(self, sender: str, text: str) -> Shown:
        session = self._ends[sender]
        session.send(text)
        frame, received = self._carry(sender)
        is_stream = session.use is not None and session.use.coding is Coding.STREAM
        method = "stream" if is_stream else name_of(frame[0])
        plain = text.encode()
        deflated = self._peers[sender].size(plain)
        return Shown(sender, received, frame.hex(), method, len(plain), len(frame), deflated)

    def _carry(self, sender: str) -> tuple[bytes, str]:
        """Let the other end receive what one has to send; the last frame, and what it says."""
        [receiver] = [end for name, end in self._ends.items() if name != sender]
        last, text = b"", ""
        for frame in self._ends[sender].data_to_send():
            last = frame
            for event in receiver.receive_data(frame):
                if isinstance(event, Message):
                    text = str(event.data)
        return last, text


def _answers() -> dict[str, str]:
    """What is answered in the conversation that comes with the package."""
    turns = conversation.load()
    return {one.text: other.text for one, other in pairwise(turns) if one.role == "user"}


def application(settings: Settings) -> Starlette:
    """The application: the page at ``/``, and its connection at ``/chat``.

    Args:
        settings: of the sessions; ``/chat?memory=0`` codes each message by itself.
    """
    page = resources.files("aura").joinpath("data/chat.html").read_text(encoding="utf-8")
    single = replace(settings, memory=0)

    async def index(_request: object) -> HTMLResponse:
        return HTMLResponse(page)

    async def chat(socket: WebSocket) -> None:
        if not _is_same_origin(socket):
            await socket.close(FOREIGN)
            return
        await socket.accept()
        wanted = single if socket.query_params.get("memory") == "0" else settings
        try:
            await _talk(socket, await scheduling.in_thread(scheduling.LONG, Chat, wanted))
        except WebSocketDisconnect:
            return

    return Starlette(routes=[Route("/", index), WebSocketRoute("/chat", chat)])


def _is_same_origin(socket: WebSocket) -> bool:
    """Whether a page that this server served opens the connection, or something that is no browser.

    Browsers let pages of any origin open WebSocket connections, and say in the header Origin which one does
    (RFC 6455, 10.2).
    """
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")


async def _talk(socket: WebSocket, chat: Chat) -> None:
    """Answer until the page is closed."""
    greeting: dict[str, Any] = {"suggestions": list(_answers())[:6]}
    await socket.send_text(json.dumps(greeting))
    while (event := await socket.receive())["type"] == "websocket.receive":
        text = event.get("text")
        if text is None:
            await socket.close(NOT_TEXT)
            return
        try:
            shown = await scheduling.in_thread(len(text), chat.say, text[:LONGEST])
        except AuraError as error:
            await socket.send_text(json.dumps({"error": str(error)}))
            continue
        await socket.send_text(json.dumps({"messages": [asdict(message) for message in shown]}))
