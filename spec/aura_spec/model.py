"""The model file.

MDL-1: A file begins with ``AURM``, a version byte (1) and the number of its sections (one byte). Each section is a
type (one byte), the length of its content (four bytes, big endian), the CRC-32 of the content (four bytes, big
endian) and the content. Nothing follows the last section. Types ascend, and none stands twice.

MDL-2: Another version is ``Unsupported``, a wrong CRC-32 is ``ChecksumMismatch``. A decoder reads the file to its
end first. It then checks for each section in order its place, its type and its CRC-32; then that the required ones
are there; and last their contents: the trie, the table of the match model, lists for character runs, the prefix,
templates, the dictionary.

MDL-3: Types below 128 change what messages mean. A type below 128 that is not known is ``Unsupported``, and a
required one that is missing is ``Malformed``. Types from 128 on change nothing: one that is not known is passed
over, once its CRC-32 is checked. The types are these:

===  ==========================================================================
1    the trie of contexts, chapter ``trie``; required
2    the match model's table: ``match.HITS`` probabilities (two bytes each, big
     endian, 1 to 4095); required
3    a prefix, chapter ``prefix``; none if the section is missing
4    templates for messages of this kind, beside those that both ends hold anyway
5    the dictionary of marker 0x05, chapter ``zstd``, as it is
6    lists for character runs, chapter ``char_runs``; none if the section is missing
128  metadata: a JSON object of texts, in UTF-8, without a key that stands twice;
     a decoder need not read it; one that does refuses any other content as
     ``Malformed``, except an empty one; rule MDL-9 bounds it
===  ==========================================================================

MDL-4: The id of a model is the first eight bytes of the SHA-256 of the sections with types below 128, each with its
type, length and CRC-32, in order.

MDL-5: A file has at most ``MAX_FILE`` bytes, otherwise it is ``LimitExceeded``.

MDL-6: The templates are a number of entries as varint, and for each entry the id of the template and the length of
its pattern as varints, and the pattern in UTF-8. Ids ascend, from ``template.FIRST_APPLICATION_ID`` on. Patterns
keep rules TPL-1 to TPL-6 and LIM-4. Otherwise the section is ``Malformed``, which is checked when all of it has
been read. An id above LIM-5 or a pattern longer than LIM-3 is ``LimitExceeded``.

MDL-7: The section of templates has at most ``MAX_TEMPLATES`` entries in at most ``MAX_TEMPLATES_SIZE`` bytes,
otherwise it is ``LimitExceeded``.

MDL-8: The dictionary has 1 to ``limits.MAX_WINDOW`` bytes. An empty one is ``Malformed``, a longer one is
``LimitExceeded``.

MDL-9: The metadata section has at most ``MAX_METADATA`` bytes, otherwise the file is ``LimitExceeded``. Every
decoder checks this, right after the CRC-32 of the section.

Keys of the metadata mean nothing to a decoder. By convention ``name`` is the name of the model. ``stream_memory``
is the memory that its trainer advises for streams in sessions (chapter ``session``), in decimal: a number of bytes
that rule SES-8 allows, or ``0`` where messages by themselves are shorter. Any other value is no advice.
``bits_by_kind`` are figures of its trainer on messages that it was not trained on, for people and their tools.
``parent`` is the id of the model that its training went on from, and ``generation`` the number of models before it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import construct as c
from construct import this

from aura_spec import match
from aura_spec.auralite import MODEL_ID_SIZE
from aura_spec.errors import ChecksumMismatch, LimitExceeded, Malformed, TemplateError, Unsupported
from aura_spec.limits import MAX_PATTERN, MAX_TEMPLATE_ID, MAX_WINDOW
from aura_spec.template import FIRST_APPLICATION_ID, Template, parse_pattern
from aura_spec.varint import VarInt
from aura_spec.wire import Checked, End, Field, build, parse

MAGIC: Final = b"AURM"
VERSION: Final = 1
TRIE: Final = 1
MATCH: Final = 2
PREFIX: Final = 3
TEMPLATES: Final = 4
DICTIONARY: Final = 5
CHAR_RUNS: Final = 6
METADATA: Final = 128
FIRST_OPTIONAL: Final = 128
KNOWN: Final = (TRIE, MATCH, PREFIX, TEMPLATES, DICTIONARY, CHAR_RUNS)
"""Types below ``FIRST_OPTIONAL`` that this version knows."""

MAX_FILE: Final = 1 << 26
MAX_TEMPLATES: Final = 1 << 12
MAX_TEMPLATES_SIZE: Final = 1 << 20
MAX_METADATA: Final = 1 << 14
STREAM_MEMORY: Final = "stream_memory"
"""The key of the metadata for the memory of streams."""

_SECTION: Final = c.Struct(
    Field("type", c.Byte, "kind of its content"),
    Field("length", c.Rebuild(c.Int32ub, c.len_(this.content)), "bytes of content"),
    Field("crc", c.Int32ub, "CRC-32 of the content"),
    Field("content", c.Bytes(this.length), "as the type says"),
)

FILE: Final = c.Struct(
    Field("magic", c.Const(MAGIC), "AURM"),
    Field(
        "version",
        Checked(c.Byte, lambda version: version == VERSION, "the version is unknown", Unsupported),
        "of the file",
    ),
    Field("count", c.Rebuild(c.Byte, c.len_(this.sections)), "sections"),
    "sections" / c.Array(this.count, _SECTION),
    End,
)

HIT_TABLE: Final = c.Struct(
    Field(
        "hits",
        Checked(
            c.Array(match.HITS, c.Int16ub),
            lambda hits: min(hits) >= 1 and max(hits) <= 4095,
            "a probability is not in 1..4095",
        ),
        "probabilities of a hit, of 4096",
    ),
    End,
)

_TEMPLATE: Final = c.Struct(
    Field("template_id", VarInt(MAX_TEMPLATE_ID), "of the pattern"),
    Field("length", c.Rebuild(VarInt(MAX_PATTERN), c.len_(this.pattern)), "bytes of the pattern"),
    Field("pattern", c.Bytes(this.length), "UTF-8"),
)

TEMPLATE_LIST: Final = c.Struct(
    Field("count", c.Rebuild(VarInt(MAX_TEMPLATES), c.len_(this.templates)), "templates"),
    "templates" / c.Array(this.count, _TEMPLATE),
    End,
)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The sections of a file by type, and the model's id."""

    sections: Mapping[int, bytes]
    model_id: bytes


def parse_file(data: bytes) -> ModelFile:
    """Read a file, but not its sections (rules MDL-1 to MDL-5 and MDL-9).

    Raises:
        DecodeError: as the rules say.
    """
    if len(data) > MAX_FILE:
        raise LimitExceeded(f"a model file is larger than {MAX_FILE} bytes")
    value = parse(FILE, data)
    sections: dict[int, bytes] = {}
    for section in value.sections:
        if sections and section.type <= max(sections):
            raise Malformed("sections do not ascend", 0, "sections.type")
        if section.type < FIRST_OPTIONAL and section.type not in KNOWN:
            raise Unsupported(f"a section has the unknown type {section.type}", 0, "sections.type")
        if zlib.crc32(section.content) != section.crc:
            raise ChecksumMismatch(f"the CRC of section {section.type} disagrees", 0, "sections.crc")
        if section.type == METADATA and len(section.content) > MAX_METADATA:
            raise LimitExceeded(f"the metadata have more than {MAX_METADATA} bytes", 0, "sections.length")
        sections[section.type] = section.content
    for required in (TRIE, MATCH):
        if required not in sections:
            raise Malformed(f"section {required} is missing", 0, "sections")
    return ModelFile(sections, id_of(sections))


def build_file(sections: Mapping[int, bytes]) -> bytes:
    """Write a file (rule MDL-1)."""
    entries = [
        {"type": kind, "crc": zlib.crc32(content), "content": content}
        for kind, content in sorted(sections.items())
    ]
    return build(FILE, {"magic": MAGIC, "version": VERSION, "sections": entries})


def id_of(sections: Mapping[int, bytes]) -> bytes:
    """The id of the model in these sections (rule MDL-4)."""
    state = hashlib.sha256()
    for kind, content in sorted(sections.items()):
        if kind < FIRST_OPTIONAL:
            state.update(build(_SECTION, {"type": kind, "crc": zlib.crc32(content), "content": content}))
    return state.digest()[:MODEL_ID_SIZE]


def parse_hits(section: bytes) -> tuple[int, ...]:
    """Read the match model's table."""
    return tuple(parse(HIT_TABLE, section).hits)


def build_hits(hits: tuple[int, ...]) -> bytes:
    """Write the match model's table."""
    return build(HIT_TABLE, {"hits": hits})


def parse_templates(section: bytes) -> dict[int, Template]:
    """Read the templates (rules MDL-6 and MDL-7).

    Raises:
        DecodeError: as the rules say.
    """
    if len(section) > MAX_TEMPLATES_SIZE:
        raise LimitExceeded(f"the templates have more than {MAX_TEMPLATES_SIZE} bytes", 0, "templates")
    templates: dict[int, Template] = {}
    lowest = FIRST_APPLICATION_ID
    for entry in parse(TEMPLATE_LIST, section).templates:
        if entry.template_id < lowest:
            raise Malformed("the ids of templates do not ascend from 256", 0, "templates.template_id")
        templates[entry.template_id] = read_pattern(entry.pattern)
        lowest = entry.template_id + 1
    return templates


def read_pattern(pattern: bytes) -> Template:
    """Parse a pattern from a file (rule MDL-6).

    Raises:
        Malformed: it is not UTF-8, or breaks one of rules TPL-1 to TPL-6.
    """
    try:
        return parse_pattern(pattern.decode())
    except (UnicodeDecodeError, TemplateError) as error:
        raise Malformed(f"a pattern is unusable: {error}", 0, "templates.pattern") from None


def build_templates(templates: Mapping[int, Template]) -> bytes:
    """Write the templates (rule MDL-6).

    Raises:
        EncodeError: there are more than ``MAX_TEMPLATES``.
    """
    entries = [
        {"template_id": template_id, "pattern": template.pattern.encode()}
        for template_id, template in sorted(templates.items())
    ]
    return build(TEMPLATE_LIST, {"templates": entries})


def check_dictionary(section: bytes) -> bytes:
    """The dictionary, if it has a size that rule MDL-8 allows.

    Raises:
        DecodeError: ``Malformed`` or ``LimitExceeded``, as the rule says.
    """
    if not section:
        raise Malformed("the dictionary is empty", 0, "dictionary")
    if len(section) > MAX_WINDOW:
        raise LimitExceeded(f"the dictionary has more than {MAX_WINDOW} bytes", 0, "dictionary")
    return section
