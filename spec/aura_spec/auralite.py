"""AURALITE: a message as one string of the range coder, predicted by a context model.

The symbols of a message are its bytes and then ``END``. They are coded one after the other by the range
coder (rules RNG-1 to RNG-7), each in the current context, which is the model's ``initial`` one at first
(rule AUR-1).

A symbol is coded by a choice in the list of a context, the current one to begin with. The options are the
list's entries in their order and, except at the root, the escape after them, with frequencies as in rules CTX-4
to CTX-6; while a run lasts, another list may stand in for that of a context (rules RUN-4 and RUN-5). If the
list holds the symbol, its entry is coded. After every byte, whatever coded it, the current context becomes the
one that is named by the entry for this byte in the first context that has one, from the current one along the
suffixes; after an entry of a context's own list, this entry is it (rule AUR-2). Else the escape is coded, the
symbols of the list are excluded until the symbol is coded, and one goes on with the suffix of the context (rule
AUR-3).

Excluded entries are not options: the total is the sum of what remains, the escape included. If no entry of a
list remains, nothing is coded there and one goes on with the suffix at once. A string that excludes all symbols
of the root is ``Malformed`` (rule AUR-4).

Where a match is active (rules MAT-1 to MAT-8 and HIS-1 to HIS-3), the choice of hit or miss comes first.
A hit codes the predicted byte without a list; the current context then follows rule AUR-2. After a miss the
predicted byte is excluded from the start (rule AUR-5).

Markers 0x80 to 0xFF: the message is the string, its first byte being the marker. The model is the implied one,
the default or one that both ends agreed on (rule AUR-6). Marker 0x03: the body is the id of the model in
``MODEL_ID_SIZE`` bytes and then the string. Part of an id, or no string, is ``Truncated``, a first byte of the
string below 0x80 is ``Malformed`` (rule AUR-7). A model that the decoder does not hold is ``UnknownModel``,
which is checked after rule AUR-7; without an implied model the markers 0x80 to 0xFF are ``UnknownModel``,
whatever follows (rule AUR-8). A decoder gives up with ``LimitExceeded`` as soon as it has decoded more bytes
than its output limit or ``limits.MAX_MODELLED`` allows (rule AUR-9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import construct as c

from aura_spec.errors import Truncated
from aura_spec.wire import Checked, Field, Span, bits, build, parse

MODEL_ID_SIZE: Final = 8

STRING: Final = Field(
    "string",
    Checked(
        Checked(c.GreedyBytes, lambda string: len(string) > 0, "the string is missing", Truncated),
        lambda string: string[0] >= 0x80,
        "the string begins with a byte below 0x80",
    ),
    "symbols of the message, range coded",
)

FIRST: Final = c.BitStruct(
    bits("marker", 1, "1: the first binary step of the range coder, coded already"),
    bits("string", 7, "the highest bits of the string that are not known beforehand"),
)
"""The first byte of a string (rules RNG-1 and AUR-6)."""

COMPACT: Final = c.Struct(STRING)
"""Rule AUR-6: a whole message."""

BODY: Final = c.Struct(Field("model_id", c.Bytes(MODEL_ID_SIZE), "which model"), STRING)
"""Rule AUR-7: the body after marker 0x03."""


@dataclass(frozen=True, slots=True)
class Explicit:
    """A string and the id of the model that reads it."""

    model_id: bytes
    string: bytes


def parse_compact(wire: bytes, trace: list[Span] | None = None) -> bytes:
    """The string that a message of markers 0x80 to 0xFF is (rule AUR-6).

    Raises:
        DecodeError: ``Truncated`` or ``Malformed``, as rule RNG-5 says.
    """
    string: bytes = parse(COMPACT, wire, trace=trace).string
    return string


def parse_body(body: bytes, trace: list[Span] | None = None) -> Explicit:
    """Read the body after marker 0x03 (rule AUR-7).

    Raises:
        DecodeError: ``Truncated`` or ``Malformed``, as the rule says.
    """
    value = parse(BODY, body, base=1, trace=trace)
    return Explicit(value.model_id, value.string)


def build_body(explicit: Explicit) -> bytes:
    r"""Write the body after marker 0x03 (rule AUR-7).

    Raises:
        EncodeError: the id has another size, or the string does not begin as one.

    >>> build_body(Explicit(bytes(8), b"\x9a\x01")).hex()
    '00000000000000009a01'
    """
    return build(BODY, {"model_id": explicit.model_id, "string": explicit.string})
