"""Sessions: frames at the edges of their fields, and frames that have no place where they stand.

Messages of streams are not here: how a stream is agreed on is, what is said in it is told by its own family.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from zlib import crc32

from aura_reference import message
from aura_spec.errors import Code
from aura_spec.knowledge import Knowledge
from aura_spec.marker import Marker
from aura_spec.session import (
    ALL_CODINGS,
    ALL_METHODS,
    CRC_SIZE,
    MAX_CHUNK,
    MAX_MODELS,
    MAX_SIZE,
    NO_MODEL,
    Chunk,
    Coding,
    Codings,
    Control,
    Have,
    Hello,
    Offer,
    Request,
    Use,
    build_control,
    max_frame,
    token,
)
from aura_spec.tag import build_tagged
from aura_spec.template import builtin, digest
from aura_vectors.case import Case, Groups, placed
from aura_vectors.derive import flip
from aura_vectors.families.context_model import held
from aura_vectors.fields import rows
from aura_vectors.flags import Flag
from aura_vectors.forms.message import MODEL, read_model
from aura_vectors.forms.session import (
    CLOSE,
    CONTROL,
    DATA,
    SUBPROTOCOL,
    Parts,
    Sent,
    Sessions,
    Step,
    fields_of,
    value_of,
)
from aura_vectors.models import HAND_MADE

CONTROLS: Final = Parts(CONTROL)
FRAMES: Final = Parts(DATA)
SUBPROTOCOLS: Final = Parts(SUBPROTOCOL)
CODES: Final = Parts(CLOSE)

HELD: Final = read_model(MODEL.model)
OTHER: Final = held(HAND_MADE).model
OTHER_ID: Final = read_model(OTHER).model_id
UNHELD: Final = bytes(range(1, 9))

BUILTIN: Final = bytes.fromhex(digest(builtin().items()))[:8]
OLDER: Final = Codings.SINGLE | Codings.STREAM
"""What an end reads that knows no tags."""
UNSTREAMED: Final = Codings.SINGLE | Codings.TAGGED
MEMORY: Final = 1 << 15
LIMIT: Final = 100
"""Bytes of the longest message."""
MODELLED: Final = 60
"""Bytes of the longest message that a model codes."""
_TRACED: Final = 100
"""Bytes of the longest frame that is traced."""

PEER: Final = Hello(ALL_METHODS, OLDER, MEMORY, 1 << 20, 1 << 12, BUILTIN, ())
OWN: Final = Sessions(
    Hello(ALL_METHODS, ALL_CODINGS, MEMORY, LIMIT, MODELLED, BUILTIN, (HELD.model_id,)), MODEL.model
)
BARE: Final = Sessions(Hello(ALL_METHODS, UNSTREAMED, 0, MAX_CHUNK + 1, 0, BUILTIN, ()))
"""An end without a model, which reads no streams, and longer messages than the longest chunk."""
SIMPLE: Final = Sessions(replace(OWN.hello, codings=UNSTREAMED, memory=0), MODEL.model)
"""An end that reads no streams."""

PLAIN: Final = Use(Coding.SINGLE, 0, NO_MODEL)
SINGLE: Final = Use(Coding.SINGLE, 0, HELD.model_id)
TAGGED: Final = Use(Coding.TAGGED, 0, HELD.model_id)
STREAM: Final = Use(Coding.STREAM, MEMORY, HELD.model_id, 16)


def groups() -> Groups:
    """All groups of the chapter."""
    yield SUBPROTOCOLS, list(_subprotocols())
    yield CODES, [CODES.read(f"the close code for {code}", code.encode(), "SES-16") for code in Code]
    controls = list(_controls())
    yield CONTROLS, [*controls, *_ignored()]
    yield CONTROLS, [placed(case, CONTROLS) for case in (*_cut(controls), *_broken())]
    yield FRAMES, list(_frames())
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


def _subprotocols() -> Iterator[Case]:
    for application, comment in (
        ("", "AURA alone"),
        ("chat", "that of an application"),
        ("chat.v2+x", "that of an application, with a plus sign"),
    ):
        wire = token(application).encode()
        yield Case(comment, ("SES-1",), wire, {"application": application}, encode={})
    for other in ("chat", "aura.v2", "aura.v1.1", "aura.v10", "AURA.v1", "aura.v", ""):
        yield SUBPROTOCOLS.read(f"{other or 'nothing'} is not one with AURA", other.encode(), "SES-1")


def _controls() -> Iterator[Case]:
    """Every kind, with each field at its least and largest."""
    least = Hello(1 << Marker.STORED, Codings.SINGLE, 0, 0, 0, bytes(8), ())
    many = tuple(number.to_bytes(8, "big") for number in range(MAX_MODELS))
    controls: Sequence[tuple[str, Control, str]] = (
        ("the least hello", least, "SES-5"),
        ("a hello with all codings", replace(PEER, codings=ALL_CODINGS), "SES-5"),
        ("a hello with a model", replace(PEER, models=(HELD.model_id,)), "SES-5"),
        ("a hello with as many models as there may be", replace(PEER, models=many), "SES-5"),
        ("a hello with all bits of methods", replace(PEER, methods=0xFFFF), "SES-6"),
        (
            "a hello with the largest sizes",
            replace(PEER, memory=MAX_SIZE, max_message=MAX_SIZE, max_modelled=MAX_SIZE),
            "SES-5",
        ),
        (
            "a hello with sizes of two bytes",
            replace(PEER, memory=128, max_message=16383, max_modelled=200),
            "SES-5",
        ),
        ("single messages without a model", PLAIN, "SES-7"),
        ("single messages with a model", SINGLE, "SES-7"),
        ("a stream", STREAM, "SES-7"),
        ("tagged messages", TAGGED, "SES-7"),
        ("the largest count", replace(SINGLE, count=0xFFFF), "SES-7"),
        ("a count of two bytes, big endian", replace(SINGLE, count=0x0102), "SES-7"),
        ("the largest memory, a check of 255", replace(STREAM, memory=MAX_SIZE, check=255), "SES-7"),
        ("a model that is held", Have(OTHER_ID), "SES-12"),
        ("a request for nothing", Request(OTHER_ID, 0), "SES-13"),
        ("a request for the largest", Request(OTHER_ID, MAX_SIZE), "SES-13"),
        ("an offer", Offer(OTHER_ID, len(OTHER), hashlib.sha256(OTHER).digest()), "SES-14"),
        ("an offer of the largest", Offer(OTHER_ID, MAX_SIZE, bytes(range(32))), "SES-14"),
        ("a refusal", Offer(OTHER_ID, 0, bytes(32)), "SES-14"),
        ("a chunk of a byte", Chunk(b"\0"), "SES-15"),
        ("a chunk", Chunk(bytes(range(256))), "SES-15"),
    )
    for comment, control, rule in controls:
        case = CONTROLS.written(comment, value_of(control), "SES-3", rule)
        yield _traced(case) if len(case.wire) < _TRACED else case


def _traced(case: Case) -> Case:
    """With its fields."""
    return replace(case, trace=tuple(rows(fields_of(case.wire), case.wire)))


def _ignored() -> Iterator[Case]:
    """Bits without a meaning."""
    for codings in (0x09, 0xFD, 0xFF):
        body = _changed(PEER, 5, codings)
        yield CONTROLS.read(f"a hello with codings 0x{codings:02x}", _sealed(body), "SES-6")


def _body(control: Control) -> bytes:
    return build_control(control)[:-CRC_SIZE]


def _sealed(body: bytes) -> bytes:
    """With the right CRC-32."""
    return body + crc32(body).to_bytes(CRC_SIZE, "big")


def _changed(control: Control, place: int, byte: int) -> bytes:
    """A body with another byte."""
    body = bytearray(_body(control))
    body[place] = byte
    return bytes(body)


def _refused(code: Code, rule: str, wire: bytes, comment: str, flag: Flag) -> Case:
    return Case(comment, (rule,), wire, code=code, flag=flag)


def _cut(cases: Sequence[Case]) -> Iterator[Case]:
    """Frames cut anywhere, with and without a CRC-32 that agrees, damaged, and with a byte too many."""
    chosen = [
        case
        for case in cases
        if case.comment in {"a hello with a model", "a stream", "a request for nothing"}
    ]
    offer = next(case for case in cases if case.comment == "an offer")
    for size in range(1, len(chosen[1].wire)):
        code = Code.TRUNCATED if size < 2 + CRC_SIZE else Code.CHECKSUM_MISMATCH
        comment = f"cut after {size} bytes: {chosen[1].comment}"
        yield _refused(code, "SES-3", chosen[1].wire[:size], comment, Flag.IGNORES_CHECKSUM)
    for place in range(1, len(chosen[1].wire)):
        wire, comment = flip(chosen[1].wire, 8 * place + place % 8), f"a bit of byte {place} flipped"
        yield _refused(Code.CHECKSUM_MISMATCH, "SES-3", wire, comment, Flag.IGNORES_CHECKSUM)
    for case in (*chosen, offer):
        body = case.wire[:-CRC_SIZE]
        for size in range(1, len(body), 1 if len(body) < 20 else 3):
            comment = f"a body cut after {size} bytes, with a CRC-32 that agrees: {case.comment}"
            yield _refused(Code.TRUNCATED, case.rules[-1], _sealed(body[:size]), comment, Flag.READS_PAST_END)
        comment, flag = f"a zero behind the body: {case.comment}", Flag.IGNORES_TRAILING_BYTES
        yield _refused(Code.MALFORMED, case.rules[-1], _sealed(body + b"\0"), comment, flag)


def _broken() -> Iterator[Case]:
    unsupported, malformed, limit = Code.UNSUPPORTED, Code.MALFORMED, Code.LIMIT_EXCEEDED
    reserved = Flag.ACCEPTS_RESERVED
    for kind in (0, 7, 8, 0x7F, 0x80, 0xFF):
        comment = f"kind {kind}"
        yield _refused(unsupported, "SES-3", _sealed(bytes((0x7F, kind)) + bytes(8)), comment, reserved)
    for version in (0, 2, 255):
        wire = _sealed(_changed(PEER, 2, version))
        yield _refused(unsupported, "SES-6", wire, f"version {version}", Flag.IGNORES_VERSION)
    wire = _sealed(b"\x7f\x01\x02")
    yield _refused(unsupported, "SES-6", wire, "version 2, and nothing else", Flag.IGNORES_VERSION)
    wire = _sealed(_changed(PEER, 4, ALL_METHODS & 0xFF & ~(1 << Marker.STORED)))
    yield _refused(malformed, "SES-6", wire, "stored messages are not read", Flag.MISSING_PART)
    for codings in (0, 2, 0xFE):
        wire = _sealed(_changed(PEER, 5, codings))
        yield _refused(
            malformed, "SES-6", wire, f"codings 0x{codings:02x}, not single ones", Flag.MISSING_PART
        )
    count = len(_body(PEER)) - 1
    for number, models in ((MAX_MODELS + 1, MAX_MODELS + 1), (255, 0)):
        wire = _sealed(_changed(PEER, count, number) + bytes(8 * models))
        comment = f"{number} models, of which {models} are there"
        yield _refused(malformed, "SES-5", wire, comment, Flag.TRUSTS_CLAIMS)
    for models, stated in ((1, 2), (2, 1), (1, 0)):
        wire = _sealed(_changed(PEER, count, stated) + bytes(8 * models))
        code = Code.TRUNCATED if models < stated else malformed
        yield _refused(code, "SES-5", wire, f"{models} models where {stated} are stated", Flag.IGNORES_COUNT)
    for coding in (3, 255):
        wire = _sealed(_changed(STREAM, 2, coding))
        yield _refused(unsupported, "SES-8", wire, f"coding {coding}", reserved)
    wire = _sealed(b"\x7f\x06")
    yield _refused(malformed, "SES-15", wire, "a chunk of nothing", Flag.WRONG_LENGTH)
    wire = _sealed(b"\x7f\x06" + bytes(MAX_CHUNK + 1))
    yield _refused(malformed, "SES-15", wire, f"a chunk of {MAX_CHUNK + 1} bytes", Flag.IGNORES_LIMIT)
    behind, digest_of = bytes(8), bytes(32)
    fields: Mapping[str, tuple[str, bytes, bytes]] = {
        "the memory of a hello": ("SES-5", _body(PEER)[:6], b"\1" + bytes(8) + b"\0"),
        "the longest message of a hello": ("SES-5", _body(PEER)[:6] + b"\0", bytes(8) + b"\0"),
        "the memory of a stream": ("SES-7", b"\x7f\x02\x01", behind + b"\x10\0\0"),
        "the size of a request": ("SES-13", b"\x7f\x04" + behind, b""),
        "the size of an offer": ("SES-14", b"\x7f\x05" + behind, digest_of),
    }
    for comment, (rule, before, after) in fields.items():
        for spelt, code, flag in (
            (b"\x80\x80\x80\x80\x08", limit, Flag.UNBOUNDED_INTEGER),
            (b"\xff" * 9 + b"\1", limit, Flag.UNBOUNDED_INTEGER),
            (b"\x80\0", Code.NON_CANONICAL, Flag.OVERLONG_INTEGER),
        ):
            wire = _sealed(before + spelt + after)
            yield _refused(code, rule, wire, f"{comment}, as {spelt.hex()}", flag)


def _frames() -> Iterator[Case]:
    """Frames that are no control frames, and whether they need their first byte."""
    coded = (b"\x07hi", b"\x7c", b"\x80", b"\xff\x7d", b"", b"\x7d", b"\x7e\x07hi", b"\x7f\x01")
    for one in coded:
        for is_text in (True, False):
            kind = "text" if is_text else "bytes"
            value = {"coded_hex": one.hex(), "is_text": is_text}
            yield FRAMES.written(f"{one.hex() or 'nothing'}, as {kind}", value, "SES-3")
    for needless in ("7d", "7d07", "7d7c", "7d80", "7d00"):
        wire, comment = bytes.fromhex(needless), f"the frame {needless}, whose first byte says nothing"
        flag = Flag.SECOND_SPELLING
        yield placed(_refused(Code.NON_CANONICAL, "SES-3", wire, comment, flag), FRAMES)


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
    of_model = message.encode_typed(number, [b"7" for _ in template.slots], Knowledge(HELD.templates))
    yes = message.encode_typed(0, [], Knowledge())
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
