"""Adaptive messages: contexts, matches, numbers, candidates, what is learned, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, product
from typing import Final

from aura_reference import message
from aura_reference.local_memory import hash_byte
from aura_reference.local_model import Predictor
from aura_reference.local_number import field_index
from aura_reference.range_coder import Encoder
from aura_spec import local_model as spec
from aura_spec import range_coder
from aura_spec.context_model import END, Prefix
from aura_spec.errors import Code
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.marker import ADAPTIVE_COMPACT
from aura_vectors.case import Case, Groups, refused
from aura_vectors.case_types.message import MODEL, PACKAGED, Messages, read_model, valid
from aura_vectors.chapters.context_model import held
from aura_vectors.chapters.prefix import HITS, PAST
from aura_vectors.derive import (
    flipped_bits,
    invalid_variants,
    limits,
    refused_variant,
    with_other_model,
    with_variants,
)
from aura_vectors.draw import Draw
from aura_vectors.flags import Flag
from aura_vectors.local_trace import Watched, coded
from aura_vectors.models import HAND_MADE, NO_CONTEXTS
from aura_vectors.trace import Recorder

FLAT: Final = held(NO_CONTEXTS)
"""What is predicted is what the message itself predicts."""

Told = tuple[bytes, str, tuple[str, ...]]
"""A text, what it shows, and the rules."""


def _rows(form: str, *columns: Sequence[object]) -> bytes:
    return b"".join(form.format(*row).encode() for row in zip(*columns, strict=True))


def _steps(first: int, step: int, count: int = 5) -> range:
    return range(first, first + step * count, step)


_ROWS: Final[Sequence[Told]] = (
    (
        b"id,name,qty\n"
        + _rows("{},{},{}\n", _steps(998, 1), ("bolt", "nut", "bolt", "nut", "pin"), _steps(40, -5)),
        "CSV",
        ("LOC-2", "LOC-3", "LOC-8"),
    ),
    (
        b"["
        + _rows('{{"id":{},"on":{},"user_Name":null}},', _steps(7, 3, 4), ("true", "true", "false", "true")),
        "objects of JSON",
        ("LOC-1", "LOC-2", "LOC-3"),
    ),
    (
        _rows("<li><b>{}</b>{}</li>", ("Ab", "Cd", "Ef"), ("one", "two", "three")) + b"<p>one</p>",
        "elements",
        ("LOC-2", "LOC-3"),
    ),
    (b"a bcd\n" * 2 + b"a bcd, e\n" * 3 + b"a bcd\n" * 2, "rows of two forms", ("LOC-2", "LOC-11")),
    (
        b"the_quick_brown_fox_jumps;the_quick_brown_dog_jumps;" * 2,
        "words of more than 15 bytes",
        ("LOC-2", "MIX-3"),
    ),
    (
        "Größe 12 €, Größe 13 €, Länge 14 €, 日本語 15 €, 日本語 16 €".encode() * 2,
        "UTF-8",
        ("LOC-1", "LOC-3"),
    ),
)

_MATCHES: Final[Sequence[Told]] = (
    (b"1abcd+1abcd+2bcdex2bcdey", "four bytes alike, and five", ("LOC-5",)),
    (
        bytes(range(97, 122)) * 3 + b"!",
        "a match through all its levels, up to the longest",
        ("LOC-5", "MIX-3"),
    ),
    (
        b"qwertyuabcdefg1-abcdefg2-qwertyuabcdefg1-abcdefg2",
        "a match goes on where the slot leads elsewhere",
        ("LOC-5", "LOC-11"),
    ),
    (
        b"one two three four, one two thrEE four, one two three four",
        "a match that misses",
        ("LOC-5", "LOC-11"),
    ),
    (
        b"qwertyuABC\0Dxy1--ABC\0Dzz..qwertyuABC\0Dxy1",
        "a match over a byte 0, whose place another has taken",
        ("LOC-1", "LOC-5", "LOC-11"),
    ),
    (b"na" * 60, "a match that overlaps what it predicts", ("LOC-5", "MIX-5")),
    (b"a" * 200 + b"b", "one byte, so often that the probability is the largest", ("MIX-4", "MIX-5")),
)

_NUMBERS: Final[Sequence[Told]] = (
    (_rows("n={}\n", _steps(95, 2, 8)), "a number that steps up, and gets a digit more", ("LOC-6", "LOC-7")),
    (_rows("n={:04}\n", _steps(5, 1, 8)), "zeros in front", ("LOC-6", "LOC-7")),
    (
        _rows("n={}\n", (*_steps(12, -4), 30, 29, 28, 999, 998, 7)),
        "a number that steps down to 0; what is below 0 is not expected",
        ("LOC-6", "LOC-7"),
    ),
    (_rows("{},{};", _steps(17, 1, 7), _steps(1000, -7, 7)), "two fields", ("LOC-6",)),
    (_rows("k{0}={0}5 ", _steps(1, 1, 7)), "digits are no part of what stands before a number", ("LOC-6",)),
    (
        _rows("n={}\n", (101, 102, 103, 203, 204, 205, 206, 1, 2, 3)),
        "steps that change, and then come again",
        ("LOC-7",),
    ),
    (_rows("n={}\n", (70, 70, 70, 80, 80, 90, 90)), "a step of 0 is none", ("LOC-6", "LOC-7")),
    *(
        (
            _rows("n={}\n", _steps(10 ** (digits - 1) * 9 + 5, 3, 4)),
            f"numbers of {digits} digits",
            ("LOC-7", "MIX-3"),
        )
        for digits in (16, 17, 18)
    ),
    (
        _rows("n={}\n", (1, 2, 3, 10**17, 4, 5)),
        "a number of too many digits teaches nothing",
        ("LOC-7",),
    ),
    *(
        (_rows("n={}\n", _steps(5 * 10**9 * 10, step, 5)), f"steps of {step}", ("LOC-7",))
        for step in (2**31 - 1, 2**31, 1 - 2**31, -(2**31))
    ),
    (
        _rows("n={}\n", (512, 517, 520, 536, 999, 1003, 2001, 207, 1999, 1999)),
        "greater, less and longer than the one before",
        ("LOC-7", "LOC-8", "MIX-3"),
    ),
    (
        _rows("n={};", (1, 2, 3, 4, 5, 6, "", 7, 8, 9)),
        "a place without a number changes nothing",
        ("LOC-6", "LOC-7"),
    ),
    (_rows("n={}-\n", (5, 6, 7, "x", 8, 9)), "a number that does not come changes nothing", ("LOC-7",)),
)


def groups() -> Groups:
    """All groups of the chapter."""
    yield FLAT, list(_traced())
    told = chain(_ROWS, _MATCHES, _NUMBERS, _of_slots(), _of_fields(), _of_bytes(), _of_chance())
    yield FLAT, [coded(FLAT, text, comment, *rules) for text, comment, rules in told]
    for case_type in (PACKAGED, MODEL):
        texts = (*_ROWS[:2], _NUMBERS[0], *_WITH_MODEL)
        yield (
            case_type,
            [
                coded(case_type, text, comment, *rules, *(("MIX-3",) if text else ()))
                for text, comment, rules in texts
            ],
        )
    past = held(replace(NO_CONTEXTS, prefix=Prefix(PAST + b"1" + PAST + b"2", HITS)))
    yield past, [coded(past, text, comment, "LOC-13") for text, comment in _OF_PREFIX]
    small = held(HAND_MADE)
    cases = [coded(small, text, f"{len(text)} bytes", "AUR-10") for text in (b"", b"a", b"abcabcabc")]
    yield small, cases
    yield small, [*invalid_variants(cases, small), *flipped_bits(small, cases[2])]
    yield small, [case for text in (b"", b"a", b"abcabcabc") for case in _other_tails(small, text)]
    yield from with_variants(small, [_explicit(small, text) for text in (b"", b"abcabc")])
    yield small, list(_broken(small))
    yield from with_other_model(small, [coded(FLAT, text, comment) for text, comment, _ in _MATCHES[:2]])
    for case_type, text in ((small, b"abcabz"), (FLAT, b"")):
        yield from limits(case_type, coded(case_type, text, ""), "AUR-12")
    first = range_coder.ADAPTIVE_START, range_coder.ADAPTIVE_END
    wire = line_feeds(Predictor(NO_CONTEXTS), MAX_ADAPTIVE + 1, *first)
    comment, flag = (
        f"{MAX_ADAPTIVE + 1} bytes, one more than an adaptive message may have",
        Flag.IGNORES_LIMIT,
    )
    yield FLAT, [refused(Code.LIMIT_EXCEEDED, "AUR-12", wire.hex(), comment, flag)]


_OF_PREFIX: Final = (
    (PAST[:40], "40 bytes of the prefix"),
    (PAST[:23] + b"!", "23 bytes of it"),
    (PAST[:24] + b"!", "24 bytes of it"),
    (PAST[-24:] + b"2", "its end: no match goes on"),
    (PAST[-24:] + b"1", "what stands in it twice: the last place counts"),
    (b"R" + PAST[:30] + b"AR" + PAST[:30] + b"A", "what the message has, too: the message comes first"),
    (
        b"~" + PAST[19:24] + b"#" + PAST[:30],
        "five bytes that the message has, too, and 24: the message comes first",
    ),
    (PAST[:40] + PAST[-30:] + b"2" + PAST[:26], "a match after another one"),
)
"""Texts of the prefix of a model."""

_WITH_MODEL: Final[Sequence[Told]] = (
    (b"", "nothing", ("AUR-10",)),
    (b"Yes. Yes. Yes, I can help. Yes, I can.", "what the model predicts as well", ("LOC-9",)),
    (b"#3f2a9c #3f2a9d 12345678 12345678", "character runs", ("LOC-9",)),
)


def _traced() -> Iterator[Case]:
    """Short texts, step by step."""
    rules = (
        *(f"LOC-{number}" for number in (*range(1, 10), 11)),
        *(f"MIX-{number}" for number in range(1, 7)),
    )
    for text, comment in (
        (b"x7=08;x7=09;x7=10;x7=11;", "a match, a number and all contexts, step by step"),
        (b"{aB}{aB}{aC}{aB}", "contexts that hit and miss, step by step"),
    ):
        yield coded(FLAT, text, comment, *rules, traced=True)


def _of_slots() -> Iterator[Told]:
    """Pairs of bytes with one slot, of the same check and of another one (rule LOC-4)."""
    pairs: dict[int, bytes] = {}
    seen = set[bool]()
    for pair in map(bytes, product(range(33, 127), repeat=2)):
        value = hash_byte(hash_byte(0, pair[1]), pair[0]) * spec.HASH_MULTIPLIER_2 % (1 << 32)
        index, check = value >> 32 - spec.SLOT_BITS, value >> 24 - spec.SLOT_BITS & 0xFF
        other = pairs.setdefault(index, pair)
        if other == pair:
            continue
        is_alike = check == _check(other)
        if is_alike not in seen and not set(pair) & set(other):
            seen.add(is_alike)
            a, b, c = b"KQZ"
            text = b"".join(
                bytes((9 + n, *two, a)) for n, two in enumerate((other, other, pair, other, pair))
            )
            text += b"".join(bytes((n, *two, b)) for n, two in enumerate((other, pair, other), ord("a")))
            yield text + bytes((c,)), "pairs of bytes with one slot" + " and check" * is_alike, ("LOC-4",)
        if len(seen) == 2:
            return


def _check(pair: bytes) -> int:
    value = hash_byte(hash_byte(0, pair[1]), pair[0]) * spec.HASH_MULTIPLIER_2 % (1 << 32)
    return value >> 24 - spec.SLOT_BITS & 0xFF


def _of_fields() -> Iterator[Told]:
    """Names before numbers that are one field, though they differ, and such as differ in the first byte alone."""
    field = _field(b"\nlength=")
    names = (bytes((10, *middle, ord("="))) for middle in product(b"abcdefgh", repeat=6))
    alike = next(name for name in names if _field(name) == field)
    text = b"".join(b"%b%d%b%d" % (b"\nlength=", 20 + n, alike, 21 + n) for n in range(0, 8, 2))
    yield text, "two names with one field", ("LOC-6",)
    text = b"".join(b"A_length=%d;B_length=%d;" % (20 + n, 300 - n) for n in range(5))
    yield text, "names that differ nine bytes before a number", ("LOC-6",)


def _field(name: bytes) -> int:
    """The field of a number behind a name of eight bytes."""
    return field_index(int.from_bytes(name, "big"))


def _of_bytes() -> Iterator[Told]:
    yield bytes(range(256)) * 2, "every byte twice", ("LOC-1", "LOC-3")
    yield b"ab\0\0c\0\0\0d" * 4, "bytes 0", ("LOC-1", "LOC-11")
    yield b"\0" * 24, "nothing but bytes 0", ("LOC-8",)
    yield b"\xff\xfe\x80" * 6, "bytes that are not text", ("LOC-1",)


def _of_chance() -> Iterator[Told]:
    """Texts of few letters, in which candidates miss often."""
    for number, letters in enumerate((b"ab.", b"kcy", b"01 9", b"xY_z;")):
        draw = Draw(14, number)
        text = bytes(letters[draw.below(len(letters))] for _ in range(90))
        yield text, f"few letters, at random: {letters.decode()}", ("LOC-9", "MIX-3", "MIX-5", "LOC-11")
    yield _in_need_of_all(), f"a symbol behind {spec.MAX_TRIED} candidates that miss", ("LOC-9", "LOC-8")


def _in_need_of_all() -> bytes:
    """The first of some texts in which as many candidates miss as may be tried, and there is another one."""
    for number in range(1000):
        draw = Draw(15, number)
        word = bytes(draw.below(26) + 97 for _ in range(5))
        text = b""
        for count in range(40):
            text += (word, word[1:], word[:3], b",", b"\n", b"%d" % count, bytes((draw.below(26) + 97,)))[
                draw.below(7)
            ]
        watched, recorder = Watched(NO_CONTEXTS), Recorder()
        for place, recorder.symbol in enumerate(text):
            watched.code(recorder)
            trials = watched.trials
            if len(trials) == spec.MAX_TRIED < len(watched.listed) and not trials[-1].hit:
                return text[: place + 8]
    raise AssertionError("no text needs all candidates")


def _explicit(case_type: Messages, text: bytes) -> Case:
    model = read_model(case_type.model)
    wire = message.encode_adaptive_explicit(text, model.model_id, model.context_model)
    how = {"method": "adaptive explicit"}
    return valid(f"marker 0x09 and {len(text)} bytes", ("AUR-11",), wire, text, how)


def _other_tails(case_type: Messages, text: bytes) -> Iterator[Case]:
    """Strings beside the one of a text, which stand for it too or for nothing."""
    case = coded(case_type, text, repr(text), "RNG-7")
    size = len(case.wire)
    number = int.from_bytes(case.wire, "big")
    for wire, comment, flag in (
        ((number + 1).to_bytes(size + 1, "big")[-size:], "the next string", Flag.ANY_IN_INTERVAL),
        (case.wire + b"\1", "a byte 1 too many", Flag.ANY_IN_INTERVAL),
        (case.wire + bytes(9), "nine zeros too many", Flag.IGNORES_TRAILING_BYTES),
    ):
        variant = refused_variant(case, case_type, wire, f"{comment}: {case.comment}", flag)
        if variant is not None and wire[0] in ADAPTIVE_COMPACT:
            yield replace(variant, rules=("RNG-6" if variant.code is Code.TRUNCATED else "RNG-7",))


def _broken(case_type: Messages) -> Iterator[Case]:
    model_id = read_model(case_type.model).model_id.hex()
    flag = Flag.OTHER_MODEL
    yield refused(Code.UNKNOWN_MODEL, "AUR-11", f"09{bytes(8).hex()}10", "a model that is not held", flag)
    flag = Flag.UNCHECKED_START
    for first in (0x00, 0x0F, 0x20, 0xFF):
        comment = f"a string that begins with 0x{first:02x}"
        yield refused(Code.MALFORMED, "AUR-11", f"09{model_id}{first:02x}", comment, flag)


def line_feeds(predictor: Predictor, count: int, low: int, end: int) -> bytes:
    """The string of so many line feeds, and then the end, from the first interval from ``low`` to ``end``.

    A line feed begins a row, so that after some of them each further one is the same choice.
    """
    recorder, encoder = Recorder(), Encoder(low, end)
    for place, recorder.symbol in enumerate((*b"\n" * _SETTLED, END)):
        recorder.choices, last = [], recorder.choices
        predictor.code(recorder)
        for choice in last * (count - _SETTLED if place == _SETTLED else 0):
            encoder.code(*choice)
        for choice in recorder.choices:
            encoder.code(*choice)
    return encoder.finish()


_SETTLED: Final = 600
"""Line feeds after which all that is learned stays as it is."""
