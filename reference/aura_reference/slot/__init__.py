"""Typed slot values: from characters to the wire and back (rules SLT-1 to SLT-13).

``spell`` gives a value its one canonical spelling; ``read`` is its inverse. Each type is a pair of
functions in a module of this package: one takes characters apart or gives up, the other puts them
together again. Parts are used only if they give back the identical characters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from aura_reference.slot import address, hexadecimal, number, timestamp
from aura_spec import varint
from aura_spec.errors import NonCanonical
from aura_spec.slot import SlotValue
from aura_spec.template import Kind, Slot

Type = tuple[Callable[[str], SlotValue | None], Callable[[SlotValue], str]]

TYPES: Final[Mapping[Kind, Type]] = MappingProxyType(
    {
        Kind.INT: (number.int_parts, number.int_text),
        Kind.DECIMAL: (number.decimal_parts, number.decimal_text),
        Kind.HEX: (hexadecimal.hex_parts, hexadecimal.hex_text),
        Kind.UUID: (hexadecimal.uuid_parts, hexadecimal.uuid_text),
        Kind.IPV4: (address.ipv4_parts, address.ipv4_text),
        Kind.IPV6: (address.ipv6_parts, address.ipv6_text),
        Kind.TIMESTAMP: (timestamp.parts, timestamp.text),
    }
)


def spell(slot: Slot, value: bytes) -> SlotValue:
    """The canonical spelling of ``value`` in ``slot``.

    >>> spell(Slot("n", Kind.INT), b"-2").head, spell(Slot("n", Kind.INT), b"007").text
    (4, b'007')
    """
    if slot.kind is Kind.ENUM and value in slot.choices:
        return SlotValue(1 + slot.choices.index(value))
    if slot.kind in TYPES:
        take_apart, put_together = TYPES[slot.kind]
        characters = value.decode("ascii", "replace")
        spelt = take_apart(characters)
        if spelt is not None and put_together(spelt) == characters:
            return spelt
    return SlotValue(0, text=value)


def read(slot: Slot, spelt: SlotValue) -> bytes:
    """The characters of a spelling: the inverse of :func:`spell`.

    Raises:
        Malformed: the parts name no value of the type.
        NonCanonical: the value has another spelling, which is the canonical one (rule SLT-5).
    """
    if spelt.head == 0:
        value = spelt.text
    elif slot.kind is Kind.ENUM:
        value = slot.choices[spelt.head - 1]
    else:
        value = TYPES[slot.kind][1](spelt).encode()
    if spell(slot, value) != spelt:
        raise NonCanonical(f"a value has another spelling as {slot.kind}")
    return value


def size(slot: Slot, value: bytes, *, last: bool) -> int:
    """Bytes that ``value`` takes in ``slot`` on the wire, in the last place or before it."""
    text = len(value) if last else varint.size(len(value)) + len(value)
    if slot.kind in (Kind.TEXT, Kind.WORD):
        return text
    spelt = spell(slot, value)
    if spelt.head == 0:
        return 1 + text
    return varint.size(spelt.head) + len(spelt.content) + sum(map(varint.size, spelt.numbers))
