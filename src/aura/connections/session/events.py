"""What a session makes of a frame."""

from __future__ import annotations

from dataclasses import dataclass

from aura.connections.session import transfer
from aura.models.model import Model


@dataclass(frozen=True, slots=True)
class Message:
    """A message for the application: text or bytes, as it was sent."""

    data: str | bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model file that has come, with the digest that was offered.

    Reading it takes a while, so it is left to whoever runs the session: give :meth:`load`'s result to
    :meth:`Session.hold`.
    """

    model_id: bytes
    data: bytes

    def load(self) -> Model:
        """Read the model.

        Raises:
            DecodeError: the file is damaged, or not the model with this id.
        """
        return transfer.read_model(self.model_id, self.data)


class LongMessage(Exception):
    """A message takes longer to read than was allowed."""
