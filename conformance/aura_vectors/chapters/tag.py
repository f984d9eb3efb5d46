"""Tagged messages: each method behind a tag, other models, other checks, and which of several faults is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from zlib import crc32

from aura_reference import message
from aura_spec.errors import Code
from aura_spec.tag import build_tagged, check_of
from aura_vectors.case import Case, Groups, placed
from aura_vectors.case_types.message import MODEL, NOTHING, Messages, read_model, text_of, valid
from aura_vectors.case_types.tagged import TaggedMessages
from aura_vectors.chapters.context_model import held
from aura_vectors.derive import flip, invalid_variants, refused_variant
from aura_vectors.flags import Flag
from aura_vectors.models import HAND_MADE

OWN: Final = TaggedMessages(replace(MODEL, patterns={0: "Yes", 7: "{0} of {1:int}"}))
BARE: Final = TaggedMessages(NOTHING)
"""A reader that implies no model."""
LIKE: Final = held(replace(HAND_MADE, hits=(1, 24, *HAND_MADE.hits[2:])))
"""Another model with the same tag."""
ZERO: Final = TaggedMessages(held(replace(HAND_MADE, hits=(4, 14, *HAND_MADE.hits[2:-1], 4092))))
"""A model whose id begins with 0."""

_TEXT: Final = b"I can help you with that."


def groups() -> Groups:
    """All groups of the chapter."""
    cases = list(_messages(OWN.held))
    tagged = [OWN.tagged(case, "TAG-2", "TAG-3", "TAG-4") for case in cases]
    yield OWN, tagged
    yield OWN, list(invalid_variants([tagged[1], tagged[5]], OWN))
    yield OWN, [*_other_models(tagged[1]), *_other_checks(tagged[1]), *_of_like(cases[4])]
    yield OWN, list(_without_a_model(cases))
    yield OWN, list(_order(tagged))
    yield BARE, [BARE.tagged(case, "TAG-3") for case in _messages(NOTHING)]
    yield BARE, list(_for_a_model(tagged))
    yield ZERO, [ZERO.tagged(case, "TAG-3", "TAG-5") for case in _messages(ZERO.held)]
    limited = TaggedMessages(replace(OWN.held, max_size=len(_TEXT)))
    yield limited, [replace(tagged[1], comment="as many bytes as the limit", rules=("LIM-1",))]
    lower = TaggedMessages(replace(OWN.held, max_size=len(_TEXT) - 1))
    wrong = tagged[1].wire[:1] + flip(tagged[1].wire[1:2], 0) + tagged[1].wire[2:]
    comment = "a byte over the limit, and another check"
    yield lower, _kept(refused_variant(tagged[1], lower, wrong, comment, Flag.IGNORES_LIMIT, "LIM-1"))


def _messages(case_type: Messages) -> Iterator[Case]:
    """Messages of each method that needs nothing but what is held; those of AURALITE come 5th and 6th."""

    def case(wire: bytes, text: bytes, comment: str, **how: object) -> Case:
        return valid(comment, ("TAG-2",), wire, text, how)

    for text, comment in ((b"", "nothing"), (_TEXT, "a text"), (bytes(range(256)), "every byte once")):
        yield case(message.encode_stored(text), text, f"{comment}, stored", method="stored")
    text = b"to be or not to be, to be or not to be"
    yield case(message.encode_brio2(text), text, "BRIO of version 2", method="brio2", level="0")
    if case_type.model:
        model = read_model(case_type.model)
        for text in (_TEXT, b""):
            wire = message.encode_auralite(text, model.context_model)
            yield case(wire, text, f"AURALITE of {len(text)} bytes", method="auralite")
    if case_type.patterns:
        how = {"template_id": "7", "slots": [b"two".hex(), b"12".hex()]}
        values, shared_state = [b"two", b"12"], case_type.shared_state()
        wire, text = message.encode_typed(7, values, shared_state), b"two of 12"
        yield case(wire, text, "a typed frame", method="typed", **how)
        wire = message.encode_classic(7, values)
        yield case(wire, text, "a classic frame", method="classic", **how)
        templates = shared_state.templates
        wire = message.encode_modelled(7, values, templates, read_model(case_type.model).context_model)
        yield case(wire, text, "a modelled frame", method="modelled", **how)


def _kept(*cases: Case | None) -> list[Case]:
    return [case for case in cases if case is not None]


def _refused(code: Code, wire: bytes, comment: str, rule: str, flag: Flag) -> Case:
    return Case(comment, (rule,), wire, code=code, flag=flag)


def _other_models(case: Case) -> Iterator[Case]:
    """Every model tag at a distance of a bit, and one before what is no message (rule TAG-5)."""
    code, flag = Code.UNKNOWN_MODEL, Flag.OTHER_MODEL
    for bit in range(8):
        wire = flip(case.wire, bit)
        yield _refused(code, wire, f"the model tag 0x{wire[0]:02x}", "TAG-5", flag)
    other = flip(case.wire[:1], 3)
    for rest, comment in (
        (flip(case.wire[1:2], 0) + case.wire[2:], "another check"),
        (case.wire[1:2] + b"\x0aa", "a marker without a method"),
        (case.wire[1:2], "no message"),
    ):
        yield _refused(code, other + rest, f"another model tag, and {comment}", "TAG-5", flag)
    yield _refused(Code.TRUNCATED, other, "another model tag alone", "TAG-2", Flag.READS_PAST_END)


def _other_checks(case: Case) -> Iterator[Case]:
    """Every check at a distance of a bit, and those of implementations that take another byte (rule TAG-7)."""
    code, flag = Code.CHECKSUM_MISMATCH, Flag.IGNORES_CHECKSUM
    for bit in range(8, 16):
        wire = flip(case.wire, bit)
        yield _refused(code, wire, f"the check 0x{wire[1]:02x}", "TAG-7", flag)
    tag, rest, crc = case.wire[:1], case.wire[2:], crc32(text_of(case))
    for check, comment in (
        (crc & 0xFF, "the last byte of the CRC-32"),
        (crc >> 24, "the first byte of the CRC-32"),
        (check_of(rest), "the check of the message in the place of the content's"),
        (sum(crc.to_bytes(4, "big")) & 0xFF, "the sum of the bytes of the CRC-32"),
    ):
        yield _refused(code, tag + bytes((check,)) + rest, comment, "TAG-4", flag)
    damaged = case.wire[:-1] + flip(case.wire[-1:], 0)
    yield _refused(code, damaged, "another content", "TAG-7", flag)


def _of_like(case: Case) -> Iterator[Case]:
    """What another model with the same tag makes of a message, told by the check."""
    model = read_model(LIKE.model)
    for text in (_TEXT, b"", b"abc"):
        coded = message.encode_auralite(text, model.context_model)
        wire = build_tagged(coded, text, model.model_id)
        comment = f"{len(text)} bytes for another model that has the same tag"
        yield from _kept(refused_variant(case, OWN, wire, comment, Flag.OTHER_MODEL, "TAG-7"))


def _without_a_model(cases: list[Case]) -> Iterator[Case]:
    """Messages of a writer that implies no model, for a reader that implies one (rule TAG-5)."""
    for case in cases:
        wire = build_tagged(case.wire, text_of(case), b"")
        comment = f"for no model: {case.comment}"
        if case.wire[0] >= 0x80 or case.wire[0] == 0x08:
            yield _refused(Code.UNKNOWN_MODEL, wire, comment, "TAG-5", Flag.OTHER_MODEL)
        else:
            yield Case(comment, ("TAG-5",), wire, case.value)
    model = read_model(OWN.held.model)
    named = message.encode_auralite_explicit(_TEXT, model.model_id, model.context_model)
    wire = build_tagged(named, _TEXT, b"")
    yield Case("for no model: AURALITE that names its model", ("TAG-5",), wire, {"text_hex": _TEXT.hex()})


def _order(cases: list[Case]) -> Iterator[Case]:
    """Faults of the message come before another check (rule TAG-6)."""
    wrong = cases[0].wire[:1] + flip(cases[0].wire[1:2], 0)
    for message_hex, code, comment, flag in (
        ("0a", Code.UNSUPPORTED, "a marker without a method", Flag.ACCEPTS_RESERVED),
        ("0602", Code.UNKNOWN_TEMPLATE, "a template that is not held", Flag.UNKNOWN_TEMPLATE),
        ("060061", Code.MALFORMED, "a byte too many", Flag.IGNORES_TRAILING_BYTES),
        ("068700", Code.NON_CANONICAL, "a needless byte", Flag.OVERLONG_INTEGER),
        ("00070200", Code.TRUNCATED, "a frame cut short", Flag.READS_PAST_END),
    ):
        wire = wrong + bytes.fromhex(message_hex)
        case = _refused(code, wire, f"another check, and {comment}", "TAG-6", flag)
        yield placed(case, OWN)


def _for_a_model(cases: list[Case]) -> Iterator[Case]:
    """Messages of a writer that implies a model, for a reader that implies none (rule TAG-5)."""
    for case in cases:
        comment = f"for a model: {case.comment}"
        yield _refused(Code.UNKNOWN_MODEL, case.wire, comment, "TAG-5", Flag.OTHER_MODEL)
