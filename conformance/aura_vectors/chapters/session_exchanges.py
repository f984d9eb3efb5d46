"""Exchanges of sessions: what an end makes of a frame after those before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aura_reference import message
from aura_spec.errors import Code
from aura_spec.session import MAX_CHUNK, NO_MODEL, Chunk, Have, Offer, Request, max_frame
from aura_spec.shared_state import SharedState
from aura_spec.tag import build_tagged
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.message import read_model
from aura_vectors.case_types.session import (
    Sent,
    Step,
)
from aura_vectors.chapters.session_ends import (
    BARE,
    HELD,
    LIMIT,
    LONG,
    MEMORY,
    MODELLED,
    NEWEST,
    OTHER,
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
from aura_vectors.derive import flip
from aura_vectors.flags import Flag


def groups() -> Groups:
    """All groups of exchanges."""
    yield OWN, [*_openings(), *_uses(), *_messages(), *_tagged(), *_requests(), *_files(), *_lengths()]
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


def _messages() -> Iterator[Case]:
    """Rules SES-3, SES-4, SES-10 and SES-11: what is in the messages."""
    single: list[Step] = [PEER, SINGLE]
    coded = message.encode_auralite(b"I can help", HELD.context_model)
    named = message.encode_auralite_explicit(b"I can help", HELD.model_id, HELD.context_model)
    other = message.encode_auralite_explicit(b"abc", OTHER_ID, read_model(OTHER).context_model)
    number, template = next(iter(HELD.templates.items()))
    of_model = message.encode_typed(number, [b"7" for _ in template.slots], SharedState(HELD.templates))
    yes = message.encode_typed(0, [], SharedState())
    different = replace(PEER, templates=bytes(8))
    yield OWN.accepted("a text", [*single, b"\x07hi"], "SES-4")
    yield OWN.accepted("a text of nothing", [*single, b"\x07"], "SES-4")
    yield OWN.accepted("a text in UTF-8", [*single, b"\x07" + "Grüße 🚲".encode()], "SES-4")
    yield OWN.accepted("bytes that could be a text", [*single, b"\x7e\x07hi"], "SES-3")
    yield OWN.accepted("bytes that are no text", [*single, b"\x7e\x07\xff\x7d"], "SES-3")
    yield OWN.accepted("a text of the implied model", [*single, coded], "SES-10")
    yield OWN.accepted("bytes of the implied model", [*single, b"\x7e" + coded], "SES-10")
    yield OWN.accepted("a text that names the implied model", [*single, named], "SES-10")
    yield OWN.accepted("a built-in template", [*single, yes], "SES-10")
    yield OWN.accepted("a built-in template without a model", [PEER, PLAIN, yes], "SES-10")
    yield OWN.accepted("a template of the model", [*single, of_model], "SES-10")
    yield OWN.accepted(
        "a template of the model, where the built-in ones differ", [different, SINGLE, of_model], "SES-10"
    )
    cases: Sequence[tuple[Code, str, list[Step], str, Flag]] = (
        (Code.MALFORMED, "text that is not UTF-8", [*single, b"\x07\xff"], "SES-4", Flag.LAX_UTF8),
        (Code.MALFORMED, "a surrogate in text", [*single, b"\x07\xed\xa0\x80"], "SES-4", Flag.LAX_UTF8),
        (Code.MALFORMED, "text that is cut in a character", [*single, b"\x07\xc3"], "SES-4", Flag.LAX_UTF8),
        (Code.NON_CANONICAL, "a needless 0x7D", [*single, b"\x7d\x07hi"], "SES-3", Flag.SECOND_SPELLING),
        (Code.UNSUPPORTED, "0x7D as a marker", [*single, b"\x7d\x7d"], "SES-3", Flag.ACCEPTS_RESERVED),
        (Code.UNSUPPORTED, "no method's marker", [*single, b"\x42a"], "MSG-2", Flag.ACCEPTS_RESERVED),
        (Code.TRUNCATED, "no message", [*single, b""], "MSG-1", Flag.READS_PAST_END),
        (Code.TRUNCATED, "bytes of no message", [*single, b"\x7e"], "MSG-1", Flag.READS_PAST_END),
        (
            Code.UNKNOWN_MODEL,
            "a text of the model that is used no more",
            [*single, replace(PLAIN), coded],
            "SES-10",
            Flag.OTHER_MODEL,
        ),
        (Code.UNKNOWN_MODEL, "a text that names another model", [*single, other], "SES-10", Flag.OTHER_MODEL),
        (
            Code.UNKNOWN_TEMPLATE,
            "a template of a model that is not used",
            [PEER, PLAIN, of_model],
            "SES-10",
            Flag.UNKNOWN_TEMPLATE,
        ),
        (
            Code.UNKNOWN_TEMPLATE,
            "a built-in template, where they differ",
            [different, SINGLE, yes],
            "SES-10",
            Flag.UNKNOWN_TEMPLATE,
        ),
        (Code.MALFORMED, "bytes in a stream", [PEER, STREAM, b"\x7e\x07hi"], "SES-11", Flag.FORGETS_SESSION),
        (
            Code.NON_CANONICAL,
            "a needless 0x7D in a stream",
            [PEER, STREAM, b"\x7d\x07hi"],
            "SES-3",
            Flag.SECOND_SPELLING,
        ),
    )
    for code, comment, steps, rule, flag in cases:
        yield OWN.refused(code, comment, steps, rule, flag)


def _tagged() -> Iterator[Case]:
    """Rule SES-10: single messages with tags."""
    used: list[Step] = [PEER, TAGGED]
    none: list[Step] = [PEER, replace(TAGGED, model=NO_MODEL)]
    text = b"I can help"
    coded = message.encode_auralite(text, HELD.context_model)
    stored = message.encode_stored(text)
    for steps, model_id, what in ((used, HELD.model_id, "the model"), (none, b"", "no model")):
        wire = build_tagged(stored, text, model_id)
        yield OWN.accepted(f"a tagged text for {what}", [*steps, wire], "SES-10")
        yield OWN.accepted(f"tagged bytes for {what}", [*steps, b"\x7e" + wire], "SES-10")
    wire = build_tagged(coded, text, HELD.model_id)
    yield OWN.accepted("a tagged text of the implied model", [*used, wire], "SES-10")
    later: list[Step] = [*used, wire, replace(SINGLE, count=1)]
    yield OWN.accepted("messages without tags after one with a tag", [*later, coded], "SES-7", "SES-10")
    bare = build_tagged(stored, text, b"")
    yield OWN.accepted("a tagged text for no model, where one is implied", [*used, bare], "SES-10")
    cases: Sequence[tuple[Code, str, list[Step], str, Flag]] = (
        (Code.TRUNCATED, "a frame of one byte", [*used, wire[:1]], "TAG-2", Flag.READS_PAST_END),
        (Code.TRUNCATED, "a tag alone, as bytes", [*used, b"\x7e" + wire[:2]], "MSG-1", Flag.READS_PAST_END),
        (Code.UNKNOWN_MODEL, "a tag for another model", [*used, flip(wire, 7)], "SES-10", Flag.OTHER_MODEL),
        (
            Code.UNKNOWN_MODEL,
            "a tag for a model where none is used",
            [*none, wire],
            "SES-10",
            Flag.OTHER_MODEL,
        ),
        (
            Code.UNKNOWN_MODEL,
            "a tag for no model, and a message for one",
            [*used, b"\0" + wire[1:]],
            "SES-10",
            Flag.OTHER_MODEL,
        ),
        (Code.CHECKSUM_MISMATCH, "another check", [*used, flip(wire, 15)], "SES-10", Flag.IGNORES_CHECKSUM),
        (Code.UNKNOWN_MODEL, "no tag", [*used, stored], "SES-10", Flag.FORGETS_SESSION),
        (
            Code.UNSUPPORTED,
            "a tag where there should be none",
            [PEER, SINGLE, wire],
            "SES-10",
            Flag.FORGETS_SESSION,
        ),
        (
            Code.MALFORMED,
            "a tagged text that is not UTF-8",
            [*used, build_tagged(b"\x07\xff", b"\xff", HELD.model_id)],
            "SES-4",
            Flag.LAX_UTF8,
        ),
    )
    for code, comment, steps, rule, flag in cases:
        yield OWN.refused(code, comment, steps, rule, flag)
    limit = b"x" * LIMIT
    yield OWN.accepted(
        "a tagged text as long as there may be",
        [*used, build_tagged(message.encode_stored(limit), limit, HELD.model_id)],
        "SES-17",
    )
    over = build_tagged(message.encode_stored(limit + b"x"), limit + b"x", HELD.model_id)
    yield OWN.refused(
        Code.LIMIT_EXCEEDED, "a tagged text of a byte more", [*used, over], "SES-17", Flag.IGNORES_LIMIT
    )
    long = (b"I can help you. " * 4)[: MODELLED + 1]
    over = build_tagged(message.encode_auralite(long, HELD.context_model), long, HELD.model_id)
    comment = "a tagged text longer than those of models"
    yield OWN.refused(Code.LIMIT_EXCEEDED, comment, [*used, over], "SES-18", Flag.IGNORES_LIMIT)


def _requests() -> Iterator[Case]:
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


def _files() -> Iterator[Case]:
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


def _lengths() -> Iterator[Case]:
    """Rule SES-17."""
    flag, code = Flag.IGNORES_LIMIT, Code.LIMIT_EXCEEDED
    begun: list[Step] = [PEER, PLAIN]
    yield OWN.accepted("a text as long as there may be", [*begun, b"\x07" + b"x" * LIMIT], "SES-17")
    yield OWN.accepted(
        "a text longer than those of models", [*begun, b"\x07" + b"x" * (MODELLED + 1)], "SES-18"
    )
    model = HELD.context_model
    single: list[Step] = [PEER, SINGLE]
    for length in (MODELLED, MODELLED + 1):
        text = b"I can help you. " * 4
        compact = message.encode_auralite(text[:length], model)
        named = message.encode_auralite_explicit(text[:length], HELD.model_id, model)
        for coded, comment in (
            (compact, "a text of the implied model"),
            (named, "a text that names its model"),
        ):
            if length == MODELLED:
                yield OWN.accepted(f"{comment}, as long as there may be", [*single, coded], "SES-18")
            else:
                yield OWN.refused(code, f"{comment}, of a byte more", [*single, coded], "SES-18", flag)
    over = b"\x07" + b"x" * (LIMIT + 1)
    yield OWN.refused(code, "a text of a byte more", [*begun, over], "SES-17", flag)
    yield OWN.refused(code, "bytes of one more", [*begun, b"\x7e" + over], "SES-17", flag)
    most = max_frame(LIMIT)
    comment = f"{most + 1} bytes, which nobody looks at"
    yield OWN.refused(code, comment, [PEER, b"\x7f" + bytes(most)], "SES-17", flag)
