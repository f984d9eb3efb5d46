"""BRIO version 2: units, matches, adaptive tables, lanes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from aura_reference import brio2, message
from aura_reference.adaptive import Tables, batches
from aura_reference.interleaved_rans import write
from aura_reference.parse import Parse, Repeat
from aura_spec import brio2 as declared
from aura_spec import unit
from aura_spec.errors import Code
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.marker import Marker, build_message
from aura_vectors import states
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.message import NOTHING, valid
from aura_vectors.derive import altered_fields, flipped_bits, invalid_variants, limits
from aura_vectors.flags import Flag

_LETTERS: Final = bytes(range(97, 123))
_TRACED: Final = 100
"""Units of the longest message that is traced."""


def groups() -> Groups:
    """All groups of the chapter."""
    texts = [
        (b"", "nothing", "BII-1 BII-4"),
        (b"a", "one byte", "BII-4 UNI-2 ADA-1"),
        (b"the function returns a list", "phrases", "UNI-1 UNI-2 UNI-3 BII-8 PAR-2 PAR-3"),
        (b"abcabcabcabcabcabc", "an overlapping match", "BII-5 BII-6 BII-9 PAR-1 PAR-3"),
        (bytes(5000), "a long match at distance 1, more lanes", "BII-4 BII-6 BII-8 ADA-3 PAR-1 PAR-3"),
        (bytes(range(256)) * 2, "every byte", "UNI-2 ADA-2 PAR-2"),
        (
            b"".join(b'{"id": %d, "name": "item %d"}, ' % (n, n * 7) for n in range(90)),
            "recent distances",
            "BII-5 BII-7 BII-8 UNI-3 ADA-4 PAR-4 PAR-5",
        ),
        (
            b"".join((n * n * 40503 % 65537).to_bytes(3, "big") for n in range(400)),
            "many rounds of tables",
            "ADA-2 ADA-3 ADA-4 BII-8",
        ),
    ]
    cases = [
        valid(
            f"{comment}, level {level}",
            (*rules.split(), *(("PAR-6",) if level else ())),
            message.encode_brio2(text, level),
            text,
            {"method": "brio2", "level": str(level)},
        )
        for text, comment, rules in texts
        for level in (0, 1)
    ]
    yield NOTHING, [_traced(case) for case in cases]
    by_hand = [
        (b"aaaaaaa", Parse((97,), (Repeat(1, 3, 1), Repeat(0, 3, 1))), "two matches, one after the other"),
        (b"abababcbab", Parse((97, 98, 99), (Repeat(2, 4, 2), Repeat(1, 3, 4))), "the third recent distance"),
        (b"ababa", Parse((97, 98), (Repeat(2, 3, 2),)), "a distance that is recent from the start"),
        (b"the", Parse((116, 104, 101), ()), "bytes where there is a phrase"),
        (
            _LETTERS + b"abc!" + _LETTERS + b"z?z?z?",
            Parse((*_LETTERS, 33, *b"z?"), (Repeat(26, 3, 26), Repeat(1, 26, 30), Repeat(2, 4, 2))),
            "a literal run with extra bits",
        ),
    ]
    decodable = [
        valid(
            comment,
            ("BII-5", "BII-7", "BII-8", "IRN-9"),
            build_message(Marker.BRIO, brio2.encode_parse(text, cut)),
            text,
        )
        for text, cut, comment in by_hand
    ]
    yield NOTHING, [_traced(case) for case in decodable]
    short = cases[2:5]
    yield NOTHING, [*invalid_variants(short, NOTHING), *altered_fields(NOTHING, short)]
    yield NOTHING, list(flipped_bits(NOTHING, cases[4], 1))
    yield NOTHING, list(_broken())
    yield from limits(NOTHING, cases[4], "BII-2")
    yield NOTHING, [_recent_by_number(), *_claims()]


def _traced(case: Case) -> Case:
    """With the streams of a short message, and the states of the lanes."""
    container = declared.parse_body(case.wire[1:], DEFAULT_MAX_SIZE)
    return case if container.units > _TRACED else replace(case, trace=tuple(states.of_brio2(container)))


def _recent_by_number() -> Case:
    """The distances 2, spelt as a number although it is recent, and then 4, which is the third recent one."""
    text = b"abcdefghghgwxyzwxy"
    cut = Parse(tuple(b"abcdefghwxyz"), (Repeat(8, 3, 2), Repeat(4, 3, 4)))
    symbol, extra, bits = declared.number_symbol(2 - 1)
    body = brio2.encode_parse(text, cut, [(len(declared.RECENT) + symbol, extra, bits), (2, 0, 0)])
    comment = "a recent distance spelt as a number moves to the front"
    return valid(comment, ("BII-5", "BII-7"), build_message(Marker.BRIO, body), text)


def _claims() -> Iterator[Case]:
    """As many units as the words may hold, and one more."""
    words = bytes.fromhex("01000000" * 4)
    most = declared.SYMBOLS_PER_BYTE * len(words)
    for code, units in ((Code.TRUNCATED, most), (Code.MALFORMED, most + 1)):
        claimed = declared.Container(most + 1, 0, 0, units, words)
        wire = build_message(Marker.BRIO, declared.build_body(claimed))
        comment, flag = f"{units} units in {len(words)} bytes of words", Flag.TRUSTS_CLAIMS
        yield Case(comment, ("BII-3",), wire, code=code, flag=flag)


def _broken() -> Iterator[Case]:
    def container(length: int, words: str, *, sequences: int = 0, units: int = 0, crc: int = 0) -> bytes:
        claimed = declared.Container(length, crc, sequences, units, bytes.fromhex(words))
        return build_message(Marker.BRIO, declared.build_body(claimed))

    def cut(text: bytes, units: Sequence[int], *sequences: Repeat) -> bytes:
        return build_message(Marker.BRIO, brio2.encode_parse(text, Parse(tuple(units), sequences)))

    def literal_run(symbol: int, *words: int) -> bytes:
        read = list(batches([symbol], 4, Tables(unit.CODES["literal_runs"]), [0]))
        written = write(read, 4, (), {len(read): words})
        return container(100, written.hex(), sequences=1, units=20)

    def refused(code: Code, rule: str, wire: bytes, comment: str, flag: Flag) -> Case:
        return Case(comment, (rule,), wire, code=code, flag=flag)

    bare = "01000000" * 4
    good = container(0, bare)
    bad = Code.MALFORMED
    yield refused(bad, "BII-1", good.replace(b"AURA", b"AURB"), "another magic", Flag.IGNORES_MAGIC)
    overlong = good[:6] + b"\x80" + good[6:]
    yield refused(Code.NON_CANONICAL, "VAR-2", overlong, "a length in two bytes", Flag.OVERLONG_INTEGER)
    huge = good[:6] + bytes.fromhex("8080808010") + good[7:]
    yield refused(Code.LIMIT_EXCEEDED, "BII-1", huge, "a length of 2^32", Flag.TRUSTS_CLAIMS)
    claim = container(1 << 26, bare, units=1 << 26)
    yield refused(bad, "BII-3", claim, "more units than the words hold", Flag.TRUSTS_CLAIMS)
    yield refused(
        bad, "BII-3", container(5, bare, sequences=2), "two matches in five bytes", Flag.TRUSTS_CLAIMS
    )
    yield refused(bad, "BII-1", container(0, bare + "00"), "half a word", Flag.IGNORES_TRAILING_BYTES)
    few = container(0, bare[:-8])
    yield refused(Code.TRUNCATED, "IRN-3", few, "a state too few", Flag.READS_PAST_END)
    low = container(0, "00000000" + bare[8:])
    yield refused(bad, "IRN-3", low, "a state below 2^16", Flag.UNCHECKED_START)
    out = container(1, bare, units=1)
    yield refused(Code.TRUNCATED, "IRN-4", out, "words that run out", Flag.READS_PAST_END)
    high = container(0, "02000000" + bare[8:])
    yield refused(bad, "IRN-8", high, "a state of 2^17 at the end", Flag.UNCHECKED_END)
    bit = container(0, "01000100" + bare[8:])
    yield refused(bad, "BII-8", bit, "a bit left over", Flag.UNCHECKED_END)
    yield refused(bad, "BII-8", container(0, bare + "0000"), "a word left over", Flag.IGNORES_TRAILING_BYTES)
    yield refused(
        Code.TRUNCATED,
        "IRN-9",
        literal_run(16),
        "no word for the extra bit of a literal run",
        Flag.READS_PAST_END,
    )
    yield refused(
        bad, "BII-8", literal_run(16, 2), "a bit left over behind a literal run", Flag.UNCHECKED_END
    )
    few_units = cut(b"aaaa", (97,), Repeat(2, 3, 1))
    yield refused(bad, "BII-9", few_units, "a literal run longer than the units", Flag.UNITS_AND_LENGTH)
    yield refused(
        bad, "BII-9", cut(b"aaaaa", (97,), Repeat(1, 3, 1)), "a byte too few", Flag.UNITS_AND_LENGTH
    )
    yield refused(bad, "BII-9", cut(b"aaa", (97, 97, 97, 97)), "a byte too many", Flag.UNITS_AND_LENGTH)
    before = cut(b"abab", (97,), Repeat(1, 3, 2))
    yield refused(bad, "BII-9", before, "a match before the message", Flag.COPIES_FROM_OUTSIDE)
    wrong = container(0, bare, crc=1)
    yield refused(Code.CHECKSUM_MISMATCH, "BII-10", wrong, "a wrong CRC-32", Flag.IGNORES_CHECKSUM)
