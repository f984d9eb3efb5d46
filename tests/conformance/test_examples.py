"""The decoder in JavaScript passes a sample of each chapter, through the runner."""

from __future__ import annotations

import subprocess
from itertools import groupby
from pathlib import Path
from shutil import which

import pytest

from aura_conformance.execute import Conditions, execute
from aura_conformance.level_zero import OneShot
from aura_conformance.process import LongLived
from aura_conformance.suite import Check, Suite, find_vectors, load

FOLDER = Path(__file__).parents[2] / "conformance" / "examples" / "js-minimal"
SAMPLE = 12
"""Checks of a chapter, about."""


def _has_node() -> bool:
    """Whether there is a Node.js that is new enough."""
    node = which("node")
    test = "process.exit(require('node:zlib').crc32 ? 0 : 1)"
    return node is not None and not subprocess.run([node, "-e", test], check=False).returncode  # noqa: S603


pytestmark = pytest.mark.skipif(not _has_node(), reason="no Node.js, or one that is too old")


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load(find_vectors())


def _sample(suite: Suite) -> list[Check]:
    """Of all checks, as in a plain run: those of Brotli and Zstandard are refused as ``Unsupported``."""
    chosen = []
    for _, checks in groupby(suite.checks, lambda check: check.case.chapter):
        row = list(checks)
        chosen += row[:: max(1, len(row) // SAMPLE)]
    return chosen


def test_the_javascript_decoder_passes(suite: Suite) -> None:
    subject = LongLived(["node", str(FOLDER / "adapter.mjs")], timeout=60)
    about = subject.start()
    outcomes = list(execute(subject, _sample(suite), Conditions([suite.profiles["decoder-core"]])))
    subject.stop()
    assert list(about.profiles) == ["decoder-core", "tag"]
    assert [outcome for outcome in outcomes if not outcome.is_good] == []


def test_the_javascript_command_passes(suite: Suite) -> None:
    checks = [check for check in suite.checks if check.matches(["stored/0001", "marker/0001", "brio2/0001"])]
    chosen = [check for check in checks if check.is_level_zero]
    subject = OneShot(["node", str(FOLDER / "decode.mjs")], timeout=60)
    subject.start()
    outcomes = list(execute(subject, chosen, Conditions()))
    subject.stop()
    assert len(chosen) == 3
    assert [outcome for outcome in outcomes if not outcome.is_good] == []
