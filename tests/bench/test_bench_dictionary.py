import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from aura.bench import dictionary as module
from aura.bench.dictionary import STEPS, Dictionary, Recipe, choose_dictionary, hold_back
from aura.bench.errors import DictionaryError
from aura.files.corpus import Message

from .messages import conversations

KIB = 1024


def ignore(_count: int) -> None:
    pass


@given(st.lists(st.integers(0, 12), max_size=60))
def test_holding_back_keeps_every_message_once(sources: list[int]) -> None:
    messages = [Message(b"%d" % n, f"s{source}") for n, source in enumerate(sources)]
    built_from, held_back = hold_back(messages)
    if len(messages) < 2:
        assert built_from == held_back == messages
        return
    assert sorted(built_from + held_back, key=lambda m: int(m.data)) == messages
    assert 1 <= len(held_back) <= max(1, len(messages) // 10)


def test_whole_sources_are_held_back() -> None:
    built_from, held_back = hold_back(conversations(400))
    assert len(held_back) == 40
    assert not {m.source for m in built_from} & {m.source for m in held_back}


def test_the_last_tenth_is_held_back_where_sources_are_large() -> None:
    messages = conversations(40, turns=20)
    assert hold_back(messages) == (messages[:36], messages[36:])


def test_the_best_recipe_wins_and_every_step_is_reported() -> None:
    messages = conversations(800)
    steps: list[int] = []
    chosen = choose_dictionary(messages, steps.append)
    assert sum(steps) == STEPS
    assert chosen.content
    assert chosen.recipe.segment is not None  # raw content has no entropy tables to save with


def test_candidates_do_not_see_what_is_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = conversations(400)
    _, held_back = hold_back(messages)
    seen: list[list[bytes]] = []

    def train(size: int, samples: list[bytes], **options: float) -> zstandard.ZstdCompressionDict:
        seen.append(samples)
        return zstandard.train_dictionary(size, samples, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "zstandard", _Patched(train))
    choose_dictionary(messages, ignore)
    *candidates, final = seen
    assert len(candidates) == 13  # twelve of the grid, and the winner with the other level
    assert not any(message.data in samples for message in held_back for samples in candidates)
    assert final == [message.data for message in messages]


def test_the_winner_takes_the_level_that_scores_better(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {3: 100, 19: 90}
    monkeypatch.setattr(module, "_compressed_size", lambda d, _messages: sizes[d.recipe.level])
    assert choose_dictionary(conversations(100), ignore).recipe == Recipe(64 * KIB, 64, 19)
    sizes[19] = 100
    assert choose_dictionary(conversations(100), ignore).recipe == Recipe(64 * KIB, 64, 3)


def test_a_dictionary_that_shrinks_when_rebuilt_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    messages = conversations(100)

    def build(recipe: Recipe, samples: list[bytes]) -> Dictionary:
        return Dictionary(b"short" if len(samples) == 100 else b"much longer", recipe)

    monkeypatch.setattr(module, "_build", build)
    monkeypatch.setattr(module, "_compressed_size", lambda _dictionary, _messages: 1)
    assert choose_dictionary(messages, ignore).content == b"much longer"


def test_raw_content_is_used_where_the_trainer_refuses() -> None:
    chosen = choose_dictionary([Message(b"hello"), Message(b"hello, world")], ignore)
    assert chosen.recipe == Recipe(64 * KIB, None)
    assert chosen.content == b"hellohello, world"


def test_scoring_takes_messages_from_the_whole_of_a_large_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scored: list[int] = []

    def size(_dictionary: object, messages: list[bytes]) -> int:
        scored.append(len(messages))
        return 1

    monkeypatch.setattr(module, "_compressed_size", size)
    choose_dictionary(conversations(5000, turns=1), ignore)
    assert set(scored) == {400}


@pytest.mark.parametrize("messages", [[], [Message(b"")], [Message(b""), Message(b"")]])
def test_no_text_makes_no_dictionary(messages: list[Message]) -> None:
    with pytest.raises(DictionaryError, match="too little text"):
        choose_dictionary(messages, ignore)


def test_recipes_describe_themselves() -> None:
    assert str(Recipe(112 * KIB, 256, 19)) == "trained, 112 KiB, k=256, level 19"
    assert str(Recipe(64 * KIB, None)) == "raw content, 64 KiB"


class _Patched:
    """The zstandard module with another trainer."""

    def __init__(self, train: object) -> None:
        self.train_dictionary = train

    def __getattr__(self, name: str) -> object:
        return getattr(zstandard, name)
