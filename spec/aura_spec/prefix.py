"""A prefix: a text that messages are likely to repeat, in which the match model also looks.

Both ends hold this text before the first byte, as they hold the dictionary of a Zstandard frame or the preset
dictionary of RFC 1950.

HIS-1: A model may hold a prefix. At each position i >= ``LENGTH`` where no match is active after rule MAT-2, the
match model looks for the last ``LENGTH`` bytes of the message in the prefix::

    look_in_prefix(i)
        if no match is active, and i >= LENGTH
            p = the place behind the last occurrence, in the prefix, of the last LENGTH bytes of the message
            if there is one, and p is not the end of the prefix
                a match is active; pointer = p, a place in the prefix

HIS-2: The match predicts the byte at its pointer as other matches do (rule MAT-4), but h comes from the table of
the prefix. The probability class is that of rule MAT-6::

    index = probability class · MISS_CLASSES + min(misses, 2)
    h = hits[index] of the prefix

HIS-3: A hit moves the pointer by one, and a miss ends the match as rule MAT-8 says. When the pointer comes to the
end of the prefix, the match is no longer active; this is not a miss.

HIS-4: The section of a model file has the ``HITS`` probabilities of hits, each of two bytes, big endian, 1 to 4095
of 4096. The prefix follows, of 1 to ``MAX_SIZE`` bytes. Any other section is ``Malformed``.
"""

from __future__ import annotations

from typing import Final

import construct as c

from aura_spec import match
from aura_spec.context_model import Prefix
from aura_spec.wire import Checked, Field, build, parse

LENGTH: Final = 24
"""Bytes at the end of a message that the prefix must hold for a match."""

HITS: Final = match.PROBABILITY_CLASSES * match.MISS_CLASSES

MAX_SIZE: Final = 1 << 20

SECTION: Final = c.Struct(
    Field(
        "hits",
        Checked(
            c.Array(HITS, c.Int16ub),
            lambda hits: min(hits) >= 1 and max(hits) < match.TOTAL,
            "a probability is not in 1..4095",
        ),
        "probabilities of a hit, of 4096",
    ),
    Field(
        "text",
        Checked(c.GreedyBytes, lambda text: 0 < len(text) <= MAX_SIZE, f"a prefix has 1 to {MAX_SIZE} bytes"),
        "that messages repeat",
    ),
)
"""Rule HIS-4."""


def parse_section(section: bytes) -> Prefix:
    """Read a prefix (rule HIS-4).

    Raises:
        DecodeError: ``Truncated`` or ``Malformed``.
    """
    value = parse(SECTION, section)
    return Prefix(value.text, tuple(value.hits))


def build_section(prefix: Prefix) -> bytes:
    """Write a prefix (rule HIS-4).

    Raises:
        EncodeError: the rule is broken.
    """
    return build(SECTION, {"hits": prefix.hits, "text": prefix.text})
