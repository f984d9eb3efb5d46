"""Mistakes in the candidates of the local model, and in the mixer that gives them probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.conformance.registry import mutant, replace

from aura_reference import local_memory, local_model, mixer
from aura_reference.local_memory import Slot
from aura_reference.local_model import Predictor
from aura_reference.local_number import Number
from aura_reference.mixer import Evidence, Sum
from aura_spec.mixer import PROB_ONE, squash, stretch

spec = local_model.spec
mixing = mixer.spec


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
    replace(mixing, "LONG_LEVEL", 2)


@mutant("WrongMixture", "local_model")
def a_share_of_exactly_a_step_does_not_reach_it() -> None:
    replace(mixing, "SHARE_STEPS", tuple(step + 1024 for step in mixing.SHARE_STEPS))


@mutant("WrongMixture", "local_model")
def words_are_counted_to_14_bytes() -> None:
    replace(mixing, "MAX_SINCE", 14)


@mutant("WrongMixture", "local_model")
def digits_are_counted_to_6() -> None:
    replace(mixing, "MAX_LEFT", 6)


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
        least = mixing.MIN_PROBABILITY
        return min(max(least, squash(_towards_zero(total, 12))), PROB_ONE - least)

    replace(Sum, "probability", probability)


@mutant("WrongMixture", "local_model")
def a_probability_may_be_certain() -> None:
    replace(mixing, "MIN_PROBABILITY", 1)


@mutant("WrongMixture", "local_model")
def small_errors_are_learned() -> None:
    replace(mixing, "MIN_ERROR", 0)


@mutant("WrongMixture", "local_model")
def nothing_is_learned() -> None:
    replace(Sum, "learn", lambda _self, _error, _share, _evidence: None)


@mutant("WrongMixture", "local_model")
def weights_stay_as_they_are() -> None:
    replace(Sum, "weight", lambda _self, index: mixer._entry(mixing.WEIGHTS, index) << 10)


@mutant("WrongMixture", "local_model")
def what_one_message_taught_stays() -> None:
    kept = Sum()
    replace(local_memory, "Sum", lambda: kept)


@mutant("WrongMixture", "local_model")
def a_symbol_without_candidates_ends_the_misses() -> None:
    def attempt(self: Predictor, candidates: Sequence[int], *given: Any) -> int:
        entry = int(right(self, candidates, *given))
        if not candidates:
            self._misses = 0
        return entry

    right = replace(Predictor, "_try", attempt)
