"""Says which tests need the packages of the extra ``stress``."""

from __future__ import annotations

from typing import Any

import pytest


def needed(module: str = "matplotlib") -> Any:
    """A package of the extra; where it is missing, the tests of the file that asks for it are skipped."""
    return pytest.importorskip(module, reason=f"needs {module} of an extra: make test-operations")
