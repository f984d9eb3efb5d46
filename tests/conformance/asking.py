"""Ask a program that answers as it likes, in place of an implementation."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from aura_conformance.execute import Conditions, Outcome, execute
from aura_conformance.process import LongLived
from aura_conformance.suite import Suite

FAKE = [sys.executable, str(Path(__file__).parent / "fake.py")]
MODEL = {"model": "0102"}
NO_VECTORS = Suite("0.1.0", (), {})


def ask(
    suite: Suite, only: Sequence[str] = ("*",), conditions: Conditions | None = None, timeout: float = 20
) -> dict[str, Outcome]:
    subject = LongLived(FAKE, timeout)
    checks = [check for check in suite.checks if check.matches(only)]
    try:
        outcomes = list(execute(subject, checks, conditions or Conditions()))
    finally:
        subject.stop()
    return {outcome.check.name: outcome for outcome in outcomes}
