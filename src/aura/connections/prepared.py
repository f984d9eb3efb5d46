"""Messages for many connections, coded once for all that agree.

Two connections agree if their peers hold the same model and templates, and read the same methods. A connection with
a stream gets the message coded by itself, with the head and check of its stream, and remembers it as any other.

>>> from aura.connections.session import Models, Session, Settings
>>> from aura.models.model import Model
>>> settings = Settings(Models([Model.load_small()]), memory=0)
>>> ends = [(Session(settings, role="server"), Session(settings, role="client")) for _ in range(3)]
>>> for server, client in ends:
...     _ = server.receive_data(client.data_to_send()[0]), client.receive_data(server.data_to_send()[0])
>>> message = prepare("The server goes down in five minutes.")
>>> for server, _ in ends:
...     server.send(message)
>>> message.codings
1
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from aura.arguments import BytesLike, to_bytes


class PreparedMessage:
    """A message that is coded when a connection first needs it, and kept for all that agree. Thread-safe.

    Make it with :func:`aura.prepare`.

    Args:
        data: the message; text in UTF-8.
        is_text: whether it is text.
    """

    __slots__ = ("_coded", "_data", "_frames", "_is_text")

    def __init__(self, data: bytes, *, is_text: bool) -> None:
        self._data = data
        self._is_text = is_text
        self._coded: dict[Hashable, bytes] = {}
        self._frames: dict[Hashable, bytes] = {}

    @property
    def data(self) -> bytes:
        """The message; text in UTF-8."""
        return self._data

    @property
    def is_text(self) -> bool:
        """Whether it is text."""
        return self._is_text

    @property
    def plain(self) -> str | bytes:
        """The message as the application gave it, for connections without AURA."""
        return self._data.decode() if self._is_text else self._data

    @property
    def frames(self) -> dict[Hashable, bytes]:
        """Frames without a tag, by what connections have agreed on; sessions fill and read them."""
        return self._frames

    @property
    def codings(self) -> int:
        """In how many ways it was coded so far."""
        return len(self._coded)

    def is_coded(self, key: Hashable) -> bool:
        """Whether it was coded for connections with this agreement."""
        return key in self._coded

    def coded(self, key: Hashable, code: Callable[[bytes], bytes]) -> bytes:
        """The message coded for connections with an agreement, by ``code`` if it is the first of them."""
        found = self._coded.get(key)
        if found is None:
            # two threads that come at once code the same bytes
            found = self._coded[key] = code(self._data)
        return found

    def __repr__(self) -> str:
        return f"PreparedMessage({self.plain!r})"


def data_of(message: str | bytes | PreparedMessage) -> bytes:
    """The bytes of a message; text in UTF-8.

    Raises:
        TypeError: it is no message.
        EncodeError: a text holds a lone surrogate.
    """
    return message.data if isinstance(message, PreparedMessage) else to_bytes(message)


def prepare(message: str | BytesLike) -> PreparedMessage:
    """Prepare a message for many connections, which code it once together.

    Send it with :func:`aura.websockets.broadcast`, :func:`aura.asgi.broadcast`, ``send`` of a connection of
    ``aura.websockets``, or :meth:`Session.send <aura.connections.session.Session.send>`. Keep it as long as it is
    sent: what is sent again is not coded again.

    Args:
        message: text, or bytes.

    Raises:
        TypeError: it is neither.
        EncodeError: the text holds a lone surrogate.
    """
    return PreparedMessage(to_bytes(message), is_text=isinstance(message, str))
