"""BRIO version 2 in both backends: the same bytes, the same messages, the same refusals; hostile input."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.messages import MESSAGES
from tests.payloads import HOSTILE, LONG, cuts
from tests.searches import sampled

from aura_fast import adaptive, brio2
from aura_fast import parse as fast_parse
from aura_fast.parse import match_finder, static_dictionary, walk
from aura_reference import brio2 as reference
from aura_reference import parse as reference_parse
from aura_reference.adaptive import frequencies_from
from aura_reference.parse import Parse, Repeat
from aura_spec.brio2 import MAX_LENGTH, build_body, number_symbol, parse_body
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.parse import SEARCH_LENGTHS
from aura_spec.unit import UNIT_BYTES, UNITS
from aura_vectors.case_types.message import text_of
from aura_vectors.chapters import CHAPTERS

LIMIT = 1 << 20
LEVELS = range(len(SEARCH_LENGTHS))


@pytest.mark.no_cover
@sampled()
@given(MESSAGES | LONG, st.sampled_from(LEVELS))
@example(b"", 0)
@example(b"abc", 1)
@example(bytes(9000), 1)
@example(bytes(range(256)) * 3, 0)
@example(bytes(70_000), 0)
def test_both_backends_write_and_read_the_same(data: bytes, level: int) -> None:
    """Rules PAR-1 to PAR-6, ADA-1 to ADA-4."""
    body = brio2.encode(data, level)
    assert body == reference.encode(data, level)
    assert brio2.decode(body, LIMIT) == reference.decode(body, LIMIT) == data


@pytest.mark.no_cover
def test_they_agree_on_a_message_of_several_pieces() -> None:
    """Rules PAR-1 to PAR-5."""
    rng = random.Random(5)
    words = [bytes(rng.choices(b"abcdefgh ", k=rng.randrange(2, 9))) for _ in range(300)]
    data = b" ".join(rng.choices(words, k=15_000))
    assert len(data) > fast_parse._PIECE
    body = brio2.encode(data, 0)
    assert body == reference.encode(data, 0)
    assert brio2.decode(body, LIMIT) == data
    assert len(brio2.encode(data, 1)) < len(body)


def test_every_phrase_is_found() -> None:
    """Rule UNI-1."""
    sizes = np.array([len(text) for text in UNIT_BYTES], np.uint8)
    places = np.cumsum(sizes, dtype=np.int64) - sizes
    words = match_finder.eights(b"".join(UNIT_BYTES))
    assert static_dictionary.units_at(words, places, sizes).tolist() == list(range(UNITS))


def test_phrases_that_share_their_place_need_another_factor() -> None:
    keys = np.array([0, 1], np.uint64)
    assert static_dictionary._offsets(keys, 1) is None
    assert static_dictionary._offsets(keys, 1 << 63) is not None


@given(st.lists(st.integers(1, 1 << 22), min_size=2, max_size=400))
def test_tables_are_the_same(counts: list[int]) -> None:
    """Rule ADA-2."""
    assert adaptive.frequencies_from(np.array([counts], np.int64))[0].tolist() == frequencies_from(counts)


@given(LONG)
def test_keys_too_long_to_be_packed_are_sorted_alike(data: bytes) -> None:
    keys = match_finder.eights(data)
    distances, numbers = match_finder._latest(keys.copy(), 64, len(data), numbered=True)
    small = np.unique(keys, return_inverse=True)[1].astype(np.uint64)
    packed, packed_numbers = match_finder._latest(small, 12, len(data), numbered=True)
    assert numbers is not None
    assert packed_numbers is not None
    assert distances.tolist() == packed.tolist()
    assert numbers.tolist() == packed_numbers.tolist()


def outcome(decode: Callable[[bytes, int], bytes], body: bytes, limit: int = LIMIT) -> object:
    try:
        return decode(body, limit)
    except DecodeError as error:
        return error.code


CASES = [
    (case.wire[1:], case_type.max_size, text_of(case) if case.code is None else case.code)
    for case_type, cases in CHAPTERS["brio2"]()
    for case in cases
    if len(case.wire) > 1
]


def test_the_vectors_pass() -> None:
    for body, limit, expected in CASES:
        assert outcome(brio2.decode, body, limit) == expected


TEXT = b"".join(b'{"n": %d, "of": "hundred"}\n' % (n * 37 % 101) for n in range(60))


@pytest.mark.no_cover
@given(st.integers(0, 1 << 32))
def test_damage_is_refused_alike(seed: int) -> None:
    rng = random.Random(seed)
    body = bytearray(brio2.encode(TEXT, 0))
    for _ in range(rng.randrange(1, 4)):
        if len(body) > 4 and rng.random() < 0.8:
            body[rng.randrange(4, len(body))] ^= 1 << rng.randrange(8)
        else:
            del body[rng.randrange(len(body) + 1) :]
            body += rng.randbytes(rng.randrange(4))
    assert outcome(brio2.decode, bytes(body)) == outcome(reference.decode, bytes(body))


@pytest.mark.no_cover
@given(st.binary(max_size=300), st.integers(0, 3000), st.integers(0, 100), st.integers(0, 300))
def test_garbage_is_refused_alike(words: bytes, length: int, sequences: int, units: int) -> None:
    container = parse_body(brio2.encode(TEXT, 0), LIMIT)
    claimed = type(container)(length, container.crc, sequences, units, b"\1\0\0\0" * 4 + words)
    body = build_body(claimed)
    assert outcome(brio2.decode, body) == outcome(reference.decode, body)


@sampled()
@given(cuts())
def test_any_cut_is_written_and_read_alike(case: tuple[bytes, Parse]) -> None:
    data, cut = case
    body = reference.encode_parse(data, cut)
    literal_runs, lengths, distances = (
        [getattr(repeat, name) for repeat in cut.sequences] for name in ("literal_run", "length", "distance")
    )
    assert (
        brio2.encode_parse(
            data, fast_parse.Cut(np.array(cut.units, np.int32), literal_runs, lengths, distances)
        )
        == body
    )
    assert outcome(brio2.decode, body) == outcome(reference.decode, body)


def test_a_recent_distance_may_be_written_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_full(distances: list[int]) -> list[tuple[int, int, int]]:
        coded = (number_symbol(distance - 1) for distance in distances)
        return [(3 + symbol, extra, bits) for symbol, extra, bits in coded]

    data = b"abcabcdabcabcbcb"
    repeats = (Repeat(3, 3, 3), Repeat(1, 3, 4), Repeat(0, 3, 3), Repeat(0, 3, 2))
    monkeypatch.setattr(reference, "code_distances", in_full)
    body = reference.encode_parse(data, Parse((97, 98, 99, 100), repeats))
    assert reference.decode(body, LIMIT) == brio2.decode(body, LIMIT) == data


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_payloads_take_no_longer(name: str) -> None:
    data = HOSTILE[name]
    started = time.monotonic()
    body = brio2.encode(data, 1)
    assert brio2.decode(body, 1 << 26) == data
    assert time.monotonic() - started < 20


def test_an_agreement_is_counted_to_the_byte() -> None:
    for same in range(3, 200):
        data = b"x" * same + b"y" + b"x" * same + b"z"
        assert walk._agreeing(data, same + 1, same + 1) == same
        assert reference_parse.agreeing(data, same + 1, same + 1, len(data)) == same


def test_more_than_64_mib_are_refused() -> None:
    with pytest.raises(EncodeError):
        brio2.encode(bytes(MAX_LENGTH + 1), 0)
