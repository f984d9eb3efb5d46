"""The cases of each chapter: worked examples at the edges of the rules, and what must be refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Final

from aura_reference import auralite, brio, brio2, message, rans
from aura_reference import model as model_file
from aura_reference.parse import Parse, Repeat
from aura_spec import brio2 as brio2_declared
from aura_spec.brio import Container, Metadata, build_body
from aura_spec.context_model import END
from aura_spec.errors import Code
from aura_spec.marker import Marker, build_message
from aura_spec.token import Literal, Match, Phrase, TemplateEvent, Token
from aura_vectors.case import Case, Setting, invalid_variants

Groups = Iterable[tuple[Setting, Iterable[Case]]]

NOTHING: Final = Setting()

MODEL: Final = Setting(model=resources.files("aura_vectors").joinpath("model.aura").read_bytes())
"""A model of contexts of up to three bytes from a few short texts; it has every other section, too."""


def _with_variants(setting: Setting, cases: Sequence[Case]) -> Iterator[tuple[Setting, Sequence[Case]]]:
    yield setting, cases
    yield setting, list(invalid_variants(cases, setting))


def _refused(code: Code, rule: str, wire: str, comment: str, bug: str) -> Case:
    return Case(comment, (rule,), bytes.fromhex(wire), code=code, bug=bug)


def markers() -> Groups:
    """Every marker that the registry does not assign to a method of this version."""
    cases = [Case("no marker at all", ("MSG-1",), b"", code=Code.TRUNCATED, bug="indexes an empty message")]
    for marker in range(0x09, 0x80):
        wire = bytes((marker, 0x61, 0x62))
        bug = "takes an unknown marker for another"
        cases.append(Case(f"marker 0x{marker:02x}", ("MSG-2",), wire, code=Code.UNSUPPORTED, bug=bug))
    for marker in range(0x80, 0x100):
        wire = bytes((marker, 0x61, 0x62))
        comment, bug = f"marker 0x{marker:02x} without a model", "reads with a model of its own"
        cases.append(Case(comment, ("AUR-8",), wire, code=Code.UNKNOWN_MODEL, bug=bug))
    frame = bytes.fromhex("050000190000616263")
    comment, bug = "marker 0x05 without a model", "reads without a dictionary"
    cases.append(Case(comment, ("ZST-8",), frame, code=Code.UNKNOWN_MODEL, bug=bug))
    comment, bug = "marker 0x08 without a model", "reads with a model of its own"
    cases.append(Case(comment, ("FRS-4",), b"\x08\x80\x02\x80", code=Code.UNKNOWN_MODEL, bug=bug))
    named = b"\x03" + bytes(8) + b"\x80"
    bug = "reads with a model of its own"
    cases.append(Case("a model that is not held", ("AUR-8",), named, code=Code.UNKNOWN_MODEL, bug=bug))
    cases.append(Case("half a model id", ("AUR-7",), named[:5], code=Code.TRUNCATED, bug="pads the id"))
    yield NOTHING, cases


def stored() -> Groups:
    """Stored messages, and the output limit."""

    def case(text: bytes, comment: str) -> Case:
        return Case(comment, ("STO-1",), message.encode_stored(text), text, {"method": "stored"})

    texts = [(b"", "nothing"), (b"\0", "a zero"), ("Grüße 🚲".encode(), "text"), (b"\xff\xfe", "not UTF-8")]
    yield NOTHING, [case(text, comment) for text, comment in texts]
    limit = Setting(max_size=3)
    yield (
        limit,
        [
            case(b"abc", "as long as the limit"),
            _refused(
                Code.LIMIT_EXCEEDED, "LIM-1", "0761626364", "one byte over the limit", "forgets the limit"
            ),
        ],
    )


TYPED_SETTING: Final = Setting(
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
        "2001:DB8::1",
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


def typed() -> Groups:
    """Typed frames: every type, fitting values and others, ids at the edges of their varint."""
    rule_of = {1: 6, 2: 7, 3: 8, 4: 9, 5: 10, 6: 11, 7: 12, 8: 13}
    cases = [_typed(0, [], "no slots")]
    for number, values in VALUES.items():
        slot = TYPED_SETTING.patterns[number]
        cases += [
            _typed(number, [value.encode()], f"{slot} with {value!r}", f"SLT-{rule_of[number]}")
            for value in values
        ]
    cases += [
        _typed(9, [b"one", b"two words"], "word and text", "SLT-3"),
        _typed(9, [b"not one", b""], "a word slot takes any text, the last may be empty", "SLT-2"),
        _typed(9, [b"x" * 127, b"y"], "length in one byte", "SLT-2"),
        _typed(9, [b"x" * 128, b"y"], "length in two bytes", "SLT-2"),
        _typed(10, [b"A", b"B"], "slots out of order, one twice", "TPL-3"),
        _typed(127, [b"\xff\0"], "bytes that are not text", "SLT-2"),
        _typed(128, [b"1"], "an id of two bytes", "TYP-1"),
        _typed((1 << 32) - 1, [b"1"], "the largest id", "TYP-1"),
    ]
    yield from _with_variants(TYPED_SETTING, cases)
    yield TYPED_SETTING, list(_broken_typed())


def _typed(number: int, values: list[bytes], comment: str, rule: str = "TYP-2") -> Case:
    knowledge = TYPED_SETTING.knowledge()
    how = {"method": "typed", "template_id": str(number), "slots": [value.hex() for value in values]}
    wire = message.encode_typed(number, values, knowledge)
    return Case(comment, (rule,), wire, knowledge.templates[number].render(values), how)


def _broken_typed() -> Iterator[Case]:
    overlong, text = "accepts overlong integers", "accepts text for a typed value"
    yield _refused(Code.NON_CANONICAL, "VAR-2", "068000", "an id in two bytes instead of one", overlong)
    yield _refused(Code.NON_CANONICAL, "VAR-2", "06818000", "an id in three bytes instead of one", overlong)
    yield _refused(Code.NON_CANONICAL, "VAR-2", "06018100", "a head in two bytes instead of one", overlong)
    yield _refused(Code.LIMIT_EXCEEDED, "LIM-5", "068080808010", "an id of 2^32", "lets integers wrap")
    yield _refused(
        Code.LIMIT_EXCEEDED, "VAR-3", "06" + "80" * 60 + "01", "an endless integer", "has no bound"
    )
    yield _refused(Code.UNKNOWN_TEMPLATE, "TYP-3", "060b", "an id that is not held", "renders nothing")
    yield _refused(Code.NON_CANONICAL, "SLT-5", "06010037", "the integer 7 as text", text)
    yield _refused(Code.NON_CANONICAL, "SLT-5", "0608006c6f77", "an alternative as text", text)
    yield _refused(Code.MALFORMED, "SLT-13", "060803", "the third of two alternatives", "wraps an index")
    yield _refused(
        Code.NON_CANONICAL, "SLT-8", "0603081234", "upper case without letters", "ignores the case bit"
    )
    yield _refused(
        Code.NON_CANONICAL, "SLT-8", "060307bee1", "a fourth digit in a value of three", "ignores padding"
    )
    yield _refused(Code.NON_CANONICAL, "SLT-8", "060301", "no digits at all", "accepts an empty number")
    yield _refused(
        Code.NON_CANONICAL, "SLT-9", "060402" + "00" * 16, "upper case without letters", "ignores the case"
    )
    yield _refused(Code.MALFORMED, "SLT-9", "060403" + "00" * 16, "a third case", "accepts any head")
    yield _refused(Code.MALFORMED, "SLT-10", "060502c0000201", "a second form", "accepts any head")
    yield _refused(
        Code.NON_CANONICAL, "SLT-11", "060603" + "0001" * 8, "form 2 where form 0 says the same", "no order"
    )
    yield _refused(
        Code.NON_CANONICAL, "SLT-11", "060607" + "00" * 16, "a dotted quad that is not mapped", "no check"
    )
    yield _refused(
        Code.NON_CANONICAL, "SLT-12", "060702000a", "two digits where one is stated", "no bound on digits"
    )
    yield _refused(Code.NON_CANONICAL, "SLT-12", "06076500", "a comma without digits", "no check of the mark")
    yield _refused(
        Code.MALFORMED, "SLT-12", "06072900" + "03", "minutes in an offset of hours", "drops the minutes"
    )
    yield _refused(
        Code.LIMIT_EXCEEDED, "SLT-12", "06071500" + "c016", "an offset of a day", "no bound on offsets"
    )
    yield _refused(
        Code.MALFORMED, "SLT-12", "060701ffffffffff0f", "a year after 9999", "overflows the calendar"
    )
    yield _refused(Code.MALFORMED, "SLT-12", "0607c90100", "a head beyond the last form", "accepts any head")
    yield _refused(
        Code.TRUNCATED, "SLT-2", "0609ffffffff0f61", "a text that claims 4 GiB", "allocates by the claim"
    )


FORESEEN_SETTING: Final = replace(MODEL, patterns={0: "x{0}"})


def foreseen() -> Groups:
    """Foreseen frames, for the templates that the model brings and one more."""
    cases = [
        _foreseen(0, [b""], "no byte, and the end", "FRS-12"),
        _foreseen(0, [b"\xff\0"], "bytes that are not text", "FRS-12"),
        _foreseen(256, [b"Ana", b"I can help you with that"], "two texts", "FRS-9"),
        _foreseen(256, [b"", b""], "two empty texts", "FRS-9"),
        _foreseen(256, [b"one s", b"..."], "texts with the first byte of their stops", "FRS-10"),
        _foreseen(256, ["Größe".encode(), b"x"], "bytes that the model does not foresee", "FRS-9"),
        _foreseen(257, [b"7", b"hall 3", b"on", b"thank you"], "values and texts", "FRS-2"),
        _foreseen(257, [b"007", b"hall 3", b"dim", b""], "values that do not fit their types", "FRS-3"),
        _foreseen(
            257, [b"12345678", b"Lamp 12345678", b"on", b""], "a match that begins in fed bytes", "FRS-8"
        ),
        _foreseen(258, [b"A", b"B"], "slots out of order, one twice", "FRS-7"),
        _foreseen(258, [b", again", b"=="], "texts like the literals behind them", "FRS-10"),
        _foreseen(259, [b"none"], "a value alone that does not fit its type", "FRS-3"),
        _foreseen(260, [b"3", b"get_weather", b"Rome"], "JSON", "FRS-9"),
        _foreseen(260, [b"3", b'a\\"b', b'"}'], "JSON, with quotation marks in texts", "FRS-10"),
        _foreseen(261, [b"bab", b"a"], "a stop of one byte, twice in a text", "FRS-9"),
        _foreseen(261, [b"bc1234", b"99"], "runs that begin in fed bytes", "FRS-8"),
        _foreseen(262, [b""], "a stop of two equal bytes", "FRS-9"),
        _foreseen(262, [b"a"], "a text that runs into its stop", "FRS-10"),
        _foreseen(262, [b"aaaaa"], "a text that is all stop", "FRS-10"),
    ]
    yield from _with_variants(FORESEEN_SETTING, cases)
    yield FORESEEN_SETTING, list(_broken_foreseen())
    wire = cases[2].wire
    size = len(cases[2].text)
    bug = "checks the limit at the end"
    over = Case("one byte over the limit", ("FRS-13",), wire, code=Code.LIMIT_EXCEEDED, bug=bug)
    yield replace(FORESEEN_SETTING, max_size=size), [cases[2]]
    yield replace(FORESEEN_SETTING, max_size=size - 1), [over]


def _foreseen(number: int, values: list[bytes], comment: str, rule: str) -> Case:
    knowledge = FORESEEN_SETTING.knowledge()
    how = {"method": "foreseen", "template_id": str(number), "slots": [value.hex() for value in values]}
    model = model_file.read(FORESEEN_SETTING.model).context_model
    wire = message.encode_foreseen(number, values, knowledge.templates, model)
    return Case(comment, (rule,), wire, knowledge.templates[number].render(values), how)


def _broken_foreseen() -> Iterator[Case]:
    """Frames that no encoder writes, their strings made symbol by symbol."""
    model = model_file.read(MODEL.model).context_model

    def coded(head: str, fed: bytes, *symbols: int) -> str:
        walk, writer = auralite.Walk(model), auralite.Writer()
        for byte in fed:
            walk.feed(byte)
        for writer.symbol in symbols:
            context = walk.context
            if walk.code(writer) == END:
                walk.context = context
        return head + writer.encoder.finish().hex()

    yield _refused(Code.UNKNOWN_TEMPLATE, "FRS-4", "080180", "an id that is not held", "renders nothing")
    yield _refused(
        Code.NON_CANONICAL, "FRS-1", "08800080", "an id in two bytes instead of one", "lax integers"
    )
    yield _refused(
        Code.NON_CANONICAL, "FRS-5", "08830201" + "12" * 16, "no text and no string", "reads what 0x06 says"
    )
    yield _refused(
        Code.NON_CANONICAL, "FRS-5", "08830201" + "12" * 16 + "80", "a string for no text", "reads it"
    )
    yield _refused(
        Code.MALFORMED, "RNG-5", "08007f", "a first byte below 0x80", "does not check the first bit"
    )
    uuid = b"01234567-89ab-cdef-0123-456789abcdef"
    wire = coded("08830200", b"id ", *uuid, END)
    yield _refused(Code.NON_CANONICAL, "FRS-6", wire, "a text that fits its type", "accepts any text")
    for symbols, where in (
        ((END,), "at once"),
        ((*b"x", END), "after a byte"),
        ((*b"ab", END), "after two"),
    ):
        wire = coded("088602", b"<", *symbols)
        comment = f"an end in a text with a stop, {where}"
        yield _refused(Code.MALFORMED, "FRS-11", wire, comment, "takes it for the end of the text")


def classic() -> Groups:
    """Classic frames."""
    setting = Setting({0: "Yes", 7: "{0} and {1}", 255: "x{0}"})

    def case(number: int, values: list[bytes], comment: str) -> Case:
        how = {"method": "classic", "template_id": str(number), "slots": [value.hex() for value in values]}
        text = setting.knowledge().templates[number].render(values)
        return Case(comment, ("CLS-1",), message.encode_classic(number, values), text, how)

    cases = [
        case(0, [], "no slots"),
        case(7, [b"a", "ü🚲".encode()], "two slots"),
        case(7, [b"", b""], "empty slots"),
        case(255, [b"y" * 300], "a length with a high byte"),
    ]
    yield from _with_variants(setting, cases)
    yield (
        setting,
        [
            _refused(Code.UNKNOWN_TEMPLATE, "CLS-4", "000100", "an id that is not held", "renders nothing"),
            _refused(Code.MALFORMED, "CLS-2", "000701000161", "a slot too few", "renders what is there"),
            _refused(Code.MALFORMED, "CLS-2", "000001000161", "a slot too many", "drops what is over"),
            _refused(
                Code.MALFORMED, "CLS-3", "00070200 01ff 000161", "a lone byte 0xff", "does not check UTF-8"
            ),
            _refused(Code.MALFORMED, "CLS-3", "000702 0003eda080 000161", "a surrogate", "reads a lax UTF-8"),
            _refused(
                Code.MALFORMED, "CLS-3", "000702 0002c080 000161", "an overlong zero", "reads a lax UTF-8"
            ),
        ],
    )


def brio_containers() -> Groups:
    """BRIO version 1: containers, tokens, rANS."""
    setting = Setting({3: "Hi {0}, {1}!"}, {0: b"I can help with ", 255: b"the"})
    knowledge = setting.knowledge()
    texts = [
        (b"", "nothing"),
        (b"abcabcabcabcabcabc", "an overlapping match"),
        (b"a" * 600, "matches of the greatest length"),
        (b"I can help with the theme.", "phrases"),
        (bytes(range(256)), "every byte once"),
        (b"the cat and the hat", "phrase, literals, match"),
    ]
    cases = []
    for text, comment in texts:
        for metadata in (False, True):
            how = {"method": "brio", "metadata": metadata}
            wire = message.encode_brio(text, knowledge, metadata=metadata)
            cases.append(Case(comment + ", metadata" * metadata, ("BRI-2", "RNS-3"), wire, text, how))
    events: list[Token] = [TemplateEvent(3, (b"Ana", b"ok")), Literal(33), Phrase(255), Match(3, 4)]
    wire = build_message(Marker.BRIO, brio.encode_tokens(events, metadata=True))
    decodable = [Case("every kind of token", ("TOK-1", "BRI-3"), wire, b"Hi Ana, ok!!thethet")]
    yield setting, cases
    yield setting, decodable
    small = [case for case in cases if not case.text]
    yield setting, list(invalid_variants(small, setting))
    yield setting, list(_broken_brio())


def _broken_brio() -> Iterator[Case]:
    def container(
        length: int, payload: str, *metadata: Metadata, table: Sequence[int] = (16,) * 256
    ) -> bytes:
        return build_message(
            Marker.BRIO, build_body(Container(length, tuple(table), metadata, bytes.fromhex(payload)))
        )

    def refused(code: Code, rule: str, wire: bytes, comment: str, bug: str) -> Case:
        return Case(comment, (rule,), wire, code=code, bug=bug)

    def tokens(stream: str) -> bytes:
        data = bytes.fromhex(stream)
        payload = rans.encode(data, (16,) * 256)
        return container(len(data), payload.hex())

    bare = "0000100000"
    good = container(0, bare)
    yield refused(
        Code.MALFORMED, "BRI-1", good.replace(b"AURA", b"AURB"), "another magic", "ignores the magic"
    )
    yield refused(
        Code.UNSUPPORTED, "BRI-1", good[:5] + b"\x03" + good[6:], "an unknown version", "ignores the version"
    )
    bad_kind = bytearray(container(0, bare, Metadata(0, 2, 0)))
    bad_kind[1 + 527 + 2] = 3
    yield refused(Code.MALFORMED, "BRI-3", bytes(bad_kind), "metadata of kind 3", "accepts any kind")
    huge = bytearray(good)
    huge[6:10] = b"\xff\xff\xff\xff"
    yield refused(Code.LIMIT_EXCEEDED, "BRI-4", bytes(huge), "4 GiB of tokens", "allocates by the claim")
    huge[6:10] = b"\0\0\xff\xff"
    yield refused(
        Code.MALFORMED, "BRI-5", bytes(huge), "more tokens than the payload holds", "loops by the claim"
    )
    for table, comment in (
        ([15, *[16] * 255], "frequencies that sum to 4095"),
        ([0, 32, *[16] * 254], "a frequency of 0"),
    ):
        wire = bytearray(good)
        wire[16:528] = b"".join(value.to_bytes(2, "big") for value in table)
        yield refused(Code.MALFORMED, "RNS-1", bytes(wire), comment, "builds a broken table")
    for payload, comment in (
        ("ffff0f0000", "a state below the lower bound"),
        ("0000001000", "a state at the upper bound"),
        ("0100100000", "another state at the end"),
        ("aa0000100000", "a byte left over"),
    ):
        rule = "RNS-5" if "bound" in comment else "RNS-6"
        yield refused(Code.MALFORMED, rule, container(0, payload), comment, "does not check the state")
    yield refused(
        Code.TRUNCATED, "RNS-6", container(1, bare), "a payload that runs out", "reads before its start"
    )
    yield refused(
        Code.TRUNCATED, "RNS-5", container(0, "00001000"), "a state of four bytes", "reads before its start"
    )
    for code, rule, stream, comment, bug in (
        (Code.MALFORMED, "TOK-2", "04", "an unknown tag", "skips what it does not know"),
        (Code.TRUNCATED, "TOK-1", "00", "a literal without its byte", "reads past the end"),
        (Code.TRUNCATED, "TOK-1", "0061 020001", "a match without its length", "reads past the end"),
        (Code.MALFORMED, "LZ-2", "0061 02000004", "distance 0", "copies from the end"),
        (Code.MALFORMED, "LZ-2", "0061 02000204", "a distance before the start", "wraps an index"),
        (Code.MALFORMED, "LZ-2", "0061 02800104", "a distance beyond the window", "forgets the window"),
        (Code.MALFORMED, "LZ-2", "0061 02000103", "a length of 3", "accepts any length"),
        (Code.UNKNOWN_MODEL, "TOK-3", "0107", "a phrase that is not held", "renders nothing"),
        (Code.UNKNOWN_TEMPLATE, "TOK-3", "030900", "a template that is not held", "renders nothing"),
        (Code.MALFORMED, "TOK-3", "030301000161", "a slot too few", "renders what is there"),
    ):
        yield refused(code, rule, tokens(stream), comment, bug)


def brio2_containers() -> Groups:
    """BRIO version 2: units, matches, adaptive tables, lanes."""
    texts = [
        (b"", "nothing"),
        (b"a", "one byte"),
        (b"the function returns a list", "phrases"),
        (b"abcabcabcabcabcabc", "an overlapping match"),
        (bytes(5000), "a long match at distance 1, more lanes"),
        (bytes(range(256)) * 2, "every byte"),
        (b"".join(b'{"id": %d, "name": "item %d"}, ' % (n, n * 7) for n in range(90)), "recent distances"),
        (b"".join((n * n * 40503 % 65537).to_bytes(3, "big") for n in range(400)), "many rounds of tables"),
    ]
    cases = [
        Case(
            f"{comment}, effort {effort}",
            ("BII-1", "ADA-4", "UNI-2", "PAR-3"),
            message.encode_brio2(text, effort),
            text,
            {"method": "brio2", "effort": str(effort)},
        )
        for text, comment in texts
        for effort in (0, 1)
    ]
    yield NOTHING, cases
    by_hand = [
        (b"aaaaaaa", Parse((97,), (Repeat(1, 3, 1), Repeat(0, 3, 1))), "two matches, one after the other"),
        (b"abababcbab", Parse((97, 98, 99), (Repeat(2, 4, 2), Repeat(1, 3, 4))), "the third recent distance"),
        (b"ababa", Parse((97, 98), (Repeat(2, 3, 2),)), "a distance that is recent from the start"),
        (b"the", Parse((116, 104, 101), ()), "bytes where there is a phrase"),
    ]
    decodable = [
        Case(comment, ("BII-5", "BII-7"), build_message(Marker.BRIO, brio2.encode_parse(text, cut)), text)
        for text, cut, comment in by_hand
    ]
    yield NOTHING, decodable
    yield NOTHING, list(invalid_variants(cases[2:5], NOTHING))
    yield NOTHING, list(_broken_brio2())
    limit = Setting(max_size=26)
    over = cases[4].wire
    yield limit, [Case("one byte over the limit", ("BII-2",), over, code=Code.LIMIT_EXCEEDED, bug="no limit")]


def _broken_brio2() -> Iterator[Case]:
    def container(length: int, words: str, *, sequences: int = 0, units: int = 0, crc: int = 0) -> bytes:
        claimed = brio2_declared.Container(length, crc, sequences, units, bytes.fromhex(words))
        return build_message(Marker.BRIO, brio2_declared.build_body(claimed))

    def cut(text: bytes, units: Sequence[int], *sequences: Repeat) -> bytes:
        return build_message(Marker.BRIO, brio2.encode_parse(text, Parse(tuple(units), sequences)))

    def refused(code: Code, rule: str, wire: bytes, comment: str, bug: str) -> Case:
        return Case(comment, (rule,), wire, code=code, bug=bug)

    bare = "01000000" * 4
    good = container(0, bare)
    bad = Code.MALFORMED
    yield refused(bad, "BII-1", good.replace(b"AURA", b"AURB"), "another magic", "ignores the magic")
    overlong = good[:6] + b"\x80" + good[6:]
    yield refused(Code.NON_CANONICAL, "VAR-2", overlong, "a length in two bytes", "accepts overlong integers")
    huge = good[:6] + bytes.fromhex("8080808010") + good[7:]
    yield refused(Code.LIMIT_EXCEEDED, "BII-1", huge, "a length of 2^32", "allocates by the claim")
    claim = container(1 << 26, bare, units=1 << 26)
    yield refused(bad, "BII-3", claim, "more units than the words hold", "loops by the claim")
    yield refused(bad, "BII-3", container(5, bare, sequences=2), "two matches in five bytes", "no check")
    yield refused(bad, "BII-1", container(0, bare + "00"), "half a word", "drops a byte")
    few = container(0, bare[:-8])
    yield refused(Code.TRUNCATED, "IRN-3", few, "a state too few", "reads past the end")
    low = container(0, "00000000" + bare[8:])
    yield refused(bad, "IRN-3", low, "a state below 2^16", "does not check the states")
    out = container(1, bare, units=1)
    yield refused(Code.TRUNCATED, "IRN-4", out, "words that run out", "reads past the end")
    high = container(0, "02000000" + bare[8:])
    yield refused(bad, "IRN-8", high, "a state of 2^17 at the end", "takes the low half")
    bit = container(0, "01000100" + bare[8:])
    yield refused(bad, "BII-8", bit, "a bit left over", "ignores what is left in the states")
    yield refused(bad, "BII-8", container(0, bare + "0000"), "a word left over", "ignores what follows")
    few_units = cut(b"aaaa", (97,), Repeat(2, 3, 1))
    yield refused(bad, "BII-9", few_units, "a run longer than the units", "reads past the units")
    yield refused(bad, "BII-9", cut(b"aaaaa", (97,), Repeat(1, 3, 1)), "a byte too few", "pads")
    yield refused(bad, "BII-9", cut(b"aaa", (97, 97, 97, 97)), "a byte too many", "cuts")
    before = cut(b"abab", (97,), Repeat(1, 3, 2))
    yield refused(bad, "BII-9", before, "a match before the message", "copies from the end")
    wrong = container(0, bare, crc=1)
    yield refused(Code.CHECKSUM_MISMATCH, "BII-10", wrong, "a wrong CRC-32", "no check")


def zstd() -> Groups:
    """Zstandard frames: blocks written by hand, one that refers to a dictionary, and what the structure forbids."""
    hand = [
        ("042003190000616263", b"abc", "one raw block, content size"),
        ("040000190000616263", b"abc", "one raw block, window"),
        ("0400001b000061", b"aaa", "one RLE block"),
        ("040000080000611b000062", b"abbb", "two blocks"),
        ("04300109000061", b"a", "the unused bit is set"),
    ]
    cases = [Case(comment, ("ZST-1", "ZST-6"), bytes.fromhex(wire), text) for wire, text, comment in hand]
    yield from _with_variants(NOTHING, cases)
    yield (
        NOTHING,
        [
            _refused(Code.MALFORMED, "ZST-2", "042803190000616263", "the reserved bit", "ignores it"),
            _refused(
                Code.MALFORMED, "ZST-2", "0400001f0000616263", "the reserved block type", "skips the block"
            ),
            _refused(Code.UNKNOWN_MODEL, "ZST-3", "04210503190000616263", "a dictionary id", "ignores it"),
            _refused(
                Code.LIMIT_EXCEEDED, "ZST-4", "040069190000616263", "a window over 8 MiB", "allocates it"
            ),
            _refused(
                Code.LIMIT_EXCEEDED, "ZST-4", "04a0ffffffff010000", "a content size of 4 GiB", "allocates it"
            ),
            _refused(
                Code.MALFORMED,
                "ZST-5",
                "040000090010" + "00" * 8,
                "a block over 128 KiB",
                "no bound on blocks",
            ),
            _refused(
                Code.MALFORMED, "ZST-1", "042004190000616263", "four bytes stated, three there", "no count"
            ),
            _refused(
                Code.CHECKSUM_MISMATCH, "ZST-1", "04240319000061626300000000", "a wrong checksum", "no check"
            ),
        ],
    )
    into_dictionary = bytes.fromhex("0500006d000010497403004c0da0823fde261b")
    text = b"I can help the quick brown fox with that."
    with_dictionary = [
        Case("matches that reach into the dictionary", ("ZST-7",), into_dictionary, text),
        Case(
            "a raw block, which needs no dictionary", ("ZST-7",), bytes.fromhex("050000190000616263"), b"abc"
        ),
    ]
    yield from _with_variants(MODEL, with_dictionary)
    without, bug = b"\x04" + into_dictionary[1:], "gives every frame the dictionary"
    yield MODEL, [Case("the same frame after 0x04", ("ZST-7",), without, code=Code.MALFORMED, bug=bug)]


def brotli() -> Groups:
    """Brotli streams: empty ones in several spellings, an uncompressed one, a compressed one."""
    streams = [
        ("06", b"", "empty, window 2^16"),
        ("3b", b"", "empty, window 2^22"),
        ("0b028068656c6c6f03", b"hello", "a raw meta-block"),
    ]
    cases = [
        Case(comment, ("BRO-1", "BRO-3"), b"\x01" + bytes.fromhex(stream), text)
        for stream, text, comment in streams
    ]
    yield from _with_variants(NOTHING, cases)


FAMILIES: Final[Mapping[str, Callable[[], Groups]]] = {
    "marker": markers,
    "stored": stored,
    "typed": typed,
    "foreseen": foreseen,
    "classic": classic,
    "brio": brio_containers,
    "brio2": brio2_containers,
    "zstd": zstd,
    "brotli": brotli,
}
"""The families, in the order in which a port would be built."""
