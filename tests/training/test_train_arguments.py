"""What ``aura.train`` refuses, and that it does so before any work."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from tests.training.texts import prepare

import aura
from aura import arguments
from aura.errors import AuraError, EncodeError, TemplateError
from aura.models.training import trainer
from aura.models.training.fitting import fit
from aura_spec.context_model import SYMBOLS
from aura_spec.errors import LimitExceeded
from aura_spec.model import MAX_METADATA
from aura_spec.trie import MAX_ENTRIES

OPTIONS = {field.name for field in fields(aura.TrainingOptions)}

WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"messages": "text"}, TypeError, "one message"),
    ({"messages": b"text"}, TypeError, "one message"),
    ({"messages": memoryview(b"text")}, TypeError, "one message"),
    ({"messages": 5}, TypeError, "not int"),
    ({"messages": ["a", 5]}, TypeError, "message 1 .* not int"),
    ({"messages": ["a", None]}, TypeError, "message 1 .* not NoneType"),
    ({"messages": ["a", "\ud800"]}, EncodeError, "message 1 .* surrogate"),
    ({"messages": []}, ValueError, "no messages"),
    ({"max_order": 0}, ValueError, "max_order is 0"),
    ({"max_order": 33}, ValueError, "max_order is 33"),
    ({"max_order": 2.5}, TypeError, "max_order"),
    ({"max_bytes": 0}, ValueError, "max_bytes is 0"),
    ({"max_bytes": -1}, ValueError, "max_bytes is -1"),
    ({"max_bytes": 256}, ValueError, "max_bytes is 256"),
    ({"max_bytes": 1000, "dictionary": bytes(500)}, ValueError, "max_bytes leaves"),
    ({"min_count": 0}, ValueError, "min_count is 0"),
    ({"min_sources": 0}, ValueError, "min_sources is 0"),
    ({"sources": [1]}, ValueError, "2 messages have 1 sources"),
    ({"sources": [1, 2, 3]}, ValueError, "2 messages have 3 sources"),
    ({"sources": [1, [2]]}, TypeError, "source 1 is not hashable: list"),
    ({"sources": 7}, TypeError, "sources"),
    ({"metadata": {"n": 5}}, TypeError, "'n' is int"),
    ({"metadata": {5: "n"}}, TypeError, "metadata"),
    ({"metadata": {"n": "\ud800"}}, EncodeError, "surrogate"),
    ({"metadata": {"n": "x" * MAX_METADATA}}, EncodeError, "metadata"),
    ({"templates": {5: "x {a}"}}, TemplateError, "begin at 256"),
    ({"templates": {"300": "x {a}"}}, TypeError, "id"),
    ({"base": "default"}, TypeError, "base"),
    ({"sample": "10 apples"}, ValueError, "sample: '10 apples' is not a size"),
    ({"sample": "0%"}, ValueError, "sample: '0%' is not a share"),
    ({"sample": "101%"}, ValueError, "sample: '101%' is not a share"),
    ({"sample": "1e1%"}, ValueError, "sample: '1e1%' is not a share"),
    ({"sample": 0}, ValueError, "sample is 0, below 1"),
    ({"sample": 0.5}, TypeError, "sample is a whole number, not 0.5"),
    ({"time": "soon"}, ValueError, "time: 'soon' is not a duration"),
    ({"time": "5 d"}, ValueError, "time: '5 d' is not a duration"),
    ({"time": "-5s"}, ValueError, "time: '-5s' is not a duration"),
    ({"time": 0}, ValueError, "time is 0, not above 0"),
    ({"time": float("nan")}, ValueError, "time is nan"),
    ({"time": float("inf")}, ValueError, "time is inf"),
    ({"time": True}, TypeError, "time is a number of seconds or a text, not True"),
    ({"time": b"1h"}, TypeError, "time is a number of seconds or a text"),
    ({"report": 5}, TypeError, "report is called"),
]


def test_options_are_options() -> None:
    with pytest.raises(TypeError, match="options is a TrainingOptions, not dict"):
        aura.train(["a"], options={"max_order": 3})  # type: ignore[arg-type]


@pytest.mark.parametrize(("wrong", "error", "words"), WRONG)
def test_wrong_arguments_are_refused_before_any_work(
    wrong: dict[str, Any], error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(trainer, "prepare")
    options = aura.TrainingOptions(**{name: wrong[name] for name in wrong if name in OPTIONS})
    others = {name: wrong[name] for name in wrong if name not in OPTIONS}
    with pytest.raises(error, match=words) as caught:
        aura.train(**{"messages": ["a", "b"], **others}, options=options)
    assert type(caught.value) is error or isinstance(caught.value, AuraError)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (90, 90),
        (0.5, 0.5),
        ("90", 90),
        ("90s", 90),
        (" 1.5 min ", 90),
        ("2m", 120),
        ("1h", 3600),
        ("1H", 3600),
    ],
)
def test_durations_have_units(text: float | str, seconds: float) -> None:
    assert arguments.duration("time", text) == seconds


@pytest.mark.parametrize(
    ("text", "part"),
    [(100, 100), ("1KiB", 1000), ("10%", 100), ("0.05%", 1), ("100 %", 1000), (5000, 1000), ("12.5%", 125)],
)
def test_amounts_are_sizes_or_shares(text: int | str, part: int) -> None:
    assert arguments.amount("sample", text).of(1000) == part


def test_sources_may_be_any_iterable() -> None:
    def numbers() -> Iterator[int]:
        yield from range(3)

    model = aura.train(["ab", "bc", "cd"], sources=numbers())
    assert model.id == aura.train(["ab", "bc", "cd"], sources=[0, 1, 2]).id
    assert aura.train(["ab", "bc"], sources=[None, 1]).id


@pytest.mark.parametrize(("max_bytes", "scrub"), [(4_000, False), (10_000, True)])
def test_texts_do_not_change_a_model(max_bytes: int, scrub: bool) -> None:
    """A model may have any name, though the file has no room for all entries."""
    noise = random.Random(3)
    words = ["".join(noise.choices("abcdefgh", k=noise.randint(2, 7))) for _ in range(300)]
    lines = [" ".join(noise.choices(words, k=8)) for _ in range(1000)]

    def trained(metadata: dict[str, str]) -> aura.Model:
        options = aura.TrainingOptions(max_order=5, metadata=metadata)
        return aura.train(lines, max_bytes=max_bytes, scrub=scrub, options=options)

    unnamed = trained({})
    assert len(unnamed.data) > 0.8 * max_bytes
    for name in ("a", "a much longer name"):
        named = trained({"name": name})
        assert (named.id, named.metadata["name"]) == (unnamed.id, name)
        assert len(named.data) <= max_bytes
    full = trained({"text": "x" * (max_bytes // 8)})
    assert len(full.data) <= max_bytes


class Many:
    """Counted messages that have more entries than a model may hold."""

    entries = MAX_ENTRIES + 1

    def __init__(self, allowed: int) -> None:
        self._prepared = prepare([b"the lamp is on", b"the door is shut"] * 20)
        self._allowed = allowed
        self.asked: list[int] = []

    def model(self, entries: int) -> Any:
        """A small model in place of one of so many entries, if it may have them."""
        self.asked.append(entries)
        if entries > self._allowed:
            raise LimitExceeded("more entries than the section allows")
        return self._prepared.model(max(SYMBOLS, min(entries, self._prepared.entries)))


def test_a_model_never_has_more_entries_than_one_may_have() -> None:
    """Rule TRI-8."""
    many: Any = Many(MAX_ENTRIES)
    assert len(fit(many, 1 << 24, 0, lambda _stage, _done: None).data) < 1 << 24
    assert max(many.asked) == MAX_ENTRIES
    few: Any = Many(MAX_ENTRIES // 16)
    assert len(fit(few, 1 << 24, 0, lambda _stage, _done: None).data) < 1 << 24


@pytest.mark.thorough
def test_diverse_short_lines_fit() -> None:
    """Some millions of entries are more than a model may hold, whatever its size."""
    lines = [" ".join(str((n * k * 7919) % 99991) for k in range(1, 14)) for n in range(18_000)]
    model = aura.train(lines, max_bytes=1 << 26, options=aura.TrainingOptions(min_count=1))
    assert len(model.context_model.symbols) <= MAX_ENTRIES


def talk(conversations: int) -> tuple[list[str], list[int]]:
    messages, sources = [], []
    for number in range(conversations):
        topic = f"order {number * 7919 % 99991:05} of {('Ana', 'Bo', 'Cem')[number % 3]}{number * 31 % 977}"
        for line in (
            f"Where is {topic}?",
            f"I look for {topic} now.",
            f"Found {topic}.",
            f"Thanks, {topic}!",
        ):
            messages.append(line)
            sources.append(number)
    return messages, sources


def test_streams_are_advised_where_conversations_repeat_themselves() -> None:
    messages, sources = talk(200)
    model = aura.train(messages, sources=sources, max_bytes=60_000, options=aura.TrainingOptions(max_order=8))
    assert model.stream_memory == 1 << 15
    assert len(model.data) <= 60_000


def test_streams_are_not_advised_where_nothing_comes_again() -> None:
    messages = [f"{n % 7} on" for n in range(400)]
    model = aura.train(
        messages,
        sources=[n // 2 for n in range(400)],
        max_bytes=60_000,
        options=aura.TrainingOptions(max_order=8),
    )
    assert model.stream_memory == 0
    assert model.metadata["stream_memory"] == "0"


def test_without_conversations_there_is_no_advice() -> None:
    messages, sources = talk(60)
    for owners in (None, range(len(messages)), [0] * len(messages), [source % 3 for source in sources]):
        assert (
            aura.train(
                messages, sources=owners, max_bytes=60_000, options=aura.TrainingOptions(max_order=4)
            ).stream_memory
            is None
        )
    given = aura.train(
        messages,
        sources=sources,
        max_bytes=60_000,
        options=aura.TrainingOptions(max_order=4, metadata={"stream_memory": "28672"}),
    )
    assert given.stream_memory == 28672
