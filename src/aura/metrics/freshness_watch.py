"""Looks from time to time whether the models still fit what is sent, and tells the gauges.

>>> from aura.connections.session import Models
>>> from aura.metrics.gauges import Gauges
>>> watch = FreshnessWatch(Models([]), Gauges())
>>> watch.look()
{}
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from typing import Final

from aura import arguments
from aura.connections.session.models import Models
from aura.metrics.gauges import Gauges
from aura.metrics.looking import Looking
from aura.observation import Direction, MessageEvent, Observer

MAX_SAMPLE: Final = 500
"""Messages that are kept between two looks, drawn at random from all."""

MIN_SAMPLE: Final = 50
"""Messages of a model without which nothing is said of it; they are kept until there are enough."""

MAX_SIZE: Final = 1 << 12
"""Bytes of the longest message that is kept."""

_log: Final = logging.getLogger("aura.metrics")


class FreshnessWatch(Looking, Observer):
    """Keeps a sample of the messages that are sent, in memory, and measures the models on it. Thread-safe.

    A look measures as ``aura model check --quick`` does; it takes some tenths of a second in a thread. Use it as an
    asynchronous context manager, in the ``lifespan`` of an application for example, or call :meth:`look`.

    Args:
        models: of the sessions.
        gauges: are told by :meth:`Gauges.set_decay`.
        interval: seconds between two looks.

    Raises:
        TypeError: ``interval`` is no number.
        ValueError: ``interval`` is below 0.01.
    """

    _task_name = "aura-freshness"

    def __init__(self, models: Models, gauges: Gauges, *, interval: float = 60.0) -> None:
        self._models = models
        self._gauges = gauges
        self._interval = arguments.number("interval", interval, 0.01)
        self._lock = threading.Lock()
        self._rng = random.Random()  # noqa: S311  # draws a sample
        self._sample: list[tuple[str, bytes]] = []
        self._seen = 0

    def on_message(self, event: MessageEvent) -> None:
        """Keep a message, if it is drawn."""
        model_id, message = event.model_id, event.message
        if event.direction is not Direction.OUT or model_id is None or not 0 < len(message) <= MAX_SIZE:
            return
        with self._lock:
            self._seen += 1
            if len(self._sample) < MAX_SAMPLE:
                self._sample.append((model_id, message))
                return
            # Algorithm R (Vitter 1985): each message is in the sample with the same probability
            place = self._rng.randrange(self._seen)
            if place < MAX_SAMPLE:
                self._sample[place] = (model_id, message)

    def look(self) -> dict[str, float]:
        """Measure now; return by model id how much more messages take than when the model was trained.

        A model is left out if there are too few messages of it, or if it has no figures of its training.
        """
        if not self._models.is_loaded:
            return {}
        from aura.models.freshness import check  # noqa: PLC0415  # takes 0.3 s, for training comes with it

        with self._lock:
            sample = list(self._sample)
        found = {}
        for model in self._models:
            messages = [message for model_id, message in sample if model_id == model.id]
            if len(messages) < MIN_SAMPLE:
                continue
            change = check(model, messages, retrain=False).change
            self._forget(model.id)
            if change is not None:
                found[model.id] = change.share
                self._gauges.set_decay(model.id, change.share)
        return found

    def _forget(self, model_id: str) -> None:
        with self._lock:
            self._sample = [kept for kept in self._sample if kept[0] != model_id]
            self._seen = len(self._sample)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            try:
                await asyncio.to_thread(self.look)
            except Exception:  # noqa: BLE001  # of a measurement: the next look comes in any case
                _log.exception("the freshness of models was not measured")
