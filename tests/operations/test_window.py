from __future__ import annotations

import pytest
from tests.operations.happenings import message, play, refusal

from aura.metrics import Severity, Thresholds, Totals, Window

GOOD = {"plain": 300, "wire": 100, "duration": 0.000_5}


def test_totals_are_those_of_the_events() -> None:
    window = Window()
    play(window)
    totals = window.totals()
    assert (totals.messages, totals.plain, totals.wire) == (5, 193, 38)
    assert (totals.grown, totals.templates) == (1, 1)
    assert totals.methods == {"auralite": 3, "stored": 1, "typed": 1}
    assert totals.refusals == {"Malformed": 1, "StreamDesync": 1}
    assert totals.growth == 0.2
    shown = totals.as_dictionary()
    assert (shown["messages"], shown["template_share"], shown["ratio"]) == (5, 0.2, 5.079)


def test_what_is_old_is_forgotten() -> None:
    now = [0.0]
    window = Window(60, clock=lambda: now[0])
    for second in range(100):
        now[0] = float(second)
        window.on_message(message())
    assert 59 <= window.totals().messages <= 62
    now[0] = 500.0
    assert window.totals().messages == 0


@pytest.mark.parametrize("quantile", [0.01, 0.5, 0.95, 1.0])
def test_quantiles_are_right_to_a_fifth(quantile: float) -> None:
    window = Window()
    for number in range(1, 1001):
        window.on_message(message(duration=number * 1e-5))
    assert quantile * 0.01 <= window.totals().duration(quantile) <= quantile * 0.01 * 1.21


def test_nothing_is_no_ratio() -> None:
    totals = Totals()
    assert (totals.ratio, totals.savings, totals.growth, totals.duration(0.95)) == (1.0, 0.0, 0.0, 0.0)
    assert totals.as_dictionary()["template_share"] == 0.0
    window = Window()
    window.on_message(message(duration=0.0))
    assert window.totals().duration(1.0) < 2e-6


PROVOKED = [
    ("ratio", Severity.WARNING, {"plain": 140, "wire": 100}),
    ("ratio", Severity.CRITICAL, {"plain": 90, "wire": 100}),
    ("savings", Severity.WARNING, {"plain": 140, "wire": 100}),
    ("savings", Severity.CRITICAL, {"plain": 90, "wire": 100}),
    ("growth", Severity.CRITICAL, {"plain": 90, "wire": 100}),
    ("p95", Severity.WARNING, {"duration": 0.004}),
    ("p95", Severity.CRITICAL, {"duration": 0.1}),
]


@pytest.mark.parametrize(("name", "severity", "changes"), PROVOKED)
def test_each_alert_is_provoked(name: str, severity: Severity, changes: dict[str, float]) -> None:
    window = Window()
    for _ in range(100):
        window.on_message(message(**{**GOOD, **changes}))  # type: ignore[arg-type]
    alerts = {alert.name: alert for alert in Thresholds().alerts(window.totals())}
    assert alerts[name].severity is severity
    assert str(alerts[name]).startswith(severity)
    assert name not in [alert.name for alert in Thresholds(**{name: None}).alerts(window.totals())]  # type: ignore[arg-type]


@pytest.mark.parametrize(("grown", "severity"), [(7, Severity.WARNING), (12, Severity.CRITICAL)])
def test_growth(grown: int, severity: Severity) -> None:
    window = Window()
    for number in range(100):
        window.on_message(message(3, 4) if number < grown else message(300, 10))
    [alert] = Thresholds().alerts(window.totals())
    assert (alert.name, alert.severity, alert.value) == ("growth", severity, grown / 100)


@pytest.mark.parametrize(("refused", "severity"), [(2, Severity.WARNING), (11, Severity.CRITICAL)])
def test_refusals(refused: int, severity: Severity) -> None:
    window = Window()
    for number in range(100):
        window.on_message(message(300, 10))
        if number < refused:
            window.on_refusal(refusal())
    [alert] = Thresholds().alerts(window.totals())
    assert (alert.name, alert.severity) == ("refusals", severity)


def test_hits_and_lag() -> None:
    window = Window()
    for _ in range(100):
        window.on_message(message(300, 10))
    thresholds = Thresholds()
    assert not thresholds.alerts(window.totals(), hits=0.6, lag=0.05)
    found = thresholds.alerts(window.totals(), hits=0.4, lag=0.2)
    assert [(alert.name, alert.severity) for alert in found] == [("hits", "warning"), ("lag", "warning")]
    [late] = thresholds.alerts(Totals(), hits=0.4, lag=2.0)
    assert (late.name, late.severity) == ("lag", "critical")


def test_few_messages_are_no_reason_for_an_alert() -> None:
    window = Window()
    for _ in range(99):
        window.on_message(message(3, 4))
    assert not Thresholds().alerts(window.totals())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ratio": -1}, ValueError),
        ({"growth": 5}, ValueError),
        ({"p95": "2ms"}, TypeError),
        ({"min_messages": 0}, ValueError),
    ],
)
def test_other_thresholds_are_refused(changes: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        Thresholds(**changes)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="seconds"):
        Window(0)
