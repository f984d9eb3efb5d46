"""Fuzzy frames: messages close to templates, step by step, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from aura_reference import message
from aura_reference.fuzzy import memory_of
from aura_reference.local_model import Predictor
from aura_spec import fuzzy as spec
from aura_spec.errors import Code
from aura_spec.limits import MAX_ADAPTIVE
from aura_vectors import local_trace
from aura_vectors.case import Case, Groups, refused
from aura_vectors.case_types.message import MODEL, PACKAGED, Messages, read_model, valid
from aura_vectors.chapters.context_model import held
from aura_vectors.chapters.local_model import line_feeds
from aura_vectors.derive import flipped_bits, limits, variant, with_variants
from aura_vectors.flags import Flag
from aura_vectors.models import NO_CONTEXTS

_LONG: Final = "".join(
    f"{letter}{letter}{number * number % 97} of {number}, " for number, letter in enumerate("abcdefghijk" * 4)
)

FLAT: Final = replace(
    held(NO_CONTEXTS),
    patterns={
        0: "I cannot help with that.",
        1: "Job {id:int} on {host} is done, {id:int} again.",
        2: "a\0b\0{x}\0c",
        127: "Größe: {g} €",
        300: "{{{a}}}",
        301: _LONG,
        (1 << 32) - 1: "{x}, {y}",
    },
)
"""The template predicts what is predicted."""


def groups() -> Groups:
    """All groups of the chapter."""
    cases = [
        _fuzzy(FLAT, 0, b"I cannot help with that", "a full stop less", "FUZ-1", "FUZ-3", traced=True),
        _fuzzy(
            FLAT, 0, b"I can't help with that.", "a word written otherwise", "FUZ-3", "FUZ-5", traced=True
        ),
        _fuzzy(FLAT, 0, b"i cannot help with That!", "other capitals", "FUZ-3", "FUZ-5"),
        _fuzzy(FLAT, 0, b"Sorry, I cannot help with that.", "a word before it", "FUZ-3", "FUZ-5"),
        _fuzzy(FLAT, 0, b"I cannot help with that.", "the text of the template", "FUZ-3"),
        _fuzzy(
            FLAT, 0, b"I cannot help with that." * 3, "the text of the template, again and again", "FUZ-5"
        ),
        _fuzzy(FLAT, 0, b"", "nothing", "FUZ-5"),
        _fuzzy(FLAT, 0, b"\xff\0Zw", "nothing of the template, and no text", "FUZ-5"),
        _fuzzy(FLAT, 1, b"Job 77 on build-3 is done", "slots that are filled", "FUZ-4", traced=True),
        _fuzzy(FLAT, 1, b"Job 13 on 13 is done, 14 again.", "numbers after those of the example", "FUZ-4"),
        _fuzzy(FLAT, 2, b"a\0b\0\0c", "bytes 0 in a template", "FUZ-5", traced=True),
        _fuzzy(FLAT, 2, b"a", "a byte 0 of the template as the end of the message", "FUZ-1"),
        _fuzzy(FLAT, 127, "Größe: 7 EUR".encode(), "UTF-8", "FUZ-4"),
        _fuzzy(FLAT, 300, b"{x}", "braces", "FUZ-1", "FUZ-4"),
        _fuzzy(FLAT, 301, _LONG[40:-60].encode() + b"!", "a long template", "FUZ-5"),
        _fuzzy(FLAT, (1 << 32) - 1, b"12, 12, 12", "the largest id", "FUZ-1"),
    ]
    yield from with_variants(FLAT, cases[:4])
    yield from with_variants(FLAT, cases[-3:])
    yield FLAT, cases[4:-3]
    yield (
        MODEL,
        [
            _fuzzy(MODEL, 256, b"Ana said, I can help you with that", "with a model", "FUZ-5", traced=True),
            _fuzzy(MODEL, 260, b'{"id":12,"name":"get_weather"}', "JSON without a key", "FUZ-5"),
        ],
    )
    packaged = replace(PACKAGED, patterns={5: "Your order {n} leaves our warehouse on {day}."})
    text = b"Your order 4711 left our warehouse on Monday. Thanks!"
    yield packaged, [_fuzzy(packaged, 5, text, "with the small model of the package", "FUZ-5")]
    yield FLAT, list(flipped_bits(FLAT, cases[1], 2))
    yield FLAT, list(_with_other_templates(cases[1]))
    yield FLAT, list(_broken())
    for case in (cases[0], cases[6]):
        yield from limits(FLAT, case, "FUZ-6")
    yield FLAT, [_too_long()]


def _fuzzy(
    case_type: Messages, number: int, text: bytes, comment: str, *rules: str, traced: bool = False
) -> Case:
    shared_state = case_type.shared_state()
    template = shared_state.templates[number]
    model = read_model(case_type.model).context_model
    wire = message.encode_fuzzy(text, number, shared_state.templates, model)
    case = valid(comment, rules, wire, text, {"method": "fuzzy", "template_id": str(number)})
    if not traced:
        return case
    memory = memory_of(template, model)
    return replace(case, trace=tuple(local_trace.of_fuzzy(text, model, memory)))


def _with_other_templates(case: Case) -> Iterator[Case]:
    """The string of a frame under the ids of other templates: another text, or none."""
    for number in (1, 2, 127):
        wire = bytes((case.wire[0], number)) + case.wire[2:]
        comment = f"under the id {number}: {case.comment}"
        yield variant(case, FLAT, wire, comment, Flag.UNCHECKED_END, "FUZ-5")


def _broken() -> Iterator[Case]:
    """Frames that no encoder writes."""
    flag = Flag.UNKNOWN_TEMPLATE
    yield refused(Code.UNKNOWN_TEMPLATE, "FUZ-2", "0a0380", "an id that is not held", flag)
    yield refused(Code.UNKNOWN_TEMPLATE, "FUZ-2", "0a03", "an id that is not held, and no string", flag)
    yield refused(Code.TRUNCATED, "FUZ-1", "0a", "no id", Flag.READS_PAST_END)
    yield refused(Code.TRUNCATED, "FUZ-1", "0a00", "no string", Flag.READS_PAST_END)
    flag = Flag.UNCHECKED_START
    yield refused(Code.MALFORMED, "FUZ-3", "0a0000", "a string that begins with 0", flag)
    yield refused(Code.MALFORMED, "FUZ-3", "0a0000ffffff", "a longer string that begins with 0", flag)


def _too_long() -> Case:
    """A frame for more bytes than one may have."""
    model = read_model(FLAT.model).context_model
    template = FLAT.shared_state().templates[0]
    predictor = Predictor(model, memory_of(template, model))
    wire = b"\x0a\0" + line_feeds(predictor, MAX_ADAPTIVE + 1, spec.START, spec.END)
    comment = f"{MAX_ADAPTIVE + 1} bytes, one more than a fuzzy frame may have"
    return refused(Code.LIMIT_EXCEEDED, "FUZ-6", wire.hex(), comment, Flag.IGNORES_LIMIT)
