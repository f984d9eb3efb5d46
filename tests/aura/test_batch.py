from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.messages import MESSAGES
from tests.models import SAMPLES

import aura
from aura import codec as codec_module
from aura import workers
from aura.cache import Cache, CacheInfo

CODECS = {
    (backend, level): aura.Codec(backend=backend, level=level, model=aura.Model.load_small())
    for backend in ("fast", "reference")
    for level in (1, 2)
}


@pytest.mark.parametrize(("backend", "level"), CODECS)
@given(st.lists(MESSAGES, max_size=12))
@settings(max_examples=25)
def test_batches_are_what_single_messages_are(backend: str, level: int, batch: list[bytes]) -> None:
    codec = CODECS[backend, level]
    wires = codec.compress_batch(batch + batch[:2])
    assert wires == [codec.compress(message) for message in batch + batch[:2]]
    assert codec.decompress_batch(wires) == batch + batch[:2]


@pytest.mark.parametrize("level", range(4))
def test_big_batches_of_all_methods(level: int) -> None:
    codec = aura.Codec(level=level, model=aura.Model.load_small())
    source = random.Random(3)
    batch = [b" ".join(source.choices(SAMPLES, k=source.randrange(4))) for _ in range(60)]
    batch += [b"Yes", b"n" * 5000, source.randbytes(50), b"Request 12 completed in 3ms"]
    wires = codec.compress_batch(batch)
    assert wires == [codec.compress(message) for message in batch]
    assert codec.decompress_batch(wires) == batch


def test_explicit_models_in_batches() -> None:
    codec = aura.Codec(model=aura.Model.load_small(), explicit_model=True)
    wires = codec.compress_batch(SAMPLES)
    assert wires == [codec.compress(message) for message in SAMPLES]
    assert codec.decompress_batch(wires) == list(SAMPLES)


@pytest.mark.parametrize("backend", ["fast", "reference"])
def test_errors_in_a_batch(backend: str) -> None:
    codec = CODECS[backend, 2]
    good = codec.compress(b"Yes, please.")
    wires = [good, b"", good + b"x" * 20, good, b"\x7f"]
    results = codec.read_batch(wires)
    codes = [result.code if isinstance(result, aura.DecodeError) else result for result in results]
    assert codes == [b"Yes, please.", "Truncated", "Malformed", b"Yes, please.", "Unsupported"]
    with pytest.raises(aura.Truncated) as refused:
        codec.decompress_batch(wires)
    assert refused.value.__notes__ == ["message 1 of the batch"]


def test_kept_results() -> None:
    codec = aura.Codec(model=aura.Model.load_small(), cache_size=2)
    plain = CODECS["fast", 2]
    wire = plain.compress(b"Yes, please.")
    assert codec.compress(b"Yes, please.") == codec.compress(b"Yes, please.") == wire
    assert codec.compress_batch([b"Yes, please.", b"No", b"No"])[0] == wire
    assert codec.cache_info[0] == CacheInfo(hits=3, misses=2, size=2, max_size=2)
    assert codec.decompress(wire) == codec.decompress(wire) == b"Yes, please."
    assert codec.cache_info[1] == CacheInfo(hits=1, misses=1, size=1, max_size=2)
    with pytest.raises(aura.LimitExceeded):
        codec.decompress(wire, max_size=5)
    assert plain.cache_info == (CacheInfo(0, 0, 0, 0),) * 2


def test_new_templates_empty_the_cache() -> None:
    codec = aura.Codec(model=aura.Model.load_small(), cache_size=9)
    message = b"Order 1234567 was packed in hall 17 by Ana."
    before = codec.compress(message)
    codec.templates.add("Order {order:int} was packed in hall {hall:int} by Ana.", id=300)
    assert codec.compress(message) != before
    assert codec.decompress(codec.compress(message)) == message


def test_what_is_kept() -> None:
    cache, basis = Cache(2), object()
    seen: list[bytes] = []

    def find(keys: list[bytes]) -> list[bytes]:
        seen.extend(keys)
        return [key * 2 for key in keys]

    for key in (b"a", b"b", b"a", b"c", b"a", b"b", b"x" * 5000, b"x" * 5000):
        assert cache.look_up([key], find, basis=basis) == [key * 2]
    assert seen == [b"a", b"b", b"c", b"b", b"x" * 5000, b"x" * 5000]


@pytest.fixture
def worthwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec_module, "COMPRESSING", 3)
    monkeypatch.setattr(codec_module, "DECOMPRESSING", 3)


@pytest.mark.usefixtures("worthwhile")
def test_workers_do_the_same() -> None:
    batch = [*SAMPLES, b"Order 17 was packed."]
    single = CODECS["fast", 2]
    with aura.Codec(model=aura.Model.load_small(), workers=2) as codec:
        wires = codec.compress_batch(batch)
        assert wires == single.compress_batch(batch)
        assert codec.decompress_batch(wires) == batch
        assert [getattr(result, "code", result) for result in codec.read_batch([b"", *wires])] == [
            "Truncated",
            *batch,
        ]
        codec.templates.add("Order {order:int} was packed.", id=300)
        assert codec.compress_batch(batch)[-1] == codec.compress(batch[-1]) != wires[-1]
    codec.close()


class NoProcesses:
    """A pool whose processes die, or do not start."""

    made: ClassVar[list[NoProcesses]] = []
    error: ClassVar[type[Exception]] = BrokenProcessPool

    def __init__(self, *_: object, **__: object) -> None:
        self.made.append(self)
        self.is_open = True

    def submit(self, *_: object) -> None:
        raise self.error

    def shutdown(self, **_: object) -> None:
        self.is_open = False


@pytest.mark.usefixtures("worthwhile")
@pytest.mark.parametrize("error", [BrokenProcessPool, BlockingIOError])
def test_batches_are_coded_here_if_processes_do_not_start_and_later_ones_try_anew(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "ProcessPoolExecutor", NoProcesses)
    monkeypatch.setattr(NoProcesses, "made", [])
    monkeypatch.setattr(NoProcesses, "error", error)
    codec = aura.Codec(model=aura.Model.load_small(), workers=2)
    wires = codec.compress_batch(SAMPLES)
    assert wires == CODECS["fast", 2].compress_batch(SAMPLES)
    assert codec.decompress_batch(wires) == list(SAMPLES)
    assert [pool.is_open for pool in NoProcesses.made] == [False, False]
    assert [record.name for record in caplog.records] == ["aura.workers"] * 2


@pytest.mark.usefixtures("worthwhile")
def test_forked_processes_leave_the_pool_to_their_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ProcessPoolExecutor", NoProcesses)
    monkeypatch.setattr(NoProcesses, "made", [])
    codec = aura.Codec(model=aura.Model.load_small(), workers=2)
    held = codec._workers
    assert held is not None
    pool = held._renewed_pool()
    held._lock.acquire()  # as a thread of the parent may, which the child has not
    workers._after_fork()
    assert codec.compress_batch(SAMPLES) == CODECS["fast", 2].compress_batch(SAMPLES)
    assert NoProcesses.made[0] is pool
    assert [made.is_open for made in NoProcesses.made] == [True, False]
    workers._of_parents.clear()


@pytest.mark.usefixtures("worthwhile")
def test_daemons_which_must_not_have_children_code_batches_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers.multiprocessing, "current_process", lambda: SimpleNamespace(daemon=True))
    codec = aura.Codec(model=aura.Model.load_small(), workers=2)
    wires = codec.compress_batch(SAMPLES)
    assert codec.decompress_batch(wires) == list(SAMPLES)


KILLING = """
import os, signal, sys, time
import aura, aura.codec

def main():
    aura.codec.COMPRESSING = 4
    codec = aura.Codec(workers=2, model=aura.Model.load_small())
    batch = [f"message number {n}" for n in range(40)]
    expected = codec.compress_batch(batch)
    child = os.fork()
    if not child:
        signal.alarm(60)
        equal = codec.compress_batch(batch) == expected
        codec.close()
        os._exit(0 if equal else 1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    for process in codec._workers._pool._processes.values():
        process.kill()
        process.join()
    print([codec.compress_batch(batch) == expected for _ in range(3)])
    print(codec._workers._pool is not None)
    for process in codec._workers._pool._processes.values():
        print(process.pid)
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    main()
"""


def is_running(pid: str) -> bool:
    """Whether a process is there and has not ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_forks_and_killed_workers_and_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "killing.py"
    script.write_text(KILLING)
    run = subprocess.run(  # noqa: S603  # a script of this test
        [sys.executable, str(script)], check=False, capture_output=True, text=True, timeout=120
    )
    child, killed, renewed, *pids = run.stdout.splitlines()
    assert (child, killed, renewed) == ("0", "[True, True, True]", "True")
    deadline = time.monotonic() + 30
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline, "workers outlive their parent"
        time.sleep(0.1)
