"""The templates in a model file: reading by hand, and writing (rules MDL-6 and MDL-7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aura_spec.errors import EncodeError, LimitExceeded, Malformed, NonCanonical, Truncated
from aura_spec.limits import MAX_PATTERN, MAX_TEMPLATE_ID
from aura_spec.model import MAX_TEMPLATES, MAX_TEMPLATES_SIZE, read_pattern
from aura_spec.template import FIRST_APPLICATION_ID, Template

_PATH: Final = "templates"


def read(section: bytes) -> dict[int, Template]:
    """Read the templates by id.

    Raises:
        DecodeError: as the rules say.
    """
    if len(section) > MAX_TEMPLATES_SIZE:
        raise LimitExceeded(f"the templates have more than {MAX_TEMPLATES_SIZE} bytes", 0, _PATH)
    count, position = _number(section, 0, MAX_TEMPLATES)
    entries: list[tuple[int, bytes]] = []
    for _ in range(count):
        template_id, position = _number(section, position, MAX_TEMPLATE_ID)
        length, position = _number(section, position, MAX_PATTERN)
        if position + length > len(section):
            raise Truncated("the section ends in a pattern", len(section), _PATH)
        entries.append((template_id, section[position : position + length]))
        position += length
    if position != len(section):
        raise Malformed("bytes follow the last template", position, _PATH)
    templates: dict[int, Template] = {}
    lowest = FIRST_APPLICATION_ID
    for template_id, pattern in entries:
        if template_id < lowest:
            raise Malformed("the ids of templates do not ascend from 256", 0, _PATH)
        templates[template_id] = read_pattern(pattern)
        lowest = template_id + 1
    return templates


def write(templates: Mapping[int, Template]) -> bytes:
    """Write templates by id.

    Raises:
        EncodeError: there are more than ``MAX_TEMPLATES``, or they take more than ``MAX_TEMPLATES_SIZE`` bytes.
    """
    if len(templates) > MAX_TEMPLATES:
        raise EncodeError(f"a model has at most {MAX_TEMPLATES} templates")
    parts = [_varint(len(templates))]
    for template_id, template in sorted(templates.items()):
        pattern = template.pattern.encode()
        parts += _varint(template_id), _varint(len(pattern)), pattern
    section = b"".join(parts)
    if len(section) > MAX_TEMPLATES_SIZE:
        raise EncodeError(f"a model's templates take at most {MAX_TEMPLATES_SIZE} bytes")
    return section


def _number(section: bytes, position: int, maximum: int) -> tuple[int, int]:
    """The varint at ``position``, and where it ends (rules VAR-1 to VAR-3)."""
    value = shift = 0
    while True:
        if position >= len(section):
            raise Truncated("the section ends in a number", len(section), _PATH)
        byte = section[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if value > maximum or (byte and shift > maximum.bit_length()):
            raise LimitExceeded(f"an integer is larger than {maximum}", position - 1, _PATH)
        if byte < 0x80:
            break
        shift += 7
    if byte == 0 and shift:
        raise NonCanonical("an integer is not in its shortest spelling", position - 1, _PATH)
    return value, position


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
