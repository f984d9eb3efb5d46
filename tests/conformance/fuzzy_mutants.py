"""Mistakes in reading fuzzy template frames: their examples, what is remembered of them, and their strings."""

from __future__ import annotations

from tests.conformance.registry import mutant, replace

from aura_reference import fuzzy, local_model
from aura_reference.local_memory import Memory, Size
from aura_reference.local_model import Predictor
from aura_spec.context_model import ContextModel
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.template import Template

spec = fuzzy.spec


@mutant("WrongExample", "fuzzy")
def slots_of_an_example_are_empty() -> None:
    replace(spec, "FILLING", b"")


@mutant("WrongExample", "fuzzy")
def an_example_is_the_pattern_as_it_is_written() -> None:
    replace(spec, "example_of", lambda template: template.pattern.encode())


@mutant("OtherMemory", "fuzzy")
def an_example_has_no_end() -> None:
    def memory_of(template: Template, model: ContextModel) -> Memory:
        memory = Memory(Size())
        predictor = Predictor(model, memory)
        for byte in spec.example_of(template):
            predictor.learn(byte)
        return memory

    replace(fuzzy, "memory_of", memory_of)


@mutant("OtherMemory", "fuzzy")
def a_byte_0_of_an_example_is_a_symbol() -> None:
    replace(Memory, "symbol", lambda _self, byte: byte)


@mutant("OtherMemory", "fuzzy")
def the_memory_has_the_size_of_that_of_a_stream() -> None:
    replace(fuzzy, "Size", lambda: Size(10, 1 << 16))


@mutant("OtherMemory", "fuzzy")
def a_message_goes_on_where_the_example_ended() -> None:
    def begin(self: Predictor, model: ContextModel, memory: Memory | None = None) -> None:
        right(self, model, memory)
        if memory is not None and memory.end:
            self._since, self._row, self._signs = last["place"]

    def learn(text: bytes, memory: Memory, model: ContextModel) -> None:
        predictor = Predictor(model, memory)
        for byte in (*text, 0):
            predictor.learn(byte)
        last["place"] = predictor._since, predictor._row, predictor._signs

    last: dict[str, tuple[int, int, int]] = {}
    right = replace(Predictor, "__init__", begin)
    replace(local_model, "learn", learn)


@mutant("WrongTail", "fuzzy")
def a_string_begins_as_that_of_an_adaptive_message() -> None:
    replace(spec, "START", 1 << 28)
    replace(spec, "END", 1 << 29)


@mutant("UncheckedStart", "fuzzy")
def a_string_may_begin_with_0() -> None:
    replace(spec.FOOT.string.subcon, "rule", lambda _string: True)
    right = replace(
        fuzzy, "Reader", lambda string, low, end: right(bytes((max(1, string[0]), *string[1:])), low, end)
    )


@mutant("IgnoresLimit", "fuzzy")
def a_fuzzy_frame_may_code_a_byte_too_many() -> None:
    replace(local_model.limits, "MAX_ADAPTIVE", MAX_ADAPTIVE + 1)
