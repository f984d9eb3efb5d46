"""Writes the corpora of the fuzz targets from the golden vectors: ``python native/fuzz/corpus.py FOLDER``.

``FOLDER/message`` has the messages of all groups whose cases are messages; ``FOLDER/model_file`` model files, whole
ones and sections in the files around them, each with a message; ``FOLDER/brio2`` the containers of BRIO version 2,
and what they and chunked files hold; ``FOLDER/stream`` what is said in streams, and what else is read there. All
are as the targets expect them.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Iterator, Mapping
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

Group = Mapping[str, Any]


def groups() -> Iterator[Group]:
    """The groups of all files."""
    for path in sorted(VECTORS.glob("*.json")):
        yield from json.loads(path.read_text(encoding="ascii")).get("groups", ())


def messages() -> Iterator[bytes]:
    """Wires, and the texts that they stand for."""
    for group in groups():
        if group["case_type"] == "message":
            for case in group["tests"]:
                yield bytes.fromhex(case["wire"])
                yield bytes.fromhex(case.get("text_hex", ""))


def payloads() -> Iterator[bytes]:
    """Containers of BRIO, what they hold, and contents of chunked files."""
    for group in groups():
        for case in group["tests"]:
            wire = bytes.fromhex(case.get("wire", ""))
            if group["case_type"] == "message" and wire[:1] == _BRIO:
                yield wire[1:]
                yield bytes.fromhex(case.get("text_hex", ""))
            elif group["case_type"] == "chunked file":
                yield bytes.fromhex(case.get("content_hex", ""))


def streams() -> Iterator[bytes]:
    """What is written in each case of a stream, and its wire, which is read by another stream's reader."""
    for group in groups():
        if group["case_type"] != "stream":
            continue
        is_large = int(group["memory"]) >= _LARGE_MEMORY
        terms = bytes(((4, 8, 16).index(int(group["check"])) | group["server"] << 2 | is_large << 3,))
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


def _step(what: int, data: bytes) -> bytes:
    return bytes((what, len(data[:255]))) + data[:255]


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
    sources = {"message": messages(), "model_file": files, "brio2": payloads(), "stream": streams()}
    for name, inputs in sources.items():
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        for content in inputs:
            if len(content) <= _MAX_SIZE:
                (target / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
