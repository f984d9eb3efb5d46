"""Model files: reading by hand, the trie with numpy; and writing (rules MDL-1 to MDL-9)."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from aura_spec.auralite import MODEL_ID_SIZE
from aura_spec.context_model import ContextModel
from aura_spec.errors import ChecksumMismatch, EncodeError, LimitExceeded, Malformed, Truncated, Unsupported
from aura_spec.limits import MAX_WINDOW
from aura_spec.match import HITS
from aura_spec.model import (
    CHAR_RUNS,
    DICTIONARY,
    FIRST_OPTIONAL,
    KNOWN,
    MAGIC,
    MATCH,
    MAX_FILE,
    MAX_METADATA,
    METADATA,
    PREFIX,
    TEMPLATES,
    TRIE,
    VERSION,
    check_dictionary,
)
from aura_spec.template import Template

_HEAD_SIZE = 6
_SECTION_HEAD = struct.Struct(">BII")
_HITS = struct.Struct(f">{HITS}H")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What a model file holds.

    Attributes:
        model_id: eight bytes (rule MDL-4).
        context_model: ready to walk.
        templates: by id; none if there is no such section.
        dictionary: of marker 0x05; empty if there is none.
        metadata: the content of the metadata section; empty if there is none.
        sizes: bytes of each section's content by type.
    """

    model_id: bytes
    context_model: ContextModel
    templates: Mapping[int, Template]
    dictionary: bytes
    metadata: bytes
    sizes: Mapping[int, int]


def read(data: bytes, context_model: ContextModel | None = None) -> ModelFile:
    """Read a model file.

    Args:
        data: the file.
        context_model: what is in it, if that is read already, and the CRCs are checked.

    Raises:
        DecodeError: as the rules of the chapters ``model``, ``trie``, ``prefix`` and ``char_runs`` say.
    """
    sections = _split(data, are_checked=context_model is not None)
    model = context_model or _read_context_model(sections)
    templates = _read_templates(bytes(sections[TEMPLATES])) if TEMPLATES in sections else {}
    dictionary = check_dictionary(bytes(sections[DICTIONARY])) if DICTIONARY in sections else b""
    sizes = {kind: len(content) for kind, content in sections.items()}
    return ModelFile(
        _id_of(data, sections), model, templates, dictionary, bytes(sections.get(METADATA, b"")), sizes
    )


def _read_templates(section: bytes) -> Mapping[int, Template]:
    from aura_fast import template_list  # noqa: PLC0415  # few models have templates

    return template_list.read(section)


def _read_context_model(sections: Mapping[int, memoryview]) -> ContextModel:
    from aura_fast import trie  # noqa: PLC0415  # it needs numpy, and a model may be read already
    from aura_spec import char_runs, prefix  # noqa: PLC0415  # they take long, too

    return replace(
        trie.read(sections[TRIE]),
        hits=_parse_hits(sections[MATCH]),
        char_runs=char_runs.parse_section(bytes(sections[CHAR_RUNS])) if CHAR_RUNS in sections else {},
        prefix=prefix.parse_section(bytes(sections[PREFIX])) if PREFIX in sections else None,
    )


def write(model: ContextModel, metadata: bytes = b"") -> bytes:
    """Write a model file; the id does not depend on the metadata.

    Raises:
        EncodeError: the metadata are too large (rule MDL-9).
    """
    _check_metadata(metadata)
    from aura_fast import trie_writer  # noqa: PLC0415  # only training writes models
    from aura_spec import char_runs, prefix  # noqa: PLC0415  # as above

    sections = {TRIE: trie_writer.write(model), MATCH: _HITS.pack(*(int(hit) for hit in model.hits))}
    if model.prefix is not None:
        sections[PREFIX] = prefix.build_section(model.prefix)
    if model.char_runs:
        sections[CHAR_RUNS] = char_runs.build_section(model.char_runs)
    if metadata:
        sections[METADATA] = metadata
    return _join(sections)


def carried(templates: Mapping[int, Template], dictionary: bytes) -> dict[int, bytes]:
    """The optional sections by type, without those that would be empty (rules MDL-6 to MDL-8).

    Raises:
        EncodeError: the templates or the dictionary are too large.
    """
    if len(dictionary) > MAX_WINDOW:
        raise EncodeError(f"a dictionary has at most {MAX_WINDOW} bytes")
    from aura_fast import template_list  # noqa: PLC0415  # as in _read_templates

    sections = {TEMPLATES: template_list.write(templates) if templates else b"", DICTIONARY: dictionary}
    return {kind: content for kind, content in sections.items() if content}


def with_sections(data: bytes, sections: Mapping[int, bytes]) -> bytes:
    """A model file with these sections, as :func:`carried` gives them, in place of its own.

    Raises:
        DecodeError: ``data`` is damaged.
    """
    kept = {
        kind: bytes(content) for kind, content in _split(data).items() if kind not in (TEMPLATES, DICTIONARY)
    }
    return _join({**kept, **sections})


def with_metadata(data: bytes, metadata: bytes) -> bytes:
    """A model file with these metadata in place of its own; its id stays.

    Raises:
        DecodeError: ``data`` is damaged.
        EncodeError: the metadata are too large (rule MDL-9).
    """
    _check_metadata(metadata)
    return _join({**{kind: bytes(content) for kind, content in _split(data).items()}, METADATA: metadata})


def _check_metadata(metadata: bytes) -> None:
    if len(metadata) > MAX_METADATA:
        raise EncodeError(f"the metadata have more than {MAX_METADATA} bytes")


def size_of(sections: Mapping[int, bytes]) -> int:
    """Bytes that sections take in a file."""
    return sum(_SECTION_HEAD.size + len(content) for content in sections.values())


def _join(sections: Mapping[int, bytes]) -> bytes:
    parts = [MAGIC, bytes((VERSION, len(sections)))]
    for kind, content in sorted(sections.items()):
        parts += _SECTION_HEAD.pack(kind, len(content), zlib.crc32(content)), content
    return b"".join(parts)


def _split(data: bytes, *, are_checked: bool = False) -> dict[int, memoryview]:
    """The sections by type (rules MDL-1 to MDL-3 and MDL-5), whose CRCs may have been checked already."""
    if len(data) > MAX_FILE:
        raise LimitExceeded(f"a model file is larger than {MAX_FILE} bytes")
    if len(data) >= 4 and data[:4] != MAGIC:
        raise Malformed("this is not a model file", 0, "magic")
    if len(data) >= 5 and data[4] != VERSION:
        raise Unsupported("the version is unknown", 4, "version")
    if len(data) < _HEAD_SIZE:
        raise Truncated("the file ends in its head", len(data))
    count = data[5]
    content = memoryview(data)
    found: list[tuple[int, int, memoryview]] = []
    position = _HEAD_SIZE
    for _ in range(count):
        if len(data) < position + _SECTION_HEAD.size:
            raise Truncated("the file ends in the head of a section", len(data), "sections")
        kind, length, check = _SECTION_HEAD.unpack_from(data, position)
        position += _SECTION_HEAD.size
        if len(data) < position + length:
            raise Truncated("the file ends in a section", len(data), "sections.content")
        found.append((kind, check, content[position : position + length]))
        position += length
    if position != len(data):
        raise Malformed("bytes follow the last section", position)
    return _checked(found, are_checked=are_checked)


def _checked(found: list[tuple[int, int, memoryview]], *, are_checked: bool) -> dict[int, memoryview]:
    """Sections in the order of the file, each with its type and CRC-32, checked (MDL-1 to MDL-3, MDL-9)."""
    sections: dict[int, memoryview] = {}
    for kind, check, content in found:
        if sections and kind <= max(sections):
            raise Malformed("sections do not ascend", 0, "sections.type")
        if kind < FIRST_OPTIONAL and kind not in KNOWN:
            raise Unsupported(f"a section has the unknown type {kind}", 0, "sections.type")
        if not are_checked and zlib.crc32(content) != check:
            raise ChecksumMismatch(f"the CRC of section {kind} disagrees", 0, "sections.crc")
        if kind == METADATA and len(content) > MAX_METADATA:
            raise LimitExceeded(f"the metadata have more than {MAX_METADATA} bytes", 0, "sections.length")
        sections[kind] = content
    for required in (TRIE, MATCH):
        if required not in sections:
            raise Malformed(f"section {required} is missing", 0, "sections")
    return sections


def _id_of(data: bytes, sections: Mapping[int, memoryview]) -> bytes:
    """The id of the model in a file with these sections (rule MDL-4).

    Those that count come first, and stand in the file as they are hashed, with the CRCs that were checked.
    """
    size = sum(
        _SECTION_HEAD.size + len(section) for kind, section in sections.items() if kind < FIRST_OPTIONAL
    )
    counted = memoryview(data)[_HEAD_SIZE : _HEAD_SIZE + size]
    return hashlib.sha256(counted).digest()[:MODEL_ID_SIZE]


def _parse_hits(section: memoryview) -> tuple[int, ...]:
    """The match model's table."""
    if len(section) < _HITS.size:
        raise Truncated("the table ends early", len(section), "hits")
    if len(section) > _HITS.size:
        raise Malformed("bytes follow the table", _HITS.size, "hits")
    hits = _HITS.unpack(section)
    if not 1 <= min(hits) <= max(hits) <= 4095:
        raise Malformed("a probability is not in 1..4095", 0, "hits")
    return hits
