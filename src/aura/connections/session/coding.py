"""The messages of one direction as frames, and back: by themselves (rule SES-10) or in a stream (rule SES-11)."""

from __future__ import annotations

import weakref
from collections.abc import Hashable
from dataclasses import replace
from typing import Final, Literal, Protocol

from aura import backends, tagging
from aura.backends import StreamReceiver, StreamSender
from aura.connections.prepared import PreparedMessage
from aura.connections.stream import is_worthwhile
from aura.models.model import Model
from aura.policy import Policy
from aura.selection import choose, frames, smallest
from aura.templates import Hint, Match, TemplateLibrary
from aura_spec import tag
from aura_spec.errors import Malformed
from aura_spec.limits import MAX_MODELLED
from aura_spec.session import BINARY, CONTROL, TEXT, build_data, longest_of, parse_data, text_of
from aura_spec.session_negotiation import ALL_METHODS
from aura_spec.shared_state import SharedState
from aura_spec.stream import HEAD_BYTE, Flag, Terms, Text
from aura_spec.tag import build_tagged
from aura_spec.template import builtin, digest

BUILTIN: Final = bytes.fromhex(digest(builtin().items()))[:8]
"""The built-in templates, as a hello names them (rule SES-5)."""

Role = Literal["client", "server"]

_BACKEND: Final = backends.get("auto")

_MARKS: Final = frozenset(bytes((byte,)) for byte in (TEXT, BINARY, CONTROL))
"""The bytes that mark frames (rule SES-3): one that begins with another byte is the coded message."""

_HEAD: Final = bytes((HEAD_BYTE,))


class FrameCodec(Protocol):
    """Codes and reads the messages of one direction, in order."""

    def encode(self, message: bytes, *, text: bool, hint: Hint | None = None) -> bytes:
        """Code the next message as a frame.

        Raises:
            EncodeError: the hint does not give the message.
        """

    def encode_prepared(self, message: PreparedMessage) -> bytes:
        """Code the next message as a frame, with what other connections have of it."""

    def has_coded(self, message: PreparedMessage) -> bool:
        """Whether sending a message takes next to nothing, as another connection that agrees has coded it."""

    def decode(self, frame: bytes, max_size: int) -> str | bytes:
        """Read the message in the next frame.

        Raises:
            DecodeError: it is refused.
            LimitExceeded: it is longer than ``max_size`` bytes; it may be given again with a larger one.
        """


_Shared = tuple[TemplateLibrary, SharedState, object]
"""Templates, the state that they are a part of, and what stands for both in a dictionary."""

_shared: Final[dict[tuple[str, bool], _Shared]] = {}
"""By the model's id, and whether the built-in templates are among them; as long as the model is in memory."""


_used: Final[set[tuple[str, bool]]] = set()
"""Those of these keys with which a message was coded or read, so that nothing is left to be made for the next."""


def is_used(model_id: str | None, *, with_builtin: bool) -> bool:
    """Whether some connection has coded or read a message with a model."""
    return (model_id or "", with_builtin) in _used


def note_use(model_id: str | None, *, with_builtin: bool) -> None:
    """Take note that a connection has coded or read a message with a model, for which it holds a codec."""
    if (model_id or "", with_builtin) in _shared:
        _used.add((model_id or "", with_builtin))


def _shared_by(model: Model | None, *, with_builtin: bool) -> _Shared:
    """The templates and the state that all connections with this model share (rule SES-10)."""
    key = (model.id if model else "", with_builtin)
    made = _shared.get(key)
    if made is None:
        made = _shared[key] = _share(model, with_builtin=with_builtin)
        if model is not None:
            # nothing that is shared refers to the model itself, so that it goes when its users do
            weakref.finalize(model, _forget, key).atexit = False
    return made


def _forget(key: tuple[str, bool]) -> None:
    _shared.pop(key, None)
    _used.discard(key)


def _share(model: Model | None, *, with_builtin: bool) -> _Shared:
    if model is None:
        library = TemplateLibrary(with_builtin=with_builtin)
        return library, SharedState(library.snapshot()), object()
    patterns = {number: template.pattern for number, template in model.templates.items()}
    library = TemplateLibrary(patterns, with_builtin=with_builtin)
    state = SharedState(
        library.snapshot(),
        model=model.context_model,
        models={bytes.fromhex(model.id): model.context_model},
        dictionary=model.dictionary,
    )
    return library, state, object()


class Single:
    """Codes and reads each message by itself (rule SES-10).

    Args:
        model: the implied one, or None.
        level: which methods are tried in coding.
        methods: that the peer reads, by bits.
        with_builtin: whether the peer holds the same built-in templates.
        max_coded: bytes of the longest message that is coded with the model.
        max_read: bytes that a message may have which the peer coded with the model (rule SES-18).
        tag_id: id of the model that tags stand for, empty for none; None if messages have no tags.
    """

    __slots__ = ("_agreement", "_library", "_max_coded", "_max_read", "_policy", "_shared_state", "_tag_id")

    def __init__(
        self,
        model: Model | None,
        *,
        level: int = 2,
        methods: int = ALL_METHODS,
        with_builtin: bool = True,
        max_coded: int = MAX_MODELLED,
        max_read: int = MAX_MODELLED,
        tag_id: bytes | None = None,
    ) -> None:
        self._policy = Policy(level, methods)
        self._max_coded = max_coded
        self._max_read = max_read
        self._tag_id = tag_id
        self._library, self._shared_state, shared_by = _shared_by(model, with_builtin=with_builtin)
        # all on which a coded message depends; numbers, whose hashes take no time
        self._agreement: Hashable = shared_by, level, methods, max_coded

    def encode(self, message: bytes, *, text: bool, hint: Hint | None = None) -> bytes:
        """Code a message as a frame."""
        coded = self.compress(message, self.match(message, hint))
        if self._tag_id is not None:
            coded = build_tagged(coded, message, self._tag_id)
        return build_data(coded, text=text)

    def encode_prepared(self, message: PreparedMessage) -> bytes:
        """Code a message as a frame, with what other connections have of it."""
        if self._tag_id is not None:
            tagged = build_tagged(self.compress_prepared(message), message.data, self._tag_id)
            return build_data(tagged, text=message.is_text)
        frame = message.frames.get(self._agreement)
        if frame is None:
            frame = build_data(self.compress_prepared(message), text=message.is_text)
            message.frames[self._agreement] = frame
        return frame

    def compress_prepared(self, message: PreparedMessage) -> bytes:
        """Code a message, without a frame and a tag, unless another connection that agrees did."""
        return message.coded(self._agreement, self.compress)

    def has_coded(self, message: PreparedMessage) -> bool:
        """Whether another connection that agrees has coded a message."""
        return message.is_coded(self._agreement)

    def decode(self, frame: bytes, max_size: int) -> str | bytes:
        """Read the message in a frame."""
        coded, is_text = parse_data(frame)
        if self._tag_id is None:
            data = self.decompress(coded, max_size=max_size)
        else:
            longest = longest_of(coded[tag.SIZE :], max_size, self._max_read)
            data = tagging.decode(_BACKEND, coded, self._shared_state, self._tag_id, longest)
        return text_of(data) if is_text else data

    def match(self, message: bytes, hint: Hint | None) -> Match | None:
        """The match of a hint; None without one, or if the peer does not hold the template.

        Raises:
            EncodeError: the hint does not give the message.
        """
        if hint is None or hint.template_id not in self._library:
            return None
        return self._library.fill_to(message, hint)

    def compress(self, data: bytes, match: Match | None = None, /) -> bytes:
        """Code a message, without a frame and a tag; with a match as its smallest frame that the peer reads."""
        held = self._shared_state
        if len(data) > self._max_coded:
            held = replace(held, model=None, models={})
        if match is not None:
            found = frames(match, backend=_BACKEND, policy=self._policy, shared_state=held)
            if found:
                return smallest(found).wire
        chosen = choose(
            data, backend=_BACKEND, policy=self._policy, shared_state=held, templates=self._library
        )
        return chosen.wire

    def decompress(self, wire: bytes, /, *, max_size: int) -> bytes:
        """Read a message that has neither frame nor tag.

        Raises:
            DecodeError: it is refused, or longer than ``max_size`` bytes.
        """
        return _BACKEND.decode(wire, self._shared_state, longest_of(wire, max_size, self._max_read))


class Streamed:
    """Codes and reads messages with those before them (rule SES-11): the stream of one direction.

    A reset that the peer asks for in it is not its business: only a use frame resets a stream of a session.

    Args:
        terms: of the stream.
        single: codes messages that gain nothing in the stream.
        max_string: bytes of the longest message that is sent as a string.
        max_read: bytes that a string of the peer may have (rule SES-18).
    """

    __slots__ = ("_max_read", "_max_string", "_receiver", "_sender", "_single", "_terms")

    def __init__(self, terms: Terms, single: Single, *, max_string: int, max_read: int) -> None:
        self._terms = terms
        self._single = single
        self._max_string = max_string
        self._max_read = max_read
        # one of them is made with the first message, as they take memory
        self._sender: StreamSender | None = None
        self._receiver: StreamReceiver | None = None

    def _begin_to_send(self) -> StreamSender:
        self._sender = _BACKEND.stream_sender(self._terms)
        return self._sender

    def _begin_to_receive(self) -> StreamReceiver:
        self._receiver = _BACKEND.stream_receiver(self._terms)
        return self._receiver

    def encode(self, message: bytes, *, text: bool, hint: Hint | None = None) -> bytes:
        """Code the next message as a frame; a stream says by itself what is text. A hint is checked, not used."""
        if hint is not None:
            self._single.match(message, hint)
        sender = self._sender or self._begin_to_send()
        compress = self._single.compress if is_worthwhile(len(message), self._max_string) else None
        coded = sender.send(message, text, compress, self._max_string)
        return build_data(coded, text=True) if coded[:1] in _MARKS else coded

    def encode_prepared(self, message: PreparedMessage) -> bytes:
        """Code the next message as a frame, by itself."""
        coded = self._single.compress_prepared(message)
        sender = self._sender or self._begin_to_send()
        return build_data(sender.encode_message(Text(message.data, message.is_text), coded), text=True)

    def has_coded(self, message: PreparedMessage) -> bool:  # noqa: ARG002  # as the protocol has it
        """Return False: the stream has to remember the message, which takes a while."""
        return False

    def decode(self, frame: bytes, max_size: int) -> str | bytes:
        """Read the message in the next frame."""
        if frame[:1] in _MARKS:
            frame, is_text = parse_data(frame)
            if not is_text:
                raise Malformed("data frame of a stream with the mark for bytes", 0, "binary")
        size = max_size if frame[:1] == _HEAD and _is_single(frame) else min(max_size, self._max_read)
        receiver = self._receiver or self._begin_to_receive()
        return receiver.receive(frame, size, self._decompress, True)

    def _decompress(self, message: bytes, max_size: int) -> bytes:
        return self._single.decompress(message, max_size=max_size)


def _is_single(coded: bytes) -> bool:
    """Whether a message of a stream that has a head is coded by itself, not as a string (rule STR-2)."""
    return len(coded) > 1 and bool(coded[1] & Flag.MESSAGE)
