from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.templates.discovery.units import line_of, units

PIECES = st.sampled_from(
    [
        "user",
        " ",
        "::",
        ":",
        "-",
        ".",
        "12",
        "7.5",
        "-3",
        "10.0.0.1",
        "2026-03-01T06:30:00Z",
        "1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b",
        "2001:db8::1",
        "\N{NO-BREAK SPACE}",
        "é",
        "\0",
        "\n",
    ]
)
TEXTS = st.text() | st.lists(PIECES).map("".join)


@given(TEXTS)
def test_units_are_the_text(text: str) -> None:
    cut = units(text)
    assert "".join(unit.word + unit.gap for unit in cut) == text
    assert all(unit.word for unit in cut[1:])


@given(TEXTS)
def test_a_line_has_a_token_for_each_word(text: str) -> None:
    cut = units(text)
    assert len(line_of(cut).split()) == sum(bool(unit.word) for unit in cut)


@pytest.mark.parametrize(
    ("word", "mask"),
    [
        ("2026-03-01T06:30:00.125Z", "<time>"),
        ("2026-03-01 06:30:00,125", "<time>"),
        ("Sun Dec 04 06:17:35 2005", "<time>"),
        ("Jul  3 09:22:01", "<time>"),
        ("10/Oct/2000:13:55:36", "<time>"),
        ("Mon, 02 Jan 2006 15:04:05", "<time>"),
        ("17/06/09 20:10:56", "<time>"),
        ("03-17 16:13:55.173", "<time>"),
        ("2016-09-28 04:30:39", "<time>"),
        ("2026-03-01", "<time>"),
        ("12:30:05", "<time>"),
        ("1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b", "<uuid>"),
        ("192.0.2.17", "<address>"),
        ("2001:db8::8a2e:370:7334", "<address>"),
        ("1:2:3:4:5:6:7:8", "<address>"),
        ("-12", "<number>"),
        ("3.50", "<number>"),
        ("eu-west-1", "<numbered>"),
        ("12ms", "<numbered>"),
        ("2.14.7", "<numbered>"),
        ("Friday", ""),
        ("org.apache.hadoop", ""),
    ],
)
def test_masks(word: str, mask: str) -> None:
    for text in (word, f"{word} and more", f'"{word}",'):
        [found] = [unit for unit in units(text) if unit.word == word]
        assert found.mask == mask


def test_numbers_behind_a_colon_are_no_addresses() -> None:
    found = [unit for unit in units('{"net":199.46,"tax":7}') if unit.word]
    assert [unit.mask for unit in found] == ["", "<number>", "", "<number>"]
