from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import (
    HAND_MADE,
    MODELS,
    NO_CONTEXTS,
    SAMPLES,
    TEXTS,
    TRAINED,
    models,
)
from tests.searches import pairs, part

from aura_reference import auralite
from aura_spec import match
from aura_spec.auralite import Explicit, build_body, parse_body, parse_compact
from aura_spec.context_model import CODES, END, MAX_ORDER, ROOT, SYMBOLS, ContextModel
from aura_spec.errors import (
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    Truncated,
    UnknownModel,
)
from aura_spec.limits import MAX_MODELLED
from aura_spec.range_coder import MAX_OMITTED
from aura_spec.wire import Span
from aura_vectors.models import NEVER_ENDING

MODEL_ID = bytes.fromhex("0123456789abcdef")


def check_rules(model: ContextModel) -> None:
    """Rules CTX-1 to CTX-7, as far as a model in hand shows them."""
    contexts = range(len(model.suffixes))
    lists = [range(model.starts[number], model.starts[number + 1]) for number in contexts]
    symbols = [[model.symbols[entry] for entry in entries] for entries in lists]
    orders = [0]
    assert sorted(symbols[ROOT]) == list(range(SYMBOLS))
    assert (model.suffixes[ROOT], model.escapes[ROOT], model.starts[-1]) == (0, 0, len(model.symbols))
    for number in contexts:
        assert symbols[number]
        assert 0 <= model.escapes[number] < CODES
        rank = {symbol: place for place, symbol in enumerate(symbols[model.suffixes[number]])}
        if number == ROOT:
            rank = {symbol: symbol for symbol in range(SYMBOLS)}
        else:
            orders.append(orders[model.suffixes[number]] + 1)
        keys = [(model.codes[entry], rank[model.symbols[entry]]) for entry in lists[number]]
        assert keys == sorted(set(keys))
    assert orders == sorted(orders)
    assert max(orders) <= MAX_ORDER
    for number in contexts:
        for entry in lists[number]:
            assert orders[model.following[entry]] <= orders[number] + 1
            assert model.symbols[entry] != END or model.following[entry] == ROOT
    assert len(model.hits) == match.HITS
    assert all(1 <= hit < match.TOTAL for hit in model.hits)


@given(models())
@settings(max_examples=30)
def test_models_of_these_tests_keep_the_rules(model: ContextModel) -> None:
    """Rules CTX-1 to CTX-7."""
    check_rules(model)


@given(models(), TEXTS | st.binary(max_size=300))
def test_round_trip(model: ContextModel, data: bytes) -> None:
    """Rule AUR-1."""
    wire = auralite.encode(data, model)
    assert wire[0] >= 0x80
    assert auralite.decode(wire, model, len(data)) == data


@pytest.mark.no_cover
@given(models(), st.binary(max_size=40), st.integers(0x80, 0xFF))
@settings(max_examples=250)
def test_whatever_decodes_is_what_an_encoder_writes(model: ContextModel, rest: bytes, first: int) -> None:
    """Rules AUR-6 and RNG-7."""
    wire = bytes([first]) + rest
    try:
        data = auralite.decode(wire, model, 500)
    except DecodeError:
        return
    assert auralite.encode(data, model) == wire


@pytest.mark.no_cover
@given(models(), TEXTS, st.data())
def test_whatever_decodes_beside_a_message_is_what_an_encoder_writes(
    model: ContextModel, data: bytes, draw: st.DataObject
) -> None:
    """Rule RNG-7."""
    wire = auralite.encode(data, model)
    number = int.from_bytes(wire, "big") + draw.draw(st.integers(-3, 3))
    cut = draw.draw(st.integers(0, len(wire) - 1))
    tail = draw.draw(st.binary(max_size=2) | st.just(b"\0"))
    others = (number.to_bytes(len(wire) + 1, "big").lstrip(b"\0"), wire[:cut] + tail, wire + tail)
    for other in others:
        try:
            decoded = auralite.decode(other, model, 2000)
        except DecodeError:
            continue
        assert auralite.encode(decoded, model) == other
        assert (decoded == data) == (other == wire)


@pytest.mark.no_cover
@pytest.mark.sampled
@pytest.mark.parametrize("model", MODELS)
def test_short_strings_exhaustively(model: ContextModel) -> None:
    """Of all strings of one byte, and many of two, each is refused or the one of its message.

    Rules RNG-4 and RNG-7.
    """
    found: dict[bytes, bytes] = {}
    for number in (*range(0x80, 0x100), *part(range(0x8000, 0x10000, 23))):
        wire = number.to_bytes(1 + (number > 0xFF), "big")
        try:
            data = auralite.decode(wire, model, 200)
        except DecodeError:
            continue
        assert auralite.encode(data, model) == wire
        assert found.setdefault(data, wire) == wire
    assert found


@pytest.mark.no_cover
@pytest.mark.parametrize(("data", "model"), pairs(SAMPLES, MODELS))
def test_no_other_tail_is_taken(model: ContextModel, data: bytes) -> None:
    """All strings that differ in the last byte, lack it, or have one more, mean something else or nothing.

    Rule RNG-7.
    """
    wire = auralite.encode(data, model)
    others = {wire[:-1] + bytes([byte]) for byte in range(256)} | {
        wire + bytes([byte]) for byte in range(256)
    }
    for other in (others | {wire[:cut] for cut in range(len(wire))}) - {wire}:
        try:
            decoded = auralite.decode(other, model, 100)
        except DecodeError:
            continue
        assert decoded != data
        assert auralite.encode(decoded, model) == other


def test_trained_model_predicts_its_samples() -> None:
    assert [len(auralite.encode(data, TRAINED)) for data in SAMPLES] == [3, 2, 3, 7, 4, 5, 5, 3, 1]


def test_message_worked_by_hand() -> None:
    """The byte a where the first context predicts nothing but the end, which has 4096 - 3723 = 373 of 4096.

    The escape: unit = 2^31 / 4096 = 2^19, low = 2^31 + 373 · 2^19, range = 3723 · 2^19. At the root, without
    the end: total = 256 · 32 = 8192, unit = 3723 · 2^6, low grows by 97 · 32 · unit, range = 32 · unit. This
    is below 2^24, a shift. The root again, now for the end, after 256 others: total = 8224, unit = 237344.
    b8313c is the first number of three bytes in the interval, which another shift would not change.

    Rules AUR-1, AUR-2 and AUR-6.
    """
    low = 0x80000000 + 373 * 2**19 + 97 * 32 * 3723 * 2**6
    low = low * 256 + 256 * 32 * 237344
    assert (low, low + 32 * 237344) == (0xB8313C0000, 0xB831AFE400)
    assert auralite.encode(b"a", NO_CONTEXTS).hex() == "b8313c"
    assert auralite.encode(b"", NO_CONTEXTS).hex() == "80"


@given(models(), TEXTS)
def test_costs_add_up_to_the_length(model: ContextModel, data: bytes) -> None:
    steps = list(auralite.steps(data, model))
    assert [step.symbol for step in steps] == [*data, END]
    assert [step.position for step in steps] == list(range(len(data) + 1))
    bits = 1 + sum(step.bits for step in steps)
    length = 8 * len(auralite.encode(data, model))
    assert length <= 1.01 * bits + 8
    assert length > bits - 8 * 6


def test_garbage_is_refused_in_time() -> None:
    """However cheap its symbols are, a string gives out eight bytes after its end. Rule RNG-6."""
    model = replace(NEVER_ENDING, hits=(match.TOTAL - 1,) * match.HITS)
    with pytest.raises(Truncated):
        auralite.decode(b"\x80", model, (1 + MAX_OMITTED) * 8 * 2839)
    with pytest.raises(Truncated):
        auralite.decode(b"\xff\x12", NO_CONTEXTS, 2 + MAX_OMITTED)


@given(st.randoms(), models())
def test_long_garbage(source: random.Random, model: ContextModel) -> None:
    """It is refused, or by a rare chance what an encoder writes. Rules AUR-9 and RNG-6."""
    wire = b"\xc0" + source.randbytes(60)
    try:
        data = auralite.decode(wire, model, 1000)
    except DecodeError:
        return
    assert auralite.encode(data, model) == wire


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("data", [data for data in SAMPLES if data])
def test_output_limit(model: ContextModel, data: bytes) -> None:
    """Rules AUR-9 and LIM-1."""
    wire = auralite.encode(data, model)
    assert auralite.decode(wire, model, len(data)) == data
    with pytest.raises(LimitExceeded, match="more than") as refused:
        auralite.decode(wire, model, len(data) - 1)
    assert refused.value.offset == 0


def test_output_limit_stops_a_cheap_message() -> None:
    """Rule AUR-9."""
    wire = auralite.encode(b"a" * 5000, NEVER_ENDING)
    assert len(wire) < 40
    with pytest.raises(LimitExceeded):
        auralite.decode(wire, NEVER_ENDING, 100)
    assert auralite.decode(auralite.encode(b"", NO_CONTEXTS), NO_CONTEXTS, 0) == b""


def test_long_message() -> None:
    data = random.Random(1).randbytes(5000)
    wire = auralite.encode(data, TRAINED)
    assert auralite.decode(wire, TRAINED, len(data)) == data


@given(TEXTS)
def test_body_that_names_its_model(data: bytes) -> None:
    """Rule AUR-7."""
    body = auralite.encode_explicit(data, MODEL_ID, TRAINED)
    assert body == MODEL_ID + auralite.encode(data, TRAINED)
    assert auralite.decode_explicit(body, {bytes(8): HAND_MADE, MODEL_ID: TRAINED}, len(data)) == data
    explicit = parse_body(body)
    assert explicit == Explicit(MODEL_ID, body[8:])
    assert build_body(explicit) == body


@pytest.mark.parametrize(
    ("body", "error", "offset", "path"),
    [
        ("", Truncated, 1, "model_id"),
        ("01234567", Truncated, 5, "model_id"),
        ("0123456789abcdef", Truncated, 9, "string"),
        ("0123456789abcdef7f", Malformed, 9, "string"),
        ("0123456789abcdee8000", UnknownModel, 1, "model_id"),
        ("0123456789abcdee00", Malformed, 9, "string"),
        ("0123456789abcdef8000", NonCanonical, 9, "string"),
        ("0123456789abcdef800000000000", Malformed, 9, "string"),
        ("0123456789abcdefb8313c", LimitExceeded, 9, "string"),
    ],
)
def test_refused_bodies(body: str, error: type[DecodeError], offset: int, path: str) -> None:
    """Rules AUR-7 and AUR-8."""
    with pytest.raises(error) as refused:
        auralite.decode_explicit(bytes.fromhex(body), {MODEL_ID: NO_CONTEXTS}, 0)
    assert (refused.value.offset, refused.value.path) == (offset, path)


@pytest.mark.parametrize(
    ("explicit", "path"), [(Explicit(bytes(7), b"\x80"), "model_id"), (Explicit(bytes(8), b"\x7f"), "string")]
)
def test_bodies_without_a_spelling(explicit: Explicit, path: str) -> None:
    with pytest.raises(EncodeError, match=path):
        build_body(explicit)


def test_spans() -> None:
    spans: list[Span] = []
    parse_body(MODEL_ID + b"\xab\xcd", spans)
    assert [(span.offset, span.length, span.path, span.value) for span in spans] == [
        (1, 8, "model_id", MODEL_ID),
        (9, 2, "string", b"\xab\xcd"),
    ]
    spans.clear()
    assert parse_compact(b"\xab\xcd", spans) == b"\xab\xcd"
    assert [(span.offset, span.length, span.path) for span in spans] == [(0, 2, "string")]


@pytest.mark.parametrize(
    ("wire", "error"), [(b"", Truncated), (b"\x7f", Malformed), (b"\x03\x80", Malformed)]
)
def test_refused_beginnings(wire: bytes, error: type[DecodeError]) -> None:
    """Rule RNG-5."""
    readers: tuple[Callable[[], bytes], ...] = (
        lambda: parse_compact(wire),
        lambda: auralite.decode(wire, TRAINED, 10),
    )
    for read in readers:
        with pytest.raises(error) as refused:
            read()
        assert (refused.value.offset, refused.value.path) == (0, "string")


def test_messages_beyond_the_limit_of_the_method_are_refused() -> None:
    """Rules AUR-9 and LIM-6."""
    with pytest.raises(EncodeError):
        auralite.encode(bytes(MAX_MODELLED + 1), TRAINED)
