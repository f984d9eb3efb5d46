"""The largest trie that a model file may hold takes a bounded amount of memory to read."""

from __future__ import annotations

import subprocess
import sys
from array import array
from pathlib import Path

import numpy as np
import pytest

from aura_fast import model as fast
from aura_spec import match
from aura_spec.context_model import END, SYMBOLS, ContextModel
from aura_spec.trie import MAX_ENTRIES, entry_limit

MAX_MEMORY = 1 << 30
"""Bytes of address space that reading may take beside what the process has when numpy is there."""

READ = """
import resource, sys
from pathlib import Path
from aura.models.model import Model
data = Path(sys.argv[1]).read_bytes()
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
print(len(Model.from_bytes(data).context_model.symbols))
"""


def largest() -> ContextModel:
    """Every string of two of the first letters is a context, and its list has all of these."""
    letters = round((MAX_ENTRIES - 2 * SYMBOLS) ** (1 / 3)) - 1
    rng = np.random.default_rng(1)
    everything = np.arange(letters)
    # lists ascend by code, then in the order of the suffix's list (rule CTX-7); ones make the file larger
    one = np.sort(rng.random((letters, letters)) < 0.2, 1)
    two = rng.random((letters * letters, letters)) < 0.2
    contexts_of_two = letters + 2
    order = np.argsort(two, 1, kind="stable")
    # after (a, b) and c: the context (b, c), whose entry stands at place c in the list of b
    last = np.tile(everything, letters)[:, None]
    following = contexts_of_two + last * letters + order
    root = np.zeros(SYMBOLS, np.int64)
    root[:letters] = 1 + everything
    sizes = np.concatenate(([SYMBOLS], np.full(letters, letters), [1], np.full(letters * letters, letters)))
    suffixes = np.concatenate(([0], np.zeros(letters + 1, np.int64), 1 + np.tile(everything, letters)))
    return ContextModel(
        starts=_sequence(np.concatenate(([0], np.cumsum(sizes)))),
        symbols=_sequence(
            np.concatenate((np.arange(SYMBOLS), np.tile(everything, letters), [0], order.ravel()))
        ),
        codes=_sequence(
            np.concatenate((np.zeros(SYMBOLS, np.int64), one.ravel(), [0], np.sort(two, 1).ravel()))
        ),
        following=_sequence(
            np.concatenate((root, contexts_of_two + np.arange(letters * letters), [1], following.ravel()))
        ),
        suffixes=_sequence(suffixes),
        escapes=_sequence(np.concatenate(([0], np.full(len(sizes) - 1, 9)))),
        initial=letters + 1,
        hits=[2048] * match.HITS,
    )


def _sequence(values: np.ndarray) -> array[int]:
    return array("i", values.astype(np.int32).tobytes())


@pytest.mark.thorough
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc and bounds the address space")
def test_the_largest_trie_takes_bounded_memory(tmp_path: Path) -> None:
    """Rule TRI-8."""
    model = largest()
    assert END not in model.symbols[SYMBOLS:]
    data = fast.write(model)
    assert 0.95 * MAX_ENTRIES < len(model.symbols) <= entry_limit(len(data)) == MAX_ENTRIES
    path = tmp_path / "largest.aura"
    path.write_bytes(data)
    done = subprocess.run(  # noqa: S603  # this test's own script
        [sys.executable, "-c", READ, str(path), str(MAX_MEMORY)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(model.symbols)
