"""Exchanges of sessions: what an end makes of a frame after those before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aura_spec.errors import Code
from aura_spec.session import NO_MODEL, Chunk, Have, Offer, Request, max_frame
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.session import Step
from aura_vectors.chapters import session_messages, session_models
from aura_vectors.chapters.session_ends import (
    BARE,
    HELD,
    LONG,
    MEMORY,
    NEWEST,
    OTHER_ID,
    OWN,
    PEER,
    PLAIN,
    SIMPLE,
    SINGLE,
    STREAM,
    TAGGED,
    UNHELD,
)
from aura_vectors.flags import Flag


def groups() -> Groups:
    """All groups of exchanges."""
    yield (
        OWN,
        [
            *_openings(),
            *_uses(),
            *session_messages.messages(),
            *session_messages.tagged(),
            *session_models.requests(),
            *session_models.files(),
            *session_messages.lengths(),
        ],
    )
    yield BARE, list(_without_a_model())
    unsupported, flag = Code.UNSUPPORTED, Flag.FORGETS_SESSION
    yield (
        SIMPLE,
        [
            SIMPLE.accepted("single messages", [PEER, SINGLE], "SES-8"),
            SIMPLE.accepted("tagged messages", [PEER, TAGGED], "SES-8"),
            SIMPLE.refused(unsupported, "a stream", [PEER, STREAM], "SES-8", flag),
        ],
    )
    yield NEWEST, list(_long_checks())


def _long_checks() -> Iterator[Case]:
    """What an end takes that allows a check of 32 bits (rules SES-5 and SES-8)."""
    yield NEWEST.accepted("a check of 32 bits, from an end that allows none itself", [PEER, LONG], "SES-8")
    yield NEWEST.accepted("a check of 16 bits", [PEER, STREAM], "SES-8")
    yield NEWEST.accepted("a check of 32 bits after single messages", [PEER, SINGLE, LONG], "SES-8")
    for check in (0, 5, 31, 33, 64):
        use, comment = replace(STREAM, check=check), f"a check of {check} bits"
        yield NEWEST.refused(Code.UNSUPPORTED, comment, [PEER, use], "SES-8", Flag.ACCEPTS_RESERVED)


def _openings() -> Iterator[Case]:
    """Rules SES-5 and SES-9: what comes first."""
    flag, code = Flag.FORGETS_SESSION, Code.MALFORMED
    yield OWN.accepted("a hello", [PEER], "SES-5")
    for control in (
        SINGLE,
        Have(OTHER_ID),
        Request(HELD.model_id, 9),
        Offer(OTHER_ID, 0, bytes(32)),
        Chunk(b"a"),
    ):
        comment = f"a frame before the hello: {type(control).__name__.lower()}"
        yield OWN.refused(code, comment, [control], "SES-5", flag)
    cases: Sequence[tuple[list[Step], str, str]] = (
        ([PEER, PEER], "a second hello", "SES-5"),
        ([PEER, SINGLE, PEER], "a second hello, later", "SES-5"),
        ([PEER, replace(PEER, memory=0)], "a second hello that says something else", "SES-5"),
        ([b"\x07hi"], "a message before the hello", "SES-9"),
        ([PEER, b"\x07hi"], "a message before it is said how it is coded", "SES-9"),
        ([PEER, b"\x7e\x07hi"], "bytes before it is said how they are coded", "SES-9"),
        ([PEER, Have(OTHER_ID), b"\x07hi"], "a message after another control frame", "SES-9"),
    )
    for steps, comment, rule in cases:
        yield OWN.refused(code, comment, steps, rule, flag)


def _uses() -> Iterator[Case]:
    """Rules SES-7 and SES-8: what may be used."""
    stored = b"\x07hi"
    yield OWN.accepted("single messages without a model", [PEER, PLAIN], "SES-7")
    yield OWN.accepted("single messages with a model", [PEER, SINGLE], "SES-7")
    yield OWN.accepted("a stream", [PEER, STREAM], "SES-7")
    yield OWN.accepted("tagged messages with a model", [PEER, TAGGED], "SES-7")
    yield OWN.accepted("tagged messages without a model", [PEER, replace(TAGGED, model=NO_MODEL)], "SES-7")
    yield OWN.accepted("another use at once", [PEER, STREAM, SINGLE], "SES-7")
    later: list[Step] = [PEER, SINGLE, stored, b"\x7e\x07\xff"]
    yield OWN.accepted("another use after two messages", [*later, replace(PLAIN, count=2)], "SES-7")
    yield OWN.accepted("the same use again", [*later, replace(SINGLE, count=2)], "SES-7")
    again: list[Step] = [*later, replace(PLAIN, count=2), stored, replace(SINGLE, count=3), stored]
    yield OWN.accepted("a message after three uses", again, "SES-7")
    flag, desync = Flag.FORGETS_SESSION, Code.STREAM_DESYNC
    for count in (1, 0xFFFF):
        use = replace(SINGLE, count=count)
        yield OWN.refused(desync, f"a count of {count} before any message", [PEER, use], "SES-7", flag)
    for count in (0, 1, 3, 0x0200):
        use = replace(SINGLE, count=count)
        yield OWN.refused(desync, f"a count of {count} after two messages", [*later, use], "SES-7", flag)
    flag, unknown, unsupported = Flag.OTHER_MODEL, Code.UNKNOWN_MODEL, Code.UNSUPPORTED
    for use, comment in (
        (replace(SINGLE, model=UNHELD), "a model that is not held"),
        (replace(TAGGED, model=UNHELD), "tagged messages with a model that is not held"),
        (replace(STREAM, model=UNHELD), "a stream with a model that is not held"),
        (replace(STREAM, model=NO_MODEL), "a stream without a model"),
        (replace(SINGLE, model=HELD.model_id[:-1] + b"\0"), "an id with another last byte"),
    ):
        yield OWN.refused(unknown, comment, [PEER, use], "SES-8", flag)
    has = replace(PEER, models=(OTHER_ID,))
    comment = "a model that only the sender has"
    yield OWN.refused(unknown, comment, [has, replace(SINGLE, model=OTHER_ID)], "SES-8", flag)
    flag = Flag.IGNORES_LIMIT
    yield OWN.refused(
        unsupported, "a byte more than is allowed", [PEER, replace(STREAM, memory=MEMORY + 1)], "SES-8", flag
    )
    yield OWN.refused(
        unsupported, "a stream that remembers nothing", [PEER, replace(STREAM, memory=0)], "SES-8", flag
    )
    for check in (0, 5, 255):
        use, comment = replace(STREAM, check=check), f"a stream with a check of {check} bits"
        yield OWN.refused(unsupported, comment, [PEER, use], "SES-8", Flag.ACCEPTS_RESERVED)


def _without_a_model() -> Iterator[Case]:
    """What an end refuses that has said it holds no model."""
    yield BARE.accepted("single messages", [PEER, PLAIN], "SES-7")
    yield BARE.accepted("a message", [PEER, PLAIN, b"\x07hi"], "SES-7")
    code, flag = Code.UNKNOWN_MODEL, Flag.OTHER_MODEL
    yield BARE.refused(code, "single messages with a model", [PEER, SINGLE], "SES-8", flag)
    yield BARE.refused(code, "a request", [PEER, Request(HELD.model_id, 9)], "SES-13", flag)
    most = max_frame(BARE.hello.max_message)
    steps: list[Step] = [PEER, b"\x7f" + bytes(most - 1)]
    code, comment = Code.CHECKSUM_MISMATCH, f"{most} bytes, which are looked at: they lack their CRC-32"
    yield BARE.refused(code, comment, steps, "SES-17", Flag.OFF_BY_ONE)
