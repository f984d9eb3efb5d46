from __future__ import annotations

import math
import random
import uuid
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import NEVER_ENDING
from tests.training.texts import prepare, statistics, text_of

from aura.models.model import Model
from aura.models.training import gathering
from aura.models.training.char_runs import states_of
from aura.models.training.deleted_estimation import Deletion
from aura.models.training.extent import Extent
from aura.models.training.kneser_ney import denominator, discounted, usage
from aura.models.training.quantization import codes, codes_of_one
from aura.models.training.synthetic_text import draw
from aura.models.training.text import BEGIN, BLOCKS, WHOLE
from aura.models.training.trainer import Limits
from aura_reference import auralite
from aura_spec import char_runs, match
from aura_spec.context_model import END, ESCAPES, FREQUENCIES, ROOT, SYMBOLS, ContextModel

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
    assert len(model.hits) == match.HITS
    assert all(1 <= hit <= 4095 for hit in model.hits)


@settings(max_examples=40)
@given(
    st.lists(st.text("ab c", max_size=8).map(str.encode) | st.binary(max_size=5), min_size=1, max_size=12),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 300),
)
def test_trained_models_keep_the_rules(messages: list[bytes], order: int, minimum: int, more: int) -> None:
    """Rules CTX-1 to CTX-7."""
    prepared = prepare(messages, limits=Limits(max_order=order, min_count=minimum))
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


def test_weights_are_learned_on_a_bounded_sample_whatever_one_message_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Memory and time go with the sample, of which a message of megabytes was a whole one."""
    monkeypatch.setattr(gathering, "SAMPLE", 500)
    long = b" ".join(TALK) * 40
    for messages in ([long], [long, *TALK]):
        assert len(statistics(messages, Extent(4)).sample.symbols) < 1000 < len(long)
        model = prepare(messages).model(1 << 20)
        check_rules(model)
        assert len(auralite.encode(messages[-1], model)) < len(messages[-1]) // 3


def test_without_messages_there_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="no messages"):
        prepare([])
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
    model = prepare(messages, limits=Limits(max_order=3)).model(1 << 20)
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
        model = prepare(
            kept, sources=of, limits=Limits(max_order=20, min_count=1, min_sources=3, free_order=6)
        ).model(1 << 20)
        return max(step.order for step in auralite.steps(text, model))

    assert longest(messages, sources, secret) <= 7
    assert longest(messages, sources, shared) > 7
    for left_out in sorted(set(sources)):
        rest = [pair for pair in zip(messages, sources, strict=True) if pair[1] != left_out]
        kept, of = [message for message, _ in rest], [source for _, source in rest]
        assert longest(kept, of, secret) <= 7
        assert longest(kept, of, shared) > 7


def test_fewer_entries_cost_more_but_never_fail() -> None:
    rng = random.Random(3)
    words = ["red", "green", "blue", "door", "lamp", "on", "off"]
    messages = [" ".join(rng.choices(words, k=4)).encode() for _ in range(400)]
    prepared = prepare(messages, limits=Limits(max_order=6))
    sizes = [
        sum(len(auralite.encode(message, prepared.model(entries))) for message in messages[:50])
        for entries in (SYMBOLS, 600, prepared.entries)
    ]
    assert sizes[0] > sizes[1] > sizes[2]


def test_models_of_lower_order_are_made_of_the_same_counts() -> None:
    prepared = prepare(TALK * 20, limits=Limits(max_order=8, min_count=1))
    assert prepared.order > 2
    model = prepared.model(1 << 20, order=2)
    check_rules(model)
    orders = {step.order for message in TALK for step in auralite.steps(message, model)}
    assert max(orders) <= 2
    low = prepare(TALK * 20, limits=Limits(max_order=2, min_count=1)).model(1 << 20)
    assert list(model.symbols) == list(low.symbols)


def test_states_are_those_of_a_walk_however_long_a_run_is() -> None:
    """Rules RUN-1 and RUN-2."""
    rng = random.Random(8)
    often = (9, 9, 9, 9, 1, 9, 9, 1, 1, 1, 1, 1)
    messages = [bytes(rng.choices(b"09af-xZ_+/ .", often, k=400)) for _ in range(20)]
    messages += [b"7" * 300, b"", b"x" * 99 + b"-" + b"8" * 101, bytes(range(256))]
    expected: list[int] = []
    for message in messages:
        state = char_runs.NO_RUN
        expected += [char_runs.NO_RUN, state]  # before BEGIN, and before the first byte or END
        for byte in message:
            state = char_runs.after(state, byte)
            expected.append(state)
    text = text_of(messages, np.arange(len(messages)))
    assert states_of(text).tolist() == expected
    # the last message of a block may be cut anywhere
    for size in (len(expected) - 1, len(expected) - 150, 402 * 3 + 5, 402 * 20 + 200, 2, 1):
        assert states_of(text.select(np.arange(size))).tolist() == expected[:size]


def test_plain_counts_are_left_out_in_whole() -> None:
    """Without one block, plain uses are the counts of the others."""
    messages = [bytes(random.Random(seed).choices(b"abcd", k=12)) for seed in range(320)]
    text = text_of(messages, np.arange(320))
    found = statistics(messages, Extent(3))
    trie = found.trie
    use = usage(trie, np.ones(len(trie), np.bool_), kneser_ney=False)
    assert np.array_equal(use.uses[trie.predicted], trie.counts[trie.predicted] / WHOLE)
    evidence = Deletion(trie, found.take_shares(), 1).left_out(use).evidence(found.chains)
    inside = text.blocks == 5
    symbols = text.symbols[~inside & (text.symbols != BEGIN)]
    expected = np.bincount(symbols, minlength=SYMBOLS) / len(symbols)
    predicted = text.symbols != BEGIN
    assert evidence.frequency[0][inside[predicted]] == pytest.approx(
        expected[text.symbols[inside & predicted]]
    )


def test_blocks_are_alike_in_size_and_keep_sources_together() -> None:
    sources = np.arange(1000) // 10
    text = text_of([b"x" * 50] * 1000, sources)
    sizes = np.bincount(text.blocks, minlength=BLOCKS)
    assert len(sizes) == BLOCKS
    assert sizes.max() <= 2 * sizes.min()
    assert all(len(set(text.blocks[text.sources == source].tolist())) == 1 for source in range(100))


def test_a_large_source_is_in_several_blocks() -> None:
    text = text_of([b"x" * 50] * 1000, np.zeros(1000, np.int64))
    assert len(set(text.blocks.tolist())) == BLOCKS
    assert all(len(set(text.blocks[text.messages == message].tolist())) == 1 for message in range(1000))


def test_a_block_is_left_out_in_whole() -> None:
    """What the lists say of a block's symbols is what they say if its messages are not counted at all."""
    messages = [bytes(random.Random(seed).choices(b"abcd", k=12)) for seed in range(320)]
    sources = np.arange(320)
    text = text_of(messages, sources)
    found = statistics(messages, Extent(3))
    use = usage(found.trie, np.ones(len(found.trie), np.bool_))
    everywhere = Deletion(found.trie, found.take_shares(), 1).left_out(use).evidence(found.chains)
    predicted = text.blocks[text.symbols != BEGIN]
    for block in (0, 7):
        inside = text.blocks[text.starts[:-1]] == block
        rest = [message for message, own in zip(messages, inside, strict=True) if not own]
        without = statistics(rest, Extent(3)).trie
        alone = usage(without, np.ones(len(without), np.bool_))
        order_1 = discounted(alone.uses[without.level(2)])
        parents = without.parents[without.level(2)]
        share = order_1 / denominator(alone.totals, alone.kinds)[parents]
        by_pair = dict(
            zip(
                zip(
                    without.symbols[parents].tolist(), without.symbols[without.level(2)].tolist(), strict=True
                ),
                share.tolist(),
                strict=True,
            )
        )
        symbols = text.symbols.tolist()
        places = np.flatnonzero((text.symbols != BEGIN) & (text.blocks == block))
        frequencies = everywhere.frequency[1][predicted == block]
        expected = [by_pair.get((symbols[place - 1], symbols[place]), 0.0) for place in places]
        assert frequencies == pytest.approx(expected)


def test_char_runs_are_learned() -> None:
    """Numbers of five digits, whatever is before them: the sixth place is the end of it."""
    rng = random.Random(2)
    messages = [b"%c%05d;" % (rng.choice(b"#$%&*!?="), rng.randrange(100_000)) for _ in range(4000)]
    model = prepare(messages, limits=Limits(max_order=4)).model(4000)
    digits = {state: char_run for state, char_run in model.char_runs.items() if state <= 40}
    assert 5 in digits
    char_run = digits[5]
    assert char_run.codes[char_run.symbols.index(ord(";"))] < min(
        char_run.codes[char_run.symbols.index(digit)] for digit in b"0123456789"
    )
    costs = [sum(step.bits for step in auralite.steps(message, model)) for message in messages[:200]]
    information = 3 + 5 * math.log2(10)
    assert sum(costs) / 200 < 1.06 * information


def test_counts_are_those_of_the_text() -> None:
    trie = statistics([b"abab", b"ab"], Extent(3)).trie
    assert trie.counts[1 + ord("a")] == 3 * WHOLE
    pairs = {
        (int(trie.symbols[trie.parents[node]]), int(trie.symbols[node])): int(trie.counts[node]) / WHOLE
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
    messages = [bytes(rng.choices(range(97, 123), k=12)) * 4 for _ in range(60)]
    assert max(prepare(messages, limits=Limits(max_order=2)).model(300).hits) > 4000
    assert len(prepare([b"abcdefgh"]).model(300).hits) == match.HITS


def test_background_weighs_little() -> None:
    trie = statistics([b"ab"], Extent(2), background=[b"ac", b"ac"]).trie
    counts = dict(zip(trie.symbols[trie.level(1)].tolist(), trie.counts[trie.level(1)].tolist(), strict=True))
    assert (counts[ord("a")], counts[ord("b")], counts[ord("c")]) == (WHOLE + 2, WHOLE, 2)


def test_background_tells_what_the_messages_leave_open() -> None:
    """Few messages, and a base that knows more of the kind."""
    rng = random.Random(6)
    words = ["red", "green", "blue", "door", "lamp", "window", "on", "off", "shut"]
    messages = [" ".join(rng.choices(words, k=5)).encode() for _ in range(1000)]
    base = prepare(messages[:800]).model(3000)
    drawn = list(draw(base, 20_000))
    assert drawn == list(draw(base, 20_000))
    assert sum(map(len, drawn)) == pytest.approx(20_000, rel=0.2)
    alone, built = (prepare(messages[800:810], background=text).model(3000) for text in ([], drawn))
    sizes = [
        sum(len(auralite.encode(message, model)) for message in messages[900:]) for model in (alone, built)
    ]
    assert sizes[1] < 0.9 * sizes[0]


def test_what_is_drawn_ends() -> None:
    assert {len(message) for message in draw(NEVER_ENDING, 5000)} == {4096}


def test_random_identifiers_cost_little_more_than_their_information() -> None:
    """Random digits, hexadecimal identifiers and UUIDs in messages that are predictable otherwise."""
    rng = random.Random(1)
    kinds = {
        "account": (lambda: "".join(rng.choices("0123456789", k=16)), 16 * math.log2(10)),
        "trace": (lambda: f"{rng.getrandbits(128):032x}", 128),
        "request": (lambda: str(uuid.UUID(int=rng.getrandbits(128), version=4)), 122),
        "span": (lambda: f"{rng.getrandbits(64):016x}", 64),
    }

    def message(kind: str) -> tuple[str, bytes]:
        value = kinds[kind][0]()
        text = f'{{"status":"{rng.choice(["ok", "failed"])}","{kind}":"{value}","took":{rng.randrange(100)}}}'
        return value, text.encode()

    names = sorted(kinds)
    model = prepare([message(rng.choice(names))[1] for _ in range(2000)], limits=Limits(max_order=12)).model(
        30_000
    )
    for kind, (_, information) in kinds.items():
        bits = 0.0
        for _ in range(50):
            value, text = message(kind)
            start = text.index(value.encode())
            bits += sum(step.bits for step in list(auralite.steps(text, model))[start : start + len(value)])
        assert bits / 50 < 1.1 * information
