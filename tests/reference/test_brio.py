from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.messages import MESSAGES

from aura_reference import brio, message, rans, token
from aura_spec.brio import HEADER_SIZE, MAX_METADATA, Container, Metadata, build_body, parse_body
from aura_spec.errors import (
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    Truncated,
    UnknownModel,
    UnknownTemplate,
)
from aura_spec.rans import frequencies_of
from aura_spec.shared_state import SharedState
from aura_spec.template import parse_patterns
from aura_spec.token import Literal, Match, Phrase, TemplateEvent, Token, build_tokens

PHRASES = {0: b"I can help with ", 7: b"e", 255: b"the", 8: b"the "}
SHARED_STATE = SharedState(parse_patterns({3: "Hi {0}, {1}!", 4: "Bye"}), PHRASES)
EMPTY = SharedState({}, {})
LIMIT = 1 << 20


@given(MESSAGES, st.booleans(), st.sampled_from([EMPTY, SHARED_STATE]))
def test_round_trip(data: bytes, metadata: bool, shared_state: SharedState) -> None:
    """Rules BRI-2 and TOK-1."""
    body = brio.encode(data, shared_state.phrases, metadata=metadata)
    assert brio.decode(body, shared_state, LIMIT) == data


@pytest.mark.parametrize("data", [b"", b"abcabcabcabcabcabc"])
def test_header_and_payload_have_the_sizes_of_the_format(data: bytes) -> None:
    """Rule BRI-2."""
    body = brio.encode(data, {})
    container = parse_body(body, LIMIT)
    assert len(body) == 527 + len(container.payload)
    assert int.from_bytes(body[9:13], "big") == len(container.payload)
    assert brio.decode(body, EMPTY, LIMIT) == data


def test_the_empty_message_is_a_header_and_a_bare_state() -> None:
    """Rule RNS-4."""
    assert brio.encode(b"", {})[HEADER_SIZE:].hex() == "0000100000"


def test_repetition_becomes_three_literals_and_a_match() -> None:
    """Rule LZ-1."""
    tokens = [Literal(97), Literal(98), Literal(99), Match(3, 15)]
    assert list(token.choose(b"abcabcabcabcabcabc", {})) == tokens


def test_a_container_built_byte_by_byte_decodes() -> None:
    """Every byte of this container comes from the description of the format, none from the encoder.

    Rules BRI-2 and TOK-1.
    """
    tokens = bytes.fromhex("00 61  00 62  02 0002 04")  # a, b, then four bytes from two back
    # A table in which every third of the symbols that occur is likely; sum 4096.
    frequencies = [1] * 256
    frequencies[0x00] = 2000
    frequencies[0x02] = 1000
    frequencies[0x61] = 400
    frequencies[0x62] = 300
    frequencies[0x04] = 4096 - 251 - 2000 - 1000 - 400 - 300
    assert sum(frequencies) == 4096
    # rANS as described: backwards over the token bytes, from state 2^20.
    state = 1 << 20
    emitted = []
    for symbol in reversed(tokens):
        frequency = frequencies[symbol]
        cumulative = sum(frequencies[:symbol])
        while state >= frequency * 2**16:
            emitted.append(state % 256)
            state //= 256
        state = (state // frequency) * 4096 + state % frequency + cumulative
    emitted += [state >> shift & 0xFF for shift in (0, 8, 16, 24, 32)]
    container = bytearray(b"AURA")
    container.append(1)
    container += bytes((0, 0, 0, len(tokens)))
    container += bytes((0, 0, 0, len(emitted)))
    container += bytes((0, 1))
    for frequency in frequencies:
        container += bytes((frequency >> 8, frequency & 0xFF))
    assert len(container) == 527
    container += bytes((0, 2, 2, 0, 2, 0x80))  # metadata: token 2 is a match of distance 2, server only
    container += bytes(emitted)
    assert message.decode(b"\x02" + bytes(container), EMPTY) == b"ababab"
    assert parse_body(bytes(container), LIMIT).metadata == (Metadata(2, 2, 2, 0x80),)


def test_metadata_describes_tokens_and_changes_nothing() -> None:
    """Rule BRI-3."""
    tokens: list[Token] = [
        TemplateEvent(3, (b"Ana", b"ok")),
        Literal(33),
        Phrase(7),
        Match(2, 4),
        TemplateEvent(4, ()),
    ]
    assert list(brio.describe(tokens)) == [
        Metadata(0, 1, 3),
        Metadata(1, 0, 33),
        Metadata(2, 1, 7),
        Metadata(3, 2, 2),
    ]
    with_metadata = brio.encode_tokens(tokens, metadata=True)
    without = brio.encode_tokens(tokens)
    assert len(with_metadata) == len(without) + 24
    decoded = brio.decode(without, SHARED_STATE, LIMIT)
    assert decoded == b"Hi Ana, ok!!e!e!eBye"
    assert brio.decode(with_metadata, SHARED_STATE, LIMIT) == decoded


def test_metadata_ends_where_its_count_does() -> None:
    assert sum(1 for _ in brio.describe([Literal(0)] * (MAX_METADATA + 5))) == MAX_METADATA


def test_a_phrase_is_taken_where_it_covers_most() -> None:
    assert list(token.choose(b"the e", PHRASES)) == [Phrase(8), Literal(ord("e"))]
    assert next(iter(token.choose(b"theX", PHRASES))) == Phrase(255)


def packed(tokens: bytes) -> bytes:
    frequencies = frequencies_of(tokens)
    return build_body(Container(len(tokens), frequencies, (), rans.encode(tokens, frequencies)))


@pytest.mark.parametrize(
    ("tokens", "error", "path"),
    [
        ("05", Malformed, "tokens.tag"),
        ("00", Truncated, "tokens.fields.byte"),
        ("0061020000 04", Malformed, "tokens.fields.distance"),
        ("0061028001 04", Malformed, "tokens.fields.distance"),
        ("0061020002 04", Malformed, "tokens.distance"),
        ("0061020001 03", Malformed, "tokens.fields.length"),
        ("0063 0101", UnknownModel, "tokens.phrase_id"),
        ("030900", UnknownTemplate, "tokens.template_id"),
        ("030301000161", Malformed, "tokens.slot_count"),
        ("0303020001610001", Truncated, "tokens.fields.slots.text"),
    ],
)
def test_broken_token_streams(tokens: str, error: type[DecodeError], path: str) -> None:
    """Rules TOK-2, TOK-3 and LZ-2."""
    body = packed(bytes.fromhex(tokens))
    with pytest.raises(error) as caught:
        brio.decode(body, SHARED_STATE, LIMIT)
    assert (caught.value.path, caught.value.offset) == (path, 1 + HEADER_SIZE)


def test_errors_in_the_payload_are_located_in_the_message() -> None:
    body = packed(b"\x00a")[:-1] + b"\xff"
    with pytest.raises(Malformed) as caught:
        brio.decode(body, EMPTY, LIMIT)
    assert caught.value.offset == 1 + len(body) - 5


@pytest.mark.parametrize(
    "tokens",
    [
        [Literal(0)] * 11,
        [Literal(0)] * 4 + [Match(1, 7)],
        [Phrase(0)],
        [TemplateEvent(3, (b"abcdef", b"x"))],
    ],
)
def test_output_beyond_the_limit_is_refused(tokens: list[Token]) -> None:
    """Rule LIM-1."""
    body = brio.encode_tokens(tokens)
    with pytest.raises(LimitExceeded):
        brio.decode(body, SHARED_STATE, 10)
    assert len(brio.decode(body, SHARED_STATE, 16)) > 10


def test_a_small_container_that_claims_four_gibibytes_is_refused() -> None:
    """Rules BRI-4 and BRI-5."""
    header = b"AURA\x01" + b"\xff\xff\xff\xff" + b"\x00\x00\x00\x05" + b"\x00\x00" + b"\x00\x10" * 256
    with pytest.raises(LimitExceeded):
        brio.decode(header + bytes.fromhex("0000100000"), EMPTY, LIMIT)
    with pytest.raises(Malformed, match="too short"):
        brio.decode(header[:5] + b"\x00\x0f\xff\xff" + header[9:] + bytes.fromhex("0000100000"), EMPTY, LIMIT)


@pytest.mark.parametrize("table", [[16] * 255 + [15], [0] + [16] * 254 + [32], [0xFFFF] * 256])
def test_frequencies_that_break_the_rule_are_malformed(table: list[int]) -> None:
    """Rule RNS-1."""
    body = bytearray(brio.encode(b"", {}))
    body[15:527] = b"".join(value.to_bytes(2, "big") for value in table)
    with pytest.raises(Malformed):
        brio.decode(bytes(body), EMPTY, LIMIT)


def test_what_does_not_fit_its_field_is_not_written() -> None:
    with pytest.raises(EncodeError):
        build_tokens([Match(40_000, 4)])
    with pytest.raises(EncodeError):
        build_tokens([TemplateEvent(1, (bytes(70_000),))])


def test_the_finder_stops_at_the_window() -> None:
    """Rule LZ-2."""
    far = b"needle" + bytes(40_000) + b"needle"
    tokens = list(token.choose(far, {}))
    assert tokens[-6:] == [Literal(byte) for byte in b"needle"]
    near = b"needle" + bytes(range(256)) + b"needle"
    assert list(token.choose(near, {}))[-1] == Match(262, 6)
