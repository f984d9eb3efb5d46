"""Templates in the native core and in Python: the same matches, whatever the library and the message."""

from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.aura.test_matcher import LITERALS, VALUES, patterns
from tests.messages import VALUES_BY_KIND
from tests.searches import sampled

from aura.templates import TemplateLibrary, layering
from aura.templates.filing import FiledTemplates, Filing, filing_of
from aura.templates.matcher import Matcher
from aura.templates.native_matcher import NativeMatcher
from aura_spec.errors import TemplateError
from aura_spec.template import Kind, Template, parse_pattern, parse_patterns

aura_native = pytest.importorskip("aura_native")

TYPES = ["", "", *(f":{kind}" for kind in Kind if kind not in (Kind.TEXT, Kind.ENUM)), ":a|ab|abc", ":é|ü|7"]
SHORT = st.sampled_from(["", "", "a", "ab", "-", " ", ": ", ".", "é", "0"])
TEXTS = LITERALS | SHORT | st.text("ab- é0.", max_size=6)


@st.composite
def any_patterns(draw: st.DrawFn) -> dict[int, str]:
    """Patterns of all types, with slots that repeat, and literals that overlap and recur."""
    found = {}
    numbers = draw(
        st.lists(st.integers(0, 40) | st.just((1 << 32) - 1), min_size=1, max_size=12, unique=True)
    )
    for number in numbers:
        types = draw(st.lists(st.sampled_from(TYPES), max_size=4))
        pattern = draw(TEXTS)
        for place in range(draw(st.integers(0, 5)) if types else 0):
            slot = draw(st.integers(0, len(types) - 1))
            pattern += f"{{s{slot}{types[slot]}}}" + (draw(TEXTS.filter(bool)) if place < 5 else "")
        try:
            found[number] = parse_pattern(pattern).pattern
        except TemplateError:
            continue
    return found


FITTING = st.one_of([*VALUES_BY_KIND.values()]).map(str.encode)
FILLINGS = (
    VALUES
    | FITTING
    | TEXTS.map(str.encode)
    | st.sampled_from([b"ab", b"abc", "é".encode(), b"-", b"1.2.3.4"])
)


@st.composite
def searches(draw: st.DrawFn) -> tuple[dict[int, Template], bytes]:
    """Templates, and a message that one of them renders, perhaps with a change, or none."""
    parsed = parse_patterns(draw(any_patterns() | patterns()))
    if not parsed or draw(st.integers(0, 3)) == 0:
        return parsed, b"".join(draw(st.lists(FILLINGS, max_size=6)))
    template = draw(st.sampled_from(list(parsed.values())))
    message = template.render([draw(FILLINGS) for _ in template.slots])
    if draw(st.booleans()):
        place = draw(st.integers(0, len(message)))
        message = message[:place] + draw(st.sampled_from([b"", b"a", b"\xff"])) + message[place + 1 :]
    return parsed, message


@sampled(3_000)
@given(searches())
@example((parse_patterns({1: "a{0:int}.{0:int}"}), b"a7.8.7.8"))
@example((parse_patterns({1: "{0:word}a{1:a|ab}"}), b"aaaab"))
@example((parse_patterns({1: "aba{0}aba"}), b"abaaba"))
@example((parse_patterns({1: "aba{0}aba"}), b"ababa"))
@example((parse_patterns({1: "{0}!b"}), b"xab"))
def test_the_same_match(search: tuple[dict[int, Template], bytes]) -> None:
    templates, message = search
    assert NativeMatcher(templates).match(message) == Matcher(templates).match(message)


@sampled(1_000)
@given(searches(), st.data())
def test_the_same_match_in_layers(search: tuple[dict[int, Template], bytes], data: st.DataObject) -> None:
    templates, message = search
    numbers = data.draw(st.permutations(list(templates)))
    held: dict[int, Template] = {}
    native, python = NativeMatcher(held), Matcher(held)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layering, "GROWTH", data.draw(st.sampled_from([0, 1, 8])))
        for number in numbers:
            held = {**held, number: templates[number]}
            native, python = NativeMatcher(held, native), Matcher(held, python)
            assert native.match(message) == python.match(message)


def reference_match(templates: dict[int, Template], message: bytes) -> set[int]:
    return {number for number, template in templates.items() if template.match(message) is not None}


@settings(max_examples=60)
@given(searches())
def test_a_match_is_one_of_all(search: tuple[dict[int, Template], bytes]) -> None:
    """Against the specification alone, which tries every template."""
    templates, message = search
    found = NativeMatcher(templates).match(message)
    expected = reference_match(templates, message)
    assert (found is None) == (not expected)
    if found is not None:
        assert found.values == templates[found.template_id].match(message)


VALUES_AND_MORE = (
    *(b"-12", b"1.5", b"-2.25", b"1.", b"1.x", b".5"),
    *(b"2024-05-06T07:08:09", b"2024-05-06 07:08:09Z", b"2024-05-06T07:08:09.123456Z"),
    *(b"2024-05-06T07:08:09,5+02", b"2024-05-06T07:08:09+02:00", b"2024-05-06T07:08:09-0230"),
    *(b"2024-05-06T07:08:09+2", b"2024-05-06T07:08:09.", b"2024-05-06T07:08:09+02:0", b"2024-05-06T07-08"),
)


@pytest.mark.parametrize("kind", ["decimal", "timestamp"])
@pytest.mark.parametrize("behind", [".", "Z", "+", "5", " and more"])
def test_values_end_before_what_follows(kind: str, behind: str) -> None:
    """Also if what follows might go on with the value."""
    templates = parse_patterns({300: f"at {{0:{kind}}}{behind}{{1}}", 301: f"on {{0:{kind}}}"})
    for value in VALUES_AND_MORE:
        for message in (b"at " + value + behind.encode() + b"!", b"on " + value):
            assert NativeMatcher(templates).match(message) == Matcher(templates).match(message)


WORDY = st.lists(
    st.sampled_from(
        ["the order of ", "was moved to ", "node seven ", "in the queue ", "a" * 9, "ab" * 7, "é", "7 "]
    ),
    min_size=1,
    max_size=5,
).map("".join)


@st.composite
def near_searches(draw: st.DrawFn) -> tuple[dict[int, Template], bytes]:
    """Templates with long literals, some of them alike, and a message that is like some."""
    found = {}
    for number in draw(st.lists(st.integers(0, 60), min_size=1, max_size=10, unique=True)):
        parts = draw(st.lists(WORDY, min_size=1, max_size=3))
        found[number] = (
            draw(st.sampled_from(["", "{x}"])) + "{y}".join(parts[:2]) + "{z:int}".join(["", *parts[2:]])
        )
    templates = {}
    for number, pattern in found.items():
        try:
            templates[number] = parse_pattern(pattern)
        except TemplateError:
            continue
    message = draw(WORDY) + draw(st.text("ab 7", max_size=8)) + draw(WORDY)
    return templates, message.encode()


@sampled(1_000)
@given(near_searches() | searches(), st.data())
def test_the_same_template_is_near(search: tuple[dict[int, Template], bytes], data: st.DataObject) -> None:
    templates, message = search
    near = NativeMatcher(templates).nearest(message)
    assert near == Matcher(templates).nearest(message)
    held: dict[int, Template] = {}
    native, python = NativeMatcher(held), Matcher(held)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layering, "GROWTH", 1)
        for number in data.draw(st.permutations(list(templates))):
            held = {**held, number: templates[number]}
            native, python = NativeMatcher(held, native), Matcher(held, python)
    assert native.nearest(message) == python.nearest(message) == near


def test_what_is_like_many_templates_is_near_none() -> None:
    """And literals that many share find none."""
    patterns = {300 + n: f"Job {n:04} of the night is done by {{who}}." for n in range(300)}
    templates = parse_patterns(patterns | {900: "Detach the left flange, then wait."})
    native, python = NativeMatcher(templates), Matcher(templates)
    everything = " ".join(pattern.replace("{who}", "me") for pattern in patterns.values())
    for text in (
        everything,
        everything[:3000],
        "Job 0123 of the night was done by me.",
        "Detach the left flange now",
    ):
        assert native.nearest(text.encode()) == python.nearest(text.encode())
    assert native.layers[0].near.memory > 0


HOSTILE = [
    "".join(f"{{s{place}:word}}-" for place in range(22)) + "{n%d:word}",
    "{a}" + "a" * 24 + "b" + "a" * 24 + "{b%d}",
    "{a:hex}" + "a" * 300 + "b" + "a" * 300 + "{b%d}",
    "{a%d}aaaaaaaaaaab{b}aaaa{c}aaaab{d}",
    "{a%d}-{b:word}",
    "a{a%d}a",
]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_hostile_libraries_are_tried_as_far_as_the_chapter_says(pattern: str) -> None:
    """The bound decides what is found: short of it the last template would match, too."""
    templates = parse_patterns(
        {300 + n: pattern.replace("%d", str(n)) for n in range(1_000)}
        | {5000: "{x}-{y:hex}", 200: "{a}a-{b:int}"}
    )
    native, python = NativeMatcher(templates), Matcher(templates)
    for message in (
        b"a-" * 2048,
        b"a" * 4096,
        b"x-" * 2048,
        b"aa-7",
        (b"a" * 24 + b"b" + b"a" * 24) * 83,
        b"a" * 300 + b"b" + b"a" * 300,
        b"a" * 11 + b"b" * 30 + b"aaaa" * 3 + b"b",
    ):
        assert native.match(message) == python.match(message)


@given(st.text("ab", min_size=1, max_size=40), st.text("ab", max_size=200))
@example("aab" * 8, "aab" * 7 + "a" + "aab" * 8)
@example("abaab" * 6, "abaab" * 5 + "aba" + "abaab" * 7)
def test_a_literal_is_found_where_it_first_stands(literal: str, text: str) -> None:
    template = parse_pattern("{0}" + literal + "{1}")
    assert (match := NativeMatcher({7: template}).match(text.encode())) == Matcher({7: template}).match(
        text.encode()
    )
    assert match is None or len(match.values[0]) == text.find(literal)


def test_long_literals_that_nearly_occur_everywhere() -> None:
    """The search goes on in another way, which takes linear time."""
    for literal in ("a" * 100 + "b", "ab" * 50 + "b", "b" + "a" * 100, "aab" * 40 + "ab", "abcd" * 30):
        template = parse_pattern("{0}" + literal + "{1}")
        native = NativeMatcher({7: template})
        for text in (
            literal[:-1] * 20 + literal,
            literal[1:] * 30,
            literal[:-1] * 9 + literal * 2,
            "a" * 3_000,
        ):
            assert native.match(text.encode()) == Matcher({7: template}).match(text.encode())


def test_a_library_matches_natively_and_adds_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AURA_BACKEND", raising=False)
    library = TemplateLibrary({300: "Order {order:int} was packed by {who}."})
    match = library.match("Order 17 was packed by Ana.")
    assert match is not None
    assert (match.template_id, match.values) == (300, (b"17", b"Ana"))
    first = library.snapshot().filing.native  # type: ignore[attr-defined]
    library.add("Order {order:int} was sent to {who}.")
    assert library.match("Order 17 was sent to Ana.") is not None
    second = library.snapshot().filing.native  # type: ignore[attr-defined]
    assert second.layers[0] is first.layers[0]
    monkeypatch.setenv("AURA_BACKEND", "fast")
    library.add("Order {order:int} was lost.")
    assert isinstance(library.snapshot().filing.matcher, Matcher)  # type: ignore[attr-defined]
    assert library.match("Order 17 was lost.") is not None


def test_filings_that_were_not_used_do_not_stay() -> None:
    held = FiledTemplates({})
    seen = []
    for number in range(5):
        held = FiledTemplates({**held, number: parse_pattern(f"number {number}")}, held.filing)
        seen.append(weakref.ref(held.filing))
    assert held.filing.native.match(b"number 3") is not None
    gc.collect()
    assert [reference() is not None for reference in seen] == [False] * 4 + [True]


def test_filings_of_plain_mappings_are_kept_and_dropped() -> None:
    held = [parse_patterns({300: f"number {number}"}) for number in range(20)]
    first = filing_of(held[0])
    assert filing_of(held[0]) is first
    for templates in held:
        assert isinstance(filing_of(templates), Filing)
    assert filing_of(held[0]) is not first


def test_what_a_layer_is_made_of_is_checked() -> None:
    entry = (300, (2, ()), (b"a", b"b", b""), bytes(2))
    layer, library = aura_native.TemplateLayer, aura_native.TemplateLibrary
    fitting = (300, (2, (b"x",)), (b"a", b"b", b""), bytes((0, 1)))
    made = layer([fitting])
    assert made.memory > 0
    assert library((made,), ()).match(b"a7bx") == (300, (b"7", b"x"))
    assert library((), ()).match(b"a7bx") is None
    for wrong in (
        entry,  # an enumeration of nothing
        (300, (), (b"",), b""),  # no text
        (300, (0,), (b"a",), b""),  # a slot without a place
        (300, (0,), (b"a", b""), b"\1"),  # a place without a slot
        (300, (0, 0), (b"a", b"", b""), b"\0\1"),  # two places side by side
        (300, (0,), (b"a",), b"\0"),  # a literal is missing
        (300, (9,), (b"a", b""), b"\0"),  # an enumeration without alternatives
        (300, (10,), (b"a", b""), b"\0"),  # no type
        (300, (0,), (b"a" * 4097, b""), b"\0"),
        (300, ((b"",),), (b"a", b""), b"\0"),
        (1 << 32, (0,), (b"a", b""), b"\0"),
    ):
        with pytest.raises((ValueError, OverflowError)):
            layer([wrong])
    with pytest.raises(ValueError, match="at odds"):
        layer([fitting, fitting])
    with pytest.raises(OverflowError):
        layer([(-1, *fitting[1:])])
    for mistyped in (
        5,
        [5],
        [fitting[:3]],
        [(300, [0], *fitting[2:])],
        [(300, ("a",), *fitting[2:])],
        [("a", *fitting[1:])],
    ):
        with pytest.raises((TypeError, SystemError)):
            layer(mistyped)
    with pytest.raises(TypeError):
        layer([(*fitting[:2], ("a", b"b", b""), fitting[3])])
    for arguments in (([made], ()), ((5,), ()), ((made,), (5,)), ((made,),)):
        with pytest.raises(TypeError):
            library(*arguments)
    for layers, nears in (((made,) * 33, ()), ((), (aura_native.index_windows(made),))):
        with pytest.raises(ValueError, match="layers"):
            library(layers, nears)
    with pytest.raises(TypeError):
        aura_native.index_windows(5)
    with pytest.raises(TypeError):
        library((), ()).nearest("text")
    for make in (layer, library):
        with pytest.raises(TypeError):
            make((), (), name=1)
    with pytest.raises(TypeError):
        library((), ()).match("text")
