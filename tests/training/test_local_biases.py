"""The script that refits what an adaptive message begins with."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.models import build

from aura_reference.auralite import Writer
from aura_reference.local_model import Predictor, Trial
from aura_spec import local_model as spec
from aura_spec import mixer
from aura_spec.context_model import END
from aura_spec.mixer import PROB_ONE

ROOT = Path(__file__).parents[2]
ROWS = [
    "".join(f'{{"id":{start + row},"lamp":"{"on" if row % 3 else "off"}"}}\n' for row in range(12)).encode()
    for start in (7, 95, 1200)
]
MODEL = build(ROWS[:1], base=1)


def script() -> ModuleType:
    found = importlib.util.spec_from_file_location("local_biases", ROOT / "models" / "local_biases.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


SCRIPT = script()


def constants_of_the_format() -> Any:
    constants = SCRIPT.Constants()
    constants.weights = [weight / SCRIPT.ONE for weight in flat(mixer.WEIGHTS)]
    constants.biases = [bias for name in SCRIPT.BIAS_TABLES for bias in flat(getattr(mixer, name))]
    return constants


def flat(table: Any) -> Iterator[float]:
    if isinstance(table, int):
        yield table
    else:
        for entry in table:
            yield from flat(entry)


def trials(message: bytes) -> Iterator[Trial]:
    predictor, writer = Predictor(MODEL), Writer()
    for writer.symbol in (*message, END):
        predictor.code(writer)
        yield from predictor.trials


@pytest.mark.parametrize("message", [b"", *ROWS])
def test_choices_take_the_bits_that_they_take_in_the_reference(
    message: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules LOC-9 to MIX-6."""
    monkeypatch.setattr(spec, "MIN_TRIED", 0)  # no candidate is passed over
    found = constants_of_the_format().learn(SCRIPT.note(message, MODEL), 0.0)
    chances = [one.probability if one.hit else PROB_ONE - one.probability for one in trials(message)]
    assert found == pytest.approx(sum(math.log2(PROB_ONE / chance) for chance in chances))


def test_constants_that_learn_nothing_are_written_as_they_were() -> None:
    constants = constants_of_the_format()
    for message in ROWS:
        constants.learn(SCRIPT.note(message, MODEL), 0.0)
    for name, table in constants.tables().items():
        assert SCRIPT.as_tuples(table) == getattr(mixer, name), name


def test_each_epoch_takes_fewer_bits_and_all_are_the_same_each_time() -> None:
    noted = [(SCRIPT.note(message, MODEL), 1.0) for message in ROWS]
    reports: list[str] = []
    tables = SCRIPT.fit(noted, reports.append)
    sizes = [int(report.split()[2]) for report in reports]
    assert len(sizes) == SCRIPT.EPOCHS
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
    assert tables == SCRIPT.fit(noted, reports.append)
    for name, table in tables.items():
        assert SCRIPT.shape_of(table) == SCRIPT.shape_of(getattr(mixer, name)), name


def test_places_are_those_of_the_tables_one_after_the_other() -> None:
    places = {
        name: SCRIPT.place_of(name, [0] * len(shape))
        for name, shape in SCRIPT.SHAPES.items()
        if name != "WEIGHTS"
    }
    assert places["SET_BIASES"] == 0
    assert sorted(places.values()) == list(places.values())
    assert SCRIPT.place_of("LENGTH_BIASES", (mixer.MAX_SINCE, spec.CLASSES - 1)) == SCRIPT.BIASES - 1


def test_messages_are_drawn_up_to_a_size() -> None:
    messages = [bytes(size) for size in range(100)] + [bytes(SCRIPT.MAX_MESSAGE + 1)]
    drawn = SCRIPT.draw(messages, 1000, seed=1)
    assert sum(map(len, drawn[:-1])) < 1000 <= sum(map(len, drawn))
    assert drawn == SCRIPT.draw(messages, 1000, seed=1) != SCRIPT.draw(messages, 1000, seed=2)
    assert len(SCRIPT.draw(messages, 10**6, seed=1)) == 100


def test_structured_messages_of_two_seeds_differ() -> None:
    first, second = (dict(SCRIPT.structured(1, seed)) for seed in (1, 2))
    assert len(first) == len(second) == 14
    assert all(first[kind] != second[kind] for kind in first)


def test_about_as_many_sources_are_learnt_as_said() -> None:
    learnt = sum(SCRIPT.is_seen(f"conversation {number}") for number in range(1000))
    assert abs(learnt - 10 * SCRIPT.SEEN_PERCENT) < 50
