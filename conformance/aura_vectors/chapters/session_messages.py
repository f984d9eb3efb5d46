"""Exchanges of sessions: what an end makes of messages, with tags and without, short and long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aura_reference import message
from aura_spec.errors import Code
from aura_spec.session import NO_MODEL, max_frame
from aura_spec.shared_state import SharedState
from aura_spec.tag import build_tagged
from aura_vectors.case import Case
from aura_vectors.case_types.message import read_model
from aura_vectors.case_types.session import Step
from aura_vectors.chapters.session_ends import (
    HELD,
    LIMIT,
    MODELLED,
    OTHER,
    OTHER_ID,
    OWN,
    PEER,
    PLAIN,
    SINGLE,
    STREAM,
    TAGGED,
)
from aura_vectors.derive import flip
from aura_vectors.flags import Flag


def messages() -> Iterator[Case]:
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


def tagged() -> Iterator[Case]:
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


def lengths() -> Iterator[Case]:
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
