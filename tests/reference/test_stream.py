"""Streams: round trips, faults, resets, and what is remembered (chapter ``stream``)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import HAND_MADE, MODELS, NO_CONTEXTS, PAST, TRAINED, WITH_PREFIX
from tests.searches import part
from tests.streams import CONVERSATIONS, MAX_SIZE, NUMBERED, WORDS, plain, terms, text

from aura_reference.range_coder import Interval
from aura_reference.stream import Receiver, Sender, find_string
from aura_spec import stream as spec
from aura_spec.context_model import ContextModel
from aura_spec.errors import (
    DecodeError,
    EncodeError,
    LimitExceeded,
    Malformed,
    NonCanonical,
    StreamDesync,
    Truncated,
)
from aura_spec.stream import CHECKS, MAX_STRING, Terms, Text, check_bits, expected, remainder


def ends(model: ContextModel = TRAINED, check: int = 8) -> tuple[Sender, Receiver]:
    return Sender(terms(model, check)), Receiver(terms(model, check))


def sealed(wire: bytes, held: Terms, counter: int) -> bytes:
    """The wire with its last bits changed so that the check agrees."""
    bits = check_bits(len(wire), held.check, head=wire[0] == 0)
    change = remainder(wire, bits) ^ expected(held.agreed, counter, bits, server=held.server)
    return (int.from_bytes(wire, "big") ^ change).to_bytes(len(wire), "big")


@pytest.mark.parametrize("model", MODELS)
@given(conversation=CONVERSATIONS)
@settings(max_examples=5)
def test_conversations_come_back(model: ContextModel, conversation: list[Text]) -> None:
    sender, receiver = ends(model)
    for said in conversation:
        assert receiver.decode(sender.encode(said), MAX_SIZE, plain) == said


def test_what_repeats_costs_little() -> None:
    """Rules LOC-4 and LOC-5."""
    sender, _ = ends(NO_CONTEXTS, check=4)
    sizes = [len(sender.encode(text("nothing like this was ever said before"))) for _ in range(4)]
    assert sizes[0] > 30
    assert sizes[1] < 12
    assert sizes[3] <= 4


def test_numbers_that_step_are_modelled() -> None:
    """Rules LOC-6 and LOC-7."""
    sender, _ = ends(TRAINED, check=4)
    sizes = [len(sender.encode(text(said))) for said in NUMBERED]
    other, _ = ends(TRAINED, check=4)
    jumping = [len(other.encode(text(NUMBERED[n * 7 % 12]))) for n in range(12)]
    assert max(sizes[6:10]) <= 8
    assert sum(sizes[4:10]) * 2 < sum(jumping[4:10])


def test_the_prefix_of_the_model_is_looked_into() -> None:
    """Rule LOC-13."""
    with_prefix, _ = ends(WITH_PREFIX)
    without, _ = ends(NO_CONTEXTS)
    assert len(with_prefix.encode(text(PAST))) < len(without.encode(text(PAST))) - 10


def test_a_lost_message_is_noticed() -> None:
    """Rule STR-8: and nothing more is read until a reset."""
    sender, receiver = ends()
    wires = [sender.encode(text(said)) for said in WORDS]
    assert receiver.decode(wires[0], MAX_SIZE, plain) == text(WORDS[0])
    with pytest.raises(StreamDesync, match="not the next"):
        receiver.decode(wires[2], MAX_SIZE, plain)
    assert receiver.lost
    with pytest.raises(StreamDesync, match="lost until"):
        receiver.decode(wires[1], MAX_SIZE, plain)


@pytest.mark.parametrize("check", CHECKS)
def test_repeated_and_reordered_messages_are_noticed(check: int) -> None:
    for order in ((0, 0), (1,), (0, 2), (0, 1, 0), (0, 1, 2, 3, 2)):
        sender, receiver = ends(check=check)
        wires = [sender.encode(text(said)) for said in WORDS]
        for place in order[:-1]:
            receiver.decode(wires[place], MAX_SIZE, plain)
        with pytest.raises(StreamDesync):
            receiver.decode(wires[order[-1]], MAX_SIZE, plain)


def test_a_reflected_message_is_noticed() -> None:
    """Rule STR-6."""
    sender = Sender(terms(TRAINED))
    with pytest.raises(StreamDesync):
        Receiver(terms(TRAINED, server=True)).decode(sender.encode(text("Yes, please.")), MAX_SIZE, plain)


def test_a_reset_recovers() -> None:
    """Rules STR-9 and STR-10."""
    sender, receiver = ends()
    early = sender.encode(text("Yes, please."))
    sender.reset(ask=True)
    reset = sender.encode(text("No, thank you."))
    with pytest.raises(Malformed):
        receiver.decode(b"\0\xff", MAX_SIZE, plain)
    assert reset[:4].hex() == "00030001"
    assert receiver.decode(reset, MAX_SIZE, plain) == text("No, thank you.")
    assert receiver.asked
    assert not receiver.lost
    assert receiver.decode(sender.encode(text("x")), MAX_SIZE, plain) == text("x")
    assert not receiver.asked
    with pytest.raises(StreamDesync, match="old one"):
        receiver.decode(reset, MAX_SIZE, plain)
    with pytest.raises(StreamDesync):
        receiver.decode(early, MAX_SIZE, plain)
    sender.reset(ask=False)
    assert receiver.decode(sender.encode(text("y")), MAX_SIZE, plain) == text("y")
    assert not receiver.asked


def test_a_damaged_reset_is_refused() -> None:
    sender, receiver = ends()
    sender.reset(ask=False)
    wire = sender.encode(text("No, thank you."))
    with pytest.raises(StreamDesync):
        receiver.decode(wire[:-1] + bytes((wire[-1] ^ 1,)), MAX_SIZE, plain)


def test_other_messages_are_remembered_alike() -> None:
    """Rules STR-4 and STR-11: what does not gain is sent as it is, and still helps what follows."""
    sender, receiver = ends(NO_CONTEXTS)
    noise = bytes(7919 * n * n % 251 for n in range(100))
    first = sender.encode(Text(noise, is_text=False), lambda _: b"noise")
    assert first[:-2] == b"\0\4noise"
    assert receiver.decode(first, MAX_SIZE, lambda *_: noise) == Text(noise, is_text=False)
    again = sender.encode(Text(noise, is_text=False), plain)
    assert len(again) < 20
    assert receiver.decode(again, MAX_SIZE, plain).data == noise
    said = sender.encode(text("never said before"), lambda _: b"")
    assert said[:-2] == b"\0\x0c"
    assert receiver.decode(said, MAX_SIZE, lambda *_: b"never said before").is_text


def test_texts_too_long_for_a_string() -> None:
    sender, receiver = ends()
    said = Text(bytes(MAX_STRING + 1), is_text=False)
    with pytest.raises(EncodeError):
        sender.encode(said)
    wire = sender.encode(said, lambda _: b"many zeros")
    assert receiver.decode(wire, 2 * MAX_SIZE, lambda *_: said.data) == said


def test_errors_of_messages() -> None:
    held = terms(TRAINED)

    def refused(wire: bytes, most: int = MAX_SIZE) -> type[DecodeError]:
        with pytest.raises(DecodeError) as caught:
            Receiver(held).decode(wire, most, plain)
        return type(caught.value)

    assert refused(b"") is Truncated
    assert refused(sealed(b"\0\4\0\0", held, 0)[:3]) is StreamDesync
    assert refused(sealed(b"\0\x0c\xff\0\0", held, 0)) is Malformed
    short = replace(held, agreed=0x0401)
    with pytest.raises(Truncated, match="before its check"):
        Receiver(short).decode(b"\0\4\1", MAX_SIZE, plain)
    wire = Sender(held).encode(text("Yes, please."))
    assert refused(wire, 3) is LimitExceeded
    assert refused(sealed(wire + bytes(9), held, 0)) is Malformed
    assert refused(sealed(wire + b"\0", held, 0)) in {NonCanonical, Malformed}


def test_text_has_to_be_utf8() -> None:
    """Rule STR-3."""
    held = terms(TRAINED)
    wire = Sender(held).encode(Text(b"\xff", is_text=True))
    with pytest.raises(Malformed, match="UTF-8"):
        Receiver(held).decode(wire, MAX_SIZE, plain)


@pytest.mark.no_cover
@pytest.mark.sampled
@pytest.mark.parametrize("check", CHECKS)
def test_only_one_string_is_canonical(check: int) -> None:
    """Rule STR-7: of all strings near a message with its remainder, only one is read."""
    held = terms(HAND_MADE, check)
    wire = Sender(held).encode(text("abcabcab"))
    read = 0
    near = {*range(-9, 10), *part(range(-200, 200)), -(1 << check), 1 << check}
    for size, distance in product((-1, 0, 1, 2, 3), near):
        number = (int.from_bytes(wire, "big") << 8 * size + 8 >> 8) + distance
        other = sealed(number.to_bytes(len(wire) + size, "big"), held, 0)
        try:
            read += Receiver(held).decode(other, MAX_SIZE, plain) == text("abcabcab") and other != wire
        except DecodeError:
            continue
    assert read == 0


@pytest.mark.no_cover
@pytest.mark.parametrize("check", CHECKS)
def test_no_message_is_cut_to_another(check: int) -> None:
    """Rule STR-7."""
    for said in WORDS:
        held = terms(HAND_MADE, check)
        wire = Sender(held).encode(text(said))
        for size in range(len(wire)):
            with pytest.raises(DecodeError):
                Receiver(held).decode(wire[:size], MAX_SIZE, plain)


def test_strings_of_one_byte() -> None:
    """Rule STR-7: also where the check is longer than the string."""
    interval = Interval(0x10000000, 0x70000000, 4)
    for check, found in ((4, 16), (8, 0x70), (16, 0x70)):
        held = terms(TRAINED, check)
        sizes = [len(find_string(interval, b"", held, counter)) for counter in range(0xFF00, 0x10000)]
        assert sizes.count(1) >= (0 if check == 16 else found)
        assert max(sizes) <= 3
    held = terms(TRAINED, 16)
    assert find_string(interval, b"", held, (0x20 - held.agreed) % 0x10000) == b"\x20"
    held = replace(terms(TRAINED, 32), agreed=0x20)
    assert find_string(interval, b"", held, 0) == b"\x20"


@given(st.integers(1 << 24, (1 << 32) - 1), st.integers(0, 4), st.data())
def test_a_check_of_32_bits_always_has_a_string(size: int, before: int, data: st.DataObject) -> None:
    """Rule STR-7: two bytes beyond the window are enough, however small the interval is."""
    window = 4 + before
    low = data.draw(st.integers(spec.START << 8 * before, 256**window - size))
    held = terms(NO_CONTEXTS, 32)
    string = find_string(Interval(low, size, window), b"", held, data.draw(st.integers(0, 0xFFFF)))
    assert window - 4 <= len(string) <= window + 2
    beyond = 256 ** max(0, len(string) - window)
    first = int.from_bytes(string, "big") * 256 ** max(0, window - len(string))
    last = first + 256 ** max(0, window - len(string))
    assert low * beyond <= first
    assert last <= (low + size) * beyond


def test_messages_with_a_head_have_all_bits_of_a_long_check() -> None:
    """Rule STR-5: also those with no string."""
    sender, receiver = ends(check=32)
    sender.reset(ask=False)
    wire = sender.encode(text("never said before"), lambda _: b"")
    assert (len(wire), wire[:4].hex()) == (8, "000d0000")
    assert receiver.decode(wire, MAX_SIZE, lambda *_: b"never said before") == text("never said before")
    for place in range(32, 64):
        damaged = (int.from_bytes(wire, "big") ^ 1 << place - 32).to_bytes(8, "big")
        with pytest.raises(StreamDesync):
            ends(check=32)[1].decode(damaged, MAX_SIZE, plain)
    cut = b"\0\4\1\2\3"
    held = replace(terms(TRAINED, 32), agreed=remainder(cut, 32))
    with pytest.raises(Truncated, match="before its check"):
        Receiver(held).decode(cut, MAX_SIZE, plain)
