"""Whether a model still fits: messages of its own kind, of another kind, too few, and hostile figures."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.aura.small_models import TINY
from typer.testing import CliRunner

import aura
from aura.cli import app
from aura.cli.model_check import _on_retraining
from aura.models import freshness
from aura.models.figures import BITS_BY_KIND, MAX_TEXT, Figure, parse
from aura.models.freshness import Change, Verdict, check
from aura.models.kinds import Kind
from aura.models.model import Model
from aura.models.retraining import MIN_TRAIN_BYTES, Retraining
from aura.models.units import UNITS, as_units, draw

RUNNER = CliRunner()
Messages = list[str]


def lamps(count: int, seed: int) -> Messages:
    chance = random.Random(seed)
    return [
        f"Lamp {chance.randrange(10_000)} in the hall of {chance.choice(('Rome', 'Porto', 'Oslo'))} is"
        f" {chance.choice(('on', 'off'))}."
        for _ in range(count)
    ]


def doors(count: int, seed: int) -> Messages:
    chance = random.Random(seed)
    return [
        json.dumps({"door": chance.randrange(10_000), "state": chance.choice(("open", "shut"))})
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def model() -> Model:
    return aura.train(lamps(1500, 1), max_bytes=20_000, options=aura.TrainingOptions(max_order=6))


@pytest.mark.parametrize("seed", range(5))
def test_a_model_is_fresh_for_more_of_its_own_messages(model: Model, seed: int) -> None:
    result = check(model, lamps(400, 10 + seed), retrain=False)
    assert result.verdict is Verdict.FRESH
    assert result.change is not None
    assert abs(result.change.share) < 0.05
    [kind] = result.kinds
    assert (kind.kind, kind.now.messages) == (Kind.LATIN, 400)
    assert kind.change is not None
    assert kind.change.verdict is Verdict.FRESH
    assert not result.notes


@pytest.mark.parametrize("seed", range(3))
def test_a_model_is_stale_for_messages_of_another_kind(model: Model, seed: int) -> None:
    result = check(model, doors(400, seed), retrain=False)
    assert result.verdict is Verdict.STALE
    assert result.change is not None
    assert result.change.share > 1
    [kind] = result.kinds
    assert (kind.kind, kind.then, kind.change) == (Kind.JSON, None, None)
    assert result.notes == ("100.0% of the bytes are of kinds that were not measured in training: json",)


def test_a_model_is_stale_for_the_same_kind_with_other_words(model: Model) -> None:
    others = [text.replace("Lamp", "Ventilator").replace("hall", "courtyard") for text in lamps(400, 2)]
    result = check(model, others, retrain=False)
    assert result.verdict is Verdict.STALE
    assert result.kinds[0].change is not None
    assert result.kinds[0].change.verdict is Verdict.STALE


def test_another_mixture_of_the_same_kinds_is_no_change() -> None:
    options = aura.TrainingOptions(max_order=6)
    both = aura.train([*lamps(6000, 1), *doors(6000, 1)], max_bytes=30_000, options=options)
    assert parse(both.metadata[BITS_BY_KIND]).keys() == {Kind.LATIN, Kind.JSON}
    for recent in (lamps(300, 5), doors(300, 5), [*lamps(40, 5), *doors(400, 6)]):
        assert check(both, recent, retrain=False).verdict is Verdict.FRESH


def test_few_messages_tell_little(model: Model) -> None:
    result = check(model, ["Lamp 5 in the hall of Rome is on.", "Lamp?"])
    assert (result.verdict, result.retraining) == (Verdict.UNKNOWN, None)
    assert result.kinds[0].change is None
    assert result.notes == ("38 bytes of messages are too few to train a new model and measure it",)
    nothing = check(model, ["", b""], retrain=False)
    assert (nothing.verdict, nothing.change, nothing.kinds) == (Verdict.UNKNOWN, None, ())
    assert nothing.notes == ("the messages are empty",)


def test_a_new_model_of_other_messages_pays(model: Model) -> None:
    stages: list[str] = []
    result = check(model, doors(1000, 3), progress=lambda stage, _done: stages.append(stage))
    new = result.retraining
    assert new is not None
    assert (new.trained + new.measured, new.model_size <= len(model.data)) == (1000, True)
    assert new.saved > new.margin > 0
    assert new.share > 0.5
    assert new.pays_after is not None
    assert (new.pays_after - 1) * new.saved < new.model_size <= new.pays_after * new.saved
    assert {"measuring", "comparing"} < set(stages)


def test_a_new_model_of_the_same_messages_does_not_pay(model: Model) -> None:
    new = check(model, lamps(700, 4)).retraining
    assert new is not None
    assert new.share < 0.05
    assert new.pays_after is None


def test_train_bytes_bound_what_is_trained_on(model: Model) -> None:
    recent = doors(1000, 3)
    new = check(model, recent, train_bytes=MIN_TRAIN_BYTES + 1000).retraining
    assert new is not None
    assert new.trained * len(recent[0]) < MIN_TRAIN_BYTES + 2000
    assert new.measured > 200


def test_the_same_arguments_give_the_same_result(model: Model) -> None:
    recent = [*lamps(700, 6), *doors(300, 6)]
    sources = [n // 5 for n in range(1000)]
    assert check(model, recent, sources=sources) == check(model, recent, sources=sources)
    assert check(model, recent, retrain=False, seed=1) == check(model, recent, retrain=False, seed=2)


def test_conversations_count_once(model: Model) -> None:
    """A message that a conversation repeats makes no interval narrower."""
    recent = lamps(100, 7)
    repeated = [text for text in recent for _ in range(20)]
    alone = check(model, recent, sources=range(100), retrain=False).change
    often = check(model, repeated, sources=[n // 20 for n in range(2000)], retrain=False).change
    assert alone is not None
    assert often is not None
    assert often.margin == pytest.approx(alone.margin)


def test_models_without_figures_are_compared_with_new_ones_only() -> None:
    result = check(TINY, lamps(700, 8))
    assert (result.verdict, result.change) == (Verdict.UNKNOWN, None)
    assert result.retraining is not None
    assert result.retraining.saved > 0
    assert result.notes == ("the model has no figures of its training to compare with",)


@settings(max_examples=30)
@given(st.text(max_size=100) | st.text("json latin;0123456789 ", max_size=100))
def test_any_figures_of_a_hostile_model_are_read_or_ignored(text: str) -> None:
    result = check(TINY.with_metadata({BITS_BY_KIND: text.replace("\ud800", "")}), ["Yes"], retrain=False)
    assert (result.change is None) == (not parse(text))
    if text and not parse(text):
        assert "the model has unreadable figures of its training to compare with" in result.notes


def test_extreme_figures_of_a_hostile_model_are_harmless() -> None:
    for text in (
        "latin 99999999 99999999 99999999 9999",
        "latin 1 99999999 1 0",
        "latin 1 1 2 0",
        "x" * MAX_TEXT * 10,
    ):
        result = check(TINY.with_metadata({BITS_BY_KIND: text}), lamps(50, 1), retrain=False)
        assert result.verdict in Verdict


def test_a_change_is_judged_by_its_size_and_by_chance() -> None:
    assert Change(0.20, 0.10).verdict is Verdict.STALE
    assert Change(0.04, 0.01).verdict is Verdict.FRESH
    assert Change(-0.30, 0.01).verdict is Verdict.FRESH
    assert Change(0.10, 0.12).verdict is Verdict.FRESH
    assert Change(0.10, 0.20).verdict is Verdict.UNKNOWN
    assert Change(0.90, 0.20).verdict is Verdict.STALE


def test_nothing_pays_that_saves_by_chance() -> None:
    assert Retraining(9, 9, 1000, 90, 80, saved=1.0, margin=1.5).pays_after is None
    assert Retraining(9, 9, 1000, 90, 80, saved=1.5, margin=1.0).pays_after == 667


WRONG: list[tuple[Callable[[Any], object], type[Exception], str]] = [
    (lambda _: check("x.aura", ["a"]), TypeError, "model is a Model, not str"),  # type: ignore[arg-type]
    (lambda model: check(model, []), ValueError, "no messages"),
    (lambda model: check(model, "text"), TypeError, "one message"),
    (lambda model: check(model, ["a", 5]), TypeError, "message 1"),  # type: ignore[list-item]
    (lambda model: check(model, ["a"], sources=[1, 2]), ValueError, "1 messages have 2 sources"),
    (lambda model: check(model, ["a"], sources=[[]]), TypeError, "not hashable"),
    (lambda model: check(model, ["a"], retrain=1), TypeError, "retrain"),  # type: ignore[arg-type]
    (lambda model: check(model, ["a"], train_bytes=5), ValueError, "train_bytes is 5"),
    (lambda model: check(model, ["a"], seed=-1), ValueError, "seed"),
]


@pytest.mark.parametrize(("call", "error", "words"), WRONG)
def test_wrong_arguments_are_refused(
    call: Callable[[Any], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call(TINY)


@given(st.lists(st.tuples(st.integers(0, 4), st.binary(max_size=30)), max_size=60))
def test_units_hold_every_message_once_and_in_order(pairs: list[tuple[int, bytes]]) -> None:
    messages = [message for _, message in pairs]
    units = as_units(messages, [source for source, _ in pairs])
    assert sorted(message for unit in units for message in unit.messages) == sorted(messages)
    largest = sum(map(len, messages)) // UNITS
    assert all(len(unit.messages) == 1 or unit.size <= largest for unit in units)
    if units:
        assert all(unit.messages for unit in units)
        places = draw(units, 50, np.random.default_rng(3))
        assert places == sorted(set(places))
        assert len(places) == 1 or sum(units[place].size for place in places) <= 50


def test_neighbours_of_a_large_source_are_units() -> None:
    units = as_units([b"%04d" % n for n in range(640)], None)
    assert [unit.messages[0] for unit in units] == [b"%04d" % n for n in range(0, 640, 10)]


def saved(model: Model, messages: Messages, folder: Path) -> list[str]:
    model.save(folder / "m.aura")
    lines = [json.dumps({"body": {"text": text}}) for text in messages]
    (folder / "recent.ndjson").write_text("\n".join(lines), encoding="utf-8")
    return [str(folder / "m.aura"), str(folder / "recent.ndjson"), "--field", "body.text"]


def test_the_command_says_that_a_model_is_fresh(model: Model, tmp_path: Path) -> None:
    result = RUNNER.invoke(
        app, ["model", "check", *saved(model, lamps(400, 9), tmp_path), "--quick", "--fail-stale"]
    )
    assert result.exit_code == 0, result.output
    assert "m.aura is fresh: a byte takes" in result.stdout
    assert "than in training" in result.stdout
    assert "new model" not in result.stdout


def test_the_command_says_that_a_model_is_stale_and_what_a_new_one_saves(
    model: Model, tmp_path: Path
) -> None:
    arguments = ["model", "check", *saved(model, doors(900, 9), tmp_path), "--train-bytes", "20KiB"]
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "saves" in result.stdout
    assert "m.aura is stale: a byte takes" in result.stdout
    assert "training anew would pay: a fetched copy of its" in result.stdout
    assert RUNNER.invoke(app, [*arguments, "--quick", "--fail-stale"]).exit_code == 1


def test_the_command_says_what_it_cannot_tell(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["model", "check", *saved(TINY, ["a", "b"], tmp_path)])
    assert result.exit_code == 0, result.output
    assert "note: the model has no figures of its training to compare with" in result.stdout
    assert "too few to train a new model" in result.stdout


def test_the_command_reads_sources(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path / "m.aura")
    recent = tmp_path / "recent.ndjson"
    lines = [json.dumps({"text": text, "talk": n // 20}) for n, text in enumerate(lamps(400, 9))]
    recent.write_text("\n".join(lines), encoding="utf-8")
    arguments = ["model", "check", str(tmp_path / "m.aura"), str(recent), "--quick", "--json"]
    errors = [
        json.loads(RUNNER.invoke(app, [*arguments, *options]).stdout)["kinds"][0]["now"]["error"]
        for options in ([], ["--source-field", "talk"])
    ]
    assert errors[0] != errors[1]


def test_the_command_gives_json(model: Model, tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["model", "check", *saved(model, doors(900, 9), tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["verdict"], found["model_id"], found["kinds"][0]["kind"]) == ("stale", model.id, "json")
    assert found["kinds"][0]["now"]["bits"] > 1
    assert found["retraining"]["pays_after"] > 0
    assert found["retraining"]["share"] > 0.5


@pytest.mark.parametrize(
    ("messages", "options", "code"), [([], [], 3), (["a"], ["--train-bytes", "1KiB"], 2)]
)
def test_the_command_refuses(messages: Messages, options: list[str], code: int, tmp_path: Path) -> None:
    assert (
        RUNNER.invoke(app, ["model", "check", *saved(TINY, messages, tmp_path), *options]).exit_code == code
    )


def test_the_command_says_whether_training_anew_pays() -> None:
    def words(saved: float) -> str:
        return " ".join(_on_retraining(Retraining(9, 9, 1000, 90, 80, saved=saved, margin=1.0)))

    assert "would pay: a fetched copy of its 1000 bytes has paid for itself after 500 messages" in words(2.0)
    assert "too few messages to tell" in words(0.5)
    assert "would not pay" in words(-0.5)


def test_figures_of_kinds_with_few_messages_are_not_judged() -> None:
    few = Figure(3, 100, 30, 0.0)
    assert not few.is_certain
    assert freshness._change(few, Figure(300, 10_000, 9000, 0.1)) is None
