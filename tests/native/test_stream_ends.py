"""The ends of streams as the native core makes them: their memory, copies, threads and arguments."""

from __future__ import annotations

import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.streams import MAX_SIZE, WORDS, plain, terms, text

from aura.models.model import Model
from aura.models.native_model import native_of
from aura_spec.stream import MAX_MEMORY, MAX_STRING, MIN_MEMORY

pytest.importorskip("aura_native")

from aura import native_stream  # needs it

SMALL = Model.load_small().context_model


@pytest.mark.parametrize("memory", [MIN_MEMORY, 1 << 15, MAX_MEMORY])
def test_an_end_takes_the_memory_that_was_agreed_on(memory: int) -> None:
    end = native_of(SMALL).stream(1, memory, 8, False)
    for number in range(60):
        end.encode(b"%d " % number * 300, True, None, MAX_STRING)
    assert memory - 256 < sys.getsizeof(end) <= memory + 64


def test_a_copy_goes_on_by_itself() -> None:
    held = terms(SMALL)
    sender, receiver = native_stream.Sender(held), native_stream.Receiver(held)
    wires = [sender.encode(text(said)) for said in WORDS[:4]]
    receiver.decode(wires[0], MAX_SIZE, plain)
    other = receiver.copy()
    del receiver
    assert [other.decode(wire, MAX_SIZE, plain) for wire in wires[1:]] == [text(said) for said in WORDS[1:4]]


def test_an_end_that_is_in_use_refuses_calls() -> None:
    end = native_of(SMALL).stream(1, MIN_MEMORY, 8, False)

    def again(data: bytes) -> bytes:
        for call in (
            lambda: end.encode(data, True, None, MAX_STRING),
            lambda: end.encode_message(data, True, b"\7"),
            lambda: end.decode(data, 9, plain, False),
            lambda: end.reset(False),
            end.copy,
        ):
            with pytest.raises(RuntimeError, match="in use"):
                call()
        return b"\7" + data

    assert end.encode(random.Random(3).randbytes(50), False, again, MAX_STRING)[0] == 0


def test_threads_have_ends_of_their_own() -> None:
    held = terms(SMALL)
    said = [text(" ".join(WORDS) * 9 + str(number)) for number in range(4)]

    def written() -> list[bytes]:
        sender = native_stream.Sender(held)
        return [sender.encode(one) for one in said]

    expected = written()
    with ThreadPoolExecutor(4) as pool:
        for wires in pool.map(lambda _: written(), range(16)):
            assert wires == expected


def test_arguments_are_checked() -> None:
    model = native_of(SMALL)
    end = model.stream(1, MIN_MEMORY, 8, False)
    for memory, check in ((MIN_MEMORY - 1, 8), (MAX_MEMORY + 1, 8), (MIN_MEMORY, 5), (MIN_MEMORY, 64)):
        with pytest.raises(ValueError, match="stream"):
            model.stream(1, memory, check, False)
    for arguments in ((), (1,) * 4, (b"", True, None), (b"", True, None, "9"), ("", True, None, 9)):
        with pytest.raises(TypeError):
            end.encode(*arguments)
    with pytest.raises(ValueError, match="too large"):
        end.encode(b"", True, None, MAX_STRING + 1)
    for arguments in ((), (b"", True, 5), (5, True, b"")):
        with pytest.raises(TypeError):
            end.encode_message(*arguments)
    for arguments in ((), (b"", "9", plain, False), (5, 9, plain, False)):
        with pytest.raises(TypeError):
            end.decode(*arguments)
    with pytest.raises(ValueError, match="below 0"):
        end.decode(b"", -1, plain, False)
    with pytest.raises(TypeError):
        model.stream()
    with pytest.raises(TypeError):
        type(end)()
    wire = model.stream(1, MIN_MEMORY, 8, False).encode_message(b"a", True, b"\7a")
    with pytest.raises(TypeError):
        end.decode(wire, 9, lambda _message, _most: 5, False)
