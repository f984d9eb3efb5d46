"""An experiment goes on from its file, and is reported from it."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.operations.trials import KEY, LIMITS, RULE, SMALL, counted, experiment
from typer.testing import CliRunner

from aura.cli import app
from aura.experiments import (
    Decision,
    Experiment,
    ExperimentError,
    Interval,
    Limits,
    Look,
    Variant,
)
from aura.experiments.guard import Guard
from aura.metrics import Gauges, Totals


def test_an_experiment_goes_on_in_another_process(tmp_path: Path) -> None:
    path = tmp_path / "trial.json"
    split = experiment(share=0.5, rule=RULE, limits=LIMITS)
    counted(split, (25, 15), 120)
    for _ in range(30):
        split.candidates[0].counts.measures.add_error(5)
    split.candidates[0].counts.breach = Guard(Limits(growth=0.0, min_messages=1, strikes=1)).look(
        Totals(1, grown=1)
    )
    split.save(path)
    assert b"user-" not in path.read_bytes()
    assert KEY.hex() not in path.read_text()
    again = experiment(rule=RULE, limits=LIMITS)
    again.restore(path)
    assert again.share == 0.5
    assert not again.candidates[0].is_live
    assert again.report() == split.report()
    for other in (
        experiment(key=bytes(16)),
        experiment(Variant("another", SMALL)),
        Experiment(
            "other", key=KEY, control=Variant("control", SMALL), candidates=[Variant("candidate", SMALL)]
        ),
    ):
        with pytest.raises(ExperimentError):
            other.restore(path)


@settings(max_examples=40)
@given(st.data())
def test_damaged_files_are_refused_or_read(data: st.DataObject) -> None:
    split = experiment()
    counted(split, (25, 15), 3)
    split.candidates[0].counts.looks.append(Look(1, 5, 0.1, Interval(0.0, 0.0, 0.0), Decision.CONTROL))
    with TemporaryDirectory() as folder:
        path = Path(folder, "trial.json")
        split.save(path)
        content = json.loads(path.read_bytes())
        place: Any = content
        while True:
            key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
                break
            place = place[key]
        place[key] = data.draw(st.sampled_from([None, -1, "x", [], {}, 1e999, [1], {"a": 1}, True]))
        path.write_text(json.dumps(content))
        again = experiment()
        try:
            again.restore(path)
        except ExperimentError as error:
            assert str(path) in str(error)
            assert again.share == 0.0


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"form": "aura-experiment-2"}']
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trial.json"
    path.write_bytes(content)
    with pytest.raises(ExperimentError, match="is no file of an experiment"):
        experiment().restore(path)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["experiment", "report", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_reports(tmp_path: Path) -> None:
    path = str(tmp_path / "trial.json")
    split = experiment(share=0.5, rule=RULE, shadow=True)
    split.save(path)
    assert "nothing is decided before there are 100 users and 100 messages of each" in run(path)
    counted(split, (25, 25), 120)
    split.save(path)
    assert "; the next one is at 200" in run(path)
    counted(split, (25, 15), 400)
    split.candidates[0].counts.breach = Guard(Limits(growth=0.0, min_messages=1, strikes=1)).look(
        Totals(1, grown=1)
    )
    split.save(path)
    text = run(path)
    assert text.startswith("trial: 0.5 of the users get a candidate, measured only\n")
    assert "look 2 at 5" in text
    assert "users said: candidate" in text
    assert "candidate was taken back: growth is 1, above 0" in text
    told = json.loads(run(path, "--json"))
    assert told == json.loads(json.dumps(split.report().as_dictionary()))
    assert Interval(**told["variants"][0]["ratio"]) == split.report().variants[0].ratio


def test_metrics_show_the_variants() -> None:
    split = experiment(share=1.0)
    split.codec("ada").compress("yes, of course")
    gauges = Gauges()
    gauges.add(split)
    values = {(one.name, *(value for _, value in one.labels)): one.value for one in gauges.readings()}
    assert values["aura_experiment_share", "trial"] == 1.0
    assert values["aura_experiment_messages", "trial", "candidate"] == 1
    assert values["aura_experiment_messages", "trial", "control"] == 0
    assert values["aura_experiment_live", "trial", "candidate"] == 1.0


def test_a_codec_of_a_user_is_closed_with_all_variants() -> None:
    with experiment().codec("ada") as codec:
        assert codec.compress("yes")
