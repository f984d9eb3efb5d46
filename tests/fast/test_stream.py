"""Fast streams against the reference: the same wires, the same texts, the same refusals."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import EXHAUSTED, NO_CONTEXTS, PAST, SAMPLES, WITH_ALL, WITH_PREFIX, models
from tests.searches import sampled
from tests.streams import (
    CONVERSATIONS,
    EXTREME_NUMBERS,
    MAX_SIZE,
    NUMBERED,
    WITH_ZEROS,
    WORDS,
    Receives,
    plain,
    terms,
    text,
)

import aura_reference.stream as reference
from aura.models.model import Model
from aura_fast import stream
from aura_fast.stream import remainder_of
from aura_spec.char_runs import Kind, state_of
from aura_spec.context_model import CharRunList, ContextModel
from aura_spec.errors import Code, DecodeError, EncodeError, StreamDesync
from aura_spec.stream import (
    CHECKS,
    GENERATORS,
    LARGE_MEMORY,
    MAX_MEMORY,
    MAX_STRING,
    START,
    Terms,
    Text,
    check_bits,
    expected,
    remainder,
)

SMALL = Model.load_small().context_model


def outcome(receiver: Receives, wire: bytes, most: int = MAX_SIZE) -> object:
    try:
        return receiver.decode(wire, most, plain), receiver.asked
    except DecodeError as error:
        return error.code


def both(held: Terms, wires: list[bytes], most: int = MAX_SIZE) -> list[object]:
    """What the fast receiver makes of wires, which is what the reference does."""
    fast, slow = stream.Receiver(held), reference.Receiver(held)
    outcomes = [outcome(fast, wire, most) for wire in wires]
    assert outcomes == [outcome(slow, wire, most) for wire in wires]
    assert fast.lost == slow.lost
    return outcomes


def sealed(wire: bytes, held: Terms) -> bytes:
    """The wire with its last bits changed so that it looks like the first of a stream."""
    bits = check_bits(len(wire), held.check, head=wire[:1] == b"\0")
    change = remainder(wire, bits) ^ expected(held.agreed, 0, bits, server=held.server)
    size = max(len(wire), (bits + 7) // 8)
    return (int.from_bytes(wire, "big") ^ change).to_bytes(size, "big")


@pytest.mark.no_cover
@given(models() | st.just(SMALL), CONVERSATIONS, st.sampled_from(CHECKS), st.data())
@settings(max_examples=60)
def test_same_wires_and_texts(
    model: ContextModel, conversation: list[Text], check: int, data: st.DataObject
) -> None:
    held = terms(model, check)
    fast, slow = stream.Sender(held), reference.Sender(held)
    receiver = stream.Receiver(held)
    for said in conversation:
        if data.draw(st.integers(0, 9)) == 0:
            ask = data.draw(st.booleans())
            fast.reset(ask=ask)
            slow.reset(ask=ask)
        compressed = plain if data.draw(st.booleans()) else None
        wire = fast.encode(said, compressed)
        assert wire == slow.encode(said, compressed)
        assert receiver.decode(wire, MAX_SIZE, plain) == said


@pytest.mark.parametrize("said", [NUMBERED * 2, EXTREME_NUMBERS * 3, WORDS])
@pytest.mark.parametrize("model", [SMALL, NO_CONTEXTS])
def test_same_wires_of_conversations(said: tuple[str, ...], model: ContextModel) -> None:
    compared(model, list(said))


def compared(model: ContextModel, said: list[str]) -> None:
    held = terms(model)
    fast, slow = stream.Sender(held), reference.Sender(held)
    wires = [fast.encode(text(one)) for one in said]
    assert wires == [slow.encode(text(one)) for one in said]
    assert both(held, wires) == [(text(one), False) for one in said]


@pytest.mark.parametrize("model", [WITH_PREFIX, WITH_ALL])
def test_same_wires_along_the_prefix(model: ContextModel) -> None:
    """To its end and beyond, away from it, and where the window predicts as well."""
    past = PAST.decode()
    compared(model, [past, past[:40] + "!", past + past, past[10:60] + "?", past[:30] + past[20:] + "."])
    compared(replace(model, prefix=replace(WITH_PREFIX.prefix, text=PAST[:30])), [past, past])


@pytest.mark.parametrize("model", [SMALL, WITH_ALL])
def test_same_wires_where_bytes_0_look_like_ends(model: ContextModel) -> None:
    held = terms(model)
    fast, slow = stream.Sender(held), reference.Sender(held)
    said = [Text(data, is_text=False) for data in WITH_ZEROS * 2]
    wires = [fast.encode(one) for one in said]
    assert wires == [slow.encode(one) for one in said]
    assert both(held, wires) == [(one, False) for one in said]


def test_same_wires_where_a_list_for_char_runs_has_nothing_left() -> None:
    char_runs = {state_of(Kind.DIGITS, 1): CharRunList(0, (ord("5"),), (8,), 24)}
    compared(replace(NO_CONTEXTS, char_runs=char_runs), ["- 15 - 15 - 15 - 14", "- 15 - 1"])


def test_same_wires_where_the_window_holds_digits_only() -> None:
    compared(NO_CONTEXTS, ["7" * 1300 + "x1x1x2x3x4"])


def test_an_escape_that_leaves_no_symbol() -> None:
    held = terms(EXHAUSTED, 4)
    outcomes = [both(held, [sealed(bytes((first, *b"\xff" * 6)), held)])[0] for first in range(1, 256)]
    assert Code.MALFORMED in outcomes


@pytest.mark.parametrize("memory", [LARGE_MEMORY - 1, LARGE_MEMORY, MAX_MEMORY])
def test_same_wires_with_more_memory(memory: int) -> None:
    """Rule STR-12."""
    held = terms(SMALL, memory=memory)
    fast, slow = stream.Sender(held), reference.Sender(held)
    said = [text(" ".join(f"{n * n * seed % 65521:x}" for n in range(150))) for seed in (40503, 7919, 40503)]
    assert [fast.encode(one) for one in said] == [slow.encode(one) for one in said]


def test_errors_of_messages() -> None:
    for check in CHECKS:
        assert both(replace(terms(NO_CONTEXTS, check), agreed=0x0401), [b"\0\4\1"]) == [Code.TRUNCATED]
    held = terms(SMALL)
    wire = stream.Sender(held).encode(Text(b"\xff", is_text=True))
    assert both(held, [wire]) == [Code.MALFORMED]


def test_same_wires_once_the_window_is_full() -> None:
    held = terms(NO_CONTEXTS)
    fast, slow = stream.Sender(held), reference.Sender(held)
    draw = random.Random(5)
    for number in range(30):
        said = Text(b" ".join(draw.choices(SAMPLES, k=3)) + b"%d" % number, is_text=False)
        compressed = plain if number % 4 == 0 else None
        assert fast.encode(said, compressed) == slow.encode(said, compressed)
    said = Text(bytes(range(256)) * 10, is_text=False)
    assert fast.encode(said, lambda _: b"x") == slow.encode(said, lambda _: b"x")
    assert fast.encode(text("Yes, please.")) == slow.encode(text("Yes, please."))
    noise = Text(b"\na {b c\n<d" + draw.randbytes(600), is_text=False)
    assert fast.encode(noise, lambda _: b"x") == slow.encode(noise, lambda _: b"x")
    assert fast.encode(text("{b c\n<d")) == slow.encode(text("{b c\n<d"))


@given(
    models() | st.just(SMALL),
    st.lists(st.binary(max_size=30), min_size=1, max_size=3),
    st.sampled_from(CHECKS),
)
@settings(max_examples=150)
def test_same_outcome_for_any_bytes(model: ContextModel, wires: list[bytes], check: int) -> None:
    held = terms(model, check)
    both(held, wires, 50)
    both(held, [sealed(wires[0], held)], 50)
    both(held, [sealed(b"\x55" + wires[0], held)], 50)


@sampled(150)
@given(st.sampled_from([SMALL, NO_CONTEXTS]), st.sampled_from(WORDS), st.sampled_from(CHECKS), st.data())
def test_same_outcome_beside_a_message(
    model: ContextModel, said: str, check: int, data: st.DataObject
) -> None:
    held = terms(model, check)
    wire = stream.Sender(held).encode(text(said))
    number = int.from_bytes(wire, "big") + data.draw(st.integers(-(4 << check), 4 << check))
    near = max(0, number).to_bytes(len(wire) + 1, "big").lstrip(b"\0")
    cut = wire[: data.draw(st.integers(0, len(wire)))] + data.draw(st.binary(max_size=9))
    for other in (near, cut, wire + b"\0\0"):
        both(held, [sealed(other, held)], data.draw(st.sampled_from([500, 3])))


@given(st.integers(0, 15), st.binary(max_size=12))
def test_same_outcome_for_heads(flags: int, rest: bytes) -> None:
    held = terms(NO_CONTEXTS)
    for wire in (bytes((0, flags)) + rest, b"\0", bytes((0, flags))):
        both(held, [wire, sealed(wire, held)])


@given(st.binary(min_size=1, max_size=40))
def test_same_remainders(wire: bytes) -> None:
    for bits in GENERATORS:
        assert remainder_of(wire, bits) == remainder(wire, bits)


@given(st.integers(1 << 24, (1 << 32) - 1), st.integers(0, 4), st.sampled_from(CHECKS), st.data())
def test_same_strings_in_any_interval(size: int, before: int, check: int, data: st.DataObject) -> None:
    window = 4 + before
    low = data.draw(st.integers(START << 8 * before, 256**window - size))
    counter, head = data.draw(st.integers(0, 0xFFFF)), data.draw(st.sampled_from([b"", b"\0\2"]))
    held = terms(NO_CONTEXTS, check)
    found = stream.find_string(low.to_bytes(window, "big"), size, head, held, counter)
    assert found == reference.find_string(reference.Interval(low, size, window), head, held, counter)


def test_strings_of_few_bytes() -> None:
    """The check may be longer than the string."""
    for check in CHECKS:
        for counter in range(0xFF00, 0x10000, 5):
            held = terms(NO_CONTEXTS, check)
            low = (0x10000000).to_bytes(4, "big")
            found = stream.find_string(low, 0x70000000, b"", held, counter)
            interval = reference.Interval(0x10000000, 0x70000000, 4)
            assert found == reference.find_string(interval, b"", held, counter)


def test_texts_too_long_for_a_string() -> None:
    sender = stream.Sender(terms(NO_CONTEXTS))
    said = Text(bytes(MAX_STRING + 1), is_text=False)
    with pytest.raises(EncodeError):
        sender.encode(said)
    assert stream.Receiver(terms(NO_CONTEXTS)).decode(sender.encode(said, plain), 2 * MAX_SIZE, plain) == said


@pytest.mark.parametrize("check", [8, 16])
def test_faults_are_noticed_at_once(check: int) -> None:
    """Cuts, losses, repetitions, swaps and flips: a wrong text is as rare as the bits of the check make it."""
    held = terms(SMALL, check)
    draw = random.Random(11)
    tried = wrong = 0
    for said in (NUMBERED, WORDS):
        sender, receiver = stream.Sender(held), stream.Receiver(held)
        wires = [sender.encode(text(one)) for one in said]
        for place, wire in enumerate(wires):
            damaged = [wire[:size] for size in range(len(wire))]
            for bit in range(8 * len(wire)):
                other = bytearray(wire)
                other[bit >> 3] ^= 1 << (bit & 7)
                damaged.append(bytes(other))
            damaged += [other for number, other in enumerate(wires) if number != place]
            damaged += [
                bytes((*wire[:at], draw.randrange(256) ^ wire[at], *wire[at + 1 :]))
                for at in range(len(wire))
            ]
            for other in damaged:
                if other != wire:
                    tried += 1
                    result = outcome(receiver.copy(), other)
                    wrong += isinstance(result, tuple) and result[0] != text(said[place])
            assert receiver.decode(wire, MAX_SIZE, plain) == text(said[place])
    assert tried > 1000
    assert wrong <= 1 + 2 * tried // 2**check


def test_a_lost_stream_stays_lost() -> None:
    held = terms(SMALL)
    sender, receiver = stream.Sender(held), stream.Receiver(held)
    wire = sender.encode(text("Yes"))
    with pytest.raises(DecodeError):
        receiver.decode(b"\0", MAX_SIZE, plain)
    with pytest.raises(StreamDesync):
        receiver.decode(wire, MAX_SIZE, plain)


@pytest.mark.parametrize("held", [terms(SMALL), terms(SMALL, server=True)], ids=["client", "server"])
def test_messages_that_are_coded_already_are_those_of_the_reference(held: Terms) -> None:
    sender = stream.Sender(held)
    parts = [
        Text(b"and then the door was shut", True),
        Text(b"\xff\x00\xfe", False),
        Text("äöü".encode(), True),
    ]
    wires = []
    for part in parts:
        wires.append(sender.encode(part))
        wires.append(sender.encode_message(part, part.data))
    sender.reset(ask=True)
    wires += [sender.encode_message(parts[0], parts[0].data), sender.encode(parts[0])]
    twice = [part for part in parts for _ in range(2)] + [parts[0]] * 2
    assert both(held, wires) == [(part, place == 6) for place, part in enumerate(twice)]
