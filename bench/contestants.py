"""Who is compared: each codec as two functions, and the longest message that it has time for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from aura import native
from aura.backend import get
from aura.bench.dictionary import choose_dictionary
from aura.bench.peers import BrotliPeer, ZstdDictionaryPeer
from aura.files.corpus import Message
from aura_fast import auralite, brio2
from aura_reference import auralite as reference_auralite
from aura_reference import brio2 as reference_brio2
from aura_spec.context_model import ContextModel
from aura_spec.shared_state import SharedState

LIMIT: Final = 1 << 26
KIB: Final = 1 << 10
MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Contestant:
    """A codec.

    Attributes:
        name: of the codec.
        encode, decode: one message.
        lengths: messages, in bytes, that it is meant for and has time for.
    """

    name: str
    encode: Callable[[bytes], bytes]
    decode: Callable[[bytes], bytes]
    lengths: range


def contestants(model: ContextModel, trained_on: Sequence[Message]) -> Iterator[Contestant]:
    """All codecs; Zstandard's dictionary is made of ``trained_on``."""
    yield Contestant(
        "reference AURALITE",
        lambda data: reference_auralite.encode(data, model),
        lambda wire: reference_auralite.decode(wire, model, LIMIT),
        range(4 * KIB + 1),
    )
    yield Contestant(
        "fast AURALITE",
        lambda data: auralite.encode(data, model),
        lambda wire: auralite.decode(wire, model, LIMIT),
        range(256 * KIB + 1),
    )
    if native.is_installed():
        backend, shared = get("native"), SharedState(model=model)
        yield Contestant(
            "native AURALITE",
            lambda data: backend.encode_auralite(data, model),
            lambda wire: backend.decode(wire, shared, LIMIT),
            range(256 * KIB + 1),
        )
    yield Contestant(
        "reference BRIO 2",
        lambda data: reference_brio2.encode(data, 0),
        lambda wire: reference_brio2.decode(wire, LIMIT),
        range(KIB, 64 * KIB + 1),
    )
    for level in (0, 1):
        yield Contestant(
            f"fast BRIO 2, level {level}",
            partial(brio2.encode, level=level),
            lambda wire: brio2.decode(wire, LIMIT),
            range(KIB, MIB + 1),
        )
        if native.is_installed():
            yield Contestant(
                f"native BRIO 2, level {level}",
                partial(backend.encode_brio2, level=level),
                lambda wire: backend.decode(wire, None, LIMIT),
                range(KIB, MIB + 1),
            )
    zstd = ZstdDictionaryPeer(19, choose_dictionary(trained_on, lambda _: None), max_size=LIMIT)
    yield Contestant("zstd-19 + dictionary", zstd.encode, zstd.decode, range(MIB + 1))
    brotli = BrotliPeer(11, max_size=LIMIT)
    yield Contestant("Brotli 11", brotli.encode, brotli.decode, range(MIB + 1))
