"""Streams in the native core beside the reference: the same wires, texts and refusals, come what may."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.adaptive import ADAPTIVE
from tests.models import EXHAUSTED, MODELS, NO_CONTEXTS, PAST, SAMPLES, WITH_ALL, WITH_PREFIX, models
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

import aura_fast.stream as fast
import aura_reference.stream as reference
from aura.models.model import Model
from aura_spec.context_model import ContextModel
from aura_spec.errors import Code, DecodeError, EncodeError, LimitExceeded, Malformed, StreamDesync
from aura_spec.stream import (
    CHECKS,
    LARGE_MEMORY,
    MAX_MEMORY,
    MAX_STRING,
    MIN_MEMORY,
    Flag,
    Terms,
    Text,
    check_bits,
    expected,
    remainder,
)

pytest.importorskip("aura_native")

from aura import native_stream  # needs it

SMALL = Model.load_small().context_model
HELD = st.sampled_from([*MODELS, SMALL, NO_CONTEXTS, WITH_ALL, EXHAUSTED]) | models()
SAID = CONVERSATIONS | st.lists(ADAPTIVE.map(lambda data: Text(data, is_text=False)), max_size=4)


def outcome(receiver: Receives, wire: bytes, most: int = MAX_SIZE) -> object:
    try:
        return receiver.decode(wire, most, plain), receiver.asked, receiver.lost
    except DecodeError as error:
        return error.code, error.offset, error.path, error.reason, receiver.lost


def both(held: Terms, wires: list[bytes], most: int = MAX_SIZE) -> list[object]:
    """What the native receiver makes of wires, which is what the reference does."""
    native, slow = native_stream.Receiver(held), reference.Receiver(held)
    outcomes = [outcome(native, wire, most) for wire in wires]
    assert outcomes == [outcome(slow, wire, most) for wire in wires]
    return outcomes


def written(
    held: Terms, said: list[Text], sender: Callable[[Terms], reference.Sender] = reference.Sender
) -> list[bytes]:
    end = sender(held)
    return [end.encode(one) for one in said]


def sealed(wire: bytes, held: Terms) -> bytes:
    """The wire with its last bits changed so that it looks like the first of a stream."""
    bits = check_bits(len(wire), held.check, head=wire[:1] == b"\0")
    change = remainder(wire, bits) ^ expected(held.agreed, 0, bits, server=held.server)
    size = max(len(wire), (bits + 7) // 8)
    return (int.from_bytes(wire, "big") ^ change).to_bytes(size, "big")


@sampled(300)
@given(HELD, SAID, st.sampled_from(CHECKS), st.booleans(), st.data())
def test_the_same_wires_and_texts(
    model: ContextModel, conversation: list[Text], check: int, server: bool, data: st.DataObject
) -> None:
    held = terms(model, check, server=server)
    native, slow, receiver = native_stream.Sender(held), reference.Sender(held), native_stream.Receiver(held)
    for said in conversation:
        if data.draw(st.integers(0, 9)) == 0:
            ask = data.draw(st.booleans())
            native.reset(ask=ask)
            slow.reset(ask=ask)
        compressed = plain if data.draw(st.booleans()) else None
        wire = native.encode(said, compressed)
        assert wire == slow.encode(said, compressed)
        assert receiver.decode(wire, MAX_SIZE, plain) == said


def _faulty(wires: list[bytes], data: st.DataObject) -> list[bytes]:
    """Wires of which some are dropped, repeated, moved, damaged or made up."""
    result = list(wires)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(result)))
        fault = data.draw(st.sampled_from(["drop", "repeat", "move", "flip", "cut", "more", "any"]))
        if fault == "any" or place == len(result):
            result.insert(place, data.draw(st.binary(max_size=8)))
            continue
        wire = result.pop(place)
        if fault == "repeat":
            result[place:place] = [wire, wire]
        elif fault == "move":
            result.insert(data.draw(st.integers(0, len(result))), wire)
        elif fault == "flip" and wire:
            number = int.from_bytes(wire, "big") ^ 1 << data.draw(st.integers(0, 8 * len(wire) - 1))
            result.insert(place, number.to_bytes(len(wire), "big"))
        elif fault == "cut":
            result.insert(place, wire[: data.draw(st.integers(0, len(wire)))])
        elif fault == "more":
            result.insert(place, wire + data.draw(st.binary(min_size=1, max_size=3)))
    return result


@sampled(300)
@given(st.sampled_from([*MODELS, SMALL, NO_CONTEXTS]), SAID, st.sampled_from(CHECKS), st.data())
def test_the_same_of_faulty_streams(
    model: ContextModel, conversation: list[Text], check: int, data: st.DataObject
) -> None:
    held = terms(model, check)
    sender = native_stream.Sender(held)
    wires = []
    for place, said in enumerate(conversation):
        if place % 4 == 3:
            sender.reset(ask=place % 8 == 3)
        wires.append(sender.encode(said, plain if place % 5 == 4 else None))
    both(held, _faulty(wires, data), data.draw(st.sampled_from([MAX_SIZE, 20])))


@sampled(300)
@given(HELD, st.lists(st.binary(max_size=30), min_size=1, max_size=3), st.sampled_from(CHECKS))
@example(EXHAUSTED, [bytes((first, *b"\xff" * 6)) for first in range(1, 64)], 4)
def test_the_same_of_any_bytes(model: ContextModel, wires: list[bytes], check: int) -> None:
    held = terms(model, check)
    both(held, wires, 50)
    for wire in wires:
        both(held, [sealed(wire, held)], 50)
        both(held, [sealed(b"\x55" + wire, held)], 50)


@sampled(300)
@given(st.sampled_from([SMALL, NO_CONTEXTS]), st.sampled_from(WORDS), st.sampled_from(CHECKS), st.data())
def test_the_same_beside_a_message(model: ContextModel, said: str, check: int, data: st.DataObject) -> None:
    """Strings that pass the check, and are not those that a sender writes."""
    held = terms(model, check)
    wire = native_stream.Sender(held).encode(text(said))
    number = int.from_bytes(wire, "big") + data.draw(st.integers(-(4 << check), 4 << check))
    near = max(0, number).to_bytes(len(wire) + 1, "big").lstrip(b"\0")
    cut = wire[: data.draw(st.integers(0, len(wire)))] + data.draw(st.binary(max_size=9))
    for other in (near, cut, wire + b"\0\0", b"\0\1\0\0" + wire):
        both(held, [sealed(other, held)], data.draw(st.sampled_from([500, 3])))


@given(st.integers(0, 16), st.binary(max_size=12), st.booleans())
def test_the_same_of_heads(flags: int, rest: bytes, server: bool) -> None:
    held = terms(NO_CONTEXTS, server=server)
    for wire in (bytes((0, flags)) + rest, b"\0", bytes((0, flags)), b""):
        both(held, [wire, sealed(wire, held)])
    for check in CHECKS:
        other = replace(held, check=check, agreed=0x0401, server=False)
        assert both(other, [b"\0\4\1"])[0][0] is Code.TRUNCATED  # type: ignore[index]


@pytest.mark.parametrize("memory", [MIN_MEMORY, LARGE_MEMORY - 1, LARGE_MEMORY, MAX_MEMORY])
def test_windows_of_all_sizes(memory: int) -> None:
    """Filled several times over, against ``fast``, which is quicker than the reference."""
    held = terms(SMALL, memory=memory)
    native, other, receiver = native_stream.Sender(held), fast.Sender(held), native_stream.Receiver(held)
    draw = random.Random(memory)
    for number in range(40):
        said = Text(b" ".join(draw.choices(SAMPLES, k=draw.randrange(1, 40))) + b"%d" % number, is_text=False)
        compressed = plain if number % 4 == 0 else None
        wire = native.encode(said, compressed)
        assert wire == other.encode(said, compressed)
        assert receiver.decode(wire, MAX_SIZE, plain) == said
    large = Text(draw.randbytes(100_000), is_text=False)
    wire = native.encode(large, plain)
    assert wire == other.encode(large, plain)
    assert receiver.decode(wire, MAX_SIZE, plain) == large
    for said in (text("Yes, please."), text(" and so on" * 700)):
        wire = native.encode(said)
        assert wire == other.encode(said)
        assert receiver.decode(wire, MAX_SIZE, plain) == said


@pytest.mark.parametrize("model", [WITH_PREFIX, WITH_ALL, SMALL, NO_CONTEXTS])
def test_the_same_along_prefixes_numbers_and_bytes_0(model: ContextModel) -> None:
    past = PAST.decode()
    said = [
        text(one)
        for one in (past, past[:40] + "!", past + past, past[10:60] + "?", *EXTREME_NUMBERS, *NUMBERED)
    ]
    said += [Text(data, is_text=False) for data in WITH_ZEROS * 2]
    held = terms(model)
    wires = written(held, said, native_stream.Sender)
    assert wires == written(held, said, fast.Sender)
    receiver = native_stream.Receiver(held)
    assert [receiver.decode(wire, MAX_SIZE, plain) for wire in wires] == said


def test_counters_begin_anew() -> None:
    held = terms(NO_CONTEXTS, 4)
    sender, receiver = native_stream.Sender(held), native_stream.Receiver(held)
    for number in range((1 << 16) + 9):
        if number % 30_000 == 0:
            sender.reset(ask=False)
        said = text("ab"[number & 1])
        assert receiver.decode(sender.encode(said), MAX_SIZE, plain) == said


def test_a_message_that_is_too_long_may_be_read_again() -> None:
    held = terms(SMALL)
    sender, receiver = native_stream.Sender(held), native_stream.Receiver(held)
    said = [text("Yes, please."), text("A table for two at the Golden Lion, please."), Text(bytes(90), False)]
    for one, compressed in zip(said, (None, None, plain), strict=True):
        wire = sender.encode(one, compressed)
        with pytest.raises(LimitExceeded):
            receiver.decode(wire, 5, _bounded, keeps=True)
        assert not receiver.lost
        assert receiver.decode(wire, MAX_SIZE, _bounded, keeps=True) == one
    wire = sender.encode(said[0])
    with pytest.raises(LimitExceeded):
        receiver.decode(wire, 5, _bounded)
    with pytest.raises(StreamDesync):
        receiver.decode(wire, MAX_SIZE, _bounded, keeps=True)
    sender.reset(ask=True)
    wire = sender.encode(said[1])
    with pytest.raises(LimitExceeded):
        receiver.decode(wire, 5, _bounded, keeps=True)
    assert receiver.lost
    assert receiver.decode(wire, MAX_SIZE, _bounded, keeps=True) == said[1]
    assert receiver.asked


def _bounded(message: bytes, max_size: int) -> bytes:
    if len(message) > max_size:
        raise LimitExceeded("too long")
    return message


def test_messages_that_are_coded_by_themselves() -> None:
    held = terms(SMALL)
    native, other = native_stream.Sender(held), fast.Sender(held)
    parts = [text("and then the door was shut"), Text(b"\xff\x00\xfe", False), text("äöü"), Text(b"", False)]
    wires = []
    for part in parts:
        for sender in (native, other):
            sender.reset(ask=part == parts[2])
        wires += [native.encode(part), native.encode_message(part, part.data)]
        assert wires[-2:] == [other.encode(part), other.encode_message(part, part.data)]
    both(held, wires)


def test_what_cannot_be_coded_is_not_sent() -> None:
    held = terms(SMALL)
    sender, receiver = native_stream.Sender(held), native_stream.Receiver(held)
    sender.reset(ask=False)

    def fails(_data: bytes) -> bytes:
        raise ValueError("no")

    for long in (Text(random.Random(2).randbytes(90), False), Text(bytes(MAX_STRING + 1), False)):
        with pytest.raises(ValueError, match="no"):
            sender.encode(long, fails)
    with pytest.raises(EncodeError, match=f"at most {MAX_STRING} bytes"):
        sender.encode(Text(bytes(MAX_STRING + 1), False))
    with pytest.raises(EncodeError, match="at most 3 bytes"):
        sender.encode(text("four"), None, 3)
    assert sender.encode(text("four"), plain, 3)[:2] == bytes((0, Flag.RESET | Flag.MESSAGE | Flag.TEXT))
    sender.reset(ask=False)
    assert receiver.decode(sender.encode(text("Yes")), MAX_SIZE, plain) == text("Yes")


def test_text_is_utf8() -> None:
    held = terms(NO_CONTEXTS)
    kinds = (
        b"\xff",
        b"a\xc3",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xf0\x80\x80\x80",
    )
    for data in (
        *kinds,
        b"\xe2\x82\xac",
        b"\xf0\x9f\x98\x80",
        b"\xed\x9f\xbf",
        b"\xf4\x8f\xbf\xbf",
        b"\xe2\x28\xa1",
    ):
        for compressed in (None, plain):
            wire = native_stream.Sender(held).encode(Text(data, is_text=True), compressed)
            [result] = both(held, [wire])
            assert (result[0] == Malformed.code) == (data.decode(errors="ignore").encode() != data)


@given(st.binary(max_size=9))
def test_utf8_is_what_python_takes(data: bytes) -> None:
    held = terms(NO_CONTEXTS)
    wire = native_stream.Sender(held).encode_message(Text(data, is_text=True), data)
    both(held, [wire])


def test_damage_passes_about_as_seldom_as_the_chapter_says() -> None:
    """Of short messages with 8 bits at most about one in 9,000."""
    draw, held = random.Random(5), terms(SMALL)
    sender, receiver = native_stream.Sender(held), native_stream.Receiver(held)
    passed = tried = 0
    for said in WORDS[:10]:
        wire = sender.encode(text(said))
        for _ in range(2_000):
            damaged = bytearray(wire)
            for _ in range(3):
                damaged[draw.randrange(len(wire))] = draw.randrange(256)
            tried += damaged != wire
            with suppress(DecodeError):
                passed += receiver.copy().decode(bytes(damaged), MAX_SIZE, plain) != text(said)
        assert receiver.decode(wire, MAX_SIZE, plain) == text(said)
    assert tried > 19_000
    assert passed < 9
