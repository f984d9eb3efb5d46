"""What the hellos of both ends allow: how messages are coded and read (rules SES-7, SES-8, SES-10 and SES-11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aura.connections.session.coding import (
    BUILTIN,
    FrameCodec,
    Role,
    Single,
    Streamed,
    is_used,
    note_use,
)
from aura.connections.session.observed import SessionReporter
from aura.connections.session.settings import Settings
from aura.models.model import Model
from aura_spec.errors import UnknownModel, Unsupported
from aura_spec.session import NO_MODEL, Use
from aura_spec.session_negotiation import Coding, Codings, Hello, check_for
from aura_spec.stream import CHECKS, MAX_MEMORY, MAX_STRING, MIN_MEMORY, Terms, agreement


class Agreement:
    """What this end and its peer have agreed on.

    Args:
        settings: of this end.
        role: of this end.
        peer: the hello of the other end.
        reporter: tells an observer of the agreement and of the messages; None if there is none.

    Attributes:
        max_message: bytes of the longest message that may be sent.
    """

    __slots__ = ("_best", "_best_of", "_peer", "_reporter", "_role", "_settings", "max_message")

    def __init__(
        self, settings: Settings, role: Role, peer: Hello, reporter: SessionReporter | None = None
    ) -> None:
        self._settings = settings
        self._role: Role = role
        self._peer = peer
        self.max_message: Final = min(peer.max_message, settings.max_message)
        self._reporter = reporter
        self._best_of: tuple[Sequence[Model], Sequence[bytes]] | None = None
        self._best: tuple[Use, Model | None] | None = None
        if reporter is not None:
            reporter.opened()

    def best(self, ours: Sequence[Model], theirs: Sequence[bytes]) -> tuple[Use, Model | None]:
        """How messages are coded, and with which model; None if both ends hold none.

        Args:
            ours: the models of this end, the one it likes best first.
            theirs: the ids of the peer's. As long as both are the same objects, nothing is looked for.
        """
        best, of = self._best, self._best_of
        if best is None or of is None or of[0] is not ours or of[1] is not theirs:
            model = next((model for model in ours if bytes.fromhex(model.id) in theirs), None)
            best = self._best = self.use_for(model), model
            self._best_of = ours, theirs
        return best

    def use_for(self, model: Model | None) -> Use:
        """How messages are coded with the best model that both ends hold; None if there is none."""
        settings, codings = self._settings, self._peer.codings
        single = Coding.TAGGED if settings.tag and codings & Codings.TAGGED else Coding.SINGLE
        if model is None:
            return Use(single, 0, NO_MODEL)
        memory = min(self._peer.memory, settings.memory_for(model), MAX_MEMORY)
        if memory >= MIN_MEMORY and codings & Codings.STREAM:
            return Use(Coding.STREAM, memory, bytes.fromhex(model.id), check_for(codings, settings.check))
        return Use(single, 0, bytes.fromhex(model.id))

    def codec_to_send(self, use: Use, model: Model | None) -> FrameCodec:
        """The codec of the messages that this end sends from its use frame on.

        Args:
            use: the use frame.
            model: that it names; None if it names none.
        """
        return self._codec(use, model, is_server=self._role == "server")

    def codec_to_read(self, use: Use, model: Model | None) -> FrameCodec:
        """The codec of the messages that the peer sends from its use frame on.

        Args:
            use: the use frame, whose count and model were checked.
            model: that it names; None if it names none.

        Raises:
            UnknownModel: a stream has no model (rule SES-7).
            Unsupported: a stream has a check or a memory that this end does not allow (rule SES-8).
        """
        if use.coding is Coding.STREAM:
            if model is None:
                raise UnknownModel("a stream has no model", 3, "model")
            if use.check not in CHECKS:
                raise Unsupported(f"a stream check of {use.check} bits is not supported", 3, "check")
            if not MIN_MEMORY <= use.memory <= min(self._settings.readable_memory, MAX_MEMORY):
                raise Unsupported(f"a stream of {use.memory} bytes is not allowed", 3)
        return self._codec(use, model, is_server=self._role == "client")

    def is_used(self, model_id: str | None) -> bool:
        """Whether some connection has coded or read a message with this model, so that nothing has to be loaded."""
        return is_used(model_id, with_builtin=self._has_builtin)

    def note_use(self, model_id: str | None) -> None:
        """Take note that a message was coded or read with a model."""
        note_use(model_id, with_builtin=self._has_builtin)

    @property
    def _has_builtin(self) -> bool:
        """Whether the peer holds the same built-in templates."""
        return self._peer.templates == BUILTIN

    @property
    def _max_coded(self) -> int:
        """Bytes of the longest message that this end codes with a model (rule SES-18)."""
        return min(self._peer.max_modelled, self._settings.max_modelled)

    def _codec(self, use: Use, model: Model | None, *, is_server: bool) -> FrameCodec:
        codec = self._plain_codec(use, model, is_server=is_server)
        return codec if self._reporter is None else self._reporter.observed(codec, use)

    def _plain_codec(self, use: Use, model: Model | None, *, is_server: bool) -> FrameCodec:
        """The codec of the messages of the server, or of those of the client."""
        settings = self._settings
        implied = b"" if use.model == NO_MODEL else use.model
        single = Single(
            model,
            level=settings.level,
            methods=self._peer.methods,
            with_builtin=self._has_builtin,
            max_coded=self._max_coded,
            max_read=settings.max_modelled,
            tag_id=implied if use.coding is Coding.TAGGED else None,
        )
        if model is None or use.coding is not Coding.STREAM:
            return single
        agreed = agreement(use.model, use.memory, use.check)
        terms = Terms(model.context_model, agreed, use.memory, use.check, is_server)
        max_string = min(self._max_coded, MAX_STRING)
        return Streamed(terms, single, max_string=max_string, max_read=settings.max_modelled)
