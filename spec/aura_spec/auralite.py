"""AURALITE: a message as one string of the range coder, predicted by a context model.

This is a PPM coder with exclusion (chapter ``context_model``), preceded by a match model as in PAQ and lpaq: where
the last bytes occurred before, a binary choice tells whether the byte that followed them then follows again.
Lists for character runs (chapter ``char_runs``) replace contexts inside numbers and identifiers. A range coder, as
Martin (1979) and Subbotin describe, turns the choices into bytes.

AUR-1: The symbols of a message are its bytes and then ``END``. They are coded one after the other by the range
coder (rules RNG-1 to RNG-7), each in the current context. The first one is coded in the context ``initial`` of the
model. Encoder and decoder take the same steps. Where a step says "code a choice", the encoder codes the option that
leads to its symbol, and the decoder reads which option it is (rules RNG-2 and RNG-5)::

    code_message()
        context = initial
        char_run = 0
        misses = 0
        no match is active
        repeat
            symbol = code_symbol()
            if symbol is not END
                append symbol to the message
                char_run = the state after symbol (rule RUN-2)
        until symbol = END

AUR-2: A symbol is coded by a choice in the list of a context, beginning with the current one. The options are the
entries of the list in their order and then, except at the root, the escape; rules CTX-4 to CTX-6 have their
frequencies. While a character run lasts, another list may replace that of a context (rules RUN-4 and RUN-5). An
entry codes its symbol. After every byte the current context becomes the one that the entry for this byte names, in
the first context that has such an entry, along the suffixes::

    follow(symbol)
        c = context
        while the list of c has no entry for symbol
            c = the suffix of c
        context = the context that the entry for symbol names

AUR-3: If the list does not hold the symbol, the escape is coded. The symbols of the list are then excluded until
the symbol is coded, and coding goes on with the suffix of the context.

AUR-4: Excluded entries are not options. The total is the sum of the other frequencies, the escape's included. If
all entries of a list are excluded, nothing is coded there, not even an escape, and coding goes on with the suffix
at once. A string that excludes all symbols of the root is ``Malformed``::

    code_in_lists(excluded)
        c = context
        repeat
            if the model has a list L for the state char_run, and the order of c is at most that of L
                symbol = code_in_list(L, excluded)
                if symbol is the escape
                    exclude the symbols of L
                    symbol = code_in_list(the list of the root, excluded)
                return symbol
            symbol = code_in_list(the list of c, excluded)
            if symbol is not the escape
                return symbol
            exclude the symbols of the list of c
            c = the suffix of c

    code_in_list(list, excluded)
        options = the entries of list whose symbols are not excluded
        if there are none
            if list is that of the root: Malformed
            return the escape
        code a choice of these options and, unless list is that of the root, the escape
        return the symbol of the option, or the escape

AUR-5: Where a match is active (rules MAT-1 to MAT-8 and HIS-1 to HIS-3), a choice of hit and miss comes first. A
hit codes the predicted byte without a list. After a miss the predicted byte is excluded from the start. In both
cases the context that follows is found as rule AUR-2 says::

    code_symbol()
        look for a match (rules MAT-2, MAT-3 and HIS-1)
        excluded = nothing
        if a match is active
            predicted = the byte at its pointer
            code a choice of hit and miss (rules MAT-4 and HIS-2)
            if it is a hit
                move the pointer (rules MAT-7 and HIS-3)
                follow(predicted)
                return predicted
            end the match (rule MAT-8)
            exclude predicted
        symbol = code_in_lists(excluded)
        follow(symbol)
        return symbol

AUR-6: With the markers 0x80 to 0xFF, the message is the string, and its first byte is the marker. The model is the
implied one: the default, or one that both ends agreed on.

AUR-7: With marker 0x03, the body is the id of the model, in ``MODEL_ID_SIZE`` bytes, and then the string. A part of
an id, or no string, is ``Truncated``. A string whose first byte is below 0x80 is ``Malformed``.

AUR-8: A model that the decoder does not hold is ``UnknownModel``; this is checked after rule AUR-7. Without an
implied model, the markers 0x80 to 0xFF are ``UnknownModel``, whatever follows.

AUR-9: A decoder stops with ``LimitExceeded`` as soon as it has decoded more bytes than its output limit or
``limits.MAX_MODELLED`` allows.

AUR-10: With the markers 0x10 to 0x1F, the message is adaptive: chapter ``local_model`` codes its symbols. It is a
string of the range coder with a first interval of its own (rule RNG-1), and its first byte is the marker. The model
is the implied one, as in rule AUR-6.

AUR-11: With marker 0x09, the message is adaptive too. The body is the id of the model and then the string. Rules
AUR-7 and AUR-8 hold as with marker 0x03, but the first byte of the string is 0x10 to 0x1F, else it is
``Malformed``.

AUR-12: A decoder of an adaptive message stops with ``LimitExceeded`` as soon as it has decoded more bytes than its
output limit or ``limits.MAX_ADAPTIVE`` allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import construct as c

from aura_spec.errors import Truncated
from aura_spec.marker import ADAPTIVE_COMPACT
from aura_spec.wire import Checked, Field, Span, bits, build, parse

MODEL_ID_SIZE: Final = 8

STRING: Final = Field(
    "string",
    Checked(
        Checked(c.GreedyBytes, lambda string: len(string) > 0, "the string is missing", Truncated),
        lambda string: string[0] >= 0x80,
        "the string begins outside 0x80 to 0xff",
    ),
    "symbols of the message, range coded",
)

ADAPTIVE_STRING: Final = Field(
    "string",
    Checked(
        Checked(c.GreedyBytes, lambda string: len(string) > 0, "the string is missing", Truncated),
        lambda string: string[0] in ADAPTIVE_COMPACT,
        "the string begins outside 0x10 to 0x1f",
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


ADAPTIVE_FIRST: Final = c.BitStruct(
    bits("marker", 4, "0001: the first four binary steps of the range coder, coded already"),
    bits("string", 4, "the highest bits of the string that are not known beforehand"),
)
"""The first byte of an adaptive string (rules RNG-1 and AUR-10)."""

ADAPTIVE: Final = c.Struct(ADAPTIVE_STRING)
"""Rule AUR-10: a whole message."""

ADAPTIVE_BODY: Final = c.Struct(Field("model_id", c.Bytes(MODEL_ID_SIZE), "which model"), ADAPTIVE_STRING)
"""Rule AUR-11: the body after marker 0x09."""


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


def parse_adaptive(wire: bytes, trace: list[Span] | None = None) -> bytes:
    """The string that a message of markers 0x10 to 0x1F is (rule AUR-10).

    Raises:
        DecodeError: ``Truncated`` or ``Malformed``, as rule RNG-5 says.
    """
    string: bytes = parse(ADAPTIVE, wire, trace=trace).string
    return string


def parse_body(body: bytes, trace: list[Span] | None = None, *, adaptive: bool = False) -> Explicit:
    """Read the body after marker 0x03 (rule AUR-7), or after 0x09 (rule AUR-11).

    Raises:
        DecodeError: ``Truncated`` or ``Malformed``, as the rule says.
    """
    value = parse(ADAPTIVE_BODY if adaptive else BODY, body, base=1, trace=trace)
    return Explicit(value.model_id, value.string)


def build_body(explicit: Explicit, *, adaptive: bool = False) -> bytes:
    r"""Write the body after marker 0x03 (rule AUR-7), or after 0x09 (rule AUR-11).

    Raises:
        EncodeError: the id has another size, or the string does not begin as one.

    >>> build_body(Explicit(bytes(8), b"\x9a\x01")).hex()
    '00000000000000009a01'
    """
    return build(
        ADAPTIVE_BODY if adaptive else BODY, {"model_id": explicit.model_id, "string": explicit.string}
    )
