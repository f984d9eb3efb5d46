"""Mistakes in reading adaptive messages: contexts, slots, matches and numbers of the local model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from tests.conformance.registry import mutant, replace

import aura_spec.auralite
from aura_reference import local_model, local_number
from aura_reference.auralite import Reader
from aura_reference.local_memory import Memory, Slot
from aura_reference.local_model import Match, Predictor
from aura_reference.local_number import Number, Numbers
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.local_model import CLASS_OF_BYTE

spec = local_model.spec


def _changed_classes(other: dict[int, int]) -> None:
    replace(spec, "CLASS_OF_BYTE", bytes(other.get(byte, kind) for byte, kind in enumerate(CLASS_OF_BYTE)))


@mutant("WrongSlot", "local_model")
def an_underscore_is_a_sign() -> None:
    _changed_classes({ord("_"): 0})


@mutant("WrongSlot", "local_model")
def letters_of_latin_1_are_letters() -> None:
    _changed_classes({byte: 2 if chr(byte).islower() else 0 for byte in range(128, 256)})


@mutant("WrongMatch", "local_model")
def a_match_ends_at_a_byte_0() -> None:
    def go_on(self: Predictor, byte: int, slots: Sequence[Slot], symbol: int) -> None:
        right(self, byte, slots, symbol)
        if byte == 0:
            self.match = None

    right = replace(Predictor, "_learn", go_on)


@mutant("WrongSlot", "local_model")
def a_row_does_not_begin_anew() -> None:
    replace(spec, "ROW_STARTS", b"")


@mutant("WrongSlot", "local_model")
def words_leave_no_mark_in_a_row() -> None:
    def go_on(self: Predictor, byte: int, slots: Sequence[Slot], symbol: int) -> None:
        row, since = self._row, self._since
        right(self, byte, slots, symbol)
        if since and not CLASS_OF_BYTE[byte] and byte not in spec.ROW_STARTS:
            self._row = local_model.hash_byte(row, byte)

    right = replace(Predictor, "_learn", go_on)


@mutant("WrongSlot", "local_model")
def three_signs_are_remembered() -> None:
    def go_on(self: Predictor, byte: int, slots: Sequence[Slot], symbol: int) -> None:
        right(self, byte, slots, symbol)
        self._signs &= 0xFFFFFF

    right = replace(Predictor, "_learn", go_on)


def _changed_number(place: int, number: Any) -> None:
    def hashes(self: Predictor) -> Iterator[int]:
        for at, value in enumerate(right(self)):
            yield number(self) if at == place else value

    right = replace(Predictor, "_hashes", hashes)


@mutant("WrongSlot", "local_model")
def four_bytes_are_three() -> None:
    _changed_number(0, lambda self: self._hash_of_last(3))


@mutant("WrongSlot", "local_model")
def a_place_has_no_class() -> None:
    _changed_number(1, lambda self: local_model.hash_byte(self._signs, self._since))


@mutant("WrongSlot", "local_model")
def a_row_does_not_count_bytes() -> None:
    _changed_number(2, lambda self: self._row)


@mutant("WrongSlot", "local_model")
def checks_are_not_compared() -> None:
    def slot(self: Memory, context: Any, number: int) -> Slot:
        value = number * spec.HASH_MULTIPLIER_2 & 0xFFFFFFFF
        return self._tables[context].setdefault(value >> 32 - self.size.slot_bits, Slot())

    replace(Memory, "slot", slot)


@mutant("WrongSlot", "local_model")
def contexts_never_share_a_slot() -> None:
    replace(Memory, "slot", lambda self, context, number: self._tables[context].setdefault(number, Slot()))


@mutant("WrongMatch", "local_model")
def a_match_begins_with_four_bytes() -> None:
    replace(spec, "MIN_MATCH", 4)


@mutant("WrongMatch", "local_model")
def a_match_begins_with_six_bytes() -> None:
    replace(spec, "MIN_MATCH", 6)


@mutant("WrongMatch", "local_model")
def a_match_is_no_longer_than_31_bytes() -> None:
    replace(spec, "MAX_MATCH_LENGTH", 31)


@mutant("WrongMatch", "local_model")
def a_match_follows_the_last_place() -> None:
    def look_for_match(self: Predictor, slot: Slot) -> None:
        self.match = None
        right(self, slot)

    right = replace(Predictor, "_look_for_match", look_for_match)


@mutant("WrongMatch", "local_model")
def a_match_survives_a_miss() -> None:
    def go_on(self: Predictor, byte: int, slots: Sequence[Slot], symbol: int) -> None:
        match = self.match
        right(self, byte, slots, symbol)
        if match is not None and self.match is None and not match.in_prefix:
            self.match = Match(match.pointer + 1, match.length)

    right = replace(Predictor, "_learn", go_on)


@mutant("WrongPrefix", "local_model")
def the_prefix_is_not_looked_into() -> None:
    def look_for_match(self: Predictor, slot: Slot) -> None:
        right(self, slot)
        if self.match is not None and self.match.in_prefix:
            self.match = None

    right = replace(Predictor, "_look_for_match", look_for_match)


@mutant("WrongPrefix", "local_model")
def the_prefix_is_looked_into_after_25_bytes() -> None:
    replace(local_model, "prefix", SimpleNamespace(LENGTH=25))


@mutant("WrongPrefix", "local_model")
def the_first_place_in_the_prefix_counts() -> None:
    class Text(bytes):
        def rfind(self, *given: Any) -> int:
            return self.find(*given)

    def init(self: Predictor, model: Any, *given: Any) -> None:
        right(self, model, *given)
        if model.prefix is not None:
            held = dataclasses.replace(model.prefix, text=Text(model.prefix.text))
            self._model = dataclasses.replace(model, prefix=held)

    right = replace(Predictor, "__init__", init)


@mutant("WrongPrefix", "local_model")
def the_prefix_comes_before_the_message() -> None:
    class Nowhere:
        run = 0

    def look_for_match(self: Predictor, slot: Any) -> None:
        right(self, Nowhere())
        right(self, slot)

    right = replace(Predictor, "_look_for_match", look_for_match)


@mutant("WrongSlot", "local_model")
def a_slot_counts_to_2() -> None:
    replace(spec, "MAX_RUN", 2)


@mutant("WrongSlot", "local_model")
def a_slot_forgets_the_symbol_before() -> None:
    def learn(self: Slot, byte: int, position: int) -> None:
        right(self, byte, position)
        if self.run > 1:
            self.other = None

    right = replace(Slot, "learn", learn)


@mutant("WrongSlot", "local_model")
def a_slot_keeps_its_first_position() -> None:
    def learn(self: Slot, byte: int, position: int) -> None:
        before = self.position if self.run else position
        right(self, byte, position)
        self.position = before

    right = replace(Slot, "learn", learn)


@mutant("WrongNumber", "local_model")
def zeros_in_front_are_dropped() -> None:
    def init(self: Number, *given: Any) -> None:
        right(self, *given)
        self.expected = self.expected.lstrip(b"0")

    right = replace(Number, "__init__", init)


@mutant("WrongNumber", "local_model")
def a_number_below_0_is_expected_without_its_sign() -> None:
    def init(self: Number, *given: Any) -> None:
        right(self, *given)
        if self.field.step and self.field.last + self.field.step < 0:
            self.expected = str(-self.field.last - self.field.step).encode()

    right = replace(Number, "__init__", init)


@mutant("WrongNumber", "local_model")
def a_field_has_seven_bytes() -> None:
    replace(local_number, "_LABEL", (1 << 56) - 1)


@mutant("WrongNumber", "local_model")
def digits_are_part_of_a_field() -> None:
    def read(self: Numbers, byte: int) -> None:
        right(self, byte)
        if byte in local_number._DIGITS:
            self._label = self._label << 8 & local_number._LABEL | byte

    right = replace(Numbers, "read", read)


@mutant("WrongNumber", "local_model")
def fields_never_collide() -> None:
    def read(self: Numbers, byte: int) -> None:
        if byte in local_number._DIGITS:
            self.number.read(byte)
            return
        self.number.end()
        self._label = self._label << 8 & local_number._LABEL | byte
        self.number = Number(fields.setdefault(self._label, local_number.Field()))

    def init(self: Numbers, held: Sequence[local_number.Field]) -> None:
        fields.clear()
        right(self, held)

    fields: dict[int, local_number.Field] = {}
    replace(Numbers, "read", read)
    right = replace(Numbers, "__init__", init)


@mutant("WrongNumber", "local_model")
def a_number_of_17_digits_teaches() -> None:
    replace(spec, "MAX_DIGITS", 18)


@mutant("WrongNumber", "local_model")
def a_number_of_16_digits_teaches_nothing() -> None:
    replace(spec, "MAX_DIGITS", 16)


def _after_end(change: Any) -> None:
    """Change a field after it has learned."""

    def end(self: Number) -> None:
        before = (self.field.last, self.field.digits, self.field.step, self.field.confidence)
        right(self)
        change(self, before)

    right = replace(Number, "end", end)


@mutant("WrongNumber", "local_model")
def a_local_step_may_have_32_bits() -> None:
    def change(number: Number, before: tuple[int, ...]) -> None:
        step = number._value - before[0]
        if before[1] and 0 < number.digits < spec.MAX_DIGITS and step.bit_length() == 32:
            number.field.step = step

    _after_end(change)


@mutant("WrongNumber", "local_model")
def a_local_step_of_31_bits_is_too_large() -> None:
    def change(number: Number, _before: tuple[int, ...]) -> None:
        if number.field.step.bit_length() == 31:
            number.field.step = 0

    _after_end(change)


@mutant("WrongNumber", "local_model")
def a_field_stays_confident() -> None:
    def change(number: Number, before: tuple[int, ...]) -> None:
        number.field.confidence = max(number.field.confidence, before[3])

    _after_end(change)


@mutant("WrongNumber", "local_model")
def a_place_without_a_number_forgets_the_field() -> None:
    def change(number: Number, _before: tuple[int, ...]) -> None:
        if not number.digits:
            number.field.step = 0

    _after_end(change)


@mutant("WrongNumber", "local_model")
def the_first_digits_decide_anew_each_time() -> None:
    def read(self: Number, digit: int) -> None:
        before = self.before[self.digits : self.digits + 1]
        right(self, digit)
        if self.relation in {spec.Relation.GREATER, spec.Relation.LESS} and before:
            self.relation = spec.Relation.GREATER if digit > before[0] else spec.Relation.LESS

    right = replace(Number, "read", read)


@mutant("WrongNumber", "local_model")
def a_number_without_a_wrong_digit_is_expected_again() -> None:
    def read(self: Number, digit: int) -> None:
        expected = self.expected
        right(self, digit)
        if expected and not self.expected and expected[0] != digit:
            self.expected = expected[1:]

    right = replace(Number, "read", read)


@mutant("IgnoresLimit", "local_model")
def an_adaptive_message_may_be_a_byte_too_long() -> None:
    replace(local_model.limits, "MAX_ADAPTIVE", MAX_ADAPTIVE + 1)


@mutant("UncheckedStart", "local_model")
def a_string_may_begin_with_any_byte() -> None:
    def reader(string: bytes, low: int, end: int) -> Reader:
        return Reader(bytes((string[0] & 0x0F | 0x10,)) + string[1:] if string else string, low, end)

    replace(aura_spec.auralite.ADAPTIVE_BODY.string.subcon, "rule", lambda _string: True)
    replace(local_model, "Reader", reader)
