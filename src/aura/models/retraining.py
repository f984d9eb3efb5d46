"""What a new model would save: trained on one part of recent messages, and measured on the other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.codec import Codec
from aura.models.figures import BITS_BY_KIND, NORMAL
from aura.models.model import Model
from aura.models.train import train
from aura.models.training_options import TrainingOptions
from aura.models.units import Unit, draw
from aura_spec.model import STREAM_MEMORY

MIN_TRAIN_BYTES: Final = 1 << 14
"""Fewer bytes of messages make no model that is worth a comparison."""

MIN_MEASURED_UNITS: Final = 8

MEASURED_SHARE: Final = 0.25
MAX_MEASURED_BYTES: Final = 1 << 20

_MIN_CONTEXTS: Final = 1 << 13
"""Bytes of the smallest new model, beside its templates and its dictionary."""

_NOTHING_HELD_OUT: Final = {BITS_BY_KIND: "", STREAM_MEMORY: ""}
"""Metadata with which the trainer measures nothing."""


@dataclass(frozen=True, slots=True)
class Retraining:
    """A model against a new one of at most its size.

    Attributes:
        trained: messages that the new model was trained on.
        measured: other messages, which both models coded.
        model_size: bytes of the file of the new model.
        old: bytes of the measured messages, coded with the model.
        new: bytes of the same, coded with the new one.
        saved: bytes that the new model saves for each message; below 0 if it loses.
        margin: half the interval of 95 % around that.
    """

    trained: int
    measured: int
    model_size: int
    old: int
    new: int
    saved: float
    margin: float

    @property
    def share(self) -> float:
        """What the new model saves, as a share of what the model takes."""
        return 1 - self.new / self.old

    @property
    def pays_after(self) -> int | None:
        """Messages after which the file of the new model is paid for; None unless it saves for certain."""
        return math.ceil(self.model_size / self.saved) if self.saved > self.margin else None


def compare(
    model: Model,
    units: Sequence[Unit],
    train_bytes: int,
    random: np.random.Generator,
    progress: Callable[[str, float], None],
) -> Retraining | None:
    """Train a new model and measure both.

    Args:
        model: that is in use.
        units: recent messages.
        train_bytes: of messages that are trained on at most.
        random: chooses which messages are measured.
        progress: as for :func:`aura.train`.

    Returns:
        None if the messages are too few.
    """
    size = sum(unit.size for unit in units)
    places = draw(units, min(int(size * MEASURED_SHARE), MAX_MEASURED_BYTES), random)
    measured = [units[place] for place in places]
    others = [units[place] for place in sorted(set(range(len(units))) - set(places))]
    trained = [others[place] for place in draw(others, train_bytes, random)]
    if len(measured) < MIN_MEASURED_UNITS or sum(unit.size for unit in trained) < MIN_TRAIN_BYTES:
        return None
    new = train(
        [message for unit in trained for message in unit.messages],
        sources=[number for number, unit in enumerate(trained) for _ in unit.messages],
        max_bytes=max(len(model.data), len(model.dictionary) + _MIN_CONTEXTS),
        options=TrainingOptions(
            metadata=_NOTHING_HELD_OUT,
            templates={number: template.pattern for number, template in model.templates.items()},
            dictionary=model.dictionary,
        ),
        progress=progress,
    )
    progress("comparing", 0.0)
    return _compared(model, new, trained, measured)


def _compared(model: Model, new: Model, trained: Sequence[Unit], measured: Sequence[Unit]) -> Retraining:
    counts = np.array([len(unit.messages) for unit in measured])
    before, after = (_coded(held, measured) for held in (model, new))
    messages = int(counts.sum())
    saved = float((before - after).sum() / messages)
    residuals = before - after - saved * counts
    error = float(np.sqrt((residuals**2).sum() * len(counts) / (len(counts) - 1))) / messages
    return Retraining(
        sum(len(unit.messages) for unit in trained),
        messages,
        len(new.data),
        int(before.sum()),
        int(after.sum()),
        saved,
        NORMAL * error,
    )


def _coded(model: Model, units: Sequence[Unit]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Bytes of each unit's messages, coded one by one: ``(units,) int64``."""
    wires = iter(Codec(model=model).compress_batch([message for unit in units for message in unit.messages]))
    return np.array([sum(len(next(wires)) for _ in unit.messages) for unit in units], np.int64)
