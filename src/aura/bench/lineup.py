"""Who takes part: every codec by name, what it needs, and how to build it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from aura.bench.codecs import BenchCodec
from aura.bench.dictionary import LEVEL, Dictionary
from aura.bench.errors import DictionaryError, SettingError
from aura.bench.own import AuraCodec, AuraStreamCodec
from aura.bench.peers import BrotliPeer, DeflateDictionaryPeer, ZstdDictionaryPeer, ZstdPeer
from aura.bench.streams import PermessageDeflatePeer, ZstdStreamPeer
from aura.bench.unishox import PACKAGE, Unishox2Peer
from aura.models.model import Model

__all__ = [
    "ENTRANTS",
    "NAMES",
    "STATELESS",
    "STREAMS",
    "STREAM_PEERS",
    "Entrant",
    "Setting",
    "check_names",
    "line_up",
    "stream_names",
]


@dataclass(frozen=True, slots=True)
class Setting:
    """What codecs are built with.

    ``level`` is AURA's; decoders refuse messages of more than ``max_size`` bytes (>= 1); ``dictionary``
    is None where there was nothing to train one on, and so is ``model``.
    """

    level: int
    max_size: int
    dictionary: Dictionary | None = None
    model: Model | None = None

    def trained(self) -> Dictionary:
        """Return the dictionary, which must be there."""
        if self.dictionary is None:
            raise DictionaryError("a codec with a dictionary needs training messages")
        return self.dictionary

    def trained_model(self) -> Model:
        """Return the trained model, which must be there."""
        if self.model is None:
            raise DictionaryError("a codec with a model of its own needs training messages")
        return self.model


@dataclass(frozen=True, slots=True)
class Entrant:
    """A codec that can take part.

    ``package`` is the module that must be installed beyond what AURA itself depends on; ``crashes``
    says that the codec may take its process with it.
    """

    name: str
    build: Callable[[Setting], BenchCodec]
    needs_dictionary: bool = False
    needs_model: bool = False
    package: str | None = None
    crashes: bool = False


def _unishox2(_setting: Setting) -> BenchCodec:
    # A function, not a lambda: it is sent to another process by name.
    return Unishox2Peer()


ENTRANTS: Final = (
    Entrant("aura", lambda s: AuraCodec(s.level)),
    Entrant("aura+train", lambda s: AuraCodec(s.level, s.trained_model()), needs_model=True),
    Entrant("aura stream", lambda s: AuraStreamCodec(max_size=s.max_size)),
    Entrant(
        "aura+train stream",
        lambda s: AuraStreamCodec(s.trained_model(), max_size=s.max_size),
        needs_model=True,
    ),
    Entrant("zstd-3", lambda s: ZstdPeer(3, max_size=s.max_size)),
    Entrant("zstd-19", lambda s: ZstdPeer(LEVEL, max_size=s.max_size)),
    Entrant(
        "zstd-19+dict",
        lambda s: ZstdDictionaryPeer(LEVEL, s.trained(), max_size=s.max_size),
        needs_dictionary=True,
    ),
    Entrant("brotli-5", lambda s: BrotliPeer(5, max_size=s.max_size)),
    Entrant("brotli-11", lambda s: BrotliPeer(11, max_size=s.max_size)),
    Entrant(
        "deflate+dict",
        lambda s: DeflateDictionaryPeer(s.trained(), max_size=s.max_size),
        needs_dictionary=True,
    ),
    Entrant("unishox2", _unishox2, package=PACKAGE, crashes=True),
    Entrant("permessage-deflate", lambda s: PermessageDeflatePeer(max_size=s.max_size)),
    Entrant(
        "zstd-19+dict stream",
        lambda s: ZstdStreamPeer(LEVEL, s.trained(), max_size=s.max_size),
        needs_dictionary=True,
    ),
)
STREAMS: Final = ("aura stream", "aura+train stream")
STREAM_PEERS: Final = ("permessage-deflate", "zstd-19+dict stream")
STATELESS: Final = {"aura stream": "aura", "aura+train stream": "aura+train"}
"""Streams' model without their memory: each message is coded by itself."""

NAMES: Final = tuple(entrant.name for entrant in ENTRANTS)


def check_names(names: Collection[str]) -> None:
    """Raise ``SettingError`` unless every name is a codec's."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise SettingError(f"no codec is called {unknown[0]!r}; there are: {', '.join(NAMES)}")


def stream_names(*, trained: bool) -> list[str]:
    """Who takes part when streams are measured: AURA's, its stateless codec with the same model, and the peers."""
    own = STREAMS[int(trained)]
    return [STATELESS[own], own, *STREAM_PEERS]


def line_up(names: Collection[str], *, trained: bool) -> tuple[tuple[Entrant, ...], list[str]]:
    """Return the codecs that take part, and a note for each that was asked for but cannot.

    Without names all are asked for.  ``trained`` says whether there are training messages.
    """
    check_names(names)
    present: list[Entrant] = []
    notes: list[str] = []
    for entrant in ENTRANTS:
        if names and entrant.name not in names:
            continue
        if entrant.needs_dictionary and not trained:
            notes.append(f"{entrant.name}: left out, its dictionary needs --train FILE")
        elif entrant.needs_model and not trained:
            notes.append(f"{entrant.name}: left out, its model needs --train FILE")
        elif entrant.package is not None and find_spec(entrant.package) is None:
            notes.append(f"{entrant.name}: left out, the package {entrant.package} is missing")
        else:
            present.append(entrant)
    if not present:
        raise SettingError("\n".join(["no codec left to measure", *notes]))
    return tuple(present), notes
