"""What an end of a session wants, and what it allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from aura import arguments
from aura.connections.session.models import Models
from aura.models.model import Model
from aura.observation import Observer, check_observer
from aura.policy import LEVELS
from aura_spec import session_negotiation
from aura_spec.marker import Marker
from aura_spec.session_negotiation import ALL_METHODS
from aura_spec.stream import CHECKS, DEFAULT_MEMORY, MAX_MEMORY, MIN_MEMORY


class HasSettings(Protocol):
    """What gives settings, such as :class:`aura.configuration.Configuration`."""

    def settings(self) -> Settings:
        """The settings of sessions that begin now."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one end; share them between all its connections.

    Attributes:
        models: that it holds; the one that comes with the package, unless given, which is read when a connection
            first needs it. What is added to them reaches the sessions that are open.
        memory: bytes that a stream may take in each direction, 26 to 107 KiB; 0 to code each message by itself;
            ``"auto"`` to send with what the model advises (:attr:`aura.Model.stream_memory`), 32 KiB without
            advice, and to read streams of up to 32 KiB.
        check: bits in each message of a stream that tell whether it is the next one and undamaged: 4, 8, 16 or 32.
            Up to 15 lost or repeated messages in a row are found with any of them. TCP and TLS find damage; where
            there is neither, take 16, or 32 where no damaged message may ever pass for another one. Peers of
            earlier versions do not read 32, and are sent 16.
        max_message: bytes that a message may have, sent or received.
        max_modelled: bytes of the longest message that a model codes, sent or received; longer ones are coded with
            other methods. Up to 50 µs a byte, it bounds the time that one message can cost.
        max_fetch: bytes of model files that it fetches from its peer on one connection; 0 to fetch none. Let
            clients fetch from servers that they trust: a model decides what bytes mean.
        serve_models: give models to peers that ask for them.
        level: which methods are tried for single messages, as in :class:`aura.Codec`.
        methods: that it reads, by bits (rule SES-5).
        tag: send single messages with tags, two bytes longer (chapter ``tag``), to peers that read them. There is
            seldom a reason to: both ends have agreed on the model by its id, and TCP finds damage. Tags are read,
            whatever this says; messages of streams have a check of their own.
        hello_timeout: seconds that the peer has for its hello.
        fallback_delay: seconds that a server has for its hello once it has answered a ping; a client then takes it
            for one that does not speak AURA, and goes on in plain text.
        observer: is told of messages, refused frames and connections; see :class:`aura.observation.Observer`.

    Raises:
        TypeError: a setting has a wrong type.
        ValueError: a number is out of range, or ``methods`` lacks stored messages (rule SES-6).
    """

    models: Models = field(default_factory=Models)
    memory: int | Literal["auto"] = "auto"
    check: int = 4
    max_message: int = 1 << 20
    max_modelled: int = 1 << 12
    max_fetch: int = 0
    serve_models: bool = True
    level: int = 2
    methods: int = ALL_METHODS
    tag: bool = False
    hello_timeout: float = 10.0
    fallback_delay: float = 0.5
    observer: Observer | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.models, Models):
            raise TypeError(f"models is a Models, not {type(self.models).__name__}")
        for name in ("max_message", "max_modelled", "max_fetch"):
            arguments.whole_number(name, getattr(self, name), 0, session_negotiation.MAX_SIZE)
        _check_memory(self.memory)
        arguments.one_of("check", self.check, CHECKS)
        arguments.one_of("level", self.level, LEVELS)
        methods = arguments.whole_number("methods", self.methods, 0, (1 << 16) - 1)
        if not methods >> Marker.STORED & 1:
            raise ValueError(f"methods {methods:#06x} lack stored messages, bit {Marker.STORED}")
        for name in ("serve_models", "tag"):
            arguments.flag(name, getattr(self, name))
        for name in ("hello_timeout", "fallback_delay"):
            arguments.number(name, getattr(self, name), 0)
        if self.observer is not None:
            check_observer(self.observer)

    @classmethod
    def of(cls, settings: Settings | HasSettings | None) -> Settings:
        """Settings as they are, or those that something has; the usual ones if None.

        Raises:
            TypeError: it is none of these.
        """
        if settings is None:
            return cls()
        if not isinstance(settings, cls) and callable(given := getattr(settings, "settings", None)):
            settings = given()
        if not isinstance(settings, cls):
            raise TypeError(f"settings is a Settings, not {type(settings).__name__}")
        return settings

    @property
    def readable_memory(self) -> int:
        """Bytes that a stream of the peer's may take here, as the hello says (rule SES-8)."""
        return DEFAULT_MEMORY if self.memory == "auto" else self.memory

    def memory_for(self, model: Model) -> int:
        """Bytes that a stream with a model may take in sending; 0 to code each message by itself."""
        if self.memory == "auto" and model.stream_memory is not None:
            return model.stream_memory
        return self.readable_memory


def _check_memory(memory: int | str) -> None:
    if isinstance(memory, str):
        if memory != "auto":
            raise ValueError(f'memory is {memory!r}, neither "auto" nor a number of bytes')
    elif 0 < arguments.whole_number("memory", memory, 0, MAX_MEMORY) < MIN_MEMORY:
        raise ValueError(f"memory is {memory}, neither 0 nor one of {MIN_MEMORY} to {MAX_MEMORY}")
