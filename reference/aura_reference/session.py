"""Sessions: what an end makes of the frames that it gets (rules SES-3 to SES-17).

What an end sends is its own choice, as far as the rules go; so this is told what was sent, and says what comes in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from aura_reference import message, tag
from aura_reference.model import Model
from aura_spec import session as spec
from aura_spec import stream, varint
from aura_spec import tag as tag_spec
from aura_spec.errors import (
    ChecksumMismatch,
    LimitExceeded,
    Malformed,
    StreamDesync,
    UnknownModel,
    Unsupported,
)
from aura_spec.model import parse_file
from aura_spec.session import (
    Chunk,
    Control,
    Have,
    Offer,
    Request,
    Use,
    check_frame,
    is_control,
    longest_of,
    parse_control,
    parse_data,
    text_of,
)
from aura_spec.session_negotiation import Coding, Hello, check_for
from aura_spec.shared_state import SharedState
from aura_spec.template import builtin


@dataclass(frozen=True, slots=True)
class Said:
    """A message for the application; text is UTF-8 (rule SES-4)."""

    data: bytes
    is_text: bool


@dataclass(frozen=True, slots=True)
class Streamed:
    """A message of a stream, which chapter ``stream`` reads (rule SES-11)."""

    coded: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A model file that was asked for, as a whole (rule SES-15)."""

    data: bytes


class End:
    """One end of a session, as far as it reads.

    Args:
        hello: that it sends.
        models: those in its hello, and whatever it says later that it has, by id.
    """

    def __init__(self, hello: Hello, models: Mapping[bytes, Model]) -> None:
        self._hello = hello
        self._models = models
        self._held = set(hello.models)
        self._peer: Hello | None = None
        self._use: Use | None = None
        self._count = 0
        self._served: set[bytes] = set()
        self._asked: Request | None = None
        self._offer: Offer | None = None
        self._file = b""

    def send(self, control: Control) -> None:
        """Note a control frame that this end sends."""
        if isinstance(control, Have):
            self._held.add(control.model)
        if isinstance(control, Request):
            self._asked = control

    def receive(self, frame: bytes) -> Said | Streamed | File | None:
        """Read a frame, and what there is in it for others.

        Raises:
            DecodeError: as the rules say; the session is over.
        """
        check_frame(frame, self._hello.max_message)
        if is_control(frame):
            return self._take(parse_control(frame))
        if self._use is None:
            raise Malformed("data frame before the first use frame")
        said = self._read(self._use, *parse_data(frame))
        self._count = (self._count + 1) % spec.COUNTERS
        return said

    def _read(self, use: Use, coded: bytes, is_text: bool) -> Said | Streamed:
        """Rules SES-4, SES-10 and SES-11."""
        if use.coding is Coding.STREAM:
            if not is_text:
                raise Malformed("data frame of a stream with the mark for bytes", 0, "binary")
            return Streamed(coded)
        data = self._decode(use, coded)
        if is_text:
            text_of(data)
        return Said(data, is_text)

    def _decode(self, use: Use, coded: bytes) -> bytes:
        """Rules SES-10 and SES-18."""
        held, is_tagged = self._shared_state(use.model), use.coding is Coding.TAGGED
        single = coded[tag_spec.SIZE :] if is_tagged else coded
        size = longest_of(single, self._hello.max_message, self._hello.max_modelled)
        if is_tagged:
            return tag.decode(coded, held, b"" if use.model == spec.NO_MODEL else use.model, size)
        return message.decode(coded, held, size)

    def _shared_state(self, model_id: bytes) -> SharedState:
        """Rule SES-10."""
        shares = self._peer is not None and self._peer.templates == self._hello.templates
        templates = dict(builtin()) if shares else {}
        if model_id == spec.NO_MODEL:
            return SharedState(templates)
        held = self._models[model_id]
        templates.update(held.templates)
        named = {model_id: held.context_model}
        return SharedState(templates, {}, held.context_model, named, held.dictionary)

    def _take(self, control: Control) -> File | None:
        """Rules SES-5 to SES-15."""
        if isinstance(control, Hello) is (self._peer is not None):
            reason = "the first frame is not a hello" if self._peer is None else "second hello"
            raise Malformed(reason, 1, "kind")
        match control:
            case Hello():
                self._peer = control
            case Use():
                self._check_use(control)
                self._use = control
            case Request(model):
                self._check_held(model, 2)
                if model in self._served:
                    raise Malformed("second request for the same model", 2, "model")
                self._served.add(model)
            case Offer():
                self._take_offer(control)
            case Chunk(data):
                return self._take_chunk(data)
        return None

    def _check_use(self, use: Use) -> None:
        """Rules SES-7 and SES-8."""
        place = 3 + varint.size(use.memory)
        if use.count != self._count:
            raise StreamDesync("an earlier message was lost or repeated", place + 9, "count")
        if use.model != spec.NO_MODEL:
            self._check_held(use.model, place)
        if use.coding is Coding.STREAM and use.model == spec.NO_MODEL:
            raise UnknownModel("a stream has no model", place, "model")
        if not self._hello.codings & 1 << use.coding:
            raise Unsupported(f"coding {use.coding} is not read", 2, "coding")
        if use.coding is not Coding.STREAM:
            return
        if not stream.MIN_MEMORY <= use.memory <= min(self._hello.memory, stream.MAX_MEMORY):
            raise Unsupported(f"a stream of {use.memory} bytes is not allowed", 3, "memory")
        if use.check not in stream.CHECKS or use.check != check_for(self._hello.codings, use.check):
            raise Unsupported(f"a stream check of {use.check} bits is not supported", place + 8, "check")

    def _check_held(self, model: bytes, place: int) -> None:
        """Rules SES-8 and SES-13."""
        if model not in self._held:
            raise UnknownModel(f"model {model.hex()} is not held", place, "model")

    def _take_offer(self, offer: Offer) -> None:
        """Rules SES-14 and SES-15."""
        if self._asked is None or self._offer is not None or offer.model != self._asked.model:
            raise Malformed("offer of a model that was not requested", 2, "model")
        if offer.size > self._asked.max_size:
            raise LimitExceeded(f"a model of {offer.size} bytes exceeds the requested size", 10, "size")
        if offer.size:
            self._offer, self._file = offer, b""
        else:
            self._asked = None

    def _take_chunk(self, data: bytes) -> File | None:
        """Rule SES-15."""
        offer, self._file = self._offer, self._file + data
        if offer is None or len(self._file) > offer.size:
            raise Malformed("chunk of a model that was not offered", 2, "data")
        if len(self._file) < offer.size:
            return None
        if hashlib.sha256(self._file).digest() != offer.digest:
            raise ChecksumMismatch("the digest of the model differs from the offer", 2, "data")
        if parse_file(self._file).model_id != offer.model:
            raise ChecksumMismatch("the id of the model differs from the request", 2, "data")
        self._asked = self._offer = None
        return File(self._file)
