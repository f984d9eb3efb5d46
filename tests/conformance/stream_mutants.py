"""Mistakes in reading streams: each is one that a port made, or could make by reading a rule otherwise."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.conformance.registry import mutant, replace

import aura_spec.stream
from aura_reference import stream, stream_model
from aura_reference.stream_model import Candidate, Number, Predictor, StreamState
from aura_reference.window import Window
from aura_spec.errors import Malformed
from aura_spec.stream import Text

DIGITS = frozenset(b"0123456789")


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
    def learn(self: StreamState, text: bytes) -> None:
        for byte in (*text, 0):
            self.window.add(byte)

    replace(StreamState, "learn", learn)


@mutant("OtherMemory", "stream")
def nothing_is_forgotten() -> None:
    def init(self: Window, _size: int) -> None:
        right(self, 1 << 30)

    right = replace(Window, "__init__", init)


@mutant("WrongNumber", "stream")
def a_field_reaches_beyond_the_message() -> None:
    def field(self: StreamState) -> stream_model.Field:
        value, place, taken = 0, self.window.end - 1, 0
        while self.window.holds(place) and taken < stream_model.spec.FIELD_BYTES:
            if self.window[place] not in DIGITS:
                value, taken = stream_model.hash_byte(value, self.window[place]), taken + 1
            place -= 1
        return self.fields[(value * stream_model.spec.HASH_MULTIPLIER_2 & 0xFFFFFFFF) >> 24]

    replace(StreamState, "field", field)


@mutant("WrongNumber", "stream")
def a_step_may_have_32_bits() -> None:
    def read(self: Number, symbol: int) -> bool:
        before = self._read[:]
        goes_on = bool(right(self, symbol))
        if not goes_on and before and symbol not in DIGITS:
            step = int(before) - self._before
            if step.bit_length() == 32:
                self.field.step = step
        return goes_on

    right = replace(Number, "read", read)


@mutant("WrongNumber", "stream")
def a_step_of_31_bits_is_too_large() -> None:
    def read(self: Number, symbol: int) -> bool:
        goes_on = bool(right(self, symbol))
        if self.field.step.bit_length() == 31:
            self.field.step = 0
        return goes_on

    right = replace(Number, "read", read)


@mutant("WrongNumber", "stream")
def a_number_of_too_many_digits_teaches_a_step() -> None:
    right = replace(Number, "read", lambda self, symbol: bool(right(self, symbol)) or symbol in DIGITS)


@mutant("WrongNumber", "stream")
def a_number_that_does_not_come_changes_its_step() -> None:
    def read(self: Number, symbol: int) -> bool:
        if not self._read and symbol not in DIGITS:
            self.field.step, self.field.confidence = 0, 0
        return bool(right(self, symbol))

    right = replace(Number, "read", read)


@mutant("WrongNumber", "stream")
def a_long_number_counts_with_its_first_digits() -> None:
    def init(self: Number, *given: Any) -> None:
        right(self, *given)
        self.usable = True

    right = replace(Number, "__init__", init)


@mutant("WrongNumber", "stream")
def a_number_that_is_predicted_anyway_has_its_own_level() -> None:
    def add_number(self: Predictor, candidates: list[Candidate]) -> None:
        right(self, candidates)
        number = self._number
        if number is not None and candidates and candidates[0].symbol == number.predicted():
            candidates[0] = Candidate(
                candidates[0].symbol,
                stream_model.spec.NUMBER + number.field.confidence,
                candidates[0].place,
                32,
            )

    right = replace(Predictor, "_add_number", add_number)


@mutant("WrongPrefix", "stream")
def streams_have_no_prefix() -> None:
    replace(Predictor, "_add_prefix", lambda _self, _candidates: None)


@mutant("WrongPrefix", "stream")
def the_first_place_in_the_prefix_counts() -> None:
    class Text(bytes):
        def rfind(self, *given: Any) -> int:
            return self.find(*given)

    def add_prefix(self: Predictor, candidates: list[Candidate]) -> None:
        held = self._model.prefix
        if held is not None:
            self._model = SimpleNamespace(prefix=SimpleNamespace(text=Text(held.text)))  # type: ignore[assignment]
        right(self, candidates)
        self._model = self._state.model

    right = replace(Predictor, "_add_prefix", add_prefix)


@mutant("WrongPrefix", "stream")
def the_prefix_is_looked_into_after_25_bytes() -> None:
    replace(stream_model, "prefix", SimpleNamespace(LENGTH=25))


@mutant("WrongPrefix", "stream")
def a_match_of_24_bytes_is_certain() -> None:
    replace(stream_model.spec, "MIN_CERTAIN", 24)


@mutant("WrongPrefix", "stream")
def the_prefix_is_always_tried_last() -> None:
    replace(stream_model.spec, "MIN_CERTAIN", 0)


@mutant("WrongPrefix", "stream")
def four_candidates_are_tried() -> None:
    replace(stream_model.spec, "MAX_TRIED", 4)


@mutant("WrongMixture", "stream")
def match_statistics_count_without_bound() -> None:
    replace(stream_model.spec, "MATCH_STATS_LIMIT", 1 << 30)


@mutant("WrongMixture", "stream")
def context_statistics_count_without_bound() -> None:
    replace(stream_model.spec, "CONTEXT_STATS_LIMIT", 1 << 30)


@mutant("WrongMixture", "stream")
def a_sum_of_bytes_wraps_as_a_whole() -> None:
    def context_index(self: Predictor, candidate: Candidate, *, later: bool) -> int:
        window, symbol = self._state.window, candidate.symbol
        if self._digits == 0 and symbol not in DIGITS:
            return (window[window.end - 1] * 31 + symbol) % 256 * 7 + 5 * later + 101 * window.last(2)
        return int(right(self, candidate, later=later))

    right = replace(Predictor, "_context_index", context_index)


@mutant("WrongPointer", "stream")
def the_first_candidate_may_become_the_pointer() -> None:
    def go_on(self: Predictor, symbol: int, candidates: list[Candidate]) -> None:
        right(self, symbol, [candidates[0], *candidates] if candidates else candidates)

    right = replace(Predictor, "_go_on", go_on)


@mutant("WrongPointer", "stream")
def only_a_pointer_that_misses_is_followed_by_another() -> None:
    def go_on(self: Predictor, symbol: int, candidates: list[Candidate]) -> None:
        right(self, symbol, candidates if self._pointer is not None else ())

    right = replace(Predictor, "_go_on", go_on)


@mutant("WrongPointer", "stream")
def a_number_keeps_the_place_of_the_candidate_that_it_replaces() -> None:
    before: list[Candidate] = []

    def add_number(self: Predictor, candidates: list[Candidate]) -> None:
        before[:] = candidates
        right(self, candidates)

    def go_on(self: Predictor, symbol: int, candidates: list[Candidate]) -> None:
        is_number = bool(candidates) and candidates[0].level >= stream_model.spec.NUMBER
        move(self, symbol, [candidates[0], *before] if is_number else candidates)

    right = replace(Predictor, "_add_number", add_number)
    move = replace(Predictor, "_go_on", go_on)
