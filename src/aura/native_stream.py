"""The ends of streams in the native core; the same names as in ``aura_fast.stream``.

What an end remembers is one block of memory of the size that was agreed on. Each message is one call.
"""

from __future__ import annotations

from collections.abc import Callable

from aura.models.native_model import native_of
from aura_spec.stream import MAX_STRING, Terms, Text


class Sender:
    """The end of a stream that sends; as in ``aura_reference.stream``.

    Attributes:
        send: as :class:`aura.backends.StreamSender` says, without a call of Python.
    """

    __slots__ = ("_end", "send")

    def __init__(self, terms: Terms) -> None:
        self._end = native_of(terms.model).stream(terms.agreed, terms.memory, terms.check, terms.server)
        self.send = self._end.encode

    def reset(self, *, ask: bool) -> None:
        """Forget all, and say so with the next message (rules STR-9 and STR-10)."""
        self._end.reset(ask)

    def encode(
        self, text: Text, compressed: Callable[[bytes], bytes] | None = None, max_string: int = MAX_STRING
    ) -> bytes:
        """The next message; as in ``aura_fast.stream``."""
        return self._end.encode(text.data, text.is_text, compressed, max_string)

    def encode_message(self, text: Text, message: bytes) -> bytes:
        """The next message, which is coded by itself already as ``message`` (rule STR-4)."""
        return self._end.encode_message(text.data, text.is_text, message)


class Receiver:
    """The end of a stream that receives; as in ``aura_reference.stream``.

    Attributes:
        receive: as :class:`aura.backends.StreamReceiver` says, without a call of Python.
    """

    __slots__ = ("_end", "receive")

    def __init__(self, terms: Terms) -> None:
        self._end = native_of(terms.model).stream(terms.agreed, terms.memory, terms.check, terms.server)
        self.receive = self._end.decode

    @property
    def asked(self) -> bool:
        """Whether the last message asked for a reset (rule STR-10)."""
        return self._end.is_asked

    @property
    def lost(self) -> bool:
        """Whether nothing but a reset can be read (rule STR-8)."""
        return self._end.is_lost

    def copy(self) -> Receiver:
        """One that goes on from here by itself."""
        other = Receiver.__new__(Receiver)
        other._end = self._end.copy()  # noqa: SLF001  # of the same kind
        other.receive = other._end.decode  # noqa: SLF001
        return other

    def decode(
        self,
        wire: bytes,
        max_size: int,
        decompressed: Callable[[bytes, int], bytes],
        *,
        keeps: bool = False,
    ) -> Text:
        """Read the next message; as in ``aura_fast.stream``."""
        message = self._end.decode(wire, max_size, decompressed, keeps)
        return Text(message.encode(), True) if isinstance(message, str) else Text(message, False)
