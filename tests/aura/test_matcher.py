"""Matching in less time finds what the chapter on encoding finds, and no library makes it slow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.searches import sampled

from aura.native import VARIABLE
from aura.templates import TemplateLibrary, layering, matcher
from aura.templates.index import Index, steps_of
from aura.templates.layer import Layer
from aura.templates.matcher import Matcher
from aura.templates.views import views_of
from aura.templates.windows import MIN_LITERAL, Windows
from aura_spec.template import Template, parse_patterns

LITERALS = st.sampled_from(
    [
        *("", "", "a", "ab", " is ", ": ", "Order ", " done"),
        *(
            " is in the queue of ",
            " is in the queue for ",
            "the order of ",
            " was moved to node 7",
            "a" * 20,
            "ab" * 9,
        ),
    ]
)
VALUES = st.sampled_from(
    [
        b"",
        b"a",
        b"7",
        b"-12",
        b"Order ",
        b" is ",
        b"aaa",
        b"a b",
        b"ababab",
        b" is in the queue ",
        b"\xff" * 9,
    ]
)


@st.composite
def patterns(draw: st.DrawFn, most: int = 30) -> dict[int, str]:
    """Patterns that share much of their text."""
    found = {}
    for number in range(draw(st.integers(1, most))):
        count = draw(st.integers(0, 3))
        kinds = draw(
            st.lists(st.sampled_from(["", ":int", ":word", ":a|ab"]), min_size=count, max_size=count)
        )
        between = [draw(LITERALS.filter(bool)) for _ in range(count - 1)]
        literals = [draw(LITERALS), *between, *([draw(LITERALS)] if count else [])]
        slots = [f"{{{place}{kind}}}" for place, kind in enumerate(kinds)]
        pattern = literals[0] + "".join(slot + text for slot, text in zip(slots, literals[1:], strict=True))
        if any(literals):
            found[number] = pattern
    return found


@st.composite
def searches(draw: st.DrawFn) -> tuple[dict[int, Template], bytes]:
    """Templates, and a message that one of them or none renders."""
    parsed = parse_patterns(draw(patterns()))
    if not parsed or draw(st.booleans()):
        return parsed, b"".join(draw(st.lists(VALUES | LITERALS.map(str.encode), max_size=6)))
    template = draw(st.sampled_from(list(parsed.values())))
    return parsed, template.render([draw(VALUES) for _ in template.slots])


def documented(templates: dict[int, Template], message: bytes, steps: int) -> dict[int, tuple[bytes, ...]]:
    """The matches that the chapter on encoding finds in so many steps."""
    found = {}
    for number in Index(templates.items()).candidates(message):
        values = templates[number].match(message)
        if values is not None:
            found[number] = values
        steps -= steps_of(templates[number])
        if steps <= 0:
            break
    return found


@pytest.mark.no_cover
@sampled(2_000)
@given(searches(), st.sampled_from([1, 3, 5, 10, 20, 40, 1 << 20]))
def test_matches_are_those_of_the_chapter(search: tuple[dict[int, Template], bytes], steps: int) -> None:
    templates, message = search
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matcher, "_MAX_WORK", 0)
        patch.setattr(matcher, "_MIN_STEPS", steps)
        found = Matcher(templates).matches(message)
    assert {match.template_id: match.values for match in found} == documented(templates, message, steps)
    assert len({match.template_id for match in found}) == len(found)


@settings(max_examples=50)
@given(searches())
def test_what_is_found_without_a_bound_is_what_trying_all_finds(
    search: tuple[dict[int, Template], bytes],
) -> None:
    templates, message = search
    expected = {
        number: values for number, held in templates.items() if (values := held.match(message)) is not None
    }
    found = Matcher(templates)
    whole = found.whole(message)
    matches = {match.template_id: match.values for match in found.matches(message)}
    assert {number: values for number, values in expected.items() if templates[number].slots} == matches
    assert (whole and whole.template_id) == min(set(expected) - set(matches), default=None)


@given(searches())
def test_the_quick_bound_is_a_bound(search: tuple[dict[int, Template], bytes]) -> None:
    templates, message = search
    index = Index(templates.items())
    tried = sum(steps_of(templates[number]) for number in index.candidates(message))
    assert index.steps(message) == tried <= index.most_steps(message)


def test_the_quick_bound_holds_for_buckets_of_more_steps_than_a_byte_counts() -> None:
    templates = parse_patterns({n: f"{{a}} and {{b}}{n % 10}x" for n in range(3_000)})
    index = Index(templates.items())
    message = b"7 and 8" + b"x" * 50 + b"3x"
    assert 255 < index.steps(message) <= index.most_steps(message)


@given(st.integers(0, 40), st.integers(0, 9), st.binary(min_size=MIN_LITERAL, max_size=30))
def test_a_long_literal_is_found_wherever_it_stands(before: int, behind: int, literal: bytes) -> None:
    literal = bytes(byte & 0x3F | 0x20 for byte in literal)
    template = parse_patterns({7: "{0}" + literal.decode() + "{1}"})[7]
    windows = Windows([(7, template)])
    assert windows.ids == {7}
    assert 7 in windows.find(views_of(b"\xff" * before + literal + b"\xff" * behind))
    assert windows.find(views_of(b"\xff" * 100)) == []


def test_literals_that_many_templates_share_are_not_what_they_are_filed_under() -> None:
    templates = parse_patterns(
        {n: f"GET /{n:05} {{0}} HTTP/1.1 completed in {{1:int}} ms" for n in range(2_000)}
    )
    found = Matcher(templates)
    [layer] = found.layers
    assert not layer._windows.ids
    message = b"GET /00042 now HTTP/1.1 completed in 7 ms"
    assert [match.template_id for match in found.matches(message)] == [42]
    assert len(layer._rest.candidates(message)) < 10


def test_long_literals_are_filed_by_their_beginning() -> None:
    templates = parse_patterns({n: f"{{0}}{n:04}{'long' * 900}{{1}}" for n in range(20)})
    assert Windows(templates.items()).ids == set(range(20))
    message = b"x" + templates[7].render([b"", b"y"])
    assert [match.template_id for match in Matcher(templates).matches(message)] == [7]


@pytest.mark.parametrize(
    "pattern",
    [
        "".join(f"{{s{place}:word}}-" for place in range(22)) + "{n%d:word}",
        "{a}" + "a" * 24 + "b" + "a" * 24 + "{b%d}",
        "{a%d}aaaaaaaaaaab{b}aaaa{c}aaaab{d}",
    ],
)
def test_templates_that_nothing_tells_apart_are_tried_up_to_the_bound(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = TemplateLibrary(
        {300 + n: pattern.replace("%d", str(n)) for n in range(4_000)}, with_builtin=False
    )
    tried: list[Template] = []
    match = Template.match

    def counted(template: Template, message: bytes) -> tuple[bytes, ...] | None:
        tried.append(template)
        return match(template, message)

    monkeypatch.setenv(VARIABLE, "fast")
    monkeypatch.setattr(Template, "match", counted)
    for message in (b"a-" * 2_000, b"a" * 4_000):
        library.match(message)
        assert len(tried) <= 2 * 256 // 4
        tried.clear()


def test_new_templates_are_filed_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    filed: list[int] = []
    begin = Layer.__init__

    def noted(layer: Layer, ids: frozenset[int], templates: dict[int, Template]) -> None:
        filed.append(len(ids))
        begin(layer, ids, templates)

    monkeypatch.setenv(VARIABLE, "fast")
    monkeypatch.setattr(Layer, "__init__", noted)
    library = TemplateLibrary({n: f"{{a}} of the {n:04} in room {n % 7} and {{b}}" for n in range(300, 1300)})
    for number in (5000, 5001, 200):
        pattern = (
            f"{{a}} was moved from shelf {number} to {{b}}" if number > 300 else "Nothing else was moved."
        )
        library.add(pattern, id=number)
        message = pattern.format(a="it", b="me").encode()
        match = library.match(message)
        assert match is not None
        assert match.template_id == number
    assert library.match(b"it of the 0777 in room 0 and me") is not None
    assert filed == [1129, 1, 2]  # the first pattern came before the first message
    assert library.match(b"Nothing else was moved.") is not None
    near = library.nearest("Nothing else was moved")
    assert (near and near.template_id) == 200


@settings(max_examples=50)
@given(searches(), st.data())
def test_layers_find_what_a_library_filed_at_once_finds(
    search: tuple[dict[int, Template], bytes], data: st.DataObject
) -> None:
    templates, message = search
    numbers = sorted(templates, key=lambda number: number * 7 % 11)
    layered, held = Matcher({}), dict[int, Template]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layering, "GROWTH", data.draw(st.sampled_from([0, 1, 8])))
        for number in numbers:
            held = {**held, number: templates[number]}
            layered = Matcher(held, layered)
        at_once = Matcher(templates)
        assert layered.whole(message) == at_once.whole(message)
        expected = {match.template_id: match.values for match in at_once.matches(message)}
        assert {match.template_id: match.values for match in layered.matches(message)} == expected
        patch.setattr(matcher, "_MAX_WORK", 0)
        patch.setattr(matcher, "_MIN_STEPS", 3)
        assert len(layered.matches(message)) <= len(expected)
