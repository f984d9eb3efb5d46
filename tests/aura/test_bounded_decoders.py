"""What hostile input of every kind takes of memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are set as Linux does")
def test_hostile_input_of_every_kind_is_refused_in_16_mib() -> None:
    """Single messages of every marker, alone, in sessions and event streams; streams, offers and model files."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.aura.bounded_decoders", "16"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not result.returncode, result.stderr
