"""Hypothesis profiles: ``quick`` for ``make test``, ``ci`` for ``make test-thorough``, ``thorough`` for a release.

Only the searches of `tests.searches` tell ``quick`` from ``ci``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# Shared machines stall at times: no deadline for an example, speed is measured in bench/ instead.
for name in ("quick", "ci"):
    settings.register_profile(name, deadline=None, max_examples=100, derandomize=True)
settings.register_profile(
    "thorough", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Leave tests that are marked ``no_cover`` untraced in the processes of pytest-xdist as well.

    There pytest-cov has started two measurements, one in the other, and pauses the inner one alone.
    """
    tracer = sys.gettrace()
    if tracer is None or item.get_closest_marker("no_cover") is None:
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
