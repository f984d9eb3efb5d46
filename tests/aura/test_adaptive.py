"""Adaptive messages through the public interface."""

from __future__ import annotations

import json
import re

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aura
from aura import Method, selection
from aura.backend import get
from aura.content import repeats
from aura.explanation.page import page
from aura.policy import Policy
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker
from aura_spec.session_negotiation import ADAPTIVE, ALL_METHODS
from aura_spec.shared_state import SharedState

SMALL = aura.Model.load_small()
CODEC = aura.Codec(model=SMALL)
CSV = "id,name,price,stock\n" + "".join(f"{number},item-{number},9.99,true\n" for number in range(40))
XML = "".join(f'<item id="{n}"><name>Part {n}</name><qty>{n * 7 % 50}</qty></item>' for n in range(30))
LOG = "".join(f"2026-02-03 10:{n:02d}:17 INFO [door] opened in {n * 31 % 97} ms\n" for n in range(30))
JSON = json.dumps([{"id": n, "name": f"item-{n}", "tags": ["a", "b"], "ok": True} for n in range(30)])


@pytest.mark.parametrize("text", [CSV, XML, LOG, JSON])
def test_rows_take_a_small_part_of_what_brotli_makes_of_them(text: str) -> None:
    wire = CODEC.compress(text)
    assert wire[0] in ADAPTIVE_COMPACT
    assert 3 * len(wire) < 2 * len(brotli.compress(text.encode()))
    assert CODEC.decompress(wire).decode() == text
    assert aura.Codec(model=SMALL, backend="reference").decompress(wire).decode() == text


@pytest.mark.parametrize(
    "text", ["The lamp in the hall is on.", "Yes.", "Where are the keys? Under the mat."]
)
def test_short_messages_stay_as_they_were(text: str) -> None:
    assert CODEC.compress(text)[0] in AURALITE_COMPACT


def test_level_1_takes_one_of_both_by_what_repeats() -> None:
    codec = aura.Codec(model=SMALL, level=1)
    assert codec.compress(CSV[:600])[0] in ADAPTIVE_COMPACT
    assert codec.compress("The lamp in the hall is on, and the door is open.")[0] in AURALITE_COMPACT


def test_a_message_may_name_its_model() -> None:
    codec = aura.Codec(model=SMALL, explicit_model=True)
    wire = codec.compress(CSV)
    assert wire[0] == Marker.ADAPTIVE_EXPLICIT
    assert wire[1:9].hex() == SMALL.id
    assert aura.Codec(models=[SMALL]).decompress(wire).decode() == CSV
    with pytest.raises(aura.UnknownModel, match=f"model {SMALL.id} is not held"):
        aura.decompress(wire)


@pytest.mark.parametrize("methods", [ALL_METHODS & ~ADAPTIVE, ALL_METHODS & ~ADAPTIVE & ~0x200])
def test_a_peer_that_does_not_read_them_gets_none(methods: int) -> None:
    found = selection.search(
        CSV.encode(),
        backend=get("fast"),
        policy=Policy(3, methods),
        shared_state=SharedState(model=SMALL.context_model),
    )
    assert Method.ADAPTIVE not in {candidate.method for candidate in found}


def test_level_1_takes_auralite_where_no_adaptive_message_can_be_sent() -> None:
    found = selection.search(
        CSV[:600].encode(),
        backend=get("fast"),
        policy=Policy(
            1, ALL_METHODS & ~ADAPTIVE
        ),  # those that name their model are read, but none is to be named
        shared_state=SharedState(model=SMALL.context_model),
    )
    assert Method.AURALITE in {candidate.method for candidate in found}


def test_a_compressor_tells_the_method() -> None:
    compressor = aura.HybridCompressor(model=SMALL)
    result = compressor.compress(CSV)
    assert result.method == Method.ADAPTIVE
    assert compressor.decompress(result.compressed_data) == CSV


@pytest.mark.parametrize("explicit", [False, True])
def test_an_explanation_adds_up_and_tells_what_paid(*, explicit: bool) -> None:
    wire = aura.Codec(model=SMALL, explicit_model=explicit).compress(CSV)
    explanation = aura.explain(wire, model=SMALL)
    bits = sum(step.bits for step in explanation.steps)
    string = explanation.rows[-1].data
    assert len(string) - 2 <= (bits + 4) / 8 <= len(string) + 1
    assert bytes(step.symbol for step in explanation.steps[:-1]).decode() == CSV
    assert re.search(r"^ *\d+ +1 +1 +\d\d\.\d % +number +0\.\d\d$", str(explanation), re.MULTILINE)
    assert "right by number" in page(explanation)


@given(st.binary(max_size=300))
def test_repeats_are_the_trigrams_that_came_before(message: bytes) -> None:
    seen: set[bytes] = set()
    count = 0
    for place in range(len(message) - 2):
        trigram = message[place : place + 3]
        count += trigram in seen
        seen.add(trigram)
    assert repeats(message) == count
