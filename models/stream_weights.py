"""Refits the biases and weights that a stream begins with: ``python models/stream_weights.py CORPORA``.

The corpora are gzipped JSON lines, ``NAME.train.jsonl.gz``; messages of one source, in order, are a stream. From
each corpus some streams are taken at even distances, and coded by the reference with the default model. Every
choice of hit and miss (rule RCL-8) is noted with its inputs. Then, by logistic regression:

1. ``LEVEL_BIAS``, ``CLASS_BIAS`` and ``MISS_BIAS`` from the hits alone, since they are the probability of a hit
   before anything is learned (rule RCL-13). A small ridge decides what the hits leave open;
2. ``WEIGHTS`` from the three inputs, where the match statistics begin with the new biases and learn as rule RCL-12
   says. A level that is seen rarely stays near the weights of all levels together.

The same corpora give the same constants: nothing is random. They are printed as JSON, named as in the
specification, which keeps its own: they are part of the format, and others would change the bytes of every stream.
To compare them::

    python models/stream_weights.py CORPORA > refit.json
    python models/stream_weights.py CORPORA --measure
    python models/stream_weights.py CORPORA --measure --constants refit.json

``--measure`` codes streams of the development parts, ``NAME.dev.jsonl.gz``, through ``aura.Stream``, and prints the
bytes on the wire of each corpus.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import numpy as np

from aura_spec import stream_model as spec

CORPORA = (
    *("chat_task", "chat_llm", "multilingual", "tool_calls", "agent", "json_api"),
    *("llm_api", "llm_stream", "ws_market", "logs_json", "logs"),
)
FITTED_BYTES = 192 << 10
"""Bytes of messages that are taken from the train part of each corpus."""
MEASURED_BYTES = 96 << 10
"""Bytes of messages that are taken from the development part of each corpus."""
STREAM_BYTES = 12 << 10
"""Bytes of a stream after which no further message of it is taken: the constants matter most at its beginning."""
MAX_CODED = 1 << 12
"""Bytes of the longest message that is coded while fitting. Longer ones only enter the window (rule STR-11)."""

NAT = 256
"""What rule RCL-11 calls x for one unit of the natural logarithm of the odds."""
ONE = 64
"""A weight of 1 in ``WEIGHTS``."""
RIDGE = 1.0
"""The precision of the prior of a bias, which is 0 with a deviation of one unit of the logarithm of the odds."""
NEARNESS = 30.0
"""The precision of the prior of a level's weights, which are those of all levels together."""

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Constants = Mapping[str, Any]


def main() -> None:
    """Refit the constants, or measure some."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--measure", action="store_true", help="measure instead of refitting")
    parser.add_argument(
        "--constants", type=Path, help="JSON of constants to measure, in place of the format's"
    )
    arguments = parser.parse_args()
    if not arguments.measure:
        print(json.dumps(refit(arguments.corpora), indent=1))
        return
    if arguments.constants:
        for name, value in json.loads(arguments.constants.read_text(encoding="utf-8")).items():
            setattr(spec, name, value)
    total = 0
    for name in CORPORA:
        size, coded = measure(arguments.corpora / f"{name}.dev.jsonl.gz")
        total += coded
        print(f"{name:14} {size:8} {coded:8} {size / coded:7.3f}", flush=True)
    print(f"{'all':14} {'':8} {total:8}")


def streams(path: Path, taken: int) -> Iterator[list[bytes]]:
    """Take streams of a corpus at even distances, of about ``taken`` bytes together."""
    from aura.files.corpus import read  # noqa: PLC0415  # see `measure`

    whole = [[message.data for message in group] for _, group in groupby(read(path), lambda one: one.source)]
    cut = [_beginning(messages) for messages in whole]
    average = sum(map(len, chain(*cut))) / len(cut)
    step = max(1, int(len(cut) * average / taken))
    yield from cut[::step]


def _beginning(messages: Sequence[bytes]) -> list[bytes]:
    """The first messages of a stream, of ``STREAM_BYTES`` together if the first is not longer."""
    beginning: list[bytes] = []
    size = 0
    for message in messages:
        if size and size + len(message) > STREAM_BYTES:
            break
        size += len(message)
        beginning.append(message)
    return beginning


def measure(path: Path) -> tuple[int, int]:
    """Code a sample of a corpus through ``aura.Stream``: the bytes of its messages, and those on the wire.

    The implementations take the constants when they are imported, so that this is put off until others are set.
    """
    from aura import Stream  # noqa: PLC0415

    size = coded = 0
    for messages in streams(path, MEASURED_BYTES):
        stream = Stream(role="client")
        size += sum(map(len, messages))
        coded += sum(len(stream.send(message.decode())) for message in messages)
    return size, coded


def refit(corpora: Path) -> dict[str, Any]:
    """The constants that the train parts give, by name."""
    started = time.monotonic()
    noted: list[Ints] = []
    for name in CORPORA:
        noted += note(streams(corpora / f"{name}.train.jsonl.gz", FITTED_BYTES))
        choices = sum(map(len, noted))
        print(f"{time.monotonic() - started:6.0f} s  {name}: {choices} choices", file=sys.stderr, flush=True)
    biases = fit_biases(np.concatenate(noted))
    return {**biases, "WEIGHTS": fit_weights(noted, biases)}


LATER, LEVEL, CLASS, MISS, SHARE, CONTEXT, HIT = range(7)
"""The columns of the choices of a stream: q, level, class and miss of rule RCL-10, the first and the third input,
and 1 for a hit, else 0."""


def note(some: Iterator[list[bytes]]) -> list[Ints]:
    """The choices of each stream, ``(choices, 7) int64``, in the order of coding."""
    from aura.models.model import Model  # noqa: PLC0415
    from aura_reference.stream_model import Predictor, StreamState  # noqa: PLC0415
    from aura_spec.context_model import END  # noqa: PLC0415
    from aura_spec.stream import DEFAULT_MEMORY  # noqa: PLC0415

    rows: list[tuple[int, ...]] = []

    class Noting(Predictor):
        """Notes each choice of hit and miss."""

        def _try(self, candidate: Any, share: int, *, later: bool, coder: Any) -> bool:
            mixer = self._mixer(candidate, share, later=later)
            level, miss = candidate.level, self._miss
            share_class = max(0, min((mixer.inputs[0] >> 8) + 8, spec.CLASSES - 1))
            hit = super()._try(candidate, share, later=later, coder=coder)
            rows.append((later, level, share_class, miss, mixer.inputs[0], mixer.inputs[2], hit))
            return hit

    model = Model.load_default().context_model
    found: list[Ints] = []
    for messages in some:
        state = StreamState(model, DEFAULT_MEMORY)
        rows.clear()
        for message in messages:
            if len(message) > MAX_CODED:
                state.learn(message)
                continue
            predictor = Noting(state)
            known = Known()
            for known.symbol in (*message, END):
                predictor.code(known)
        found.append(np.array(rows, np.int64).reshape(-1, 7))
    return found


class Known:
    """A coder that writes nothing: it knows the next symbol."""

    symbol = 0

    def choose(self, symbols: Sequence[int], _frequencies: Sequence[int]) -> int:
        """The place of the symbol, or of the escape."""
        return symbols.index(self.symbol) if self.symbol in symbols else len(symbols)


def fit_biases(choices: Ints) -> dict[str, Any]:
    """``LEVEL_BIAS``, ``CLASS_BIAS`` and ``MISS_BIAS``: one regression on indicators of all choices (rule RCL-13).

    Choices with the same probability at the beginning count together.
    """
    levels = 2 * spec.LEVELS
    shape = (2, spec.LEVELS, spec.CLASSES, 2)
    cells = np.ravel_multi_index(tuple(choices[:, : MISS + 1].T), shape)
    trials = np.bincount(cells, minlength=math.prod(shape))
    hits = np.bincount(cells, choices[:, HIT], math.prod(shape))
    later, level, share_class, miss = np.unravel_index(np.arange(math.prod(shape)), shape)
    here = np.arange(math.prod(shape))
    design = np.zeros((len(here), levels + spec.CLASSES + 1))
    design[here, later * spec.LEVELS + level] = 1
    design[here, levels + share_class] = 1
    design[:, -1] = miss
    found = regress(design, hits, np.zeros(design.shape[1]), RIDGE, trials)
    biases = np.rint(found * NAT).astype(int).tolist()
    return {
        "LEVEL_BIAS": [biases[: spec.LEVELS], biases[spec.LEVELS : levels]],
        "CLASS_BIAS": biases[levels:-1],
        "MISS_BIAS": biases[-1],
    }


def fit_weights(noted: Sequence[Ints], biases: Constants) -> list[list[list[int]]]:
    """``WEIGHTS``: a regression on the three inputs for each q and level of the choices of ``noted``."""
    second = np.concatenate([learned(choices, biases) for choices in noted])
    choices = np.concatenate(noted)
    inputs = np.stack((choices[:, SHARE], second, choices[:, CONTEXT]), axis=1) / NAT
    weights = []
    for later in (0, 1):
        mine = choices[:, LATER] == later
        together = regress(inputs[mine], choices[mine, HIT], np.full(3, 1 / 3), RIDGE)
        rows = []
        for level in range(spec.LEVELS):
            some = mine & (choices[:, LEVEL] == level)
            rows.append(regress(inputs[some], choices[some, HIT], together, NEARNESS))
        weights.append(np.rint(np.array(rows) * ONE).astype(int).tolist())
    return weights


def learned(choices: Ints, biases: Constants) -> Ints:
    """The second input of each choice of a stream, whose match statistics begin with ``biases`` (rule RCL-12)."""
    values: dict[tuple[int, ...], tuple[int, int]] = {}
    found = []
    for row in choices.tolist():
        key = tuple(row[: MISS + 1])
        if key not in values:
            bias = biases["LEVEL_BIAS"][row[LATER]][row[LEVEL]] + biases["CLASS_BIAS"][row[CLASS]]
            values[key] = spec.squash(bias + biases["MISS_BIAS"] * row[MISS]), 0
        value, count = values[key]
        found.append(spec.stretch(value))
        target = spec.PROB_ONE - 1 if row[HIT] else 0
        value += (target - value) * ((1 << 16) // (count + 8)) >> 16
        values[key] = value, min(count + 1, spec.MATCH_STATS_LIMIT)
    return np.array(found, np.int64)


def regress(
    design: Floats, hits: Floats | Ints, prior: Floats, precision: float, trials: Ints | int = 1
) -> Floats:
    """Logistic regression by Newton's method.

    Args:
        design: ``(rows, inputs) float64``.
        hits: ``(rows,)``, how many of the trials of a row were hits.
        prior: ``(inputs,) float64``, the mean of the coefficients' normal distribution.
        precision: of that distribution, one over its variance.
        trials: ``(rows,) int64``, or of every row.

    Returns:
        The likeliest coefficients, ``(inputs,) float64``.
    """
    found = prior.copy()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (hits - trials * chance) - precision * (found - prior)
        weight = trials * chance * (1 - chance)
        curvature = (design * weight[:, None]).T @ design + precision * np.eye(len(found))
        step = np.linalg.solve(curvature, slope)
        found = found + step
        if np.abs(step).max() < 1e-9:
            break
    return found


if __name__ == "__main__":
    main()
