"""Modelled frames, for the templates that the model brings and one more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from aura_reference import auralite, message
from aura_reference import modelled as reference
from aura_reference.auralite import Step
from aura_spec.context_model import END
from aura_spec.errors import Code
from aura_spec.limits import MAX_MODELLED
from aura_vectors.case import Case, Fields, Groups, refused
from aura_vectors.case_types.message import MODEL, Messages, read_model, valid
from aura_vectors.chapters.context_model import held
from aura_vectors.derive import limits, with_variants
from aura_vectors.flags import Flag
from aura_vectors.models import NEVER_ENDING, A
from aura_vectors.trace import repeated

HELD: Final[Messages] = replace(MODEL, patterns={0: "x{0}"})


def groups() -> Groups:
    """All groups of the chapter."""
    cases = [
        _modelled(0, [b""], "no byte, and the end", "FRS-12"),
        _modelled(0, [b"\xff\0"], "bytes that are not text", "FRS-12"),
        _modelled(256, [b"Ana", b"I can help you with that"], "two texts", "FRS-9"),
        _modelled(256, [b"", b""], "two empty texts", "FRS-9"),
        _modelled(256, [b"one s", b"..."], "texts with the first byte of their stops", "FRS-10"),
        _modelled(256, ["Größe".encode(), b"x"], "bytes that the model does not predict", "FRS-9"),
        _modelled(257, [b"7", b"hall 3", b"on", b"thank you"], "values and texts", "FRS-2"),
        _modelled(257, [b"007", b"hall 3", b"dim", b""], "values that do not fit their types", "FRS-3"),
        _modelled(
            257, [b"12345678", b"Lamp 12345678", b"on", b""], "a match that begins in fed bytes", "FRS-8"
        ),
        _modelled(258, [b"A", b"B"], "slots out of order, one twice", "FRS-7"),
        _modelled(258, [b", again", b"=="], "texts like the literals behind them", "FRS-10"),
        _modelled(259, [b"none"], "a value alone that does not fit its type", "FRS-3"),
        _modelled(260, [b"3", b"get_weather", b"Rome"], "JSON", "FRS-9"),
        _modelled(260, [b"3", b'a\\"b', b'"}'], "JSON, with quotation marks in texts", "FRS-10"),
        _modelled(261, [b"bab", b"a"], "a stop of one byte, twice in a text", "FRS-9"),
        _modelled(261, [b"bc1234", b"99"], "character runs that begin in fed bytes", "FRS-8"),
        _modelled(262, [b""], "a stop of two equal bytes", "FRS-9"),
        _modelled(262, [b"a"], "a text that runs into its stop", "FRS-10"),
        _modelled(262, [b"aaaaa"], "a text that is all stop", "FRS-10"),
    ]
    yield from with_variants(HELD, cases)
    yield HELD, list(_broken_modelled())
    yield from limits(HELD, cases[2], "FRS-13")
    endless = replace(held(NEVER_ENDING), patterns={0: "x{0}"})
    wire = "0800" + repeated(NEVER_ENDING, A, MAX_MODELLED, fed=b"x").hex()
    comment, flag = f"{MAX_MODELLED + 1} bytes, one more than a string may code", Flag.IGNORES_LIMIT
    yield endless, [refused(Code.LIMIT_EXCEEDED, "FRS-13", wire, comment, flag)]


def _modelled(number: int, values: list[bytes], comment: str, rule: str) -> Case:
    shared_state = HELD.shared_state()
    how = {"method": "modelled", "template_id": str(number), "slots": [value.hex() for value in values]}
    model = read_model(HELD.model).context_model
    wire = message.encode_modelled(number, values, shared_state.templates, model)
    case = valid(comment, (rule,), wire, shared_state.templates[number].render(values), how)
    return replace(case, trace=tuple(_steps(reference.steps(shared_state.templates[number], values, model))))


def _steps(steps: Iterable[Step]) -> Iterator[Fields]:
    """The symbols of the string: where in the message, in which context, after how many escapes."""
    for step in steps:
        match = {"match": step.match.value, "length": step.length} if step.length else {}
        yield {
            "position": step.position,
            "symbol": step.symbol,
            "order": step.order,
            "char_run": step.char_run,
            "escapes": step.escapes,
            **match,
        }


def _broken_modelled() -> Iterator[Case]:
    """Frames that no encoder writes, their strings made symbol by symbol."""
    model = read_model(MODEL.model).context_model

    def coded(head: str, fed: bytes, *symbols: int) -> str:
        walk, writer = auralite.Walk(model), auralite.Writer()
        for byte in fed:
            walk.feed(byte)
        for writer.symbol in symbols:
            context = walk.context
            if walk.code(writer) == END:
                walk.context = context
        return head + writer.encoder.finish().hex()

    yield refused(Code.UNKNOWN_TEMPLATE, "FRS-4", "080180", "an id that is not held", Flag.UNKNOWN_TEMPLATE)
    yield refused(
        Code.NON_CANONICAL, "FRS-1", "08800080", "an id in two bytes instead of one", Flag.OVERLONG_INTEGER
    )
    yield refused(
        Code.NON_CANONICAL, "FRS-5", "08830201" + "12" * 16, "no text and no string", Flag.SECOND_SPELLING
    )
    yield refused(
        Code.NON_CANONICAL,
        "FRS-5",
        "08830201" + "12" * 16 + "80",
        "a string for no text",
        Flag.SECOND_SPELLING,
    )
    yield refused(Code.MALFORMED, "RNG-5", "08007f", "a first byte below 0x80", Flag.UNCHECKED_START)
    uuid = b"01234567-89ab-cdef-0123-456789abcdef"
    wire = coded("08830200", b"id ", *uuid, END)
    yield refused(Code.NON_CANONICAL, "FRS-6", wire, "a text that fits its type", Flag.SECOND_SPELLING)
    for symbols, where in (
        ((END,), "at once"),
        ((*b"x", END), "after a byte"),
        ((*b"ab", END), "after two"),
    ):
        wire = coded("088602", b"<", *symbols)
        comment = f"an end in a text with a stop, {where}"
        yield refused(Code.MALFORMED, "FRS-11", wire, comment, Flag.END_INSIDE_TEXT)
