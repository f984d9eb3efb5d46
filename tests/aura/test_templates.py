from __future__ import annotations

import array
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.messages import MESSAGES, rendered

from aura.errors import EncodeError, TemplateError
from aura.native import VARIABLE
from aura.templates import TemplateLibrary
from aura.templates.filing import filing_of
from aura.templates.index import Index
from aura_reference import typed
from aura_spec.template import Template, builtin, parse_patterns

LITERALS = st.sampled_from(["", "a", "ab", "order ", " is ", ": ", "the order of ", " done", "!"])


@st.composite
def libraries(draw: st.DrawFn) -> dict[int, str]:
    """Up to 40 patterns that share beginnings, endings and middles."""
    patterns = {}
    for number in range(draw(st.integers(1, 40))):
        count = draw(st.integers(0, 3))
        literals = [
            draw(LITERALS),
            *(draw(LITERALS.filter(bool)) for _ in range(count - 1)),
            draw(LITERALS) if count else "",
        ]
        kinds = draw(st.lists(st.sampled_from(["", ":int", ":word"]), min_size=count, max_size=count))
        slots = [f"{{{place}{kind}}}" for place, kind in enumerate(kinds)]
        pattern = literals[0] + "".join(slot + text for slot, text in zip(slots, literals[1:], strict=False))
        if any(literals):
            patterns[number] = pattern
    return patterns


@pytest.mark.no_cover
@settings(max_examples=300)
@given(libraries(), st.data())
def test_the_index_finds_what_trying_every_template_finds(
    patterns: dict[int, str], data: st.DataObject
) -> None:
    library = TemplateLibrary(patterns, with_builtin=False)
    parsed = parse_patterns(patterns)
    if parsed:
        template = data.draw(st.sampled_from(list(parsed.values())))
        values = [data.draw(st.sampled_from([b"", b"a", b"7", b"order ", b" is "])) for _ in template.slots]
        message = template.render(values)
    else:
        message = b"a"
    sizes = {
        number: (0 if not template.slots else 1, typed.size(number, template, found), number)
        for number, template in parsed.items()
        if (found := template.match(message)) is not None
    }
    match = library.match(message)
    assert (None if match is None else match.template_id) == min(sizes, key=sizes.__getitem__, default=None)
    if match is not None:
        assert match.template.render(match.values) == message


@given(MESSAGES)
def test_a_match_renders_to_the_message(message: bytes) -> None:
    match = TemplateLibrary().match(message)
    if match is not None:
        assert match.template.render(match.values) == message


@given(rendered())
def test_what_a_template_renders_may_match_another_but_never_a_wrong_text(message: bytes) -> None:
    match = TemplateLibrary().match(message)
    for template in builtin().values():
        if template.match(message) is not None:
            assert match is not None
    if match is not None:
        assert match.template.render(match.values) == message


def test_many_templates_that_begin_and_end_alike_are_told_apart() -> None:
    library = TemplateLibrary({256 + n: f"event {{0}} of type t{n:04} seen" for n in range(500)})
    match = library.match(b"event 5 of type t0123 seen")
    assert match is not None
    assert match.template_id == 256 + 123
    bucket = Index(library.items()).candidates(b"event 5 of type t0123 seen")
    assert len(bucket) < 20


def test_hostile_messages_find_few_candidates() -> None:
    library = TemplateLibrary({256 + n: f"{{0}} kind{n:03} {{1}}" for n in range(300)})
    assert library.match(b"kind" * 100_000) is None
    assert library.match(b"") is None
    everything = b" ".join(b"kind%03d" % n for n in range(300))
    match = library.match(b"x " + everything + b" y")
    assert match is not None


def hostile(number: int) -> str:
    """A pattern that matches nearly anything, slowly, and that no index can tell from its like."""
    return "".join(f"{{s{number}x{place}:word}}-" for place in range(22)) + "{last:word}"


@pytest.mark.no_cover
@pytest.mark.parametrize("size", [40, 400, 4_000, 40_000])
def test_hostile_templates_are_tried_up_to_a_bound_in_ascending_order_of_ids(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = TemplateLibrary({300 + n: hostile(n) for n in range(4_000)}, with_builtin=False)
    tried: list[str] = []
    match = Template.match

    def counted(template: Template, message: bytes) -> tuple[bytes, ...] | None:
        tried.append(template.pattern)
        return match(template, message)

    monkeypatch.setenv(VARIABLE, "fast")
    monkeypatch.setattr(Template, "match", counted)
    found = library.match(b"x-" * (size // 2))
    steps = max(256, (1 << 20) // (size + 256))
    assert tried == [hostile(n) for n in range(-(-steps // 25))]
    assert (found and found.template_id) == (None if size < 44 else 300)


def test_long_messages_still_find_templates_of_high_ids() -> None:
    library = TemplateLibrary({999: "text {0} end"})
    match = library.match(b"text " + b"a: b. " * 50_000 + b" end")
    assert match is not None
    assert match.template_id == 999


def test_equal_texts_are_sent_under_the_lowest_id_whatever_was_added_first() -> None:
    library = TemplateLibrary(with_builtin=False)
    for number in (400, 300, 500):
        library.add("Good morning to all of you.", id=number)
        library.add("Room {room} is ready.", id=number + 1)
    for message, number in ((b"Good morning to all of you.", 300), (b"Room 7 is ready.", 301)):
        match = library.match(message)
        assert (match and match.template_id) == number


def test_templates_are_filed_alike_whatever_was_added_first() -> None:
    """The chapter on encoding states the filing, as it decides which templates are tried."""
    patterns = {300 + n: f"{{0}}, {n % 40:02} or {n:03} of {{1}}" for n in range(200)}
    message = b"x, 07 or 047 of y, 12 or 092 of z"
    parsed = parse_patterns(patterns)
    found = Index(parsed.items()).candidates(message)
    assert found == sorted(found)
    backwards = TemplateLibrary(dict(reversed(patterns.items())), with_builtin=False)
    [layer] = filing_of(backwards.snapshot()).python.layers
    assert layer.index.candidates(message) == found
    assert {347, 392} <= set(found)


def test_long_patterns_are_filed_quickly_and_found() -> None:
    source = random.Random(6)
    middles = ["".join(source.choices("abcdefgh", k=4_000)) for _ in range(50)]
    library = TemplateLibrary({300 + n: f"{{0}}{middle}{{1}}" for n, middle in enumerate(middles)})
    for number in (0, 49):
        match = library.match(f"<{middles[number]}>".encode())
        assert match is not None
        assert match.template_id == 300 + number
    assert len(Index(library.items()).candidates(f"<{middles[0]}>".encode())) < 60


def test_ids_are_given_from_256() -> None:
    library = TemplateLibrary()
    assert library.add("first {0}") == 256
    assert library.add("second {0}", id=400) == 400
    assert library.add("third {0}") == 401
    assert library[256].pattern == "first {0}"
    assert set(library) == {*range(128), 256, 400, 401}
    assert len(library) == 131


def test_published_ids_keep_their_pattern() -> None:
    library = TemplateLibrary({300: "a {0}"})
    assert library.add("a {0}", id=300) == 300
    for patterns in ({300: "b {0}"}, {0: "Yes!"}, {301: "fine {0}", 300: "b {0}"}):
        with pytest.raises(TemplateError, match="published"):
            library.update(patterns)
    assert 301 not in library
    with pytest.raises(TemplateError):
        library.add("no literal is missing here: {", id=302)


def test_additions_show_at_the_next_match_and_not_in_snapshots() -> None:
    library = TemplateLibrary(with_builtin=False)
    assert library.match(b"a b") is None
    before = library.snapshot()
    library.add("a {0}")
    match = library.match(b"a b")
    assert match is not None
    assert match.values == (b"b",)
    assert dict(before) == {}


def test_libraries_agree_if_their_digests_do() -> None:
    one, other = TemplateLibrary({300: "a {0}"}), TemplateLibrary()
    with pytest.raises(TemplateError, match="differ"):
        one.check_digest(other.digest)
    other.add("a {0}", id=300)
    one.check_digest(other.digest)


@dataclass
class Written:
    """An object that says how it is written as text."""

    text: str

    def __str__(self) -> str:
        return self.text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("77", b"77"),
        (b"77", b"77"),
        (bytearray(b"77"), b"77"),
        (memoryview(b"77"), b"77"),
        (np.frombuffer(b"77", np.uint8), b"77"),
        (b"\xff", b"\xff"),
        (77, b"77"),
        (7.0, b"7.0"),
        (True, b"True"),
        (np.int64(77), b"77"),
        (Decimal("7.70"), b"7.70"),
        (UUID(int=7), b"00000000-0000-0000-0000-000000000007"),
        (IPv4Address("192.0.2.17"), b"192.0.2.17"),
        (datetime(2026, 3, 1, 6, 30, tzinfo=UTC), b"2026-03-01 06:30:00+00:00"),
        (Path("a/b"), b"a/b"),
        (Written("é"), "é".encode()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_slot_values_are_what_they_are_written_as(value: object, expected: bytes) -> None:
    library = TemplateLibrary({300: "Job {id} on {host}"})
    assert library.fill(300, {"id": value, "host": "db"}).values == (expected, b"db")
    assert library.fill(300, iter([value, "db"])).values == (expected, b"db")


@pytest.mark.parametrize(
    "value",
    [None, object(), [7], (7,), {7: 7}, {7}, array.array("i", [7]), np.arange(3), len],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_written_as_text_is_no_slot_value(value: object) -> None:
    library = TemplateLibrary({300: "Job {id} on {host}"})
    with pytest.raises(TypeError, match="the value of slot 'id' is text, bytes-like, a number or an object"):
        library.fill(300, [value, "db"])


def test_slots_are_a_mapping_or_values_in_order() -> None:
    library = TemplateLibrary({300: "Job {id} on {host}", 301: "Hi {who}!"})
    for slots in ({"7", "db"}, 5, None):
        with pytest.raises(TypeError, match="slots are a mapping by name, or values in order, not"):
            library.fill(300, slots)  # type: ignore[arg-type]
    for one in ("Ana", b"Ana", bytearray(b"Ana"), memoryview(b"Ana"), ["Ana"], {"who": "Ana"}):
        assert library.fill(301, one).values == (b"Ana",)
    with pytest.raises(EncodeError, match="has 2 slots, not 1"):
        library.fill(300, "ab")
    with pytest.raises(EncodeError, match="slot 'host': character 0 is a lone surrogate"):
        library.fill(300, ["7", "\ud800"])
