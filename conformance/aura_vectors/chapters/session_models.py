"""Exchanges of sessions: what an end makes of what the peer says of models, and of their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aura_spec.errors import Code
from aura_spec.session import MAX_CHUNK, NO_MODEL, Chunk, Have, Offer, Request
from aura_vectors.case import Case
from aura_vectors.case_types.session import Sent, Step
from aura_vectors.chapters.session_ends import (
    HELD,
    OTHER,
    OTHER_ID,
    OWN,
    PEER,
    PLAIN,
    SINGLE,
    UNHELD,
)
from aura_vectors.flags import Flag


def requests() -> Iterator[Case]:
    """Rules SES-12 and SES-13: what the peer says it has, and asks for."""
    ask = Request(HELD.model_id, 1 << 20)
    yield OWN.accepted("a model that the peer has from now on", [PEER, Have(OTHER_ID)], "SES-12")
    yield OWN.accepted("a model that both have", [PEER, Have(HELD.model_id)], "SES-12")
    yield OWN.accepted("a model, said twice", [PEER, Have(OTHER_ID), Have(OTHER_ID)], "SES-12")
    yield OWN.accepted("a request", [PEER, ask], "SES-13")
    yield OWN.accepted("a request for less than the model has", [PEER, replace(ask, max_size=9)], "SES-13")
    unknown, flag = Code.UNKNOWN_MODEL, Flag.OTHER_MODEL
    yield OWN.refused(unknown, "a request for what is not held", [PEER, Request(UNHELD, 9)], "SES-13", flag)
    yield OWN.refused(unknown, "a request for no model", [PEER, Request(NO_MODEL, 9)], "SES-13", flag)
    flag = Flag.FORGETS_SESSION
    yield OWN.refused(Code.MALFORMED, "a request, twice", [PEER, ask, ask], "SES-13", flag)
    small = replace(ask, max_size=9)
    comment = "a request after one that was not met"
    yield OWN.refused(Code.MALFORMED, comment, [PEER, small, ask], "SES-13", flag)


def files() -> Iterator[Case]:
    """Rules SES-14 and SES-15: the answer to a request, and the model file."""
    asked: list[Step] = [replace(PEER, models=(OTHER_ID,)), Sent(Request(OTHER_ID, 1 << 16))]
    told: list[Step] = [PEER, Have(OTHER_ID), Sent(Request(OTHER_ID, 1 << 16))]
    whole = Offer(OTHER_ID, len(OTHER), hashlib.sha256(OTHER).digest())
    yield OWN.accepted("an offer", [*asked, whole], "SES-14")
    yield OWN.accepted("an offer of a model that was told of later", [*told, whole], "SES-12", "SES-14")
    yield OWN.accepted("as much as was asked for", [*asked, replace(whole, size=1 << 16)], "SES-14", "SES-15")
    yield OWN.accepted("a refusal", [*asked, Offer(OTHER_ID, 0, bytes(32))], "SES-14")
    pieces = [Chunk(OTHER[start : start + 700]) for start in range(0, len(OTHER), 700)]
    between: list[Step] = [pieces[0], SINGLE, b"\x07hi", *pieces[1:-1], replace(PLAIN, count=1), pieces[-1]]
    yield OWN.accepted("a piece", [*asked, whole, pieces[0]], "SES-15")
    yield OWN.accepted("a message between pieces", [*asked, whole, *between[:3]], "SES-15")
    yield OWN.accepted("the last piece, with other frames between", [*asked, whole, *between], "SES-15")
    yield OWN.accepted("a model in one piece", [*asked, whole, Chunk(OTHER)], "SES-15")
    long = replace(whole, size=MAX_CHUNK + 1)
    yield OWN.accepted("a piece of the longest", [*asked, long, Chunk(bytes(MAX_CHUNK))], "SES-15")
    never = Offer(OTHER_ID, 0, bytes(32))
    for before, left, comment in (
        (
            [whole, Chunk(OTHER)],
            (1 << 16) - len(OTHER),
            "an offer of a second model, when the first is there",
        ),
        ([never], 1 << 16, "an offer of a second model, after a refusal"),
    ):
        second: list[Step] = [*asked, *before, Have(UNHELD), Sent(Request(UNHELD, left))]
        yield OWN.accepted(comment, [*second, Offer(UNHELD, left, bytes(32))], "SES-14", "SES-15")
    flag, code = Flag.FORGETS_SESSION, Code.MALFORMED
    cases: Sequence[tuple[list[Step], str, str]] = (
        ([PEER, whole], "an offer that nobody asked for", "SES-14"),
        ([*asked, replace(whole, model=UNHELD)], "an offer of another model", "SES-14"),
        ([*asked, whole, whole], "an offer, twice", "SES-14"),
        ([*asked, never, whole], "an offer after a refusal", "SES-14"),
        ([*asked, never, never], "a refusal, twice", "SES-14"),
        ([*asked, whole, Chunk(OTHER), whole], "an offer when all is there", "SES-14"),
        ([PEER, pieces[0]], "a piece that nobody asked for", "SES-15"),
        ([*asked, pieces[0]], "a piece before the offer", "SES-15"),
        ([*asked, never, pieces[0]], "a piece after a refusal", "SES-15"),
        ([*asked, whole, Chunk(OTHER), pieces[0]], "a piece when all is there", "SES-15"),
        ([*asked, replace(whole, size=1), Chunk(b"ab")], "a byte too many", "SES-15"),
        (
            [*asked, replace(whole, size=4), Chunk(b"abc"), Chunk(b"de")],
            "a byte too many in the second piece",
            "SES-15",
        ),
    )
    for steps, comment, rule in cases:
        yield OWN.refused(code, comment, steps, rule, flag)
    over = replace(whole, size=(1 << 16) + 1)
    comment = "a byte more than was asked for"
    yield OWN.refused(Code.LIMIT_EXCEEDED, comment, [*asked, over], "SES-15", Flag.IGNORES_LIMIT)
    flag, code = Flag.IGNORES_CHECKSUM, Code.CHECKSUM_MISMATCH
    short = replace(whole, size=3, digest=hashlib.sha256(b"abc").digest())
    for data in (b"abd", b"bbc"):
        yield OWN.refused(code, f"another digest: {data!r}", [*asked, short, Chunk(data)], "SES-15", flag)
    damaged: list[Step] = [*asked, short, Chunk(b"a"), Chunk(b"bd")]
    yield OWN.refused(code, "another digest, in two pieces", damaged, "SES-15", flag)
    others: list[Step] = [
        replace(PEER, models=(UNHELD,)),
        Sent(Request(UNHELD, 1 << 16)),
        replace(whole, model=UNHELD),
        Chunk(OTHER),
    ]
    yield OWN.refused(code, "the file of another model", others, "SES-15", Flag.OTHER_MODEL)
