"""Says which tests need the packages of the extras ``metrics`` and ``otel``."""

from __future__ import annotations

from typing import Any

import pytest


def needed(module: str) -> Any:
    """A package of the extras; where it is missing, the tests of the file that asks for it are skipped."""
    return pytest.importorskip(module, reason=f"needs {module} of an extra: make test-operations")
