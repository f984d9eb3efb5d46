"""Writes the corpora of the fuzz targets from the golden vectors: ``python native/fuzz/corpus.py FOLDER``.

``FOLDER/message`` has the messages of all groups whose cases are messages; ``FOLDER/model_file`` model files, whole
ones and sections in the files around them, each with a message, as the target expects them. ``FOLDER/brio2`` has
the containers of BRIO version 2, and what they and chunked files hold.
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
    for name, inputs in (("message", messages()), ("model_file", files), ("brio2", payloads())):
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        for content in inputs:
            if len(content) <= _MAX_SIZE:
                (target / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
