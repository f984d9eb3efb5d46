"""Messages of AURALITE: the markers, the packaged model, tails, limits, and models that are not held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from aura_reference import message
from aura_spec.errors import Code
from aura_spec.limits import MAX_MODELLED
from aura_vectors.case import Case, Groups, refused
from aura_vectors.case_types.message import MODEL, NOTHING, PACKAGED, Messages, read_model, text_of, valid
from aura_vectors.chapters.context_model import held
from aura_vectors.derive import (
    flipped_bits,
    invalid_variants,
    limits,
    refused_variant,
    with_other_model,
    with_variants,
)
from aura_vectors.flags import Flag
from aura_vectors.models import HAND_MADE, NEVER_ENDING, NO_CONTEXTS, A
from aura_vectors.trace import coded, repeated

TEXTS: Final[Sequence[tuple[bytes, str]]] = (
    (b"", "nothing"),
    (b"\0", "a zero"),
    (b"ok", "two bytes"),
    (b"Yes, I can help you with that.", "a sentence"),
    (b"I cannot browse the internet, but I can help you with what you paste here.", "an answer"),
    (b'{"id":17,"method":"get_weather","params":{"city":"Rome","unit":"C"}}', "JSON"),
    (b"2026-05-14T08:41:07Z INFO  worker-3 GET /api/v1/items/4711 200 12ms", "a line of a log"),
    (b"550e8400-e29b-41d4-a716-446655440000", "an identifier"),
    ("Größe: 12 € – 日本語 🚲".encode(), "UTF-8 of one to four bytes"),
    (b"the cat and the hat, the cat and the hat, the cat and the bat", "what repeats"),
    (b"\r\n\t  \n", "white space"),
    (bytes(range(256)), "every byte once"),
    (b"\xff\xfe\x80\xc0", "bytes that are not text"),
)


def groups() -> Groups:
    """All groups of the chapter."""
    packaged = [coded(PACKAGED, text, comment, "AUR-1", "AUR-6", steps=80) for text, comment in TEXTS]
    yield PACKAGED, [*packaged, *(_explicit(PACKAGED, text_of(case)) for case in packaged[:4])]
    yield PACKAGED, [case for text, _ in TEXTS[:7] for case in _other_tails(PACKAGED, text)]
    yield PACKAGED, [*invalid_variants(packaged[:7], PACKAGED), *flipped_bits(PACKAGED, packaged[3])]
    cases = [coded(MODEL, text, comment, "AUR-1", "AUR-6", steps=0) for text, comment in TEXTS[:9]]
    yield MODEL, cases
    yield (
        MODEL,
        [
            *invalid_variants(cases, MODEL),
            *(case for text, _ in TEXTS[:9] for case in _other_tails(MODEL, text)),
        ],
    )
    yield from with_other_model(MODEL, packaged[3:9])
    small = held(HAND_MADE)
    yield from with_variants(small, [_explicit(small, text) for text in (b"", b"abc", b"zz")])
    yield small, list(_broken(small))
    yield from with_other_model(small, [*cases, _explicit(MODEL, b"abc")])
    yield small, [case for text in (b"", b"a", b"abc") for case in _other_tails(small, text)]
    for case_type, text in ((small, b"abcabz"), (held(NEVER_ENDING), b"a" * 500), (held(NO_CONTEXTS), b"")):
        yield from limits(case_type, coded(case_type, text, f"{len(text)} bytes", "AUR-9", steps=0), "AUR-9")
    yield NOTHING, list(_without_a_model())
    wire = repeated(NEVER_ENDING, A, MAX_MODELLED + 1)
    comment, flag = f"{MAX_MODELLED + 1} bytes, one more than a string may code", Flag.IGNORES_LIMIT
    yield held(NEVER_ENDING), [refused(Code.LIMIT_EXCEEDED, "AUR-9", wire.hex(), comment, flag)]


def _explicit(case_type: Messages, text: bytes) -> Case:
    model = read_model(case_type.model)
    wire = message.encode_auralite_explicit(text, model.model_id, model.context_model)
    how = {"method": "auralite explicit"}
    return valid(f"marker 0x03 and {len(text)} bytes", ("AUR-7",), wire, text, how)


def _other_tails(case_type: Messages, text: bytes) -> Iterator[Case]:
    """Strings beside the one of a text, which stand for it too or for nothing."""
    case = coded(case_type, text, repr(text), "RNG-7", steps=0)
    size = len(case.wire)
    number = int.from_bytes(case.wire, "big")
    for wire, comment, flag in (
        ((number + 1).to_bytes(size + 1, "big")[-size:], "the next string", Flag.ANY_IN_INTERVAL),
        (case.wire + b"\1", "a byte 1 too many", Flag.ANY_IN_INTERVAL),
        (case.wire + b"\xff", "a byte 0xff too many", Flag.ANY_IN_INTERVAL),
        (case.wire + bytes(9), "nine zeros too many", Flag.IGNORES_TRAILING_BYTES),
    ):
        variant = refused_variant(case, case_type, wire, f"{comment}: {case.comment}", flag)
        if variant is not None and wire[0] >= 0x80:
            yield replace(variant, rules=("RNG-6" if variant.code is Code.TRUNCATED else "RNG-7",))


def _broken(case_type: Messages) -> Iterator[Case]:
    model_id = read_model(case_type.model).model_id.hex()
    other = bytes(byte ^ 1 for byte in bytes.fromhex(model_id)).hex()
    flag = Flag.OTHER_MODEL
    yield refused(Code.UNKNOWN_MODEL, "AUR-8", f"03{other}80", "a model that is not held", flag)
    yield refused(Code.UNKNOWN_MODEL, "AUR-8", f"03{model_id[:-2]}0080", "an id with another last byte", flag)
    flag = Flag.UNCHECKED_START
    yield refused(Code.MALFORMED, "AUR-7", f"03{model_id}7f", "a string that begins below 0x80", flag)
    yield refused(Code.MALFORMED, "AUR-7", f"03{model_id}00", "a string that begins with 0", flag)


def _without_a_model() -> Iterator[Case]:
    flag = Flag.OTHER_MODEL
    for wire in ("80", "ff00", "c0ffee"):
        yield refused(Code.UNKNOWN_MODEL, "AUR-8", wire, f"the message {wire} without a model", flag)
