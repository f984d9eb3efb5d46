"""Looks from time to time at how fresh models are, on a sample of what is sent."""

from __future__ import annotations

import asyncio
import logging

import pytest
from tests.aura.coroutines import run
from tests.aura.small_models import TINY
from tests.dashboard.measured_model import with_figures

import aura
from aura.connections.session import Models
from aura.metrics import FreshnessWatch, Gauges
from aura.metrics.freshness_watch import MAX_SAMPLE, MAX_SIZE, MIN_SAMPLE
from aura.observation import Direction, MessageEvent


def send(watch: FreshnessWatch, model: aura.Model | None, text: str, count: int) -> None:
    model_id = None if model is None else model.id
    for number in range(count):
        content = text.replace("#", str(number * 31 % 3571)).encode()
        watch.on_message(MessageEvent(0.0, Direction.OUT, content, 5, 0.0, "auralite", None, model_id))


def decays(gauges: Gauges) -> dict[str, float]:
    return {dict(r.labels)["model"]: r.value for r in gauges.readings() if r.name == "aura_model_decay"}


def test_other_messages_take_more_than_those_of_the_training() -> None:
    model, gauges = with_figures(), Gauges()
    watch = FreshnessWatch(Models([model]), gauges)
    send(watch, model, "Lamp # in hall 3 is on.", 400)
    fresh = watch.look()[model.id]
    assert abs(fresh) < 0.2
    send(watch, model, "{'door': #, 'open': True}", 400)
    stale = watch.look()[model.id]
    assert stale > 1
    assert decays(gauges) == {model.id: stale}


def test_few_messages_are_kept_until_there_are_enough() -> None:
    model = with_figures()
    watch = FreshnessWatch(Models([model]), Gauges())
    send(watch, model, "Lamp # in hall 3 is on.", MIN_SAMPLE - 1)
    assert watch.look() == {}
    send(watch, model, "Lamp # in hall 3 is on.", 1)
    assert watch.look().keys() == {model.id}
    assert watch.look() == {}


def test_the_sample_is_bounded_and_of_what_is_sent() -> None:
    model = with_figures()
    watch = FreshnessWatch(Models([model]), Gauges())
    send(watch, model, "x" * (MAX_SIZE + 1), 5)
    send(watch, model, "", 5)
    send(watch, None, "Lamp #", 5)
    watch.on_message(MessageEvent(0.0, Direction.IN, b"Lamp 1", 5, 0.0, "auralite", None, model.id))
    assert watch._sample == []
    send(watch, model, "Lamp #", 20 * MAX_SAMPLE)
    assert len(watch._sample) == MAX_SAMPLE
    later = sum(
        message not in {b"Lamp %d" % (n * 31 % 3571) for n in range(MAX_SAMPLE)}
        for _, message in watch._sample
    )
    assert later > MAX_SAMPLE // 2  # not the first ones alone


def test_models_without_figures_and_other_models_are_left_out() -> None:
    gauges = Gauges()
    watch = FreshnessWatch(Models([TINY]), gauges)
    send(watch, TINY, "Lamp # in hall 3 is on.", 200)
    send(watch, with_figures(), "Lamp # in hall 3 is on.", 200)
    assert watch.look() == {}
    assert decays(gauges) == {}


def test_models_that_nobody_needed_are_not_read() -> None:
    models = Models()
    watch = FreshnessWatch(models, Gauges())
    send(watch, TINY, "Lamp #", 200)
    assert watch.look() == {}
    assert not models.is_loaded


@run
async def test_it_looks_from_time_to_time_and_goes_on_after_an_error() -> None:
    model, gauges = with_figures(), Gauges()
    watch = FreshnessWatch(Models([model]), gauges, interval=0.01)
    with pytest.MonkeyPatch.context() as patch:
        logged: list[str] = []
        patch.setattr(logging.getLogger("aura.metrics"), "exception", logged.append)
        patch.setattr(gauges, "set_decay", lambda _model_id, _share: 1 / 0)
        async with watch:
            send(watch, model, "Lamp # in hall 3 is on.", 200)
            while not logged:  # noqa: ASYNC110  # nothing tells of it
                await asyncio.sleep(0.01)
            patch.undo()
            send(watch, model, "Lamp # in hall 3 is on.", 200)
            while not decays(gauges):  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.01)
    await watch.__aexit__(None, None, None)  # it is over already


def test_a_wrong_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="interval"):
        FreshnessWatch(Models([TINY]), Gauges(), interval=0)
