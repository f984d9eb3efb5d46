"""Without memory a call of the native core fails, and does no other harm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("aura_native")

PROGRAM = Path(__file__).with_name("little_memory.py")


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is limited and read as on Linux")
def test_calls_without_memory_raise_memory_errors() -> None:
    """Whatever takes more than a page from the C library is given back to the system at once."""
    settings = {"MALLOC_MMAP_THRESHOLD_": "4096", "MALLOC_TRIM_THRESHOLD_": "0", "MALLOC_TOP_PAD_": "0"}
    done = subprocess.run(  # noqa: S603  # ours
        [sys.executable, str(PROGRAM)],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lacking = set(done.stdout.split())
    assert lacking >= {
        "read_model",
        "choose",
        "choose_batch",
        "encode_brio",
        "decode_brio",
        "encode_brio2",
        "decode_brio2",
        "encode_block",
        "match",
    }
