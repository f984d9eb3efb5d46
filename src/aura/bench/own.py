"""AURA itself, as the benchmark sees it: the only module here that knows its interface."""

import aura
from aura.bench.codecs import Stateless

__all__ = ["AuraCodec", "AuraStreamCodec"]


class AuraCodec(Stateless):
    """``aura.Codec`` at one level (0 to 3), with the default model or a trained one."""

    def __init__(self, level: int, model: aura.Model | None = None) -> None:
        self.name = "aura" if model is None else "aura+train"
        self._codec = aura.Codec(level=level, model=model)

    def encode(self, data: bytes) -> bytes:
        """Return one AURA message."""
        return self._codec.compress(data)

    def decode(self, wire: bytes) -> bytes:
        """Return the message of one AURA wire."""
        return self._codec.decompress(wire)


class AuraStreamCodec:
    """``aura.Stream`` with its defaults, from client to server, with the default model or a trained one.

    As with the stateful peers, all messages of a conversation go one way, whoever says them.
    """

    stateful = True

    def __init__(self, model: aura.Model | None = None, *, max_size: int) -> None:
        self.name = "aura stream" if model is None else "aura+train stream"
        self._model = model
        self._max_size = max_size
        self.reset()

    def reset(self) -> None:
        """Open a new connection."""
        self._client = aura.Stream(self._model, role="client", max_size=self._max_size)
        self._server = aura.Stream(self._model, role="server", max_size=self._max_size)

    def encode(self, data: bytes) -> bytes:
        """Return the next wire of the client; messages are text if they are UTF-8."""
        try:
            return self._client.send(data.decode())
        except UnicodeDecodeError:
            return self._client.send(data)

    def decode(self, wire: bytes) -> bytes:
        """Return the message that the server reads."""
        message = self._server.receive(wire)
        return message.encode() if isinstance(message, str) else message
