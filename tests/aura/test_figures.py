"""Figures in the metadata of a model, which may come from anyone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.aura.small_models import TINY

from aura.models import figures
from aura.models.figures import Figure, as_text, parse
from aura.models.kinds import Kind

NUMBERS = st.integers(1, 10**8 - 1)


@st.composite
def some_figures(draw: st.DrawFn) -> dict[Kind, Figure]:
    found = {}
    for kind in draw(st.lists(st.sampled_from(sorted(Kind)), unique=True)):
        size = draw(NUMBERS)
        error = draw(st.integers(0, 9999)) / 1000
        found[kind] = Figure(draw(NUMBERS), size, draw(st.integers(1, size)), error)
    return found


@given(some_figures())
def test_what_is_written_is_read(found: dict[Kind, Figure]) -> None:
    text = as_text(found)
    assert len(text) <= figures.MAX_TEXT
    assert parse(text) == found


GARBAGE = [
    "",
    "json",
    "json 1 2",
    "json 1 2 3 4 5",
    "json 0 2 1 4",
    "json 1 0 1 4",
    "json 1 2 0 4",
    "json 1 2 4 4",
    "json -1 2 1 4",
    "json 1 2 1 4;latin 1 2 1 4",
    "json 1 2 1 4; json 1 2 1 4",
    "json 1 2 1 4; ",
    "json 1 2 1 4\n",
    "json 1e9 2 1 4",
    "json 123456789 2 1 4",
    "json \u0661 2 1 4",
    "json 1 2 1 inf",
    "JSON 1 2 1 4",
    "{}",
    "json " + "9" * 10_000 + " 1 1 1",
    "; ".join(["json 1 2 1 4"] * 1000),
]


@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_anything_else_gives_no_figures(text: str) -> None:
    assert parse(text) == {}


@given(st.text(max_size=400) | st.text("json latin;0123456789 ", max_size=400))
def test_any_text_is_read_or_ignored(text: str) -> None:
    assert all(figure.bits > 0 and figure.size for figure in parse(text).values())


def test_a_kind_of_a_later_version_is_passed_over() -> None:
    assert parse("poem 3 90 30 10; json 9 90 30 10") == {Kind.JSON: Figure(9, 90, 30, 0.01)}


def test_measured_figures() -> None:
    units = [[b"", b"Hello there"], [b'{"a": 1}', b"Hello there"], [b'{"b": 2}']]
    found = figures.measure(TINY, units)
    assert {kind: (figure.messages, figure.size) for kind, figure in found.items()} == {
        Kind.JSON: (2, 16),
        Kind.LATIN: (3, 22),
    }
    assert parse(as_text(found)).keys() == found.keys()
    assert figures.measure(TINY, [[b""]]) == figures.measure(TINY, []) == {}


def test_the_error_is_that_of_a_sample_of_units() -> None:
    """Equal messages in one unit tell no more than one of them; of a single unit nothing is known."""
    texts = [bytes([97 + n]) * (n + 3) for n in range(20)]
    alone = figures.measure(TINY, [[text] for text in texts])[Kind.LATIN]
    repeated = figures.measure(TINY, [[text] * 10 for text in texts])[Kind.LATIN]
    assert repeated.error == pytest.approx(alone.error)
    assert repeated.bits == alone.bits
    assert figures.measure(TINY, [texts])[Kind.LATIN].error > 9
