"""Random numbers, texts and values of slots that are the same wherever they are drawn."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from aura_spec.template import Kind, Slot

_PIECES: Final[Sequence[bytes]] = tuple(
    piece.encode()
    for piece in (
        *("I ", "can ", "help ", "you ", "with ", "that", ". ", "Yes", ", ", "the ", "a ", "is ", "not "),
        *("Thank you", "Could you ", "tell me more?", "please ", "\n", "\r\n", "\t", "  ", "- ", "# ", "```"),
        *('{"id":', '"name":"', '","', '"}', "[]", "null", "true", "false", "https://example.org/", "?q="),
        *("INFO ", "GET /api/v1/items/", " 200 ", "ms", "2026-05-14T08:41:07Z", "550e8400-e29b-41d4-a716-"),
        *("def ", "return ", "self.", "()", " = ", "for i in range(", "):\n    "),
        *("Größe", "日本語", "🚲", "\u0301"),
    )
)
"""What texts are put together from, beside numbers, bytes and repetitions."""

_SIGNS: Final[Sequence[bytes]] = (
    b"",
    b",",
    b" ",
    b'{"id":',
    b'","n":',
    b"<td>",
    b"\t",
    b"; k_1=",
    b"-",
    b"\0",
)
"""What stands before the columns of rows."""


class Draw:
    """Random numbers that are the same in every version of Python: its ``random()`` alone is."""

    def __init__(self, seed: int, number: int) -> None:
        self._next = random.Random(f"{seed}/{number}").random  # noqa: S311  # nothing is secret here

    def below(self, bound: int) -> int:
        """An integer from 0 to ``bound`` - 1."""
        return int(self._next() * bound)

    def size(self, most: int) -> int:
        """An integer from 0 to ``most``, small ones more often."""
        return int((most + 1) * self._next() ** 3)

    def one(self, choices: Sequence[bytes]) -> bytes:
        """One of some."""
        return choices[self.below(len(choices))]

    def noise(self, size: int) -> bytes:
        """Bytes of any kind."""
        return bytes(self.below(256) for _ in range(size))

    def text(self, most: int) -> bytes:
        """A text of about so many pieces, some of which repeat what was there."""
        text = bytearray()
        for _ in range(self.size(most)):
            kind = self.below(16)
            if kind == 0:
                text += self.noise(1 + self.size(5))
            elif kind < 3:
                text += str(self.below(10 ** (1 + self.below(12)))).encode()
            elif kind == 3:
                text += self.noise(1 + self.below(8)).hex().encode()
            elif kind == 4 and text:
                start = self.below(len(text))
                text += text[start : start + 1 + self.below(40)]
            else:
                text += self.one(_PIECES)
        return bytes(text)


def rows(draw: Draw, most: int) -> bytes:
    """About so many rows of one form: numbers that step, words that come again, and an exception now and then."""
    form = [draw.one(_SIGNS) for _ in range(2 + draw.below(4))]
    numbers = [draw.below(10 ** (1 + draw.below(17))) for _ in form]
    steps = [draw.below(10 ** draw.below(11)) * (1 - 2 * draw.below(2)) for _ in form]
    widths = [draw.size(18) for _ in form]
    words = [draw.one(_PIECES) for _ in range(3)]
    text = bytearray()
    for _ in range(1 + draw.size(most)):
        for place, sign in enumerate(form):
            text += sign
            kind = draw.below(8)
            if kind == 0:
                text += draw.text(2)
            elif kind < 3:
                text += draw.one(words)
            else:
                text += b"%0*d" % (widths[place], numbers[place])
                numbers[place] = abs(numbers[place] + steps[place])
        text += b"\n"
    return bytes(text)


def value_of(draw: Draw, slot: Slot) -> bytes:  # noqa: C901  # one case a type
    """A value that mostly fits the slot."""
    if draw.below(8) == 0:
        return draw.text(6)
    number = draw.below(10 ** (1 + draw.below(18)))
    sign = "-" if draw.below(3) == 0 and number else ""
    octets = draw.noise(16)
    match slot.kind:
        case Kind.INT:
            value = f"{sign}{number}"
        case Kind.DECIMAL:
            value = f"{sign}{number}.{draw.below(1000):03}"
        case Kind.HEX:
            value = octets[: 1 + draw.below(15)].hex()
        case Kind.UUID:
            digits = octets.hex()
            value = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        case Kind.IPV4:
            value = ".".join(map(str, octets[:4]))
        case Kind.IPV6:
            value = ":".join(f"{octet:x}" for octet in octets[:8])
        case Kind.TIMESTAMP:
            day = f"{1 + draw.below(9999):04}-{1 + draw.below(12):02}-{1 + draw.below(28):02}"
            zone = ("", "Z", "+05:30", "-0800")[draw.below(4)]
            value = f"{day}T{draw.below(24):02}:{draw.below(60):02}:{draw.below(60):02}{zone}"
        case Kind.ENUM:
            return draw.one(slot.choices)
        case Kind.WORD:
            value = f"w{number}"
        case _:
            return draw.text(6)
    return value.encode()
