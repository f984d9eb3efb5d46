"""Model files, piece by piece (rules SES-13 to SES-15)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from aura.model import Model
from aura_spec.errors import ChecksumMismatch, LimitExceeded, Malformed
from aura_spec.session import MAX_CHUNK, Chunk, Offer


def offer(model: Model) -> Offer:
    """What is said of a model before it follows."""
    return Offer(bytes.fromhex(model.id), len(model.data), hashlib.sha256(model.data).digest())


def refusal(model_id: bytes) -> Offer:
    """That a model will not follow."""
    return Offer(model_id, 0, bytes(32))


def pieces(model: Model) -> Iterator[Chunk]:
    """A model file in chunks."""
    for start in range(0, len(model.data), MAX_CHUNK):
        yield Chunk(model.data[start : start + MAX_CHUNK])


class Download:
    """A model file that is coming.

    Args:
        model_id: that was asked for.
        max_size: bytes that it may have.
    """

    __slots__ = ("_data", "_max_size", "_offer", "model_id")

    def __init__(self, model_id: bytes, max_size: int) -> None:
        self.model_id = model_id
        self._max_size = max_size
        self._offer: Offer | None = None
        self._data = bytearray()

    def take_offer(self, offered: Offer) -> bool:
        """Take the answer; whether the file will follow.

        Raises:
            Malformed: it is not the answer to the request.
            LimitExceeded: the file is larger than was asked for.
        """
        if self._offer is not None or offered.model != self.model_id:
            raise Malformed("a model is offered that was not asked for", 2, "model")
        if offered.size > self._max_size:
            raise LimitExceeded(
                f"a model of {offered.size} bytes, where at most {self._max_size} were asked for", 10, "size"
            )
        self._offer = offered
        return offered.size > 0

    def take_chunk(self, chunk: Chunk) -> bytes | None:
        """Take a piece; the file, once it is there.

        Raises:
            Malformed: no piece is due, or it is too long.
            ChecksumMismatch: the file is not what was offered.
        """
        if self._offer is None or len(self._data) + len(chunk.data) > self._offer.size:
            raise Malformed("a chunk is not part of a model that was offered", 2, "data")
        self._data += chunk.data
        if len(self._data) < self._offer.size:
            return None
        data = bytes(self._data)
        if hashlib.sha256(data).digest() != self._offer.digest:
            raise ChecksumMismatch("a model does not have the digest that was offered", 2, "data")
        return data


def read_model(model_id: bytes, data: bytes) -> Model:
    """Read a model file that was fetched.

    Raises:
        DecodeError: it is damaged, or not the model with this id.
    """
    model = Model.from_bytes(data)
    if model.id != model_id.hex():
        raise ChecksumMismatch(f"a model has the id {model.id}, not the one that was asked for", 2, "data")
    return model
