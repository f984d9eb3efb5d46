"""Hypothesis profiles: ``quick`` for ``make test``, ``ci`` for ``make test-thorough``, ``thorough`` for a release.

Only the searches of `tests.searches` tell ``quick`` from ``ci``.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Shared machines stall at times: no deadline for an example, speed is measured in bench/ instead.
for name in ("quick", "ci"):
    settings.register_profile(name, deadline=None, max_examples=100, derandomize=True)
settings.register_profile(
    "thorough", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
