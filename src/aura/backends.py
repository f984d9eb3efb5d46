"""Backends: implementations of the formats that a codec can use, by name.

A backend has the functions of :class:`Backend`. All backends give the same bytes:

``fast``
    The module ``aura.backend``: the formats as ``aura_fast`` does them, with numpy.
``reference``
    The module ``aura.backend``, too: ``aura_reference.message``.
``native``
    The module ``aura.native_backend``, where the native core is installed: AURALITE, adaptive messages, BRIO
    version 2 and streams in C, all else as ``fast``.

Each is imported when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, ParamSpec, Protocol

from aura import native
from aura.policy import Begun, Policy
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, Unsupported
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.marker import Marker
from aura_spec.shared_state import SharedState
from aura_spec.template import Template

if TYPE_CHECKING:
    from aura_spec.stream import Terms, Text

P = ParamSpec("P")

_CHUNKED: Final = "this is a chunked file: use aura.open or aura decompress"


class Beginning(Protocol):
    """Tries all of a policy but general methods."""

    def one(self, message: bytes) -> bytes | Begun:
        """The message that the policy takes, if nothing more is to be tried, else what was tried."""

    def batch(self, messages: Sequence[bytes]) -> list[bytes | Begun]:
        """The same of many messages."""


class SendsData(Protocol):
    """Codes the next message of a stream."""

    def __call__(
        self, data: bytes, is_text: bool, compress: Callable[[bytes], bytes] | None, max_string: int, /
    ) -> bytes:
        """Code data, or text in UTF-8; ``compress`` is tried where a string does not halve the message."""


class ReceivesData(Protocol):
    """Reads the next message of a stream."""

    def __call__(
        self, wire: bytes, max_size: int, decompress: Callable[[bytes, int], bytes], keeps: bool, /
    ) -> str | bytes:
        """Read a text or bytes; if ``keeps``, one that is refused for its length can be read again."""


class StreamSender(Protocol):
    """The end of a stream that sends; documented in ``aura_fast.stream``."""

    def reset(self, *, ask: bool) -> None:
        """Forget all, and say so with the next message."""

    @property
    def send(self) -> SendsData:
        """Gives the next message."""

    def encode_message(self, text: Text, message: bytes) -> bytes:
        """The next message, which is coded by itself already."""


class StreamReceiver(Protocol):
    """The end of a stream that receives; documented in ``aura_fast.stream``."""

    @property
    def asked(self) -> bool:
        """Whether the last message asked for a reset."""

    @property
    def lost(self) -> bool:
        """Whether nothing but a reset can be read."""

    @property
    def receive(self) -> ReceivesData:
        """Reads the next message."""


class Backend(Protocol):
    """What a codec asks of an implementation; documented in ``aura_reference.message``."""

    def decode(self, wire: bytes, shared_state: SharedState | None, max_size: int) -> bytes:
        """Read a message."""

    def begin(
        self, policy: Policy, shared_state: SharedState, templates: Mapping[int, Template] | None
    ) -> Beginning | None:
        """What tries the first messages of a policy; None if this backend leaves all to what follows.

        Args:
            policy: what may be tried.
            shared_state: what the reader holds.
            templates: that are looked for in messages; None for none.
        """

    def encode_auralite(self, data: bytes, model: ContextModel) -> bytes:
        """Write an AURALITE message for the implied model."""

    def encode_auralite_batch(self, messages: Sequence[bytes], model: ContextModel) -> list[bytes]:
        """Write AURALITE messages for the implied model; what ``encode_auralite`` writes for each."""

    def decode_batch(
        self, wires: Sequence[bytes], shared_state: SharedState, max_size: int
    ) -> list[bytes | DecodeError]:
        """Read messages: what ``decode`` reads from each, or the error that it raises."""

    def encode_auralite_explicit(self, data: bytes, model_id: bytes, model: ContextModel) -> bytes:
        """Write an AURALITE message that names its model."""

    def encode_adaptive(self, data: bytes, model: ContextModel) -> bytes:
        """Write an adaptive message for the implied model."""

    def encode_adaptive_explicit(self, data: bytes, model_id: bytes, model: ContextModel) -> bytes:
        """Write an adaptive message that names its model."""

    def encode_stored(self, data: bytes) -> bytes:
        """Write a stored message."""

    def encode_brotli(self, data: bytes, quality: int) -> bytes:
        """Write a Brotli message; ``quality`` 0 to 11."""

    def encode_zstd(self, data: bytes, level: int) -> bytes:
        """Write a Zstandard message; ``level`` 1 to 19."""

    def encode_zstd_dictionary(self, data: bytes, dictionary: bytes, level: int) -> bytes:
        """Write a Zstandard message for the model's dictionary; ``level`` 1 to 19."""

    def encode_brio(self, data: bytes, shared_state: SharedState) -> bytes:
        """Write a BRIO version 1 message."""

    def encode_brio2(self, data: bytes, level: int) -> bytes:
        """Write a BRIO version 2 message; ``level`` 0 or 1."""

    def encode_typed(self, template_id: int, values: Sequence[bytes], shared_state: SharedState) -> bytes:
        """Write a typed template frame."""

    def encode_modelled(
        self,
        template_id: int,
        values: Sequence[bytes],
        templates: Mapping[int, Template],
        model: ContextModel,
    ) -> bytes:
        """Write a modelled template frame for the implied model."""

    def encode_fuzzy(
        self, data: bytes, template_id: int, templates: Mapping[int, Template], model: ContextModel
    ) -> bytes:
        """Write a fuzzy template frame for the implied model."""

    def encode_classic(self, template_id: int, values: Sequence[bytes]) -> bytes:
        """Write a classic template frame."""

    def stream_sender(self, terms: Terms) -> StreamSender:
        """The end of a stream that sends."""

    def stream_receiver(self, terms: Terms) -> StreamReceiver:
        """The end of a stream that receives."""


Decode = Callable[[bytes, SharedState | None, int], bytes]


def hinting(decode: Decode) -> Decode:
    """A function that reads messages as ``decode`` does, and says so if what it refuses is a chunked file."""

    def read(wire: bytes, shared_state: SharedState | None = None, max_size: int = DEFAULT_MAX_SIZE) -> bytes:
        try:
            return decode(wire, shared_state, max_size)
        except Unsupported as error:
            from aura_spec import chunked  # noqa: PLC0415  # takes long, and is seldom needed

            if not wire.startswith(chunked.MAGIC):
                raise
            raise error.restated(f"{error.reason}; {_CHUNKED}") from None

    return read


def marked(marker: Marker, encode: Callable[P, bytes]) -> Callable[P, bytes]:
    """A function that writes messages, for one that writes bodies (rule MSG-1)."""
    head = bytes((marker,))

    def write(*arguments: P.args, **named: P.kwargs) -> bytes:
        return head + encode(*arguments, **named)

    return write


class _Backends(Mapping[str, Backend]):
    """The backends that are there, by name."""

    def __init__(self) -> None:
        self._names = ("fast", "reference", *(["native"] if native.is_installed() else []))

    def __getitem__(self, name: str) -> Backend:
        if name not in self._names:
            raise KeyError(name)
        return _load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def _load(name: str) -> Backend:
    """The backend of a name, imported now."""
    if name == "native":
        from aura.native_backend import Native  # noqa: PLC0415  # only there with the native core

        return Native()
    from aura.backend import Fast, Reference  # noqa: PLC0415  # takes long, and the native core needs neither

    return Fast() if name == "fast" else Reference()


BACKENDS: Final[Mapping[str, Backend]] = _Backends()
"""The backends that are there."""


def resolve(name: str) -> str:
    """The name of a backend, for ``"auto"`` that of the one which it stands for.

    Raises:
        TypeError: the name is no ``str``.
        ValueError: there is no such backend.
    """
    if not isinstance(name, str):
        raise TypeError(f"backend is auto or the name of one, not {name!r} ({type(name).__name__})")
    if name == "auto":
        return native.choose().backend
    if name == "native" and name not in BACKENDS:
        raise ValueError(f"backend 'native' needs {native.MODULE}, which is not installed")
    if name not in BACKENDS:
        raise ValueError(f"backend {name!r} is not one of auto, {', '.join(BACKENDS)}")
    return name


def get(name: str) -> Backend:
    """The backend of that name.

    Raises:
        TypeError: the name is no ``str``.
        ValueError: there is none.
    """
    return BACKENDS[resolve(name)]
