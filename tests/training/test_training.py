from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aura.model import Model
from aura.training.chains import chains
from aura.training.counting import Extent, count
from aura.training.framing import BEGIN, frame
from aura.training.holding_back import hold_back
from aura.training.match_table import learn_hits
from aura.training.quantising import codes, codes_of_one
from aura.training.trainer import prepare
from aura_reference import auralite
from aura_spec.context_model import END, ESCAPES, FREQUENCIES, ROOT, SYMBOLS, ContextModel
from aura_spec.match import HITS

TALK = [
    f"the {what} is {state}".encode() for what in ("door", "lamp", "shop") for state in ("on", "off", "shut")
]


def check_rules(model: ContextModel) -> None:
    """Rules CTX-1 to CTX-7."""
    starts = list(model.starts)
    lists = [list(model.symbols[a:b]) for a, b in pairwise(starts)]
    assert sorted(lists[ROOT]) == list(range(SYMBOLS))
    assert all(lists)
    assert all(len(set(symbols)) == len(symbols) for symbols in lists)
    strings: dict[int, tuple[int, ...]] = {ROOT: ()}
    # spell every context: the start, or an entry that leads to a context one longer
    orders = [0] * len(lists)
    for context in range(1, len(lists)):
        assert model.suffixes[context] < context
        orders[context] = orders[model.suffixes[context]] + 1
    strings[model.initial] = (BEGIN,)
    for context in range(len(lists)):
        for entry in range(starts[context], starts[context + 1]):
            target = model.following[entry]
            if model.symbols[entry] == END:
                assert target == ROOT
            elif orders[target] == orders[context] + 1:
                strings[target] = (*strings[context], model.symbols[entry])
    assert len(strings) == len(lists)
    by_string = {string: context for context, string in strings.items()}
    for context, string in strings.items():
        suffix = model.suffixes[context]
        assert strings[suffix] == string[1:]
        assert set(lists[context]) <= set(lists[suffix])
        for entry in range(starts[context], starts[context + 1]):
            if model.symbols[entry] != END:
                longest = (*string, model.symbols[entry])
                while longest not in by_string:
                    longest = longest[1:]
                assert by_string[longest] == model.following[entry]
        own = list(model.codes[starts[context] : starts[context + 1]])
        above = lists[suffix] if context else list(range(SYMBOLS))
        keys = [(code, above.index(symbol)) for code, symbol in zip(own, lists[context], strict=True)]
        assert keys == sorted(keys)
    assert len(model.hits) == HITS
    assert all(1 <= hit <= 4095 for hit in model.hits)


@settings(max_examples=40)
@given(
    st.lists(st.text("ab c", max_size=8).map(str.encode) | st.binary(max_size=5), min_size=1, max_size=12),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 300),
)
def test_trained_models_keep_the_rules(messages: list[bytes], order: int, minimum: int, more: int) -> None:
    prepared = prepare(messages, max_order=order, min_count=minimum)
    model = prepared.model(SYMBOLS + more)
    check_rules(model)
    assert len(model.symbols) <= max(prepared.entries, SYMBOLS + 1)
    loaded = Model.from_context_model(model, {}).context_model
    check_rules(loaded)
    for message in messages[:3]:
        string = auralite.encode(message, loaded)
        assert auralite.decode(string, loaded, 1 << 16) == message
        assert auralite.encode(message, model) == string


@pytest.mark.parametrize("messages", [[b""], [b"a"], [bytes(range(256))], [b""] * 50, TALK * 5])
def test_unusual_messages(messages: list[bytes]) -> None:
    model = prepare(messages).model(1 << 20)
    check_rules(model)
    assert len(auralite.encode(messages[0], model)) <= len(messages[0]) + 20


def test_without_messages_there_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="no messages"):
        prepare([])
    with pytest.raises(ValueError, match="sources"):
        prepare([b"a", b"b"], sources=["x"])
    with pytest.raises(ValueError, match="at least"):
        prepare([b"a"]).model(5)


def test_training_is_deterministic() -> None:
    messages = TALK * 20
    one, other = (prepare(list(messages)).model(2000) for _ in range(2))
    assert all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("starts", "symbols", "codes", "following", "suffixes", "escapes", "hits")
    )


def test_probabilities_of_a_known_source_are_found() -> None:
    """Messages of one letter: a with 3/4, b with 1/4; what is learned is close to that."""
    rng = random.Random(5)
    messages = [b"a" if rng.random() < 0.75 else b"b" for _ in range(4000)]
    model = prepare(messages, max_order=3).model(1 << 20)
    cost = {text: sum(step.bits for step in auralite.steps(text, model)) for text in (b"a", b"b")}
    assert abs(cost[b"a"] - math.log2(4 / 3)) < 0.2
    assert abs(cost[b"b"] - 2) < 0.2


def test_contexts_of_few_sources_are_short() -> None:
    """Leaving a source out must not change which long contexts there are, if three others share them."""
    secret = b"my password is correct horse battery staple"
    shared = b"thank you for calling the service desk of the bike shop"
    messages = [secret] * 20 + [shared] * 20
    sources = ["ana"] * 20 + [f"desk {number % 4}" for number in range(20)]

    def longest(kept: list[bytes], of: list[str], text: bytes) -> int:
        model = prepare(kept, sources=of, max_order=20, min_count=1, minimum_sources=3, free_order=12).model(
            1 << 20
        )
        return max(step.order for step in auralite.steps(text, model))

    assert longest(messages, sources, secret) <= 13
    assert longest(messages, sources, shared) > 13
    for left_out in sorted(set(sources)):
        rest = [pair for pair in zip(messages, sources, strict=True) if pair[1] != left_out]
        kept, of = [message for message, _ in rest], [source for _, source in rest]
        assert longest(kept, of, secret) <= 13
        assert longest(kept, of, shared) > 13


def test_fewer_entries_cost_more_but_never_fail() -> None:
    rng = random.Random(3)
    words = ["red", "green", "blue", "door", "lamp", "on", "off"]
    messages = [" ".join(rng.choices(words, k=4)).encode() for _ in range(400)]
    prepared = prepare(messages, max_order=6)
    sizes = [
        sum(len(auralite.encode(message, prepared.model(entries))) for message in messages[:50])
        for entries in (SYMBOLS, 600, prepared.entries)
    ]
    assert sizes[0] > sizes[1] > sizes[2]


def test_held_back_messages_are_about_a_tenth_in_whole_sources() -> None:
    lengths = np.full(1000, 50)
    sources = np.arange(1000) // 10
    held = hold_back(lengths, sources)
    assert 90 <= held.sum() <= 120
    assert all(len(set(held[sources == source])) == 1 for source in range(100))
    assert not hold_back(np.array([5, 5000]), np.array([0, 1]))[1]
    assert not hold_back(np.array([5]), None).any()
    assert 30 <= hold_back(np.full(400, 9), None).sum() <= 60


def test_counts_are_those_of_the_text() -> None:
    text = frame([b"abab", b"ab"], np.zeros(2, np.int64))
    trie = count(text, Extent(3))
    assert trie.counts[1 + ord("a")] == 3
    pairs = {
        (int(trie.symbols[trie.parents[node]]), int(trie.symbols[node])): int(trie.counts[node])
        for node in range(trie.offsets[2], trie.offsets[3])
    }
    assert pairs == {
        (ord("a"), ord("b")): 3,
        (ord("b"), ord("a")): 1,
        (ord("b"), END): 2,
        (BEGIN, ord("a")): 2,
    }


def test_codes_are_the_nearest() -> None:
    probabilities = np.array([1.0, 0.5, 0.1, 0.01, 1e-4, 0.0])
    for probability, code in zip(probabilities, codes(probabilities), strict=True):
        distances = [abs(math.log2(f / 8192) - math.log2(max(probability, 1e-9))) for f in FREQUENCIES]
        assert distances[code] == pytest.approx(min(distances), abs=0.02)
    for escape, code in zip(
        (0.9, 0.5, 0.01, 0.0), codes_of_one(np.array([0.9, 0.5, 0.01, 0.0])), strict=True
    ):
        assert abs(ESCAPES[code] / 4096 - escape) < 0.05


def test_repeating_messages_teach_the_match_model() -> None:
    rng = random.Random(9)
    messages = []
    for _ in range(60):
        unit = bytes(rng.choices(range(97, 123), k=12))
        messages.append(unit * 4)
    text = frame(messages, np.arange(len(messages)))
    trie = count(text, Extent(2))
    hits = learn_hits(text, chains(trie, text), trie, np.zeros(len(trie)))
    assert max(hits) > 4000
    no_repeats = frame([b"abcdefgh"], np.zeros(1, np.int64))
    trie = count(no_repeats, Extent(2))
    assert len(learn_hits(no_repeats, chains(trie, no_repeats), trie, np.zeros(len(trie)))) == HITS
