"""Metrics of codecs and sessions: what they save, how long they take, and what goes wrong.

``window``           totals of the last minutes, which need no package
``thresholds``       alerts about them
``gauges``           what is looked at from time to time: caches, queues, connections
``freshness_watch``  measures the models on a sample of what is sent
``names``            the metrics and what they mean
``prometheus``       the same for Prometheus (extra ``metrics``)
``opentelemetry``    the same for OpenTelemetry (extra ``otel``)
``monitor``          looks at the gauges, at the lag of the event loop, and at alerts, once a second
``looking``          what the monitor and the watch have in common
``web``              an ASGI application with ``/metrics`` and ``/health``
"""

from aura.metrics.freshness_watch import FreshnessWatch
from aura.metrics.gauges import Gauges
from aura.metrics.monitor import Monitor
from aura.metrics.thresholds import Alert, Severity, Thresholds
from aura.metrics.web import OperationsApp
from aura.metrics.window import Totals, Window

__all__ = [
    "Alert",
    "FreshnessWatch",
    "Gauges",
    "Monitor",
    "OperationsApp",
    "Severity",
    "Thresholds",
    "Totals",
    "Window",
]
