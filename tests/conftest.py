"""Hypothesis profiles: ``ci`` by default, ``thorough`` before a release."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Shared machines stall at times: no deadline for an example, speed is measured in bench/ instead.
settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True)
settings.register_profile(
    "thorough", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
