"""Says which tests need the packages of the extra ``discovery``."""

from __future__ import annotations

import pytest


def needs_extra() -> None:
    """Skip the tests of the file that asks where a package of the extra is missing."""
    for module in ("drain3", "sklearn", "scipy"):
        pytest.importorskip(module, reason=f"needs {module} of the extra discovery: make test-discovery")
