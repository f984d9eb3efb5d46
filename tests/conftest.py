"""Hypothesis profiles: ``quick`` for ``make test``, ``ci`` for ``make test-thorough``, ``thorough`` for a release.

A quick run tries half of the examples, and still fewer in the searches of `tests.searches`. With
``THOROUGH_SHARE=10`` one of every ten tests marked ``thorough`` runs, always the same.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# Shared machines stall at times: no deadline for an example, speed is measured in bench/ instead.
for name, examples in (("quick", 50), ("ci", 100)):
    settings.register_profile(name, deadline=None, max_examples=examples, derandomize=True)
settings.register_profile(
    "thorough", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

THOROUGH_SHARE = int(os.environ.get("THOROUGH_SHARE", "1"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out most tests that are marked ``thorough``, where only a share of them is asked for.

    A checksum of its name chooses a test, so that a new test does not change which others run.
    """
    left_out = [
        item
        for item in items
        if item.get_closest_marker("thorough") and zlib.crc32(item.nodeid.encode()) % THOROUGH_SHARE
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


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
