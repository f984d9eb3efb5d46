"""The events that a session makes of frames.

:meth:`Session.receive_data <aura.connections.session.Session.receive_data>` returns them. An application has to act
on messages and on :class:`ModelFetched`; all others tell it what went on.
"""

from __future__ import annotations

from dataclasses import dataclass

from aura.connections.session import transfer
from aura.models.model import Model
from aura_spec.session import Use
from aura_spec.session_negotiation import Hello


@dataclass(frozen=True, slots=True)
class Ready:
    """The peer's hello has come: messages can be sent (rule SES-5)."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Negotiated:
    """The peer has said how the messages that follow from it are coded (rule SES-7)."""

    use: Use


@dataclass(frozen=True, slots=True)
class TextReceived:
    """A text for the application."""

    data: str


@dataclass(frozen=True, slots=True)
class BytesReceived:
    """Bytes for the application."""

    data: bytes


@dataclass(frozen=True, slots=True)
class ModelAnnounced:
    """The peer holds a model from now on, and likes it best (rule SES-12)."""

    model_id: bytes


@dataclass(frozen=True, slots=True)
class ModelRequested:
    """The peer asks for a model file of at most ``max_size`` bytes; the session answers (rule SES-13)."""

    model_id: bytes
    max_size: int


@dataclass(frozen=True, slots=True)
class ModelOffered:
    """The peer answers a request: a model file of ``size`` bytes follows; 0 refuses it (rule SES-14)."""

    model_id: bytes
    size: int


@dataclass(frozen=True, slots=True)
class ModelFetched:
    """A model file has come whole, with the digest that was offered (rule SES-15).

    Reading it takes a while, so that is left to whoever runs the session: give the result of :meth:`load` to
    :meth:`Session.hold <aura.connections.session.Session.hold>`.
    """

    model_id: bytes
    data: bytes

    def load(self) -> Model:
        """Read the model.

        Raises:
            DecodeError: the file is damaged, or not the model with this id.
        """
        return transfer.read_model(self.model_id, self.data)


@dataclass(frozen=True, slots=True)
class Deferred:
    """The message is longer than was allowed, and was not read. Nothing has happened: give the frame again."""


Message = TextReceived | BytesReceived
"""The events that hold a message for the application, in ``data``."""

Event = (
    Ready
    | Negotiated
    | TextReceived
    | BytesReceived
    | ModelAnnounced
    | ModelRequested
    | ModelOffered
    | ModelFetched
    | Deferred
)
