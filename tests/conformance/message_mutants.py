"""Mistakes in reading messages and model files, at limits that a port reads off by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tests.conformance.registry import mutant, replace

import aura_spec.brio
import aura_spec.brio2
import aura_spec.char_runs
import aura_spec.slot
import aura_spec.template
from aura_reference import auralite, brio, brio2, modelled, trie
from aura_reference.slot import number
from aura_spec.brio2 import RECENT
from aura_spec.char_runs import Kind, state_of
from aura_spec.limits import MAX_MODELLED
from aura_spec.template import Slot


@mutant("SmallIntegers", "typed")
def twenty_digits_may_stand_before_the_point() -> None:
    replace(number, "_DECIMAL", re.compile(r"(-?)(0|[1-9][0-9]{0,19})(?:\.([0-9]{1,18}))?", re.ASCII))


@mutant("UnboundedInteger", "typed")
def heads_of_hexadecimal_digits_have_34_bits() -> None:
    kind = aura_spec.slot.Kind.HEX
    _, parts = aura_spec.slot._PARTS[kind]
    aura_spec.slot._PARTS[kind] = ((1 << 34) - 1, parts)


@mutant("LaxPattern", "template")
def a_slot_may_have_an_empty_type() -> None:
    def parse_slot(body: str, pattern: str) -> Slot:
        slot: Slot = right(body.removesuffix(":"), pattern)
        return slot

    right = replace(aura_spec.template, "_parse_slot", parse_slot)


@mutant("WrongCharRun", "char_runs")
def an_underscore_goes_on_where_a_hyphen_does() -> None:
    def after(state: int, byte_class: int) -> int:
        byte_class = aura_spec.char_runs._HYPHEN if byte_class == aura_spec.char_runs._JOINER else byte_class
        return aura_spec.char_runs._after(state, byte_class)

    rows = [
        bytes(after(state, byte_class) for byte_class in range(6))
        for state in range(aura_spec.char_runs.STATES)
    ]
    assert (
        rows[state_of(Kind.HEXADECIMAL, 8)] != aura_spec.char_runs.TRANSITIONS[state_of(Kind.HEXADECIMAL, 8)]
    )
    replace(aura_spec.char_runs, "TRANSITIONS", rows)


class _OneMore(int):
    """A limit that is one higher once it is multiplied."""

    def __rmul__(self, other: int) -> int:
        return other * int(self) + 1


@mutant("TrustsClaims", "brio")
def a_token_stream_may_be_a_byte_too_long() -> None:
    right = replace(brio, "parse_body", lambda body, size: right(body, _OneMore(size)))


@mutant("TrustsClaims", "brio")
def a_byte_of_payload_may_hold_88_of_tokens() -> None:
    replace(aura_spec.brio, "TOKENS_PER_PAYLOAD_BYTE", 88)


@mutant("TrustsClaims", "brio2")
def a_byte_of_words_may_hold_1025_units() -> None:
    replace(aura_spec.brio2, "SYMBOLS_PER_BYTE", 1025)


@mutant("WrongRecent", "brio2")
def a_recent_distance_that_is_spelt_as_a_number_stands_twice() -> None:
    def distances(symbols: Sequence[int], values: Sequence[int]) -> Iterable[int]:
        recent = list(RECENT)
        for symbol, value in zip(symbols, values, strict=True):
            distance = recent.pop(symbol) if symbol < len(RECENT) else value + 1
            recent = [distance, *recent][: len(RECENT)]
            yield distance

    replace(brio2, "_distances", distances)


@mutant("IgnoresLimit", "trie")
def a_model_may_have_an_entry_too_many() -> None:
    right = replace(trie, "entry_limit", lambda size: right(size) + 1)


@mutant("IgnoresLimit", "trie")
def a_model_may_not_have_as_many_entries_as_it_may() -> None:
    right = replace(trie, "entry_limit", lambda size: right(size) - 1)


@mutant("IgnoresLimit", "auralite")
def a_string_may_code_a_byte_too_many() -> None:
    replace(auralite.limits, "MAX_MODELLED", MAX_MODELLED + 1)


@mutant("IgnoresLimit", "modelled")
def a_frame_may_be_a_byte_too_long() -> None:
    replace(modelled.limits, "MAX_MODELLED", MAX_MODELLED + 1)
