"""Vectors with a case for every verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conformance.asking import MODEL
from tests.conformance.suites import canonical, invalid, messages, valid, write


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """A case for every verdict."""
    good = messages(canonical("61"), canonical("00"), canonical("62"), invalid("ff"), valid("07", ""))
    bad = messages(
        valid("c0", "61"),
        valid("c2", "61"),
        valid("0761", "61", trace=[{"symbol": 1}] * 3),
        valid("c3", "61"),
        valid("0762", "62"),
        valid("c4", "ab"),
        valid("c5", "61"),
        valid("c6", "61"),
        invalid("c7", flags=["TakesAnything"]),
        invalid("c8", flags=["TakesAnything", "Unexplained"]),
        valid("c9", "61"),
        valid("ca", "61"),
        valid("cb", "61"),
        valid("c7", "61", requires=["luck"]),
    )
    number = {
        "case_type": "integer",
        "maximum": "255",
        "tests": ({"result": "canonical", "wire": "01", "value": "1"},),
    }
    held = messages(valid("0701", "01"), valid("0702", "02"), **MODEL)
    untaken = messages(valid("0703", "03"), model="00")
    any_result = {"case_types": ["message"], "results": ["canonical", "decodable", "invalid"], "without": []}
    profiles = {
        "numbers": {**any_result, "about": "reads", "directions": ["decode"], "case_types": ["integer"]},
        "decoder": {**any_result, "about": "reads messages", "directions": ["decode"], "without": ["luck"]},
    }
    files = {"good": [good], "bad": [bad], "number": [number], "held": [held, untaken]}
    return write(tmp_path, files, profiles)
