"""Decodes hostile input of every kind with a limit of memory: ``bounded_decoders.py MEBIBYTES``.

The mebibytes are those that may be allocated once everything is loaded that is loaded once. Each input claims much
or would become much; each must end in a declared error.
"""

from __future__ import annotations

import sys
from functools import partial

import brotli
import zstandard
from tests.aura.little_memory import limit

import aura
from aura.connections.event_stream import EventStreamDecoder
from aura.connections.session import Models, Session, Settings
from aura.errors import DecodeError
from aura_fast.auralite import encode as encode_auralite
from aura_spec.marker import Marker
from aura_spec.session import Have, Offer, Use, build_control
from aura_spec.session_negotiation import Coding
from aura_spec.varint import VarInt

MAX_SIZE = 1 << 16
_ZEROS = bytes(64 << 20)
_LETTERS = b"a" * (2 * MAX_SIZE)


def _number(value: int) -> bytes:
    return VarInt().build(value)


def _zstandard(*, with_size: bool) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        3, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=with_size
    )
    return zstandard.ZstdCompressor(compression_params=parameters).compress(_ZEROS)


def messages(model: aura.Model) -> dict[str, bytes]:
    """Single messages of every marker, without the marker where it is part of the string."""
    auralite = encode_auralite(_LETTERS, model.context_model)
    container = b"AURA\2" + _number(MAX_SIZE)
    bodies = {
        "Brotli": (Marker.BROTLI, brotli.compress(_ZEROS, quality=1)),
        "Zstandard": (Marker.ZSTANDARD, _zstandard(with_size=False)),
        "Zstandard with its size": (Marker.ZSTANDARD, _zstandard(with_size=True)),
        "Zstandard with a dictionary": (Marker.ZSTANDARD_DICTIONARY, _zstandard(with_size=False)),
        "BRIO 1 with a long token stream": (
            Marker.BRIO,
            b"AURA\1\xff\xff\xff\xff\0\0\0\x40\0\0" + b"\0\x10" * 256 + b"\xff" * 64,
        ),
        "BRIO 2 with a long content": (Marker.BRIO, b"AURA\2" + _number(1 << 26) + bytes(1 << 16)),
        "BRIO 2 with many sequences": (
            Marker.BRIO,
            container + bytes(4) + _number(1 << 26) + bytes(1 << 16),
        ),
        "BRIO 2 with many units": (Marker.BRIO, container + bytes(5) + _number(MAX_SIZE) + bytes(1 << 16)),
        "classic": (Marker.CLASSIC, b"\x07\xff" + b"\xff\xff" * 64),
        "typed with a long text": (Marker.TYPED, _number(300) + _number((1 << 26) - 1)),
        "modelled": (Marker.MODELLED, _number(300) + b"\xff" * (1 << 16)),
        "fuzzy": (Marker.FUZZY, _number(300) + b"\xff" * (1 << 16)),
        "stored": (Marker.STORED, _LETTERS),
        "explicit AURALITE": (Marker.AURALITE_EXPLICIT, bytes.fromhex(model.id) + auralite),
    }
    return {"compact AURALITE": auralite} | {
        what: bytes((marker,)) + body for what, (marker, body) in bodies.items()
    }


def read_in_session(model: aura.Model, *frames: bytes) -> None:
    """Give frames to a session that fetches models, after a hello."""
    settings = Settings(Models([model]), max_message=MAX_SIZE, max_fetch=1 << 26)
    session = Session(settings, role="server")
    for frame in (Session(settings, role="client").data_to_send()[0], *frames):
        session.receive_data(frame)


def main() -> None:
    """Read everything."""
    model = aura.Model.load_small()
    codec = aura.Codec(model=model, templates={300: "job {name} on {host}"})
    wires = messages(model)
    identity = bytes.fromhex(model.id)
    single = build_control(Use(Coding.SINGLE, 0, identity, 0, 0))
    wanted = build_control(Have(bytes(8)))
    offer = build_control(Offer(bytes(8), (1 << 31) - 1, bytes(32)))
    stream = aura.Stream(model, role="client").send(_LETTERS)
    reads = {
        "a stream": lambda: aura.Stream(model, role="server", max_size=MAX_SIZE).receive(stream),
        "an offer": lambda: read_in_session(model, wanted, offer),
        "a long record": lambda: EventStreamDecoder(model).decode(_number(1 << 62)),
        "a model file": lambda: aura.Model.from_bytes(model.data[:5] + _number(1 << 26) * 8),
    }
    for what, wire in wires.items():
        record = _number(len(wire)) + wire
        events = EventStreamDecoder(model, max_size=MAX_SIZE)
        reads[what] = partial(codec.decompress, wire, max_size=MAX_SIZE)
        reads[f"{what} in a session"] = partial(read_in_session, model, single, wire)
        reads[f"{what} in an event stream"] = partial(events.decode, record)
    assert codec.decompress(codec.compress(_LETTERS)) == _LETTERS  # loads what is loaded once
    limit(int(sys.argv[1]))
    for what, read in reads.items():
        try:
            read()
        except DecodeError:
            continue
        sys.exit(f"{what} is taken")


if __name__ == "__main__":
    main()
