"""Mistakes in reading adaptive messages: for each rule of the local model those that a port is likely to make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.conformance.registry import mutant, replace

import aura_spec.auralite
from aura_reference import local_model, local_number
from aura_reference.auralite import Reader
from aura_reference.local_model import Evidence, Predictor, Slot, Sum
from aura_reference.local_number import Number, Numbers
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.local_model import CLASS_OF_BYTE
from aura_spec.mixer import PROB_ONE, squash, stretch

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
    def go_on(self: Predictor, byte: int, slots: Sequence[Slot]) -> None:
        right(self, byte, slots)
        if byte == 0:
            self._length = 0

    right = replace(Predictor, "_go_on", go_on)


@mutant("WrongSlot", "local_model")
def a_row_does_not_begin_anew() -> None:
    replace(spec, "ROW_STARTS", b"")


@mutant("WrongSlot", "local_model")
def words_leave_no_mark_in_a_row() -> None:
    def go_on(self: Predictor, byte: int, slots: Sequence[Slot]) -> None:
        row, since = self._row, self._since
        right(self, byte, slots)
        if since and not CLASS_OF_BYTE[byte] and byte not in spec.ROW_STARTS:
            self._row = local_model.hash_byte(row, byte)

    right = replace(Predictor, "_go_on", go_on)


@mutant("WrongSlot", "local_model")
def three_signs_are_remembered() -> None:
    def go_on(self: Predictor, byte: int, slots: Sequence[Slot]) -> None:
        right(self, byte, slots)
        self._signs &= 0xFFFFFF

    right = replace(Predictor, "_go_on", go_on)


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
    def slot(self: Predictor, context: Any, number: int) -> Slot:
        value = number * local_model.stream_model.HASH_MULTIPLIER_2 & 0xFFFFFFFF
        return self._tables[context].setdefault(value >> 32 - spec.SLOT_BITS, Slot())

    replace(Predictor, "_slot", slot)


@mutant("WrongSlot", "local_model")
def contexts_never_share_a_slot() -> None:
    replace(
        Predictor, "_slot", lambda self, context, number: self._tables[context].setdefault(number, Slot())
    )


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
        self._length = 0
        right(self, slot)

    right = replace(Predictor, "_look_for_match", look_for_match)


@mutant("WrongMatch", "local_model")
def a_match_survives_a_miss() -> None:
    def go_on(self: Predictor, byte: int, slots: Sequence[Slot]) -> None:
        length = self._length
        right(self, byte, slots)
        self._length = self._length or length

    right = replace(Predictor, "_go_on", go_on)


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

    def init(self: Numbers) -> None:
        fields.clear()
        right(self)

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


def _changed_candidates(change: Any) -> None:
    def candidates(self: Predictor, slots: Sequence[Slot]) -> Iterator[int]:
        yield from change(self, list(dict.fromkeys(right(self, slots))), slots)

    right = replace(Predictor, "_candidates", candidates)


@mutant("WrongCandidate", "local_model")
def a_match_comes_before_a_number() -> None:
    def change(self: Predictor, listed: list[int], _slots: Sequence[Slot]) -> list[int]:
        return listed if self._matched is None else [self._matched, *listed]

    _changed_candidates(change)


@mutant("WrongCandidate", "local_model")
def two_bytes_come_before_four() -> None:
    def change(self: Predictor, listed: list[int], slots: Sequence[Slot]) -> list[int]:
        ahead = len(self._numbers.number.expected[:1]) + (self._matched is not None)
        last = [slot.last for slot in reversed(slots) if slot.run]
        return [*listed[:ahead], *last, *listed[ahead:]]

    _changed_candidates(change)


@mutant("WrongSlot", "local_model")
def a_byte_0_is_no_candidate() -> None:
    def change(_self: Predictor, listed: list[int], _slots: Sequence[Slot]) -> list[int]:
        return [byte for byte in listed if byte]

    _changed_candidates(change)


@mutant("WrongCandidate", "local_model")
def the_next_digit_is_no_candidate() -> None:
    replace(Number, "next_digit", None)


@mutant("WrongCandidate", "local_model")
def symbols_before_the_last_are_no_candidates() -> None:
    def change(_self: Predictor, listed: list[int], slots: Sequence[Slot]) -> list[int]:
        others = {slot.other for slot in slots} - {slot.last for slot in slots if slot.run}
        return [symbol for symbol in listed if symbol not in others]

    _changed_candidates(change)


@mutant("WrongCandidate", "local_model")
def three_local_candidates_are_tried() -> None:
    replace(spec, "MAX_TRIED", 3)


@mutant("WrongCandidate", "local_model")
def five_local_candidates_are_tried() -> None:
    replace(spec, "MAX_TRIED", 5)


@mutant("WrongCandidate", "local_model")
def every_candidate_is_tried() -> None:
    replace(spec, "MIN_TRIED", 0)


@mutant("WrongMixture", "local_model")
def a_share_does_not_exclude() -> None:
    replace(local_model, "contexts", _Unexcluding())


class _Unexcluding:
    def __getattr__(self, name: str) -> Any:
        return getattr(contexts, name)

    def code(self, model: Any, context: int, char_run: int, excluded: set[int], coder: Any) -> int:
        ignored = set[int]() if isinstance(coder, local_model.Share) else excluded
        return int(contexts.code(model, context, char_run, ignored, coder))


contexts = local_model.contexts


@mutant("WrongMixture", "local_model")
def level_3_is_long() -> None:
    replace(spec, "LONG_LEVEL", 2)


@mutant("WrongMixture", "local_model")
def a_share_of_exactly_a_step_does_not_reach_it() -> None:
    replace(spec, "SHARE_STEPS", tuple(step + 1024 for step in spec.SHARE_STEPS))


@mutant("WrongMixture", "local_model")
def words_are_counted_to_14_bytes() -> None:
    replace(spec, "MAX_SINCE", 14)


@mutant("WrongMixture", "local_model")
def digits_are_counted_to_6() -> None:
    replace(spec, "MAX_LEFT", 6)


def _changed_evidence(table: str, change: Any) -> None:
    def evidence(self: Predictor, symbol: int, share: int, slots: Sequence[Slot]) -> Iterator[Evidence]:
        for one in right(self, symbol, share, slots):
            yield Evidence(table, change(self, one.index)) if one.table == table else one

    right = replace(Predictor, "_evidence", evidence)


@mutant("WrongMixture", "local_model")
def every_candidate_is_the_first() -> None:
    _changed_evidence("SET_BIASES", lambda _self, index: (0, *index[1:]))


@mutant("WrongMixture", "local_model")
def slots_that_disagree_count_as_those_that_agree_second() -> None:
    _changed_evidence("CONTEXT_BIASES", lambda _self, index: (index[0], min(index[1], 1), *index[2:]))


@mutant("WrongMixture", "local_model")
def votes_are_not_counted() -> None:
    _changed_evidence("MISS_BIASES", lambda _self, index: (*index[:2], 0))


@mutant("WrongMixture", "local_model")
def misses_do_not_count() -> None:
    _changed_evidence("MISS_BIASES", lambda _self, index: (0, *index[1:]))


@mutant("WrongMixture", "local_model")
def confidence_does_not_count() -> None:
    _changed_evidence("NUMBER_BIASES", lambda _self, index: (index[0], 0))


@mutant("WrongMixture", "local_model")
def digits_that_are_left_count_as_one() -> None:
    _changed_evidence("FIELD_BIASES", lambda _self, index: (index[0], min(index[1], 1)))


def _towards_zero(value: int, bits: int) -> int:
    return -(-value >> bits) if value < 0 else value >> bits


@mutant("WrongMixture", "local_model")
def sums_are_rounded_towards_0() -> None:
    def probability(self: Sum, share: int, evidence: Sequence[Evidence]) -> int:
        total = _towards_zero(self.weight(evidence[0].index) * stretch(share), 4)
        total += sum(self.bias(one) for one in evidence)
        least = spec.MIN_PROBABILITY
        return min(max(least, squash(_towards_zero(total, 12))), PROB_ONE - least)

    replace(Sum, "probability", probability)


@mutant("WrongMixture", "local_model")
def a_probability_may_be_certain() -> None:
    replace(spec, "MIN_PROBABILITY", 1)


@mutant("WrongMixture", "local_model")
def small_errors_are_learned() -> None:
    replace(spec, "MIN_ERROR", 0)


@mutant("WrongMixture", "local_model")
def nothing_is_learned() -> None:
    replace(Sum, "learn", lambda _self, _error, _share, _evidence: None)


@mutant("WrongMixture", "local_model")
def weights_stay_as_they_are() -> None:
    replace(Sum, "weight", lambda _self, index: local_model._entry(spec.WEIGHTS, index) << 10)


@mutant("WrongMixture", "local_model")
def what_one_message_taught_stays() -> None:
    kept = Sum()
    replace(local_model, "Sum", lambda: kept)


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


@mutant("WrongMixture", "local_model")
def a_symbol_without_candidates_ends_the_misses() -> None:
    def attempt(self: Predictor, candidates: Sequence[int], *given: Any) -> int:
        entry = int(right(self, candidates, *given))
        if not candidates:
            self._misses = 0
        return entry

    right = replace(Predictor, "_try", attempt)


@mutant("IgnoresLimit", "local_model")
def an_adaptive_message_may_be_a_byte_too_long() -> None:
    replace(local_model.limits, "MAX_ADAPTIVE", MAX_ADAPTIVE + 1)


@mutant("UncheckedStart", "local_model")
def a_string_may_begin_with_any_byte() -> None:
    def reader(string: bytes, low: int, end: int) -> Reader:
        return Reader(bytes((string[0] & 0x0F | 0x10,)) + string[1:] if string else string, low, end)

    replace(aura_spec.auralite.ADAPTIVE_BODY.string.subcon, "rule", lambda _string: True)
    replace(local_model, "Reader", reader)
