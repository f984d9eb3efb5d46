"""Typed frames: every type, fitting values and others, ids at the edges of their varint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aura_reference import message
from aura_spec.errors import Code
from aura_spec.varint import MAX_VALUE, VarInt
from aura_vectors.case import Case, Groups, refused
from aura_vectors.case_types.message import Messages, valid
from aura_vectors.derive import limits, variant, with_variants
from aura_vectors.flags import Flag

HELD: Final = Messages(
    {
        0: "Yes",
        1: "n {n:int}",
        2: "d {d:decimal}",
        3: "h {h:hex}",
        4: "u {u:uuid}",
        5: "a {a:ipv4}",
        6: "b {b:ipv6}",
        7: "t {t:timestamp}",
        8: "e {e:low|high}",
        9: "w {w:word} and {x}",
        10: "{1} before {0}, not {1}",
        127: "x{0}",
        128: "y{0}",
        (1 << 32) - 1: "z{0}",
    }
)

VALUES: Final[Mapping[int, Sequence[str]]] = {
    1: (
        "0",
        "-1",
        "1",
        "63",
        "64",
        "-9223372036854775807",
        "9223372036854775807",
        "9223372036854775808",
        "-0",
        "007",
        "+1",
        "",
        "1 ",
        "12345678901234567890",
    ),
    2: (
        "0",
        "0.0",
        "-0.00",
        "12.50",
        "7",
        "0.000000000000000001",
        "1.",
        ".5",
        "01.5",
        "9999999999999999999.9",
    ),
    3: ("0", "f", "F", "beef", "BEE", "123", "Bee", "", "0x1f"),
    4: (
        "00112233-4455-6677-8899-aabbccddeeff",
        "00112233-4455-6677-8899-AABBCCDDEEFF",
        "00000000-0000-0000-0000-000000000000",
        "00112233-4455-6677-8899-aabbccddeefF",
        "00112233",
    ),
    5: (
        "0.0.0.0",  # noqa: S104  # a value, not an address to bind
        "255.255.255.255",
        "192.0.2.1",
        "01.2.3.4",
        "256.0.0.1",
        "1.2.3",
    ),
    6: (
        "::",
        "::1",
        "1::",
        "2001:db8::1",
        "2001:db8:9::1f1",
        "2001:db8::f0:91",
        "2001:DB8::F0:91",
        "2001:db8:9::1f",
        "1:2::fade:0:0:3",
        "::9:8:7:6:5:4:3",
        "9:8:7:6:5:4::",
        "abcd:ef01:2345::",
        "1111:0:0:2::3456",
        "2001:db8:0:0:0:0:0:1",
        "2001:DB8:0:0:0:0:0:1",
        "2001:0db8:0000:0000:0000:0000:0000:0001",
        "2001:0DB8:0000:0000:0000:0000:0000:0001",
        "::ffff:192.0.2.1",
        "1:0:0:2::3",
        "1:2:3:4:5:6:7:8",
        "1::2:0:0:3",
        "::1%eth0",
        ":::",
        "1:2:3:4:5:6:7::",
    ),
    7: (
        "2024-01-01T00:00:00",
        "2023-12-31T23:59:59Z",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59Z",
        "2026-05-14 08:41:07,214",
        "2026-05-14T08:41:07.000000001+05:30",
        "2026-05-14T08:41:07-0000",
        "2026-05-14T08:41:07.5+02",
        "2026-05-14 08:41:07.25-23:59",
        "2024-02-29T12:00:00Z",
        "2023-02-29T12:00:00Z",
        "2016-12-31T23:59:60Z",
        "2024-01-01t00:00:00z",
        "2024-01-01T00:00:00+24:00",
    ),
    8: ("low", "high", "LOW", ""),
}
"""Values for the only slot of a template, by its id: some fit the type, others become text."""


def groups() -> Groups:
    """All groups of the chapter."""
    rule_of = {1: 6, 2: 7, 3: 8, 4: 9, 5: 10, 6: 11, 7: 12, 8: 13}
    cases = [_typed(0, [], "no slots")]
    for number, values in VALUES.items():
        slot = HELD.patterns[number]
        cases += [
            _typed(number, [value.encode()], f"{slot} with {value!r}", f"SLT-{rule_of[number]}", "SLT-4")
            for value in values
        ]
    cases += [
        _typed(9, [b"one", b"two words"], "word and text", "SLT-1", "SLT-3"),
        _typed(9, [b"not one", b""], "a word slot takes any text, the last may be empty", "SLT-2"),
        _typed(9, [b"x" * 127, b"y"], "length in one byte", "SLT-2"),
        _typed(9, [b"x" * 128, b"y"], "length in two bytes", "SLT-2"),
        _typed(9, ["Größe 🚲".encode(), b"y"], "bytes of UTF-8 are counted, not characters", "SLT-2"),
        _typed(10, [b"A", b"B"], "slots out of order, one twice", "TPL-3"),
        _typed(127, [b"\xff\0"], "bytes that are not text", "SLT-2"),
        _typed(128, [b"1"], "an id of two bytes", "TYP-1"),
        _typed((1 << 32) - 1, [b"1"], "the largest id", "TYP-1"),
    ]
    yield from with_variants(HELD, cases)
    yield from limits(HELD, cases[-9])
    yield HELD, list(_broken_typed())
    yield HELD, list(_numbers_at_their_bounds())


def _typed(number: int, values: list[bytes], comment: str, *rules: str) -> Case:
    shared_state = HELD.shared_state()
    how = {"method": "typed", "template_id": str(number), "slots": [value.hex() for value in values]}
    wire = message.encode_typed(number, values, shared_state)
    return valid(comment, rules or ("TYP-2",), wire, shared_state.templates[number].render(values), how)


def _broken_typed() -> Iterator[Case]:
    overlong, text = Flag.OVERLONG_INTEGER, Flag.SECOND_SPELLING
    yield refused(Code.NON_CANONICAL, "VAR-2", "068000", "an id in two bytes instead of one", overlong)
    yield refused(Code.NON_CANONICAL, "VAR-2", "06818000", "an id in three bytes instead of one", overlong)
    yield refused(Code.NON_CANONICAL, "VAR-2", "06018100", "a head in two bytes instead of one", overlong)
    yield refused(Code.LIMIT_EXCEEDED, "LIM-5", "068080808010", "an id of 2^32", Flag.UNBOUNDED_INTEGER)
    yield refused(
        Code.LIMIT_EXCEEDED, "VAR-3", "06" + "80" * 60 + "01", "an endless integer", Flag.UNBOUNDED_INTEGER
    )
    yield refused(Code.UNKNOWN_TEMPLATE, "TYP-3", "060b", "an id that is not held", Flag.UNKNOWN_TEMPLATE)
    yield refused(Code.NON_CANONICAL, "SLT-5", "06010037", "the integer 7 as text", text)
    yield refused(Code.NON_CANONICAL, "SLT-5", "0608006c6f77", "an alternative as text", text)
    yield refused(Code.MALFORMED, "SLT-13", "060803", "the third of two alternatives", Flag.INDEXES_OUTSIDE)
    yield refused(
        Code.NON_CANONICAL, "SLT-8", "0603081234", "upper case without letters", Flag.SECOND_SPELLING
    )
    yield refused(
        Code.NON_CANONICAL, "SLT-8", "060307bee1", "a fourth digit in a value of three", Flag.SECOND_SPELLING
    )
    yield refused(Code.NON_CANONICAL, "SLT-8", "060301", "no digits at all", Flag.SECOND_SPELLING)
    yield refused(
        Code.NON_CANONICAL, "SLT-9", "060402" + "00" * 16, "upper case without letters", Flag.SECOND_SPELLING
    )
    yield refused(Code.MALFORMED, "SLT-9", "060403" + "00" * 16, "a third case", Flag.ACCEPTS_RESERVED)
    yield refused(Code.MALFORMED, "SLT-10", "060502c0000201", "a second form", Flag.ACCEPTS_RESERVED)
    yield refused(
        Code.NON_CANONICAL,
        "SLT-11",
        "060603" + "0001" * 8,
        "form 2 where form 0 says the same",
        Flag.SECOND_SPELLING,
    )
    yield refused(
        Code.NON_CANONICAL,
        "SLT-11",
        "060607" + "00" * 12 + "c0000201",
        "a dotted quad that is not mapped",
        Flag.SECOND_SPELLING,
    )
    yield refused(
        Code.NON_CANONICAL,
        "SLT-11",
        "060601" + "00" * 15 + "01",
        "an address of three characters, which is a text",
        Flag.SECOND_SPELLING,
    )
    yield refused(
        Code.NON_CANONICAL, "SLT-12", "060702000a", "two digits where one is stated", Flag.LAX_TIMESTAMP
    )
    yield refused(Code.NON_CANONICAL, "SLT-12", "06076500", "a comma without digits", Flag.LAX_TIMESTAMP)
    yield refused(
        Code.MALFORMED, "SLT-12", "06072900" + "03", "minutes in an offset of hours", Flag.LAX_TIMESTAMP
    )
    yield refused(
        Code.LIMIT_EXCEEDED, "SLT-12", "06071500" + "c016", "an offset of a day", Flag.LAX_TIMESTAMP
    )
    yield refused(Code.MALFORMED, "SLT-12", "060701ffffffffff0f", "a year after 9999", Flag.LAX_TIMESTAMP)
    yield refused(
        Code.MALFORMED, "SLT-12", "0607c90100", "a head beyond the last form", Flag.ACCEPTS_RESERVED
    )
    yield refused(Code.TRUNCATED, "SLT-2", "0609ffffffff0f61", "a text that claims 4 GiB", Flag.TRUSTS_CLAIMS)


def _numbers_at_their_bounds() -> Iterator[Case]:
    """Digits and heads that are the largest, and those above them."""
    number = VarInt()
    for digits, scale in ((10**19 - 1, 0), (10**19, 0), (MAX_VALUE, 0), (MAX_VALUE, 1)):
        wire = b"\x06\x02" + number.build(1 + 2 * scale) + number.build(digits)
        comment = f"{digits} with {scale} digits behind the point"
        yield variant(_BARE, HELD, wire, comment, Flag.SMALL_INTEGERS, "SLT-7")
    largest = (1 << 32) - 1
    yield refused(
        Code.TRUNCATED, "SLT-8", "0603" + number.build(largest).hex(), "the largest head", Flag.READS_PAST_END
    )
    for head in (largest + 1, (1 << 34) - 1, 1 << 34):
        wire = b"\x06\x03" + number.build(head)
        comment, flag = f"a head of {head}", Flag.UNBOUNDED_INTEGER
        yield refused(Code.MALFORMED, "SLT-8", wire.hex(), comment, flag)


_BARE: Final = Case("", (), b"")
