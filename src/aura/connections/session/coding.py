"""The messages of one direction as bytes, and back (rules SES-10 and SES-11)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, Literal, Protocol

from aura import backend as backends
from aura import tagging
from aura.connections.stream import Stream
from aura.models.model import Model
from aura.selection import Policy, choose
from aura.templates import TemplateLibrary
from aura_spec.errors import Malformed
from aura_spec.limits import MAX_MODELLED
from aura_spec.session import NO_MODEL, Coding, Use, build_data, longest_of, parse_data, text_of
from aura_spec.shared_state import SharedState
from aura_spec.stream import HEAD_BYTE, Flag
from aura_spec.tag import SIZE, build_tagged
from aura_spec.template import builtin, digest

BUILTIN: Final = bytes.fromhex(digest(builtin().items()))[:8]
"""The built-in templates, as a hello names them (rule SES-5)."""

Role = Literal["client", "server"]

_BACKEND: Final = backends.get("fast")


class Encoder(Protocol):
    """Codes the messages of a direction, in order."""

    def encode(self, message: bytes, *, text: bool) -> bytes:
        """Code the next message as a frame."""


class Decoder(Protocol):
    """Reads the messages of a direction, in order."""

    def decode(self, frame: bytes, max_size: int) -> str | bytes:
        """Read the next message.

        Raises:
            DecodeError: it is refused.
            LimitExceeded: it is longer than ``max_size`` bytes; it may be given again with a larger one.
        """


@dataclass(frozen=True, slots=True)
class _Held:
    """A model, found again by its id."""

    id: str
    model: Model | None = field(compare=False)


@lru_cache(maxsize=64)
def _shared(held: _Held, *, with_builtin: bool) -> tuple[TemplateLibrary, SharedState]:
    """What connections with the same agreement share (rule SES-10)."""
    model = held.model
    if model is None:
        library = TemplateLibrary(with_builtin=with_builtin)
        return library, SharedState(library.snapshot())
    patterns = {number: template.pattern for number, template in model.templates.items()}
    library = TemplateLibrary(patterns, with_builtin=with_builtin)
    named = {bytes.fromhex(model.id): model.context_model}
    return library, SharedState(library.snapshot(), {}, model.context_model, named, model.dictionary)


class SingleEncoder:
    """Codes each message by itself.

    Args:
        model: the implied one, or None.
        level: which methods are tried.
        methods: that the peer reads, by bits.
        with_builtin: whether the peer holds the same built-in templates.
        max_modelled: bytes of the longest message that the model codes.
    """

    __slots__ = ("_library", "_max_modelled", "_policy", "_shared_state")

    def __init__(
        self,
        model: Model | None,
        *,
        level: int,
        methods: int,
        with_builtin: bool,
        max_modelled: int = MAX_MODELLED,
    ) -> None:
        self._policy = Policy(level, methods)
        self._max_modelled = max_modelled
        held = _Held(model.id if model else "", model)
        self._library, self._shared_state = _shared(held, with_builtin=with_builtin)

    def encode(self, message: bytes, *, text: bool) -> bytes:
        """Code a message as a frame."""
        return build_data(self.code(message), text=text)

    def code(self, message: bytes) -> bytes:
        """Code a message."""
        held = self._shared_state
        if len(message) > self._max_modelled:
            held = replace(held, model=None, models={})
        match = self._library.match(message) if self._policy.level else None
        return choose(message, backend=_BACKEND, policy=self._policy, shared_state=held, match=match).wire


class SingleDecoder:
    """Reads messages that are coded by themselves.

    Args:
        model: the implied one, or None.
        with_builtin: whether the peer holds the same built-in templates.
        max_modelled: bytes that a message may have that the model codes (rule SES-18).
    """

    __slots__ = ("_max_modelled", "_shared_state")

    def __init__(
        self, model: Model | None, *, with_builtin: bool = True, max_modelled: int = MAX_MODELLED
    ) -> None:
        self._max_modelled = max_modelled
        _, self._shared_state = _shared(_Held(model.id if model else "", model), with_builtin=with_builtin)

    def decode(self, frame: bytes, max_size: int) -> str | bytes:
        """Read the message in a frame."""
        coded, is_text = parse_data(frame)
        data = self.read(coded, max_size)
        return text_of(data) if is_text else data

    def read(self, coded: bytes, max_size: int) -> bytes:
        """Read a message."""
        return _BACKEND.decode(coded, self._shared_state, longest_of(coded, max_size, self._max_modelled))

    def read_tagged(self, coded: bytes, model_id: bytes, max_size: int) -> bytes:
        """Read a message with a tag; the id of the implied model is empty if there is none."""
        longest = longest_of(coded[SIZE:], max_size, self._max_modelled)
        return tagging.decode(_BACKEND, coded, self._shared_state, model_id, longest)


class TaggedEncoder:
    """Codes each message by itself, with a tag (chapter ``tag``).

    Args:
        single: how the message is coded.
        model_id: of the implied model; empty if there is none.
    """

    __slots__ = ("_model_id", "_single")

    def __init__(self, single: SingleEncoder, model_id: bytes) -> None:
        self._single = single
        self._model_id = model_id

    def encode(self, message: bytes, *, text: bool) -> bytes:
        """Code a message as a frame."""
        return build_data(build_tagged(self._single.code(message), message, self._model_id), text=text)


class TaggedDecoder:
    """Reads messages that are coded by themselves, with tags.

    Args:
        single: how the message is read.
        model_id: of the implied model; empty if there is none.
    """

    __slots__ = ("_model_id", "_single")

    def __init__(self, single: SingleDecoder, model_id: bytes) -> None:
        self._single = single
        self._model_id = model_id

    def decode(self, frame: bytes, max_size: int) -> str | bytes:
        """Read the message in a frame."""
        coded, is_text = parse_data(frame)
        data = self._single.read_tagged(coded, self._model_id, max_size)
        return text_of(data) if is_text else data


def _implied(use: Use) -> bytes:
    """The id of the implied model; empty if there is none."""
    return b"" if use.model == NO_MODEL else use.model


@dataclass(frozen=True, slots=True)
class Single:
    """Codes single messages, and what gains nothing in a stream, as the two ends have agreed (rule SES-10)."""

    encoder: SingleEncoder
    decoder: SingleDecoder

    def encoder_for(self, use: Use) -> Encoder:
        """Codes each message by itself, with a tag if the use frame says so."""
        return TaggedEncoder(self.encoder, _implied(use)) if use.coding is Coding.TAGGED else self.encoder

    def decoder_for(self, use: Use) -> Decoder:
        """Reads messages that are coded by themselves, with a tag if the use frame says so."""
        return TaggedDecoder(self.decoder, _implied(use)) if use.coding is Coding.TAGGED else self.decoder

    def compress(self, data: bytes, /) -> bytes:
        """Code a message."""
        return self.encoder.code(data)

    def decompress(self, wire: bytes, /, *, max_size: int) -> bytes:
        """Read a message."""
        return self.decoder.read(wire, max_size)


class StreamEncoder:
    """Codes messages with what ``stream`` sent before."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def encode(self, message: bytes, *, text: bool) -> bytes:
        """Code the next message as a frame; a stream says by itself what is text."""
        return build_data(self._stream.send(message.decode() if text else message), text=True)


class StreamDecoder:
    """Reads messages with what ``stream`` received before.

    Args:
        stream: of this direction.
        max_modelled: bytes that a string may have (rule SES-18).
    """

    __slots__ = ("_max_modelled", "_stream")

    def __init__(self, stream: Stream, max_modelled: int) -> None:
        self._stream = stream
        self._max_modelled = max_modelled

    def decode(self, frame: bytes, max_size: int) -> str | bytes:
        """Read the next message."""
        coded, is_text = parse_data(frame)
        if not is_text:
            raise Malformed("a stream says by itself what is not text", 0, "binary")
        is_string = coded[:1] != bytes((HEAD_BYTE,)) or not any(flag & Flag.MESSAGE for flag in coded[1:2])
        size = min(max_size, self._max_modelled) if is_string else max_size
        return self._stream.receive(coded, max_size=size)
