"""Batches against messages coded one at a time."""

from __future__ import annotations

import random
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import (
    MODELS,
    NEVER_ENDING,
    NO_CONTEXTS,
    PAST,
    SAMPLES,
    TEXTS,
    TRAINED,
    WITH_ALL,
    WITH_PREFIX,
    models,
)
from tests.searches import sampled

from aura.models.model import Model
from aura_fast import auralite, batch
from aura_fast.batch import lists
from aura_fast.batch.tuning import DEFAULT, Tuning
from aura_fast.context_model import contexts_of
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.limits import MAX_MODELLED

SMALL = Model.load_small().context_model

REPETITIVE = st.lists(
    st.sampled_from([b"abcd", b"bcda", b"abcde", b"\0\0", b"x", b'{"id":', b"123"]), max_size=30
)
MESSAGES = st.lists(TEXTS | REPETITIVE.map(b"".join) | st.binary(max_size=100), max_size=30)


def together(symbols: int = 1 << 19, few: int = 0, piece: int = 64, **more: int) -> Tuning:
    """Let all but ``few`` messages go through numpy, in chunks of so many symbols and pieces of so many."""
    sizes = Tuning(
        max_symbols=symbols,
        long_message=symbols,
        worthwhile=1,
        step_cost=0.0,
        few=few,
        few_choices=few,
        last_messages=few,
        piece=piece,
        rest_symbols=piece,
        rest_entries=64 * piece,
        reach=piece,
    )
    return replace(sizes, **more)


@given(
    models() | st.just(SMALL),
    MESSAGES,
    st.sampled_from([0, 3]),
    st.sampled_from([100, 1 << 19]),
    st.sampled_from([1, 7, 64]),
)
@settings(max_examples=150)
def test_same_strings(model: ContextModel, messages: list[bytes], few: int, symbols: int, piece: int) -> None:
    expected = [auralite.encode(message, model) for message in messages]
    assert batch.encode(messages, model) == expected
    assert batch.encode(messages, model, together(symbols, few, piece)) == expected


def outcomes(wires: list[bytes], model: ContextModel, max_size: int) -> list[object]:
    """What each string is, decoded by itself."""
    found: list[object] = []
    for wire in wires:
        try:
            found.append(auralite.decode(wire, model, max_size))
        except DecodeError as error:
            found.append((error.code, error.offset, error.path))
    return found


def decoded(wires: list[bytes], model: ContextModel, max_size: int, tuning: Tuning = DEFAULT) -> list[object]:
    """What each string is, decoded together with the others."""
    return [
        (result.code, result.offset, result.path) if isinstance(result, DecodeError) else result
        for result in batch.decode(wires, model, max_size, tuning)
    ]


@given(
    models() | st.just(SMALL),
    MESSAGES,
    st.lists(st.binary(max_size=40)),
    st.sampled_from([0, 3]),
    st.sampled_from([0, 20, 1000]),
)
@settings(max_examples=150)
def test_same_messages_and_refusals(
    model: ContextModel, messages: list[bytes], others: list[bytes], few: int, max_size: int
) -> None:
    wires = [auralite.encode(message, model) for message in messages]
    wires += [b"\xb1" + other for other in others] + others + [wire[:-1] for wire in wires]
    wires += [wire + b"\x01" for wire in wires[:9]] + [wire[:2] + b"\x55" for wire in wires[:9]]
    expected = outcomes(wires, model, max_size)
    assert decoded(wires, model, max_size) == expected
    assert decoded(wires, model, max_size, together(few=few)) == expected


@pytest.mark.parametrize("model", [*MODELS, NEVER_ENDING])
def test_strings_of_a_few_bytes(model: ContextModel) -> None:
    wires = [number.to_bytes(2, "big") for number in range(0x8000, 0x10000, 41)]
    assert decoded(wires, model, 200) == outcomes(wires, model, 200)
    assert decoded(wires, model, 200, together()) == outcomes(wires, model, 200)


def test_long_messages_leave_the_table() -> None:
    messages = [b"help " * size for size in range(0, 100, 2)]
    wires = [auralite.encode(message, TRAINED) for message in messages]
    assert batch.decode(wires, TRAINED, 1000, together(max_table=1 << 13)) == messages


def test_messages_left_amid_a_symbol() -> None:
    """Where the table ends, some are between an escape and their end."""
    source = random.Random(11)
    messages = [source.randbytes(size) for size in range(10) for _ in range(20)]
    wires = [auralite.encode(message, SMALL) for message in messages]
    for width in range(1, 10):
        tuning = together(max_table=0, width=width)
        assert batch.decode(wires, SMALL, 100, tuning) == messages
        assert decoded(wires, SMALL, width, tuning) == outcomes(wires, SMALL, width)
    # the first message is too long already, and the others are amid the symbol that makes them so
    wires = [auralite.encode(message, SMALL) for message in [b"Could you", *[b"Coul\xff\xfe"] * 8]]
    assert decoded(wires, SMALL, 4, together(max_table=0, width=5)) == outcomes(wires, SMALL, 4)


@pytest.mark.parametrize("model", [*MODELS, SMALL])
def test_many_messages(model: ContextModel) -> None:
    source = random.Random(5)
    parts = [*SAMPLES, b"id 12", b"3f0a", b"help", PAST[10:50], b"\0", b" ", b"\xfe\xff"]
    messages = [b"".join(source.choices(parts, k=source.randrange(9))) for _ in range(300)]
    expected = [auralite.encode(message, model) for message in messages]
    assert batch.encode(messages, model) == expected
    source.shuffle(messages)
    assert sorted(batch.encode(messages, model)) == sorted(expected)
    wires = batch.encode(messages, model)
    assert batch.decode(wires, model, 1000) == messages
    assert batch.decode(wires, model, 1000, together(few=3)) == messages


def test_nothing() -> None:
    assert batch.encode([], TRAINED) == []
    assert batch.decode([], TRAINED, 10) == []
    assert batch.encode([b""], TRAINED, together()) == [auralite.encode(b"", TRAINED)]


def test_carries_run_through_a_string() -> None:
    messages = [random.Random(seed).randbytes(40) for seed in range(500)]
    expected = [auralite.encode(data, NO_CONTEXTS) for data in messages]
    assert batch.encode(messages, NO_CONTEXTS, together()) == expected


def test_message_that_is_too_long() -> None:
    with pytest.raises(EncodeError, match="at most"):
        batch.encode([b"", bytes(MAX_MODELLED + 1)], WITH_ALL)
    with pytest.raises(EncodeError, match="at most"):
        batch.encode_one(bytes(MAX_MODELLED + 1), WITH_ALL)


@pytest.mark.parametrize("size", [0, 10, 800])
def test_one_message(size: int) -> None:
    message = b"help? " * size
    assert batch.encode_one(message, SMALL) == auralite.encode(message, SMALL)


@sampled(150)
@given(models() | st.just(SMALL), MESSAGES.map(b"".join), st.sampled_from([1, 7, 64, 500]))
def test_sections_of_one_message(model: ContextModel, message: bytes, section: int) -> None:
    expected = auralite.encode(message, model)
    assert batch.encode_one(message, model, together(section=section)) == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auralite, "_SECTION", section)
        assert auralite.encode(message, model) == expected


@pytest.mark.parametrize("model", [WITH_PREFIX, WITH_ALL])
@pytest.mark.parametrize("section", [1, 10, 500])
def test_sections_with_matches_in_the_prefix(model: ContextModel, section: int) -> None:
    message = PAST[:30] + b"!" + PAST[3:40] + b"id 12" + PAST[-30:] * 2 + PAST
    expected = auralite.encode(message, model)
    assert batch.encode_one(message, model, together(section=section)) == expected


@pytest.mark.parametrize(
    "message", [bytes(20_000), b"Could you help? " * 1000, random.Random(7).randbytes(4000)]
)
def test_long_messages_need_little_memory(message: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sections of a thirty-second of their size, so that there are some."""
    tuning = Tuning(section=1 << 10, rest_entries=1 << 11)
    monkeypatch.setattr(auralite, "_SECTION", 1 << 7)
    wire = auralite.encode(message, SMALL)
    for call in (
        lambda: auralite.encode(message, SMALL) == wire,
        lambda: batch.encode_one(message, SMALL, tuning) == wire,
        lambda: auralite.decode(wire, SMALL, len(message)) == message,
    ):
        tracemalloc.start()
        assert call()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < 40 * len(message) + 1_000_000


def test_suffixes_are_found_alike() -> None:
    model = contexts_of(SMALL)
    followed = [model.initial]
    for symbol in b"Could you please look at the second one again?":
        followed.append(model.follow(followed[-1], symbol))
    found = lists.suffix(lists.words_of(model)[followed]).tolist()
    assert found == [model.suffix(context) for context in followed]
