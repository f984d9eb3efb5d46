"""Sessions: frames at the edges of their fields, and in ``session_exchanges`` what is made of them in their place.

Messages of streams are not here: how a stream is agreed on is, what is said in it is told by its own chapter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from zlib import crc32

from aura_spec import session_negotiation
from aura_spec.errors import Code
from aura_spec.marker import Marker
from aura_spec.session import CRC_SIZE, MAX_CHUNK, Chunk, Control, Have, Offer, Request, build_control
from aura_spec.session_negotiation import ALL_CODINGS, ALL_METHODS, MAX_MODELS, Codings, Hello, token
from aura_vectors.case import Case, Groups, placed
from aura_vectors.case_types.session import (
    CLOSE,
    CONTROL,
    DATA,
    SUBPROTOCOL,
    Parts,
    fields_of,
    value_of,
)
from aura_vectors.chapters import session_exchanges
from aura_vectors.chapters.session_ends import (
    HELD,
    LONG,
    OTHER,
    OTHER_ID,
    PEER,
    PLAIN,
    SINGLE,
    STREAM,
    TAGGED,
    TELLING,
)
from aura_vectors.derive import flip
from aura_vectors.fields import rows
from aura_vectors.flags import Flag

CONTROLS: Final = Parts(CONTROL)
FRAMES: Final = Parts(DATA)
SUBPROTOCOLS: Final = Parts(SUBPROTOCOL)
CODES: Final = Parts(CLOSE)


_TRACED: Final = 100
"""Bytes of the longest frame that is traced."""


def groups() -> Groups:
    """All groups of the chapter."""
    yield SUBPROTOCOLS, list(_subprotocols())
    yield CODES, [CODES.read(f"the close code for {code}", code.encode(), "SES-16") for code in Code]
    controls = list(_controls())
    yield CONTROLS, [*controls, *_ignored()]
    yield CONTROLS, [placed(case, CONTROLS) for case in (*_cut(controls), *_broken())]
    yield FRAMES, list(_frames())
    yield from session_exchanges.groups()
    longest = CONTROLS.written(
        "a hello that allows a check of 32 bits", value_of(replace(PEER, codings=ALL_CODINGS)), "SES-5"
    )
    yield CONTROLS, [_traced(longest), _traced(CONTROLS.written("such a stream", value_of(LONG), "SES-7"))]


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
        ("a hello with all codings", replace(PEER, codings=TELLING), "SES-5"),
        ("a hello with a model", replace(PEER, models=(HELD.model_id,)), "SES-5"),
        ("a hello with as many models as there may be", replace(PEER, models=many), "SES-5"),
        ("a hello with all bits of methods", replace(PEER, methods=0xFFFF), "SES-6"),
        (
            "a hello with the largest sizes",
            replace(
                PEER,
                memory=session_negotiation.MAX_SIZE,
                max_message=session_negotiation.MAX_SIZE,
                max_modelled=session_negotiation.MAX_SIZE,
            ),
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
        (
            "the largest memory, a check of 255",
            replace(STREAM, memory=session_negotiation.MAX_SIZE, check=255),
            "SES-7",
        ),
        ("a model that is held", Have(OTHER_ID), "SES-12"),
        ("a request for nothing", Request(OTHER_ID, 0), "SES-13"),
        ("a request for the largest", Request(OTHER_ID, session_negotiation.MAX_SIZE), "SES-13"),
        ("an offer", Offer(OTHER_ID, len(OTHER), hashlib.sha256(OTHER).digest()), "SES-14"),
        (
            "an offer of the largest",
            Offer(OTHER_ID, session_negotiation.MAX_SIZE, bytes(range(32))),
            "SES-14",
        ),
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
