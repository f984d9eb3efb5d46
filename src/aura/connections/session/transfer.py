"""Model files, piece by piece (rules SES-13 to SES-15)."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from aura.models.model import Model
from aura_spec.errors import ChecksumMismatch, LimitExceeded, Malformed
from aura_spec.session import MAX_CHUNK, Chunk, Control, Offer, Request

MAX_REQUESTS: Final = 4
"""Models that an end asks for on one connection."""


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

    __slots__ = ("_data", "_hash", "_max_size", "_offer", "model_id")

    def __init__(self, model_id: bytes, max_size: int) -> None:
        self.model_id = model_id
        self._max_size = max_size
        self._offer: Offer | None = None
        self._data = bytearray()
        self._hash = hashlib.sha256()

    def take_offer(self, offered: Offer) -> bool:
        """Take the answer; whether the file will follow.

        Raises:
            Malformed: it is not the answer to the request.
            LimitExceeded: the file is larger than was asked for.
        """
        if self._offer is not None or offered.model != self.model_id:
            raise Malformed("offer of a model that was not requested", 2, "model")
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
            raise Malformed("chunk of a model that was not offered", 2, "data")
        self._data += chunk.data
        self._hash.update(chunk.data)
        if len(self._data) < self._offer.size:
            return None
        if self._hash.digest() != self._offer.digest:
            raise ChecksumMismatch("the digest of the model differs from the offer", 2, "data")
        return bytes(self._data)


class Exchange:
    """The models that go over one connection.

    Args:
        max_fetch: bytes of model files that this end asks for.
        say: sends a control frame.

    Attributes:
        uploads: the pieces of models that are to be sent; None or empty if there are none.
    """

    __slots__ = ("_download", "_fetchable", "_requested", "_say", "_served", "uploads")

    def __init__(self, max_fetch: int, say: Callable[[Control], None]) -> None:
        self._say = say
        self._fetchable = max_fetch
        self._download: Download | None = None
        self._requested: tuple[bytes, ...] = ()
        self._served: tuple[bytes, ...] = ()
        self.uploads: deque[Iterator[Chunk]] | None = None  # made when needed, as it takes memory

    def ask_for(self, model_id: bytes) -> None:
        """Ask for a model, if that is still possible (rule SES-13)."""
        is_possible = self._download is None and self._fetchable and len(self._requested) < MAX_REQUESTS
        if is_possible and model_id not in self._requested:
            self._requested = (*self._requested, model_id)
            self._download = Download(model_id, self._fetchable)
            self._say(Request(model_id, self._fetchable))

    def take_offer(self, offered: Offer) -> None:
        """Take the answer to a request (rule SES-14).

        Raises:
            DecodeError: it is none, or the file is too large.
        """
        if self._download is None:
            raise Malformed("offer of a model that was not requested", 2, "model")
        if not self._download.take_offer(offered):
            self._download = None

    def take_chunk(self, chunk: Chunk) -> tuple[bytes, bytes] | None:
        """Take a piece of a model file; the model's id and the file, once it is there (rule SES-15).

        Raises:
            DecodeError: no piece is due, or the file is not what was offered.
        """
        if self._download is None:
            raise Malformed("chunk of a model that was not offered", 2, "data")
        data = self._download.take_chunk(chunk)
        if data is None:
            return None
        model_id, self._download = self._download.model_id, None
        self._fetchable -= len(data)
        return model_id, data

    def serve(self, model: Model, max_size: int) -> None:
        """Answer a request with a model of at most so many bytes, or with a refusal (rule SES-14).

        Raises:
            Malformed: it was asked for before.
        """
        model_id = bytes.fromhex(model.id)
        if model_id in self._served:
            raise Malformed("second request for the same model", 2, "model")
        self._served = (*self._served, model_id)
        if len(model.data) > max_size:
            self._say(refusal(model_id))
            return
        self._say(offer(model))
        if self.uploads is None:
            self.uploads = deque()
        self.uploads.append(pieces(model))

    def next_chunk(self) -> Chunk | None:
        """The next piece of the models that the peer asked for, or None."""
        while self.uploads:
            chunk = next(self.uploads[0], None)
            if chunk is not None:
                return chunk
            self.uploads.popleft()
        self.uploads = None
        return None


def read_model(model_id: bytes, data: bytes) -> Model:
    """Read a model file that was fetched.

    Raises:
        DecodeError: it is damaged, or not the model with this id.
    """
    model = Model.from_bytes(data)
    if model.id != model_id.hex():
        raise ChecksumMismatch(f"the id of the model is {model.id}, not the requested one", 2, "data")
    return model
