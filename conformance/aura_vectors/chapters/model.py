"""Model files: their sections and ids, the sections without a chapter of their own, and what breaks a file."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from aura_fast import model as model_file
from aura_spec import match
from aura_spec.errors import Code
from aura_spec.model import (
    DICTIONARY,
    MATCH,
    MAX_METADATA,
    MAX_TEMPLATES,
    METADATA,
    TEMPLATES,
    TRIE,
    build_file,
    build_templates,
    parse_file,
)
from aura_spec.template import parse_patterns
from aura_vectors.case import Case, Groups, refused
from aura_vectors.case_types.message import MODEL
from aura_vectors.case_types.model import Files, Sections, file
from aura_vectors.derive import with_variants
from aura_vectors.flags import Flag
from aura_vectors.models import HAND_MADE

FILES: Final = Files()

SMALL: Final[Mapping[int, bytes]] = parse_file(model_file.write(HAND_MADE)).sections
WHOLE: Final = build_file(SMALL)

_HEAD: Final = struct.Struct(">BII")
_START: Final = 6
"""Bytes before the first section."""


def groups() -> Groups:
    """All groups of the chapter."""
    yield FILES, list(_files())
    yield FILES, list(_cut())
    yield FILES, list(_broken())
    yield Sections(MATCH), list(_hits())
    yield from with_variants(Sections(TEMPLATES), list(_templates()))
    yield Sections(TEMPLATES), list(_broken_templates())
    dictionary = Sections(DICTIONARY)
    yield (
        dictionary,
        [
            dictionary.valid("one byte", ("MDL-8",), b"x", None),
            refused(Code.MALFORMED, "MDL-8", "", "no byte", Flag.MISSING_PART),
        ],
    )


def _metadata(size: int) -> bytes:
    """Metadata of so many bytes."""
    shortest = len(json.dumps({"name": ""}))
    return json.dumps({"name": "x" * (size - shortest)}).encode()


def _files() -> Iterator[Case]:
    yield file("a trie and a table of hits", ("MDL-1", "MDL-4"), SMALL)
    metadata = json.dumps({"name": "small"}).encode()
    yield file("metadata do not change the id", ("MDL-3", "MDL-4"), {**SMALL, METADATA: metadata})
    yield file("metadata of 16 KiB", ("MDL-9",), {**SMALL, METADATA: _metadata(MAX_METADATA)})
    yield file("a type above 128 is passed over", ("MDL-3", "MDL-4"), {**SMALL, 129: b"", 255: b"whatever"})
    carried = {TEMPLATES: build_templates(parse_patterns({256: "x{0}"})), DICTIONARY: b"x"}
    yield file("templates and a dictionary change it", ("MDL-4", "MDL-6", "MDL-8"), {**SMALL, **carried})
    yield file("every section", ("MDL-1", "MDL-3"), parse_file(MODEL.model).sections)


def _cut() -> Iterator[Case]:
    """A file that ends within, before and after each field."""
    first = _START + _HEAD.size
    second = first + len(SMALL[TRIE])
    names = {0: "nothing", 3: "the magic", 4: "the version", 5: "the number of sections", _START: "a section"}
    names |= {_START + 1: "a length", _START + 4: "a length", _START + 5: "a CRC", _START + 8: "a CRC"}
    names |= {first: "content", first + 1: "content", second - 1: "content", second: "a second section"}
    names |= {second + 1: "a second length", second + 9: "a second content", len(WHOLE) - 1: "the last byte"}
    for size, name in sorted(names.items()):
        comment, flag = f"cut after {size} bytes, before {name} or within it", Flag.READS_PAST_END
        yield Case(comment, ("MDL-1",), WHOLE[:size], code=Code.TRUNCATED, flag=flag)
    comment, flag = "a byte after the last section", Flag.IGNORES_TRAILING_BYTES
    yield Case(comment, ("MDL-1",), WHOLE + b"\0", code=Code.MALFORMED, flag=flag)


def _section(kind: int, content: bytes, flipped: int = 0) -> bytes:
    return _HEAD.pack(kind, len(content), zlib.crc32(content) ^ flipped) + content


def _pack(*sections: bytes, magic: bytes = b"AURM", version: int = 1, count: int | None = None) -> bytes:
    return magic + bytes((version, len(sections) if count is None else count)) + b"".join(sections)


def _broken() -> Iterator[Case]:
    def case(code: Code, rule: str, wire: bytes, comment: str, flag: Flag) -> Case:
        return Case(comment, (rule,), wire, code=code, flag=flag)

    trie, hits = (_section(kind, SMALL[kind]) for kind in (TRIE, MATCH))
    wire = _pack(trie, hits, magic=b"AURN")
    yield case(Code.MALFORMED, "MDL-1", wire, "another magic", Flag.IGNORES_MAGIC)
    for version in (0, 2):
        wire = _pack(trie, hits, version=version)
        yield case(Code.UNSUPPORTED, "MDL-2", wire, f"version {version}", Flag.IGNORES_VERSION)
    wire = _pack(trie, hits, count=3)
    yield case(Code.TRUNCATED, "MDL-1", wire, "a third section that is not there", Flag.IGNORES_COUNT)
    wire = _pack(trie, hits, count=1)
    yield case(Code.MALFORMED, "MDL-1", wire, "a second section that is not counted", Flag.IGNORES_COUNT)
    flag = Flag.IGNORES_ORDER
    yield case(Code.MALFORMED, "MDL-1", _pack(hits, trie), "types that descend", flag)
    yield case(Code.MALFORMED, "MDL-1", _pack(trie, hits, hits), "a type twice", Flag.IGNORES_ORDER)
    wire = _pack(trie, hits, _section(200, b"a"), _section(129, b"b"))
    yield case(Code.MALFORMED, "MDL-1", wire, "types above 128 that descend", Flag.IGNORES_ORDER)
    flag = Flag.ACCEPTS_RESERVED
    for kind in (7, 100, 127):
        wire = _pack(trie, hits, _section(kind, b""))
        yield case(Code.UNSUPPORTED, "MDL-3", wire, f"the unknown type {kind}", flag)
    wire = _pack(trie, hits, _section(100, b"", 1))
    yield case(Code.UNSUPPORTED, "MDL-3", wire, "an unknown type, which is looked at before its CRC", flag)
    wire = _pack(_section(0, b""), trie, hits)
    yield case(Code.UNSUPPORTED, "MDL-3", wire, "type 0", flag)
    yield case(Code.MALFORMED, "MDL-3", _pack(), "no sections", Flag.MISSING_PART)
    yield case(Code.MALFORMED, "MDL-3", _pack(trie), "no table of hits", Flag.MISSING_PART)
    yield case(Code.MALFORMED, "MDL-3", _pack(hits), "no trie", Flag.MISSING_PART)
    flag = Flag.IGNORES_CHECKSUM
    for place in (0, 31):
        wire = _pack(trie, _section(MATCH, SMALL[MATCH], 1 << place))
        yield case(Code.CHECKSUM_MISMATCH, "MDL-2", wire, f"bit {place} of a CRC", flag)
    flipped = bytearray(WHOLE)
    flipped[_START + _HEAD.size + 10] ^= 1
    yield case(Code.CHECKSUM_MISMATCH, "MDL-2", bytes(flipped), "a bit of a trie", flag)
    wire = _pack(trie, hits, _section(255, b"whatever", 1))
    flag = Flag.IGNORES_CHECKSUM
    yield case(Code.CHECKSUM_MISMATCH, "MDL-2", wire, "the CRC of an unknown section", flag)
    wire = _pack(trie, hits, _section(METADATA, _metadata(MAX_METADATA + 1)))
    yield case(Code.LIMIT_EXCEEDED, "MDL-9", wire, "metadata of a byte more than 16 KiB", Flag.TRUSTS_CLAIMS)
    wire = _pack(_HEAD.pack(TRIE, 0xFFFFFFFF, 0))
    yield case(Code.TRUNCATED, "MDL-1", wire, "a section of 4 GiB", Flag.TRUSTS_CLAIMS)


def _hits() -> Iterator[Case]:
    section = Sections(MATCH)
    content = SMALL[MATCH]
    yield section.valid("from 1 to 4095", ("MAT-4", "MDL-3"), content, {})
    for size in (0, 1, len(content) - 2, len(content) - 1):
        comment, flag = f"cut after {size} bytes", Flag.READS_PAST_END
        yield Case(comment, ("MDL-3",), content[:size], code=Code.TRUNCATED, flag=flag)
    for tail in (b"\0", b"\0\1"):
        comment, flag = f"{len(tail)} bytes too many", Flag.IGNORES_TRAILING_BYTES
        yield Case(comment, ("MDL-3",), content + tail, code=Code.MALFORMED, flag=flag)
    for place, hit in ((0, 0), (match.HITS - 1, 0), (1, 4096), (2, 0xFFFF)):
        wire = b"".join((hit if index == place else 7).to_bytes(2, "big") for index in range(match.HITS))
        comment, flag = f"a probability of {hit} at place {place}", Flag.BROKEN_TABLE
        yield Case(comment, ("MDL-3",), wire, code=Code.MALFORMED, flag=flag)


def _templates() -> Iterator[Case]:
    section = Sections(TEMPLATES)
    for patterns, comment in (
        ({}, "no templates"),
        ({256: "x{0}"}, "the least id"),
        ({(1 << 32) - 1: "{a:x|y}!"}, "the largest id"),
        ({256: "n {n:int}", 300: "Größe {0} {{}}"}, "two templates"),
    ):
        yield section.valid(comment, ("MDL-6",), build_templates(parse_patterns(patterns)), {})


def _broken_templates() -> Iterator[Case]:
    flag = Flag.ACCEPTS_RESERVED
    yield refused(Code.MALFORMED, "MDL-6", "01ff010161", "id 255", flag)
    yield refused(Code.MALFORMED, "MDL-6", "01000161", "id 0", flag)
    yield refused(Code.MALFORMED, "MDL-6", "02800201618002 0162", "an id twice", Flag.IGNORES_ORDER)
    flag = Flag.IGNORES_ORDER
    yield refused(Code.MALFORMED, "MDL-6", "02810201618002 0162", "ids that descend", flag)
    flag = Flag.OVERLONG_INTEGER
    yield refused(Code.NON_CANONICAL, "VAR-2", "018082000161", "an id in three bytes instead of two", flag)
    yield refused(Code.NON_CANONICAL, "VAR-2", "8000", "a number of templates in two bytes", flag)
    yield refused(Code.NON_CANONICAL, "VAR-2", "018002810061", "a length in two bytes", flag)
    yield refused(Code.LIMIT_EXCEEDED, "LIM-5", "0180808080100161", "an id of 2^32", Flag.UNBOUNDED_INTEGER)
    count = (MAX_TEMPLATES + 1) & 0x7F | 0x80, (MAX_TEMPLATES + 1) >> 7
    flag = Flag.TRUSTS_CLAIMS
    yield refused(Code.LIMIT_EXCEEDED, "MDL-7", bytes(count).hex(), "4,097 templates", flag)
    yield refused(Code.LIMIT_EXCEEDED, "LIM-3", "0180028120" + "61", "a pattern of 4,097 bytes", flag)
    yield refused(Code.MALFORMED, "MDL-6", "01800201ff", "a pattern that is not UTF-8", Flag.LAX_UTF8)
    yield refused(Code.MALFORMED, "MDL-6", "018002037b307d", "a pattern without a literal", Flag.LAX_PATTERN)
    yield refused(Code.MALFORMED, "MDL-6", "01800200", "an empty pattern", Flag.LAX_PATTERN)
    yield refused(Code.MALFORMED, "MDL-6", "018002027b78", "a brace that is not closed", Flag.LAX_PATTERN)
