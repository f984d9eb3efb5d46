"""Memory, space and time of a command with its children."""

import sys
from pathlib import Path

import process_tree
import pytest

MIB = 1 << 20
PARENT = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; held = bytearray(b'x') * (80 << 20); time.sleep(1)"])
held = bytearray(b"x") * (60 << 20)
pathlib.Path(sys.argv[1], "run").write_bytes(bytes(3 << 20))
time.sleep(1)
child.wait()
pathlib.Path(sys.argv[1], "run").unlink()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_children_and_temporary_files_count(tmp_path: Path) -> None:
    usage = process_tree.run([sys.executable, "-c", PARENT, str(tmp_path)], tmp_path)
    assert 140 * MIB < usage.peak < 240 * MIB
    assert usage.cpu > 0
    assert usage.wall >= 1
    assert not list(tmp_path.iterdir())


def test_temporary_files_without_names_count(tmp_path: Path) -> None:
    code = """
import sys, tempfile, time
with tempfile.TemporaryFile(dir=sys.argv[1], buffering=0) as file:
    file.write(bytes(3 << 20))
    time.sleep(3)
"""
    usage = process_tree.run([sys.executable, "-c", code, str(tmp_path)], tmp_path)
    assert 3 * MIB <= usage.spilled < 4 * MIB


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(SystemExit, match=r"(?s)exit status 3.*broken"):
        process_tree.run([sys.executable, "-c", "print('broken'); raise SystemExit(3)"])
