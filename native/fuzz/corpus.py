"""Writes the corpora of the fuzz targets from the golden vectors: ``python native/fuzz/corpus.py FOLDER``.

``FOLDER/message`` has the messages of all groups whose cases are messages; ``FOLDER/template`` templates with what
they render and frames; ``FOLDER/model_file`` model files, whole ones and sections in the files around them, each
with a message; ``FOLDER/brio`` and ``FOLDER/brio2`` the containers of BRIO, and what they hold;
``FOLDER/chunked`` chunked files, and what they hold; ``FOLDER/stream`` what is said in streams, and what else is
read there;
``FOLDER/session`` streams that answer each other, whole and with faults; ``FOLDER/free_list`` steps of a heap. All
are as the targets expect them.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

VECTORS: Final = Path(__file__).parents[2] / "vectors"

_MAX_SIZE: Final = 1 << 15
"""Bytes of an input: longer ones are slow, and show nothing more."""

_BRIO: Final = b"\2"
"""The marker of BRIO."""

_MESSAGES: Final = (bytes.fromhex("80013e"), b"id 12345678: 1, 2, 3")

_LARGE_MEMORY: Final = 1 << 16
"""Bytes of memory from which on a stream has more slots (rule STR-12)."""

_WRITE, _READ, _RESET, _WRITE_CODED, _FLAG, _DAMAGE = 0, 1, 2, 3, 4, 8
"""The steps of the target for streams."""

_SEND, _SEND_CODED, _DELIVER, _DROP, _REPEAT, _HURT, _MOVE, _FORGET = range(8)
_SERVER, _HOW, _AT_ONCE = 8, 16, 32
"""The steps of the target for sessions."""

_KINDS: Final = ("", "word", "int", "decimal", "hex", "uuid", "ipv4", "ipv6", "timestamp")
"""The types of slots, as the target for templates numbers them; an enumeration comes behind these."""

_PLACE: Final = re.compile(r"\{(\w+)(?::([^}]*))?\}")
"""A slot in a pattern."""

_SEED, _HEAPS = 1, 40
"""The inputs of the target for the heap are always the same ones."""

Group = Mapping[str, Any]


@cache
def groups() -> Sequence[Group]:
    """The groups of all files."""
    files = (json.loads(path.read_text(encoding="ascii")) for path in sorted(VECTORS.glob("*.json")))
    return [group for file in files for group in file.get("groups", ())]


def messages() -> Iterator[bytes]:
    """Wires, and the texts that they stand for."""
    for group in groups():
        if group["case_type"] == "message":
            for case in group["tests"]:
                yield bytes.fromhex(case["wire"])
                yield bytes.fromhex(case.get("text_hex", ""))


def payloads() -> Iterator[bytes]:
    """Containers of BRIO, and what they hold."""
    for group in groups():
        for case in group["tests"]:
            wire = bytes.fromhex(case.get("wire", ""))
            if group["case_type"] == "message" and wire[:1] == _BRIO:
                yield wire[1:]
                yield bytes.fromhex(case.get("text_hex", ""))


def chunked() -> Iterator[bytes]:
    """Chunked files, and what they hold."""
    for group in groups():
        if group["case_type"].startswith("chunked"):
            for case in group["tests"]:
                yield bytes.fromhex(case["wire"])
                yield bytes.fromhex(case.get("content_hex", ""))


def templates() -> Iterator[bytes]:
    """The templates of messages, with the texts and the frames of these."""
    for group in groups():
        told = b"".join(map(_told, group.get("templates", {}).values()))
        if group["case_type"] == "message" and told:
            for case in group["tests"]:
                yield told + b"\0\0" + bytes.fromhex(case.get("text_hex", case["wire"]))
                yield told + b"\0\0" + bytes.fromhex(case["wire"])


def _told(pattern: str) -> bytes:
    """A template as the target is told it; b"" if it has too many slots or places, or long literals."""
    literals = [part.encode() for part in _PLACE.sub("\0", pattern).split("\0")]
    kinds = dict(_PLACE.findall(pattern))
    extra = len(literals) - 1 - len(kinds)
    if len(kinds) > 3 or extra > 2 or max(map(len, literals)) > 16:
        return b""
    numbers = bytes(_KINDS.index(kind) if kind in _KINDS else len(_KINDS) for kind in kinds.values())
    shape = bytes((len(kinds) + 4 * extra or 12,))  # 0 would end the templates
    return shape + numbers + b"".join(bytes((len(literal),)) + literal for literal in literals)


def streams() -> Iterator[bytes]:
    """What is written in each case of a stream, and its wire, which is read by another stream's reader."""
    for group in groups():
        if group["case_type"] != "stream":
            continue
        is_large = int(group["memory"]) >= _LARGE_MEMORY
        terms = bytes(((4, 8, 16, 32).index(int(group["check"])) | group["server"] << 2 | is_large << 3,))
        for case in group["tests"]:
            steps = case.get("encode", {}).get("steps", ())
            yield terms + b"".join(map(_written, steps, range(len(steps))))
            yield terms + _step(_READ, bytes.fromhex(case["wire"]))


def _written(step: Mapping[str, Any], number: int) -> bytes:
    """The steps of the target that write a message; some are damaged on the way, some coded by themselves."""
    resets = {"reset": _step(_RESET, b""), "reset and ask": _step(_RESET | _FLAG, b"")}
    how = (_WRITE_CODED if number % 5 == 4 else _WRITE) | (_DAMAGE if number % 2 else 0)
    data = bytes.fromhex(step["text_hex"])
    return resets.get(step["happens"], b"") + _step(how | (_FLAG if step["is_text"] else 0), data)


def _step(what: int, data: bytes = b"") -> bytes:
    return bytes((what, len(data[:255]))) + data[:255]


def sessions() -> Iterator[bytes]:
    """What is written in the cases of streams, two of them in turn from both ends: whole, and with faults."""
    said = [
        [bytes.fromhex(step["text_hex"]) for step in case["encode"]["steps"]]
        for group in groups()
        if group["case_type"] == "stream"
        for case in group["tests"]
        if "encode" in case
    ]
    for number, (one, other) in enumerate(pairwise(said)):
        terms = bytes((number % 4 | number // 4 % 2 << 3,))
        yield terms + b"".join(_turns(one, other, _AT_ONCE))
        yield terms + b"".join(_turns(one, other, 0))
        for fault in _FAULTS:
            yield terms + b"".join(_turns(one, other, 0, fault))


_FAULTS: Final = (
    _step(_DROP),
    _step(_REPEAT),
    _step(_MOVE, b"\1"),
    _step(_MOVE | _HOW),
    _step(_HURT, b"\5\1"),
    _step(_HURT | _HOW),
    _step(_FORGET | _HOW),
)
"""What happens to the messages that fly to the client, or at the client's end."""


def _turns(one: Sequence[bytes], other: Sequence[bytes], when: int, fault: bytes = b"") -> Iterator[bytes]:
    """Messages of both ends that cross, each third one coded by itself; every other turn has a fault."""
    for number, (from_client, from_server) in enumerate(zip(one, other, strict=False)):
        how = (_SEND_CODED if number % 3 == 2 else _SEND) | _HOW | when
        yield _step(how, from_client) + _step(how | _SERVER, from_server) + _step(how | _SERVER, from_client)
        yield fault if number % 2 else b""
        yield _step(_DELIVER | _SERVER) + 2 * _step(_DELIVER)


def resizes() -> Iterator[bytes]:
    """Steps of a heap: sizes of many magnitudes, and each fourth one none."""
    chance = random.Random(_SEED)  # noqa: S311  # nobody has to be unable to guess it
    for _ in range(_HEAPS):
        steps = ((chance.randrange(32), chance.randrange(4), chance.randrange(1, 17)) for _ in range(200))
        sizes = ((place, chance.getrandbits(bits) if kept else 0) for place, kept, bits in steps)
        yield b"".join(bytes((place,)) + size.to_bytes(2, "big") for place, size in sizes)


def model_files() -> Iterator[bytes]:
    """Whole files, files around sections, and the models of messages."""
    for group in groups():
        if group.get("model"):
            yield bytes.fromhex(group["model"])
        for case in group["tests"]:
            if group["case_type"] == "model file":
                yield bytes.fromhex(case["wire"])
            elif group["case_type"] == "section":
                around = {int(kind): bytes.fromhex(content) for kind, content in group["around"].items()}
                yield file_of({**around, group["type"]: bytes.fromhex(case["wire"])})


def file_of(sections: Mapping[int, bytes]) -> bytes:
    """A model file of these sections, by type."""
    parts = [b"AURM", bytes((1, len(sections)))]
    for kind, content in sorted(sections.items()):
        sizes = len(content).to_bytes(4, "big"), zlib.crc32(content).to_bytes(4, "big")
        parts += [bytes((kind,)), *sizes, content]
    return b"".join(parts)


def with_messages(file: bytes) -> Iterator[bytes]:
    """A model file behind each of some messages, as the target reads it."""
    for message in _MESSAGES:
        yield len(message).to_bytes(2, "little") + message + file


def write(folder: Path) -> None:
    """Write the corpora; equal inputs once."""
    files = (each for file in model_files() for each in with_messages(file))
    sources = {
        "message": messages(),
        "template": templates(),
        "model_file": files,
        "brio": payloads(),
        "brio2": payloads(),
        "chunked": chunked(),
        "stream": streams(),
        "session": sessions(),
        "free_list": resizes(),
    }
    for name, inputs in sources.items():
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        for content in inputs:
            if len(content) <= _MAX_SIZE:
                (target / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
