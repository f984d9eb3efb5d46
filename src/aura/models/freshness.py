"""Whether a model still fits: recent messages against the figures of its training, and against a new model.

>>> import aura
>>> seen = [f"Lamp {n * 7919 % 3571} in hall {n % 7} is {'on' if n % 2 else 'off'}." for n in range(3000)]
>>> model = aura.train(seen, max_bytes=20_000)
>>> check(model, seen[:500], retrain=False).verdict.value
'fresh'
>>> check(model, [f'{{"door": {n}, "open": true}}' for n in range(500)], retrain=False).verdict.value
'stale'
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from aura import arguments
from aura.arguments import BytesLike
from aura.models import figures
from aura.models.figures import BITS_BY_KIND, NORMAL, Figure
from aura.models.kinds import Kind
from aura.models.model import Model
from aura.models.retraining import MIN_TRAIN_BYTES, Retraining, compare
from aura.models.units import Unit, as_units, draw

TOLERANCE: Final = 0.05
"""A model is stale if messages take this much more than at training time, and chance does not explain it."""

MAX_MARGIN: Final = 0.15
"""With a wider interval on each side, the messages are too few to call a model fresh."""

MEASURED_BYTES: Final = 1 << 20
"""Of more recent messages than this, a random part is measured."""

DEFAULT_TRAIN_BYTES: Final = 8 << 20

Progress = Callable[[str, float], None]


def _quiet(_stage: str, _done: float) -> None:
    pass


class Verdict(StrEnum):
    """What a check finds."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """How much more bits a byte takes than at training time, as a share: 0.1 is ten per cent more.

    Attributes:
        share: the estimate.
        margin: half the interval of 95 % around it.
    """

    share: float
    margin: float

    @property
    def verdict(self) -> Verdict:
        """Stale if there is a noticeable change for certain; fresh if there is none and it would show."""
        if self.share >= max(TOLERANCE, self.margin):
            return Verdict.STALE
        return Verdict.FRESH if self.margin <= MAX_MARGIN else Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class KindFreshness:
    """The messages of one kind.

    Attributes:
        kind: of the messages.
        then: their figure at training time; None if there were none, or the model has no figures.
        now: their figure in recent messages.
        change: between both; None where there are too few messages to tell.
    """

    kind: Kind
    then: Figure | None
    now: Figure
    change: Change | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a check found.

    Attributes:
        model_id: of the model.
        verdict: by the change of all messages.
        change: of all messages, for the kinds that they are of now; kinds without a figure of the training are
            compared with all messages of the training together. None if the model has no figures.
        kinds: the kinds of recent messages, those with the most bytes first.
        retraining: what a new model would save; None if none was trained.
        notes: sentences on what limits the check.
    """

    model_id: str
    verdict: Verdict
    change: Change | None
    kinds: tuple[KindFreshness, ...]
    retraining: Retraining | None
    notes: tuple[str, ...]


def check(
    model: Model,
    messages: Iterable[str | BytesLike],
    *,
    sources: Iterable[Hashable] | None = None,
    retrain: bool = True,
    train_bytes: int = DEFAULT_TRAIN_BYTES,
    seed: int = 0,
    progress: Progress = _quiet,
) -> Freshness:
    """Compare recent messages with those that a model was trained on.

    The same arguments give the same result.

    Args:
        model: to check; its figures come with it, and are believed.
        messages: that were sent lately, in order, and were not in its training.
        sources: for each message, where it comes from, as for :func:`aura.train`.
        retrain: train a new model of the same size on three quarters of the messages, and measure both models on
            the rest.
        train_bytes: of messages that the new model is trained on at most.
        seed: of the random choice of messages.
        progress: is called with a stage and the share of it that is done, from 0 to 1.

    Raises:
        TypeError: an argument, a message or a source is of another type.
        ValueError: a number is out of range, or there are no messages or not as many as sources.
        EncodeError: a text has no UTF-8.
    """
    if not isinstance(model, Model):
        raise TypeError(f"model is a Model, not {type(model).__name__}")
    arguments.flag("retrain", retrain)
    train_bytes = arguments.whole_number("train_bytes", train_bytes, MIN_TRAIN_BYTES)
    random = np.random.default_rng(arguments.whole_number("seed", seed, 0))
    held = arguments.batch(messages, arguments.to_bytes)
    if not held:
        raise ValueError("no messages to check")
    units = as_units(held, None if sources is None else arguments.sources(sources, len(held)))
    progress("measuring", 0.0)
    now = figures.measure(model, [units[place].messages for place in draw(units, MEASURED_BYTES, random)])
    text = model.metadata.get(BITS_BY_KIND, "")
    then = figures.parse(text)
    change = _overall(then, now)
    notes = _notes(text, then, now)
    retraining = None
    if retrain:
        retraining = compare(model, units, train_bytes, random, progress)
        if retraining is None:
            notes.append(f"{_size(units)} bytes of messages are too few to train a new model and measure it")
    return Freshness(
        model.id,
        Verdict.UNKNOWN if change is None else change.verdict,
        change,
        tuple(
            KindFreshness(kind, then.get(kind), figure, _change(then.get(kind), figure))
            for kind, figure in sorted(now.items(), key=lambda item: -item[1].size)
        ),
        retraining,
        tuple(notes),
    )


def _size(units: Sequence[Unit]) -> int:
    return sum(unit.size for unit in units)


def _notes(text: str, then: Mapping[Kind, Figure], now: Mapping[Kind, Figure]) -> list[str]:
    if not now:
        return ["the messages are empty"]
    if not then:
        return [f"the model has {'unreadable' if text else 'no'} figures of its training to compare with"]
    new = [kind for kind in now if kind not in then]
    share = sum(now[kind].size for kind in new) / sum(figure.size for figure in now.values())
    if not new:
        return []
    return [
        f"{share:.1%} of the bytes are of kinds that were not measured in training: {', '.join(sorted(new))}"
    ]


def _change(then: Figure | None, now: Figure) -> Change | None:
    if then is None or not (then.is_certain and now.is_certain):
        return None
    return _compared(then.bits, then.error, now.bits, now.error)


def _compared(then: float, then_error: float, now: float, now_error: float) -> Change:
    return Change(now / then - 1, NORMAL * math.hypot(now_error / then, now * then_error / then**2))


def _overall(then: Mapping[Kind, Figure], now: Mapping[Kind, Figure]) -> Change | None:
    """The change of all messages: the bits that they take against those that each kind took in training."""
    if not (then and now):
        return None
    together = _together(then.values())
    expected = [(figure.size, then.get(kind, together)) for kind, figure in now.items()]
    return _compared(
        sum(size * figure.bits for size, figure in expected),
        math.hypot(*(size * figure.error for size, figure in expected)),
        sum(8.0 * figure.coded for figure in now.values()),
        math.hypot(*(figure.size * figure.error for figure in now.values())),
    )


def _together(kinds: Iterable[Figure]) -> Figure:
    held = list(kinds)
    size = sum(figure.size for figure in held)
    return Figure(
        sum(figure.messages for figure in held),
        size,
        sum(figure.coded for figure in held),
        math.hypot(*(figure.size * figure.error for figure in held)) / size,
    )
