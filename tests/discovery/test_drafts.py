from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.templates.discovery.drafts import MAX_UNITS, Draft, cut, drafts, folded, trim
from aura.templates.discovery.samples import Sample


def samples(texts: Sequence[str]) -> list[Sample]:
    return [Sample(text.encode(), str(number)) for number, text in enumerate(texts)]


def gives_back(draft: Draft) -> bool:
    """Whether literals and values make the messages again."""
    rows = zip(*draft.columns, strict=True) if draft.columns else ((),) * len(draft.samples)
    texts = [
        draft.literals[0]
        + "".join(value + literal for value, literal in zip(row, draft.literals[1:], strict=True))
        for row in rows
    ]
    return texts == [sample.text for sample in draft.samples]


WORDS = st.lists(st.sampled_from(["a", "be", "7", "1.5", " ", ",", "x-1", "x-2", "zz"]), max_size=9).map(
    "".join
)


@given(st.lists(WORDS, min_size=1, max_size=12))
def test_drafts_give_back_the_messages(texts: list[str]) -> None:
    cuts = cut(samples(texts))
    made = drafts(cuts, 1)
    assert sorted(sample.text for draft in made for sample in draft.samples) == sorted(texts)
    if (draft := folded(cuts, 1)) is not None:
        made.append(draft)
    for draft in made:
        assert gives_back(draft)
        assert gives_back(trim(draft))
        assert all(draft.literals[1:-1])  # slots are never adjacent


def test_white_space_is_kept() -> None:
    [draft] = drafts(cut(samples([f"  took {ms}  ms\t" for ms in range(8)])), 4)
    assert draft.literals == ["  took ", "  ms\t"]
    assert draft.columns == [[str(ms) for ms in range(8)]]


def test_two_kinds_in_a_group_are_told_apart() -> None:
    texts = [f"user login failed for {name}" for name in "abcde"] + [
        f"user logout done for {name}" for name in "fghij"
    ]
    found = {tuple(draft.literals) for draft in drafts(cut(samples(texts)), 4)}
    assert found == {("user login failed for ", ""), ("user logout done for ", "")}


def test_kinds_are_told_apart_by_what_their_values_are() -> None:
    ids = ["1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5" + digit for digit in "abcde"]
    texts = [f"GET /orders/{value} ok" for value in ids] + [f"GET /users/{value} ok" for value in range(5)]
    found = {draft.literals[0] for draft in drafts(cut(samples(texts)), 4)}
    assert found == {"GET /orders/", "GET /users/"}


def test_times_are_slots_even_if_all_messages_have_the_same() -> None:
    texts = [f"[Sun Dec 04 06:17:35 2005] 2026-03-01 child {number} ok" for number in range(8)]
    [draft] = drafts(cut(samples(texts)), 4)
    assert draft.literals == ["[", "] 2026-03-01 child ", " ok"]
    assert draft.unsettled == {0}
    assert trim(draft).literals == draft.literals


def test_kinds_that_are_too_rare_stay_together() -> None:
    texts = ["user login failed for x", "user logout done for y"]
    [draft] = drafts(cut(samples(texts)), 2)
    assert draft.literals == ["user ", " ", " for ", ""]


def test_messages_of_unequal_length_are_folded() -> None:
    values = ["the second floor", "room 7", "a quiet corner of the hall", "it", "table 12 by the door"]
    texts = [f"Meet me at {value}, please." for value in values]
    draft = folded(cut(samples(texts)), 4)
    assert draft is not None
    assert trim(draft).literals == ["Meet me at ", ", please."]
    assert trim(draft).columns == [values]


def test_an_outlier_is_not_folded() -> None:
    texts = [f"Meet me at {value}, please." for value in ("noon", "the old mill", "ten")] + ["What?"]
    draft = folded(cut(samples(texts)), 3)
    assert draft is not None
    assert len(draft.samples) == 3
    assert folded(cut(samples(texts)), 4) is None


@pytest.mark.parametrize(
    ("values", "literals"),
    [
        (["user_1", "user_27", "user_3", "user_4", "user_5"], ["to user_", "."]),
        (["12ms", "7ms", "1ms", "88ms", "90ms"], ["to ", "ms."]),
        (["blk_-7", "blk_8", "blk_9", "blk_10", "blk_11"], ["to blk_", "."]),
        (["running", "running", "runner", "runs", "run"], ["to ", "."]),  # a word stays whole
        (["201", "202", "203", "204", "205"], ["to ", "."]),
        (["user_1", "user_2"] * 3, ["to ", "."]),  # others may follow
    ],
)
def test_what_all_values_begin_and_end_with_is_literal(values: list[str], literals: list[str]) -> None:
    draft = trim(Draft(samples([f"to {value}." for value in values]), ["to ", "."], [values]))
    assert draft.literals == literals
    assert gives_back(draft)


def test_too_many_units_are_left_out() -> None:
    assert cut(samples(["a " * (MAX_UNITS + 1)])) == []
