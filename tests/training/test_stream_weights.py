"""The script that refits what a stream begins with."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from aura_spec import stream_model as spec

ROOT = Path(__file__).parents[2]
TALK = [b"the door is open", b"the door is shut", b"the lamp is on", b"take 12 of 30", b"take 13 of 30"] * 4


def script() -> ModuleType:
    found = importlib.util.spec_from_file_location("stream_weights", ROOT / "models" / "stream_weights.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


SCRIPT = script()


def test_a_regression_finds_the_coefficients_that_made_the_hits() -> None:
    inputs = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    trials = np.full(3, 1_000_000)
    hits = trials / (1 + np.exp(-inputs @ np.array([-0.5, 1.25])))
    found = SCRIPT.regress(inputs, hits, np.zeros(2), 1e-6, trials)
    assert found == pytest.approx([-0.5, 1.25], abs=1e-4)


def test_what_was_never_seen_stays_at_its_prior() -> None:
    found = SCRIPT.regress(np.zeros((4, 2)), np.ones(4), np.array([0.25, 3.0]), 1.0)
    assert found == pytest.approx([0.25, 3.0])


def test_match_statistics_learn_as_in_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules RCL-12 and RCL-13."""
    from aura_reference import stream_model as reference  # noqa: PLC0415  # patched here

    inputs: list[tuple[int, int, int]] = []
    learn = reference.Mixer.learn

    def seen(mixer: reference.Mixer, error: int, *, hit: bool) -> None:
        inputs.append(mixer.inputs)
        learn(mixer, error, hit=hit)

    monkeypatch.setattr(reference.Mixer, "learn", seen)
    [choices] = SCRIPT.note(iter([TALK]))
    names = ("LEVEL_BIAS", "CLASS_BIAS", "MISS_BIAS")
    found = SCRIPT.learned(choices, {name: getattr(spec, name) for name in names})
    assert len(choices) > 200
    assert list(zip(choices[:, SCRIPT.SHARE], found, choices[:, SCRIPT.CONTEXT], strict=True)) == inputs


def test_the_constants_have_the_shapes_of_the_specification() -> None:
    noted = SCRIPT.note(iter([TALK, TALK[::-1]]))
    biases = SCRIPT.fit_biases(np.concatenate(noted))
    weights = SCRIPT.fit_weights(noted, biases)

    def shape(value: int | Sequence[object]) -> tuple[int, ...]:
        return np.shape(np.array(value))

    for name, value in {**biases, "WEIGHTS": weights}.items():
        assert shape(value) == shape(getattr(spec, name)), name
    hit = biases["LEVEL_BIAS"][0]
    assert hit[spec.LEVELS - 6] > hit[0]  # long matches are right more often than short ones
