"""What a dashboard shows beside totals: bounded, whatever peers send."""

from __future__ import annotations

import pytest
from tests.operations.happenings import message

from aura.dashboard import Activity, Price
from aura.dashboard.activity import MAX_CONTENT, MAX_POINTS, WORST
from aura.metrics.names import MAX_VALUES, OTHER
from aura.observation import Direction, MessageEvent


def test_templates_are_counted_and_bounded() -> None:
    activity = Activity()
    for number in range(3 * MAX_VALUES):
        activity.on_message(message(40, 4, template_id=number))
    for _ in range(5):
        activity.on_message(message(30, 3, template_id=7))
    activity.on_message(message(30, 3))
    shown = activity.templates(2 * MAX_VALUES)
    assert len(shown) == MAX_VALUES + 1
    assert (shown[0].name, shown[0].messages, shown[0].plain, shown[0].wire) == ("7", 6, 190, 19)
    assert (shown[-1].name, shown[-1].messages) == (OTHER, 2 * MAX_VALUES)
    assert len(activity.templates()) == 10
    assert activity.since_start[0] == 3 * MAX_VALUES + 6


def test_the_worst_messages_are_those_of_the_last_minutes() -> None:
    now = [0.0]
    activity = Activity(clock=lambda: now[0])
    for wire in range(1, 31):
        activity.on_message(message(30, wire))
    activity.on_message(message(0, 1))
    activity.on_message(message(5, 0))
    worst = activity.worst()
    assert [bad.wire for bad in worst] == list(range(30, 30 - WORST, -1))
    assert {bad.content for bad in worst} == {None}
    now[0] = 200.0
    activity.on_message(message(10, 20))
    assert activity.worst()[0].wire == 20
    now[0] = 310.0
    assert [bad.wire for bad in activity.worst()] == [20]


def test_content_is_kept_only_where_it_is_asked_for() -> None:
    activity = Activity(shows_content=True)
    content = "Grüße 🚲 ".encode() * 1000
    activity.on_message(MessageEvent(0.0, Direction.IN, content, 9000, 0.0, "stored"))
    activity.on_message(MessageEvent(0.0, Direction.IN, b"\xff\xfe", 3, 0.0, "stored"))
    assert [bad.content for bad in activity.worst()] == ["\ufffd\ufffd", content.decode()[:MAX_CONTENT]]


def test_the_course_has_a_point_for_each_look() -> None:
    now = [10.0]
    activity = Activity(clock=lambda: now[0])
    now[0] = 12.0
    for _ in range(4):
        activity.on_message(message(50, 10))
    [point] = activity.look()
    assert (point.time, point.ratio, point.messages_per_second, point.saved_per_second) == (
        12.0,
        5.0,
        2.0,
        80.0,
    )
    for _ in range(2 * MAX_POINTS):
        now[0] += 1
        points = activity.look()
    assert len(points) == MAX_POINTS
    assert points[-1].ratio is None


@pytest.mark.parametrize(
    ("amount", "currency", "error"),
    [
        (-1, "USD", ValueError),
        ("1", "USD", TypeError),
        (1, 7, TypeError),
        (1, "usd", ValueError),
        (1, "", ValueError),
    ],
)
def test_wrong_prices_are_refused(amount: float, currency: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        Price(amount, currency)
