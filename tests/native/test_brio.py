"""BRIO version 1 through the native core and the reference: the same containers, messages and refusals."""

from __future__ import annotations

import mmap
import random
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.messages import MESSAGES
from tests.payloads import HOSTILE, LONG
from tests.searches import sampled

from aura import native_backend
from aura.backend import get
from aura.templates.filing import filing_of
from aura_reference import brio, rans
from aura_spec.brio import Container, build_body
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.lz77 import WINDOW
from aura_spec.rans import frequencies_of
from aura_spec.shared_state import SharedState
from aura_spec.template import parse_patterns
from aura_spec.token import Literal, Match, Phrase, TemplateEvent, build_tokens

aura_native = pytest.importorskip("aura_native")

LIMIT = 1 << 20
PHRASES = {0: b"I can help with ", 7: b"e", 255: b"the", 8: b"the ", 9: b"tho", 10: b"the"}
TEMPLATES = parse_patterns({3: "Hi {0}, {1:word}, {0}!", 4: "Bye"})
HELD = SharedState(TEMPLATES, PHRASES)
EMPTY = SharedState({}, {})
BACKENDS = [get(name) for name in ("native", "fast", "reference")]
TEXT = b"the thing I can help with is the thing that you can help with, the other " * 9
BODIES = [
    brio.encode(TEXT, phrases, metadata=metadata) for phrases in ({}, PHRASES) for metadata in (False, True)
]

TOKENS = st.one_of(
    st.builds(Literal, st.integers(0, 255)),
    st.builds(Phrase, st.sampled_from([*PHRASES, 1])),
    st.builds(Match, st.sampled_from([1, 2, 3, 9, WINDOW]), st.sampled_from([4, 5, 30, 255])),
    st.builds(
        TemplateEvent,
        st.sampled_from([3, 3, 3, 4, 5]),
        st.lists(st.binary(max_size=9), max_size=3).map(tuple),
    ),
    st.just(TemplateEvent(3, (b"you", b"all"))),
)
STREAMS = st.lists(TOKENS, max_size=9).map(build_tokens)


def outcomes(body: bytes, held: SharedState = HELD, max_size: int = LIMIT) -> list[object]:
    """What the backends make of a container, each by itself."""
    found: list[object] = []
    for backend in BACKENDS:
        try:
            found.append(backend.decode(b"\2" + body, held, max_size))
        except DecodeError as error:
            found.append((error.code, error.offset, error.path))
    return found


def agreed(body: bytes, held: SharedState = HELD, max_size: int = LIMIT) -> object:
    """What all backends make of it."""
    first, *others = outcomes(body, held, max_size)
    assert others == [first, first]
    return first


def container_of(stream: bytes) -> bytes:
    frequencies = frequencies_of(stream)
    return build_body(Container(len(stream), frequencies, (), rans.encode(stream, frequencies)))


@pytest.mark.no_cover
@sampled(200)
@given(MESSAGES | LONG, st.sampled_from([{}, PHRASES]))
@example(b"", {})
@example(b"the", PHRASES)
@example(b"tho the th", PHRASES)
@example(bytes(9000), {})
@example(bytes(range(256)) * 3, PHRASES)
def test_the_same_containers_and_messages(data: bytes, phrases: Mapping[int, bytes]) -> None:
    """Rules BRI-2, LZ-1, RNS-1 to RNS-6 and TOK-1."""
    held = SharedState(TEMPLATES, phrases)
    wires = {backend.encode_brio(data, held) for backend in BACKENDS}
    assert wires == {b"\2" + brio.encode(data, phrases)}
    (wire,) = wires
    assert agreed(wire[1:], held, len(data)) == data
    if data:
        assert isinstance(agreed(wire[1:], held, len(data) - 1), tuple)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_payloads(name: str) -> None:
    """Matches at all distances up to the longest, and more candidates than are tried."""
    data = HOSTILE[name][: 1 << 17]
    body = aura_native.encode_brio(data, {})
    assert body == brio.encode(data, {})
    assert get("native").decode(b"\2" + body, EMPTY, len(data)) == data


@pytest.mark.parametrize("distance", [WINDOW - 1, WINDOW, WINDOW + 1])
def test_matches_reach_as_far_as_the_window(distance: int) -> None:
    """Rule LZ-2."""
    data = b"never again" + random.Random(1).randbytes(distance - 11) + b"never again"
    assert aura_native.encode_brio(data, {}) == brio.encode(data, {})


@sampled(600)
@given(STREAMS, st.data(), st.sampled_from([LIMIT, 9]))
def test_the_same_of_any_tokens(stream: bytes, data: st.DataObject, max_size: int) -> None:
    """Rules TOK-1 to TOK-3, LZ-1, LZ-2 and LIM-1."""
    agreed(container_of(stream), max_size=max_size)
    agreed(container_of(stream[: data.draw(st.integers(0, len(stream)))]), max_size=max_size)


@sampled(600)
@given(st.lists(st.sampled_from(range(6)) | st.integers(0, 255), max_size=30).map(bytes))
@example(b"\2\0\0\4")
@example(b"\2\0\1\3")
@example(b"\2\x80\1\4")
@example(b"\4")
def test_the_same_of_any_stream(stream: bytes) -> None:
    agreed(container_of(stream))


@pytest.mark.no_cover
@sampled(600)
@given(st.integers(0, 1 << 32))
def test_damage_is_refused_alike(seed: int) -> None:
    rng = random.Random(seed)
    body = bytearray(rng.choice(BODIES))
    for _ in range(rng.randrange(1, 4)):
        if body and rng.random() < 0.7:
            body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
        else:
            del body[rng.randrange(len(body) + 1) :]
            body += rng.randbytes(rng.randrange(4))
    agreed(bytes(body), max_size=rng.choice([LIMIT, len(TEXT), len(TEXT) - 1]))


@pytest.mark.parametrize("size", [*range(18), 526, 527, 528, 532, 533])
def test_heads_are_refused_alike_wherever_they_end(size: int) -> None:
    for body in BODIES:
        assert isinstance(agreed(body[:size]), tuple)


@pytest.mark.parametrize(
    ("place", "content"),
    [
        (0, b"AURB"),
        (4, b"\0"),
        (4, b"\3"),
        (5, b"\xff\xff\xff\xff"),
        (5, b"\0\1\0\0"),
        (9, b"\xff\xff\xff\xff"),
        (9, b"\0\0\0\0"),
        (13, b"\xff\xff"),
        (15, b"\0\0"),
        (15, b"\0\2"),
        (529, b"\3"),
        (531, b"\xff"),
        (532, b"\xff"),
    ],
)
def test_fields_are_refused_alike(place: int, content: bytes) -> None:
    """Rules BRI-1 to BRI-5."""
    for body in BODIES:
        changed = body[:place] + content + body[place + len(content) :]
        for max_size in (0, 1, 100, LIMIT):
            agreed(changed, max_size=max_size)
        agreed(changed + b"\0")


def test_the_tokens_that_are_claimed_are_bounded() -> None:
    """Rules BRI-4 and BRI-5: the limit counts before the payload, which is short."""
    for claim in (4096, 4097, 4100, 4101, 1 << 31):
        body = b"AURA\1" + claim.to_bytes(4, "big") + BODIES[0][9:]
        for max_size in (0, 1, 2, 1 << 40):
            agreed(body, max_size=max_size)


def test_a_message_without_anything_held_is_read() -> None:
    data = b"abcabcabcabc" * 9
    wire = get("native").encode_brio(data, EMPTY)
    assert get("native").decode(wire, None, LIMIT) == data


def test_the_longest_messages_are_left_to_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        mmap.mmap(-1, (1 << 30) + 1) as content,
        pytest.raises(EncodeError, match="at most 1073741824 bytes"),
    ):
        aura_native.encode_brio(content, {})
    expected = get("native").encode_brio(TEXT, HELD)
    monkeypatch.setattr(native_backend, "_MAX_BRIO", 10)
    monkeypatch.delattr(aura_native, "encode_brio")
    assert get("native").encode_brio(TEXT, HELD) == expected


def test_wrong_arguments_are_refused() -> None:
    library = filing_of(TEMPLATES).native.native
    for call in (
        lambda: aura_native.encode_brio(b""),
        lambda: aura_native.encode_brio("", {}),
        lambda: aura_native.encode_brio(b"", {1: "one"}),
        lambda: aura_native.encode_brio(b"", {"one": b"one"}),
        lambda: library.decode_brio(b"", 1),
        lambda: library.decode_brio("", 1, {}),
        lambda: library.decode_brio(b"", None, {}),
        lambda: type(library).decode_brio(None, b"", 1, {}),
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(AttributeError, match="items"):
        aura_native.encode_brio(b"", None)
    with pytest.raises(AttributeError, match="items"):
        library.decode_brio(b"", 1, None)
    with pytest.raises(OverflowError):
        aura_native.encode_brio(b"", {256: b"one"})
    with pytest.raises(ValueError, match="max_size"):
        library.decode_brio(b"", -1, {})
