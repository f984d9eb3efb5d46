"""Streams, as stories: what repeats, numbers that step, resets, and messages lost, repeated, damaged or cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aura_spec.errors import Code
from aura_spec.stream import CHECKS
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.stream import Streams
from aura_vectors.chapters import stream_long_check, stream_rules

_TALK: Final = (
    ("", "Hi, I'd like a table for two."),
    ("", "Hi, I'd like a table for two."),
    ("", ""),
    ("", b"\0\xff\0 not text"),
    ("", b"\0\xff\0 not text"),
    ("", "A table for two, at 19:30."),
)

_NUMBERS: Final = tuple(
    ("", f'{{"time":{1649023809990 + 7 * number},"seq":{96 + number},"left":"00{8 - number}"}}')
    for number in range(6)
)

_NOISE: Final = bytes(7919 * number * number % 251 for number in range(64))

_RESETS: Final = (
    ("", "Is there parking?"),
    ("reset", "Is there parking?"),
    ("", "Is there parking?"),
    ("reset and ask", _NOISE),
    ("", _NOISE + b"!"),
)

_PRICES: Final = tuple(
    (
        "",
        '{"asks":['
        + ",".join(
            f'["0.00{3614 + 4 * place + number}","{8 * place + number * number}"]' for place in range(9)
        )
        + f'],"id":1234567890123{456789 + number * number},"total":314159265358979{number}.5}}',
    )
    for number in range(5)
)
"""Numbers that hardly predict each other, some of many digits."""

_LONG: Final = (
    ("", " ".join(f"{number * number} is a square." for number in range(60))),
    ("", "3600 is a square."),
)


def groups() -> Groups:
    """All groups of the chapter."""
    talk = ["STR-1", "STR-2", "STR-3", "STR-5", "STR-6", "STR-7", "LOC-10", "LOC-11", "LOC-12", "MIX-6"]
    for check in CHECKS[:-1]:
        case_type = Streams(check)
        yield case_type, case_type.story(_TALK, talk)
    client, server = Streams(8), Streams(8, server=True)
    yield server, server.story(_TALK[:2], ["STR-6"])
    yield client, client.story(_NUMBERS, ["LOC-6", "LOC-7"])
    yield client, client.story(_PRICES, ["LOC-6", "LOC-7"])
    resets = client.story(_RESETS, ["STR-4", "STR-9", "STR-10", "STR-11"])
    yield client, resets
    yield client, client.story(_LONG, ["STR-5", "LOC-5"])
    yield client, _faults(client, [case.wire for case in client.story(_TALK, talk)])
    wires = [case.wire for case in resets]
    yield (
        client,
        [
            client.refused("a reset once more", Code.STREAM_DESYNC, wires[1], wires[:2], "STR-9"),
            client.refused("a message from before a reset", Code.STREAM_DESYNC, wires[0], wires[:2], "STR-9"),
            client.refused("flags that mean nothing", Code.MALFORMED, b"\0\x10", [], "STR-2"),
            client.refused("a head without flags", Code.MALFORMED, b"\0\0", [], "STR-2"),
            client.refused("text that is no message", Code.MALFORMED, b"\0\x08", [], "STR-2"),
            client.refused("a head that is cut", Code.TRUNCATED, wires[1][:3], [], "STR-2"),
            client.refused("nothing", Code.TRUNCATED, b"", [], "STR-2"),
        ],
    )
    yield from stream_rules.groups()
    yield from stream_long_check.groups(_TALK, _RESETS)


def _faults(case_type: Streams, wires: Sequence[bytes]) -> list[Case]:
    """Each is noticed before anything is given out."""
    desync = Code.STREAM_DESYNC
    flipped = wires[0][:-1] + bytes((wires[0][-1] ^ 0x10,))
    return [
        case_type.refused("a lost message", desync, wires[2], wires[:1], "STR-8"),
        case_type.refused("the next one after that", desync, wires[1], [wires[0], wires[2]], "STR-8"),
        case_type.refused("a repeated message", desync, wires[1], wires[:2], "STR-8"),
        case_type.refused("a message too early", desync, wires[1], [], "STR-8"),
        case_type.refused("a flipped bit", desync, flipped, [], "STR-8"),
        *(
            case_type.refused(f"cut after {size} bytes", desync, wires[0][:size], [], "STR-7")
            for size in range(1, len(wires[0]))
        ),
    ]
