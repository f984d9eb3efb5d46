"""Mistakes in reading streams: each is one that a port made, or could make by reading a rule otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from tests.conformance.registry import mutant, replace

import aura_spec.stream
from aura_reference import local_memory, stream
from aura_reference.local_model import Predictor
from aura_reference.range_coder import Decoder
from aura_spec.context_model import END, ContextModel
from aura_spec.errors import Malformed
from aura_spec.stream import Terms, Text


@mutant("OtherMemory", "stream")
def flags_above_seven_are_unknown() -> None:
    replace(aura_spec.stream.MESSAGE.flags.subcon, "rule", lambda flags: 0 < flags < 8)


@mutant("IgnoresLimit", "stream")
def a_string_may_have_any_length() -> None:
    replace(stream.spec, "MAX_STRING", 1 << 30)


@mutant("IgnoresLimit", "stream")
def a_string_that_is_too_long_is_malformed() -> None:
    replace(stream, "LimitExceeded", Malformed)


@mutant("OtherMemory", "stream")
def messages_of_32_bytes_have_the_least_check() -> None:
    right = replace(
        stream,
        "check_bits",
        lambda size, least, *, head: right(0 if size < 128 else size, least, head=head),
    )


@mutant("OtherMemory", "stream")
def a_head_has_16_bits_of_check() -> None:
    right = replace(
        stream,
        "check_bits",
        lambda size, least, *, head: 16 if head else right(size, least, head=head),
    )


@mutant("OtherMemory", "stream")
def no_string_goes_beyond_its_window() -> None:
    replace(stream, "max_beyond", lambda _least: 0)


@mutant("IgnoresTrailingBytes", "stream")
def a_string_may_go_on_beyond_what_its_check_needs() -> None:
    right = replace(Decoder, "end", lambda self, beyond=0: right(self, beyond + 8 if beyond else 0))


class _AnyBytes(bytes):
    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = bytes.__hash__


@mutant("AnyInInterval", "stream")
def any_string_with_its_remainder_is_accepted() -> None:
    right = replace(stream, "find_string", lambda *given: _AnyBytes(right(*given)))


@mutant("ForgetsStream", "stream")
def a_reset_may_be_old() -> None:
    replace(stream.spec, "LATEST", 1 << 15)


@mutant("OtherMemory", "stream")
def the_kind_before_survives_a_reset() -> None:
    last = [True]

    class Memory(stream.Memory):
        def __init__(self, terms: Any) -> None:
            super().__init__(terms)
            self.is_text = last[0]

    def init(self: stream.Receiver, *given: Any) -> None:
        last[0] = True
        begin(self, *given)

    def decode(self: stream.Receiver, *given: Any) -> Text:
        text: Text = right(self, *given)
        last[0] = text.is_text
        return text

    replace(stream, "Memory", Memory)
    begin = replace(stream.Receiver, "__init__", init)
    right = replace(stream.Receiver, "decode", decode)


@mutant("OtherMemory", "stream")
def all_of_a_message_enters_the_window() -> None:
    def learn(self: stream.Memory, text: bytes, model: ContextModel) -> None:
        predictor = Predictor(model, self.state)
        for byte in (*text, 0):
            predictor.learn(byte)

    replace(stream.Memory, "learn", learn)


@mutant("OtherMemory", "stream")
def what_is_no_string_is_not_remembered() -> None:
    replace(stream.Memory, "learn", lambda _self, _text, _model: None)


@mutant("OtherMemory", "stream")
def nothing_is_forgotten() -> None:
    replace(Terms, "window", 1 << 16)


@mutant("OtherMemory", "stream")
def all_streams_have_small_tables() -> None:
    replace(Terms, "slot_bits", aura_spec.stream.SLOT_BITS)


@mutant("WrongSlot", "stream")
def a_byte_0_is_no_end() -> None:
    replace(local_memory.Memory, "symbol", lambda _self, byte: byte)


def _goes_on(*names: str) -> None:
    """Let a message begin with what the one before in its stream ended with."""
    last: dict[int, Predictor] = {}

    def init(self: Predictor, model: ContextModel, memory: Any = None) -> None:
        right(self, model, memory)
        before = last.get(id(memory))
        if before is not None and memory is before._memory and memory.end:
            for name in names:
                setattr(self, name, getattr(before, name))
        last[id(memory)] = self

    right = replace(Predictor, "__init__", init)


@mutant("WrongSlot", "stream")
def a_row_goes_on_in_the_next_message() -> None:
    _goes_on("_row", "_since", "_signs")


@mutant("WrongNumber", "stream")
def a_number_goes_on_in_the_next_message() -> None:
    _goes_on("_numbers")


@mutant("WrongNumber", "stream")
def the_end_of_a_message_ends_no_number() -> None:
    def learn(self: Predictor, byte: int, slots: Any, symbol: int) -> None:
        numbers = self._numbers
        if self._memory.is_stream and byte == 0:
            self._numbers = SimpleNamespace(read=lambda _byte: None)  # type: ignore[assignment]
        right(self, byte, slots, symbol)
        self._numbers = numbers

    right = replace(Predictor, "_learn", learn)


@mutant("WrongMatch", "stream")
def a_match_goes_on_in_the_next_message() -> None:
    _goes_on("match")


@mutant("WrongMatch", "stream")
def a_match_of_an_end_goes_on_over_a_byte_0() -> None:
    def learn(self: Predictor, byte: int, slots: Any, _symbol: int) -> None:
        right(self, byte, slots, self._memory.symbol(byte))

    right = replace(Predictor, "_learn", learn)


@mutant("WrongCandidate", "stream")
def an_end_is_no_candidate() -> None:
    def candidates(self: Predictor, slots: Any) -> Iterator[int]:
        yield from (symbol for symbol in right(self, slots) if symbol != END)

    right = replace(Predictor, "_candidates", candidates)


@mutant("OtherMemory", "stream")
def what_is_no_string_has_no_end() -> None:
    def learn(self: stream.Memory, text: bytes, model: ContextModel) -> None:
        predictor = Predictor(model, self.state)
        for byte in text[-self.state.size.window :]:
            predictor.learn(byte)

    replace(stream.Memory, "learn", learn)
