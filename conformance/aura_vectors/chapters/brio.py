"""BRIO version 1: containers, tokens, rANS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from aura_reference import brio, message, rans
from aura_spec import brio as declared
from aura_spec.brio import Container, Metadata, build_body
from aura_spec.errors import Code
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.marker import Marker, build_message
from aura_spec.token import Literal, Match, Phrase, TemplateEvent, Token, parse_tokens
from aura_spec.wire import Span
from aura_vectors import states
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.message import Messages, text_of, valid
from aura_vectors.derive import altered_fields, invalid_variants, limits
from aura_vectors.fields import rows
from aura_vectors.flags import Flag

_TRACED: Final = 40
"""Bytes of the longest token stream that is traced."""


def groups() -> Groups:
    """All groups of the chapter."""
    setting = Messages({3: "Hi {0}, {1}!"}, {0: b"I can help with ", 255: b"the"})
    shared_state = setting.shared_state()
    texts = [
        (b"", "nothing", ("BRI-2",)),
        (b"abcabcabcabcabcabc", "an overlapping match", ("LZ-1",)),
        (b"a" * 600, "matches of the greatest length", ("LZ-1", "LZ-2")),
        (b"I can help with the theme.", "phrases", ("TOK-3",)),
        (bytes(range(256)), "every byte once", ("RNS-4",)),
        (b"the cat and the hat", "phrase, literals, match", ("TOK-1",)),
    ]
    cases = []
    for text, comment, rules in texts:
        for metadata in (False, True):
            how = None if metadata else {"method": "brio"}  # metadata are a writer's choice
            wire = message.encode_brio(text, shared_state, metadata=metadata)
            cases.append(
                valid(
                    comment + ", metadata" * metadata,
                    tuple(dict.fromkeys((*rules, "BRI-2", "RNS-3"))),
                    wire,
                    text,
                    how,
                )
            )
    events: list[Token] = [TemplateEvent(3, (b"Ana", b"ok")), Literal(33), Phrase(255), Match(3, 4)]
    wire = build_message(Marker.BRIO, brio.encode_tokens(events, metadata=True))
    decodable = [valid("every kind of token", ("TOK-1", "BRI-3"), wire, b"Hi Ana, ok!!thethet")]
    yield setting, [_traced(case) for case in cases]
    yield setting, [_traced(case) for case in decodable]
    small = [case for case in cases if not text_of(case)]
    yield setting, [*invalid_variants(small, setting), *altered_fields(setting, [*small, *decodable])]
    yield from limits(setting, cases[2])
    yield from limits(setting, cases[6])
    yield setting, list(_broken_brio())
    yield Messages(max_size=10), list(_claims(10))


def _traced(case: Case) -> Case:
    """With the fields of a short token stream, and the states on the way to it."""
    container = declared.parse_body(case.wire[1:], DEFAULT_MAX_SIZE)
    stream = brio.decode_tokens(container)
    if len(stream) > _TRACED:
        return case
    spans: list[Span] = []
    list(parse_tokens(stream, trace=spans))
    steps = states.of_order_0(container.payload, stream, container.frequencies)
    return replace(case, trace=(*steps, *rows(spans, stream, "tokens")))


def _claims(max_size: int) -> Iterator[Case]:
    """Lengths of the token stream that are the largest, and one more; no payload holds them."""
    payload = bytes.fromhex("0000100000")

    def claim(length: int) -> bytes:
        return build_message(Marker.BRIO, build_body(Container(length, (16,) * 256, (), payload)))

    most, held = 4 * max_size + 4096, declared.TOKENS_PER_PAYLOAD_BYTE * len(payload)
    for code, rule, length in (
        (Code.MALFORMED, "BRI-4", most),
        (Code.LIMIT_EXCEEDED, "BRI-4", most + 1),
        (Code.TRUNCATED, "BRI-5", held),
        (Code.MALFORMED, "BRI-5", held + 1),
    ):
        comment, flag = (
            f"{length} bytes of tokens for {max_size} bytes, in {len(payload)}",
            Flag.TRUSTS_CLAIMS,
        )
        yield Case(comment, (rule,), claim(length), code=code, flag=flag)


def _broken_brio() -> Iterator[Case]:
    def container(
        length: int, payload: str, *metadata: Metadata, table: Sequence[int] = (16,) * 256
    ) -> bytes:
        return build_message(
            Marker.BRIO, build_body(Container(length, tuple(table), metadata, bytes.fromhex(payload)))
        )

    def refused(code: Code, rule: str, wire: bytes, comment: str, flag: Flag) -> Case:
        return Case(comment, (rule,), wire, code=code, flag=flag)

    def tokens(stream: str) -> bytes:
        data = bytes.fromhex(stream)
        payload = rans.encode(data, (16,) * 256)
        return container(len(data), payload.hex())

    bare = "0000100000"
    good = container(0, bare)
    yield refused(
        Code.MALFORMED, "BRI-1", good.replace(b"AURA", b"AURB"), "another magic", Flag.IGNORES_MAGIC
    )
    yield refused(
        Code.UNSUPPORTED, "BRI-1", good[:5] + b"\x03" + good[6:], "an unknown version", Flag.IGNORES_VERSION
    )
    bad_kind = bytearray(container(0, bare, Metadata(0, 2, 0)))
    bad_kind[1 + 527 + 2] = 3
    yield refused(Code.MALFORMED, "BRI-3", bytes(bad_kind), "metadata of kind 3", Flag.ACCEPTS_RESERVED)
    huge = bytearray(good)
    huge[6:10] = b"\xff\xff\xff\xff"
    yield refused(Code.LIMIT_EXCEEDED, "BRI-4", bytes(huge), "4 GiB of tokens", Flag.TRUSTS_CLAIMS)
    huge[6:10] = b"\0\0\xff\xff"
    yield refused(
        Code.MALFORMED, "BRI-5", bytes(huge), "more tokens than the payload holds", Flag.TRUSTS_CLAIMS
    )
    for table, comment in (
        ([15, *[16] * 255], "frequencies that sum to 4095"),
        ([0, 32, *[16] * 254], "a frequency of 0"),
    ):
        wire = bytearray(good)
        wire[16:528] = b"".join(value.to_bytes(2, "big") for value in table)
        yield refused(Code.MALFORMED, "RNS-1", bytes(wire), comment, Flag.BROKEN_TABLE)
    for payload, comment in (
        ("ffff0f0000", "a state below the lower bound"),
        ("0000001000", "a state at the upper bound"),
        ("0100100000", "another state at the end"),
        ("aa0000100000", "a byte left over"),
    ):
        rule = "RNS-5" if "bound" in comment else "RNS-6"
        yield refused(Code.MALFORMED, rule, container(0, payload), comment, Flag.UNCHECKED_START)
    yield refused(
        Code.TRUNCATED, "RNS-6", container(1, bare), "a payload that runs out", Flag.READS_BEFORE_START
    )
    yield refused(
        Code.TRUNCATED, "RNS-5", container(0, "00001000"), "a state of four bytes", Flag.READS_BEFORE_START
    )
    for code, rule, stream, comment, flag in (
        (Code.MALFORMED, "TOK-2", "04", "an unknown tag", Flag.ACCEPTS_RESERVED),
        (Code.TRUNCATED, "TOK-1", "00", "a literal without its byte", Flag.READS_PAST_END),
        (Code.TRUNCATED, "TOK-1", "0061 020001", "a match without its length", Flag.READS_PAST_END),
        (Code.MALFORMED, "LZ-2", "0061 02000004", "distance 0", Flag.COPIES_FROM_OUTSIDE),
        (Code.MALFORMED, "LZ-2", "0061 02000204", "a distance before the start", Flag.COPIES_FROM_OUTSIDE),
        (Code.MALFORMED, "LZ-2", "0061 02800104", "a distance beyond the window", Flag.FORGETS_WINDOW),
        (Code.MALFORMED, "LZ-2", "0061 02000103", "a length of 3", Flag.ACCEPTS_RESERVED),
        (Code.UNKNOWN_MODEL, "TOK-3", "0107", "a phrase that is not held", Flag.UNKNOWN_TEMPLATE),
        (Code.UNKNOWN_TEMPLATE, "TOK-3", "030900", "a template that is not held", Flag.UNKNOWN_TEMPLATE),
        (Code.MALFORMED, "TOK-3", "030301000161", "a slot too few", Flag.WRONG_SLOT_COUNT),
    ):
        yield refused(code, rule, tokens(stream), comment, flag)
