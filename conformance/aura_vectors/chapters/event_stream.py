"""Event streams: records that come whole, in pieces, several at once, or not to their end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from aura_spec import event_stream
from aura_spec.errors import Code
from aura_spec.event_stream import MAX_RECORD, build_record
from aura_spec.varint import VarInt
from aura_vectors.case import Case, Groups, placed
from aura_vectors.case_types.event_stream import EventStreams
from aura_vectors.case_types.message import MODEL, NOTHING
from aura_vectors.derive import invalid_variants
from aura_vectors.flags import Flag

STORED: Final = EventStreams(NOTHING)
CODED: Final = EventStreams(MODEL)

LIMIT: Final = 200
"""Bytes that a part may have, where that matters."""

SMALL: Final = EventStreams(replace(NOTHING, max_size=LIMIT))

EVENTS: Final = (b"data: one\n\n", b"", b"data: two\n\n", b"x" * 150, b"data: \xff\n\n")


def groups() -> Groups:
    """All groups of the chapter."""
    whole = STORED.valid(EVENTS, 1000, "five records at once, one of an empty part", "EVS-2")
    yield (
        STORED,
        [
            STORED.valid((), 1, "nothing", "EVS-4"),
            STORED.valid(EVENTS[:1], 1000, "a record", "EVS-2"),
            whole,
            *(_in_pieces(whole, step) for step in (1, 2, 7, 12, 64)),
            STORED.valid((b"x" * 126,), 1, "a size of 127, byte by byte", "EVS-2"),
            STORED.valid((b"x" * 127,), 1, "a size of 128, byte by byte", "EVS-2"),
        ],
    )
    short = STORED.valid((b"data: hi\n\n", b"x" * 130), 3, "two records", "EVS-4")
    yield STORED, [placed(case, STORED) for case in invalid_variants([short], STORED)]
    yield STORED, [placed(case, STORED) for case in _broken()]
    yield (
        SMALL,
        [
            SMALL.valid((b"x" * LIMIT,), 50, "a part as long as the limit", "EVS-3", "LIM-1"),
            *(placed(case, SMALL) for case in _too_large()),
        ],
    )
    events = [b"data: I can help you with that.\n\n", b"data: Yes\n\n", b""]
    yield (
        CODED,
        [
            CODED.valid(events, 1000, "events coded with a model, each by itself", "EVS-2"),
            CODED.valid(events, 2, "the same, two bytes at a time", "EVS-2"),
        ],
    )
    coded = CODED.valid(events, 5, "", "EVS-2")
    other = Case(
        "events of a model that is not held",
        ("EVS-2",),
        coded.wire,
        given={"step": 1000},
        code=Code.UNKNOWN_MODEL,
        flag=Flag.OTHER_MODEL,
    )
    yield STORED, [placed(other, STORED)]


def _in_pieces(whole: Case, step: int) -> Case:
    return STORED.told(whole.wire, step, f"the same, {step} bytes at a time", "EVS-2")


def _broken() -> Iterator[Case]:
    good = build_record(b"\x07good")
    for wire, code, comment, rule, flag in (
        (b"\x80\0", Code.NON_CANONICAL, "a size of 0 in two bytes", "VAR-2", Flag.OVERLONG_INTEGER),
        (b"\x83\0\x07hi", Code.NON_CANONICAL, "a size of 3 in two bytes", "VAR-2", Flag.OVERLONG_INTEGER),
        (b"\x80\x80\x80\x80\0", Code.NON_CANONICAL, "a size of 0 in five", "VAR-2", Flag.OVERLONG_INTEGER),
        (b"\0", Code.TRUNCATED, "a record without a message", "MSG-1", Flag.READS_PAST_END),
        (b"\2\x0aa", Code.UNSUPPORTED, "a message of no method", "MSG-2", Flag.ACCEPTS_RESERVED),
        (b"\xff\xff\xff\xff\x7f", Code.LIMIT_EXCEEDED, "2^35 - 1 bytes", "EVS-2", Flag.UNBOUNDED_INTEGER),
        (b"\xff" * 4, Code.LIMIT_EXCEEDED, "too large before it ends", "VAR-3", Flag.UNBOUNDED_INTEGER),
        (b"\x80" * 5, Code.LIMIT_EXCEEDED, "a size that does not end", "VAR-3", Flag.UNBOUNDED_INTEGER),
        (
            VarInt().build(MAX_RECORD + 1),
            Code.LIMIT_EXCEEDED,
            "a size of 2^26 + 1, and nothing yet",
            "EVS-2",
            Flag.TRUSTS_CLAIMS,
        ),
        (VarInt().build(MAX_RECORD), Code.TRUNCATED, "2^26 bytes, none there", "EVS-4", Flag.TRUSTS_CLAIMS),
    ):
        yield Case(comment, (rule,), wire, given={"step": 1000}, code=code, flag=flag)
        if code is not Code.TRUNCATED or rule == "MSG-1":
            yield Case(
                f"after a good record, byte by byte: {comment}",
                (rule,),
                good + wire,
                given={"step": 1},
                code=code,
                flag=flag,
            )


def _too_large() -> Iterator[Case]:
    code, flag = Code.LIMIT_EXCEEDED, Flag.IGNORES_LIMIT
    most = LIMIT + event_stream.MARGIN
    sizes: Sequence[tuple[bytes, Code, str]] = (
        (build_record(b"\x07" + b"x" * (LIMIT + 1)), code, "a part of a byte more than the limit"),
        (VarInt().build(most), Code.TRUNCATED, "a size 64 above the limit, and nothing yet"),
        (VarInt().build(most + 1), code, "a size 65 above the limit, and nothing yet"),
        (VarInt().build(most + 1) + bytes(most + 1), code, "a size 65 above the limit, and as many bytes"),
    )
    for wire, error, comment in sizes:
        yield Case(comment, ("EVS-3",), wire, given={"step": 1000}, code=error, flag=flag)
