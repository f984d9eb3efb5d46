from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import NO_CONTEXTS
from tests.training.texts import prepare, text_of

from aura.models.training.match_table import guess
from aura.models.training.order_selection import guess_across, halves, least_order
from aura.models.training.prefix_selection import Repeats, choose_prefix, places_in
from aura.models.training.text import BEGIN, BLOCKS
from aura.models.training.trainer import Limits
from aura.models.training.weights import CLASSES, Evidence
from aura_reference.match import Matcher
from aura_spec.context_model import SYMBOLS, Prefix
from aura_spec.prefix import HITS, LENGTH

BOILERPLATE = b'{"status":"accepted","code":202,"detail":"queued for later processing"}'
PARTS = st.sampled_from([BOILERPLATE, BOILERPLATE[10:50], b"abcde", b"abcdefgh", b"1", b"\x00"])
MESSAGES = st.lists(st.lists(PARTS, max_size=6).map(b"".join), min_size=1, max_size=6)


def every(count: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.ones(count, np.bool_)


def test_what_recurs_is_chosen() -> None:
    rng = random.Random(4)
    messages = [rng.randbytes(200 + n) + BOILERPLATE + rng.randbytes(400) for n in range(50)]
    text = text_of(messages, np.arange(50))
    stretches = choose_prefix(Repeats.of(text), every(50), 1000)
    assert BOILERPLATE in b"".join(stretches)
    assert sum(map(len, stretches)) < 4 * len(BOILERPLATE)
    alone = text.messages[text.starts[:-1]] == 7
    assert choose_prefix(Repeats.of(text), alone, 1000) == []


def test_what_few_sources_have_is_not_chosen() -> None:
    """With a minimum of sources no byte of the prefix is one source's own."""
    rng = random.Random(5)
    secret = b"the password of the blue bicycle is 4711, tell no one"
    messages = [secret + BOILERPLATE + b"%05d" % rng.randrange(10**5) for _ in range(60)]
    messages += [BOILERPLATE + b"%05d" % rng.randrange(10**5) for _ in range(60)]
    text = text_of(messages, np.arange(120) // 30)
    assert any(secret[:30] in stretch for stretch in choose_prefix(Repeats.of(text), every(120), 1000))
    shared = choose_prefix(Repeats.of(text), every(120), 1000, 3)
    assert shared
    for stretch in shared:
        for start in range(len(stretch) - LENGTH + 1):
            part = stretch[start : start + LENGTH]
            assert len({number // 30 for number, message in enumerate(messages) if part in message}) >= 3


def test_nothing_is_chosen_from_short_messages() -> None:
    text = text_of([b"hello"] * 3, np.arange(3))
    assert choose_prefix(Repeats.of(text), every(3), 1000) == []
    assert choose_prefix(Repeats.of(text), ~every(3), 1000) == []
    assert not places_in(b"hello", text).any()


@given(MESSAGES, st.sampled_from([b"", BOILERPLATE, BOILERPLATE * 2, b"x" + BOILERPLATE[5:60]]))
def test_guesses_are_those_of_the_match_model(messages: list[bytes], prefix: bytes) -> None:
    """The vectorised walk predicts what the reference does."""
    model = replace(NO_CONTEXTS, prefix=Prefix(prefix, (2000,) * HITS) if prefix else None)
    text = text_of(messages, np.arange(len(messages)))
    found = guess(text, prefix)
    predicted = dict(zip(found.places.tolist(), found.symbols.tolist(), strict=True))
    misses = dict(zip(found.places.tolist(), found.misses.tolist(), strict=True))
    for message, start in zip(messages, text.starts.tolist(), strict=False):
        matcher = Matcher(model)
        for place, byte in enumerate(message, start + 1):
            guessed = matcher.predict()
            assert predicted.get(place) == guessed
            if guessed is not None:
                assert misses[place] == matcher.misses
                if guessed == byte:
                    matcher.hit()
                else:
                    matcher.miss()
            matcher.message.append(byte)


def test_guesses_across_halves_do_not_know_their_own() -> None:
    rng = random.Random(8)
    messages = [rng.randbytes(300) for _ in range(64)]
    text = text_of(messages, np.arange(64))
    even, odd = (
        b"".join(message for message, chosen in zip(messages, half, strict=True) if chosen)
        for half in halves(text)
    )
    assert not len(guess_across(text, (even, odd)).places)
    other = guess_across(text, (odd, even))
    assert other.past.all()
    assert np.count_nonzero(other.hits) == 64 * (300 - LENGTH)


@pytest.mark.parametrize("blocks", [BLOCKS])
def test_the_shortest_order_that_does_as_well_is_chosen(blocks: int) -> None:
    """Order 1 knows all; order 2 adds nothing; a match on half of the places changes nothing."""
    known = np.full(blocks, 0.5)
    evidence = Evidence(
        np.zeros((3, blocks), np.int32),
        np.stack([known / 100, known, known]),
        np.zeros((3, blocks)),
    )
    weights = np.full(CLASSES, 0.1)
    nothing = guess(text_of([b"abc"], np.zeros(1, np.int64)))
    assert least_order(evidence, weights, nothing, np.zeros(0, np.int64)) in (1, 2)


def test_trained_models_have_a_prefix_where_it_pays() -> None:
    rng = random.Random(3)
    fixed = [bytes(rng.choices(range(33, 127), k=200)) for _ in range(60)]
    messages = [b"<%06d>" % rng.randrange(10**6) + rng.choice(fixed) for _ in range(600)]
    model = prepare(messages, max_bytes=60_000, limits=Limits(max_order=4)).model(3000)
    assert model.prefix is not None
    assert sum(text[:60] in model.prefix.text or text[60:120] in model.prefix.text for text in fixed) > 20
    assert min(model.prefix.hits) >= 1
    assert BEGIN == SYMBOLS
    assert prepare([rng.randbytes(100) for _ in range(50)], max_bytes=20_000).model(300).prefix is None


def test_a_smaller_file_has_a_smaller_prefix() -> None:
    rng = random.Random(6)
    recurring = [rng.randbytes(200) for _ in range(40)]
    messages = [b"".join(rng.choices(recurring, k=3)) for _ in range(120)]
    prepared = prepare(messages, max_bytes=64_000, limits=Limits(max_order=2))
    large = prepared.model(SYMBOLS).prefix
    prepared.choose_size(16_000)
    small = prepared.model(SYMBOLS).prefix
    fresh = prepare(messages, max_bytes=16_000, limits=Limits(max_order=2)).model(SYMBOLS).prefix
    assert large is not None
    assert small is not None
    assert len(small.text) <= 4000 < len(large.text)
    assert small == fresh


def test_values_are_how_many_other_messages_repeat_what_follows() -> None:
    """Stretches that differ in their last byte are different ones."""
    rng = random.Random(6)
    words = [bytes(rng.choices(range(97, 123), k=LENGTH)) for _ in range(4)]
    words += [word[:-1] + b"!" for word in words] + [b"?" + word[1:] for word in words]
    messages = [b" ".join(rng.choices(words, k=rng.randrange(4))) for _ in range(60)]
    text = text_of(messages, np.arange(60))
    chosen = np.arange(60)[text.messages] % 3 > 0
    value = Repeats.of(text).value(chosen, text.messages, 2)
    held: dict[bytes, set[int]] = {}
    follows: dict[int, bytes] = {}
    for number, message in enumerate(messages):
        for place in range(len(message) - LENGTH + 1):
            stretch = message[place : place + LENGTH]
            if number % 3:
                held.setdefault(stretch, set()).add(number)
                follows[int(text.starts[number]) + 1 + place] = stretch
    expected = [
        min(len(held[follows[place]]) - 1, 8) if place in follows else 0 for place in range(len(value))
    ]
    assert value.tolist() == expected
