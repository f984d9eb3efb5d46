from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.messages import rendered

from aura_spec.errors import TemplateError
from aura_spec.template import Kind, builtin, digest, parse_pattern, parse_patterns


@pytest.mark.parametrize(
    ("pattern", "message", "values"),
    [
        ("Order #{order_id} has been {status}.", b"Order #17 has been paid.", (b"17", b"paid")),
        ("Request {0} completed in {1}ms", b"Request x completed in 9ms", (b"x", b"9")),
        ("Your balance is ${amount}.", b"Your balance is $5.", (b"5",)),
        ("{1} before {0}", b"b before a", (b"a", b"b")),
        ("{a} is {a}", b"x is x", (b"x",)),
        ("{a} is {a}", b"x is y", None),
        ("{{{a}}}", b"{x}", (b"x",)),
        ("plain", b"plain", ()),
        ("plain", b"plain ", None),
        ("plain", b"", None),
        ("ab{0}ba", b"aba", None),
        ("ab{0}ba", b"abba", (b"",)),
        ("{0} ", b" x ", (b" x",)),
        ("{0}, {1}", b"a, b, c", (b"a", b"b, c")),
        ("{0}-{1}.", b"a-b-.", (b"a", b"b-")),
        ("Hi {0}", b"hi x", None),
        ("Hi  {0}", b"Hi x", None),
        ("x{0}x{1}x", b"xx", None),
        ("{time:timestamp} {rest}", b"2024-01-01 10:00:00 up", (b"2024-01-01 10:00:00", b"up")),
        ("{time:timestamp} {rest}", b"now up", None),
        ("{w:word}: {rest}", b"a:b: c: d", (b"a:b", b"c: d")),
        ("{w:word}: {rest}", b"a b: c", None),
        ("{n:int} items", b"five items", (b"five",)),
        ("{a:low|high|higher}: {b:int}", b"higher: 3", (b"higher", b"3")),
        ("{a:low|high}: {b:int}", b"low: x", None),
        ("{a:int}-{b}!", b"-5--7!", (b"-5", b"-7")),
        ("ü{0}é", "üxé".encode(), (b"x",)),
    ],
)
def test_matching(pattern: str, message: bytes, values: tuple[bytes, ...] | None) -> None:
    """Rules TPL-1, TPL-2, TPL-3, TPL-5 and TPL-7."""
    template = parse_pattern(pattern)
    assert template.match(message) == values
    if values is not None:
        assert template.render(values) == message
        assert template.rendered_size(values) == len(message)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "{0}",
        "{a}{b} x",
        "x {",
        "x }",
        "x {a",
        "x {}",
        "x {a b}",
        "x {1}",
        "x {0} {2}",
        "x {0} {a}",
        "x {00}",
        "x {a:float}",
        "x {a:enum}",
        "x {a:}",
        "x {a:b|}",
        "x {a:b|b}",
        "x {a:int} {a:hex}",
        "x {a:int} {a}",
        "x" * 4097,
        "".join(f"x{{{n}}}" for n in range(256)),
        "\ud800",
    ],
)
def test_unusable_patterns_are_refused(pattern: str) -> None:
    """Rules TPL-1 to TPL-6, LIM-3 and LIM-4."""
    with pytest.raises(TemplateError):
        parse_pattern(pattern)


@given(rendered())
def test_whatever_matches_renders_to_the_identical_bytes(message: bytes) -> None:
    """Rule TPL-8."""
    for template in builtin().values():
        values = template.match(message)
        if values is not None:
            assert template.render(values) == message


@given(st.lists(st.text("ab ", min_size=1, max_size=3), min_size=2, max_size=5), st.text("ab ", max_size=30))
@example(literals=["a", "b"], message="ab")
def test_matching_text_slots_finds_a_match_whenever_there_is_one(literals: list[str], message: str) -> None:
    """Rule TPL-7."""
    pattern = "".join(f"{literal}{{{n}}}" for n, literal in enumerate(literals[:-1])) + literals[-1]
    expected = re.fullmatch("(.*)".join(map(re.escape, literals)), message) is not None
    assert (parse_pattern(pattern).match(message.encode()) is not None) is expected


def test_hostile_messages_take_linear_time() -> None:
    """A backtracking matcher would need about n^7 steps here; this one passes over the message once. Rule TPL-7."""
    template = parse_pattern("a{0}a{1}a{2}a{3}a{4}a{5}a{6}b")
    assert template.match(b"a" * 1_000_000) is None
    assert template.match(b"a" * 1_000_000 + b"cb") is not None
    typed = parse_pattern("a{0:word}a{1:hex}a{2:word}a{3:hex}a{4:word}a{5:hex}a{6:int}bbbb")
    assert typed.match(b"a" * 1_000_000 + b"bbb") is None
    assert typed.match(b"a" * 1_000_000 + b"cbbbb") is not None


def test_the_builtin_set() -> None:
    """Rule TPL-9."""
    templates = builtin()
    assert list(templates) == list(range(128))
    assert len({template.pattern for template in templates.values()}) == 128
    assert all(not templates[number].slots for number in range(20))
    kinds = Counter(slot.kind for template in templates.values() for slot in template.slots)
    assert set(kinds) == set(Kind)
    patterns = {template.pattern for template in templates.values()}
    assert {
        "I don't have access to {0}.",
        "```{0}\n{1}\n```",
        "User {0} authenticated successfully",
        "Cache hit for key: {0}",
        "API rate limit: {0}/{1} requests",
        "Service {0} is {1}",
        "Deployment {0} started at {1:timestamp}",
        "Retry {0}/{1} failed: {2}",
        "Timeout after {0:int}ms for {1}",
    } <= patterns


def test_ids_out_of_range_are_refused() -> None:
    """Rule LIM-5."""
    for template_id in (-1, 1 << 32):
        with pytest.raises(TemplateError):
            parse_patterns({template_id: "x"})


def test_the_digest_depends_on_every_entry_and_on_nothing_else() -> None:
    """Rule TPL-11."""
    first = parse_patterns({1: "a {0}", 2: "b"})
    assert digest(first.items()) == digest(reversed(first.items()))
    assert digest(first.items()) != digest(parse_patterns({1: "a {0}", 3: "b"}).items())
    assert digest(first.items()) != digest(parse_patterns({1: "a {0:int}", 2: "b"}).items())
    assert digest({}.items()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_builtin_set_is_published() -> None:
    """Rule TPL-10: a changed pattern would be a new id, so that this digest never changes."""
    assert digest(builtin().items()) == BUILTIN_DIGEST


BUILTIN_DIGEST = "e04d542ead0994c1bf907b45bce11c687e35710e19910d843b577cc0e96a5aa2"
