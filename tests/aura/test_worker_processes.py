from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from tests.models import SAMPLES

import aura
from aura import worker_processes, workers

PLAIN = aura.Codec(backend="fast", model=aura.Model.load_small())


def pooled() -> aura.PooledCodec:
    """A codec whose batches two processes share."""
    return aura.PooledCodec(aura.Codec(backend="fast", model=aura.Model.load_small()), workers=2)


@pytest.fixture
def worthwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_processes, "MIN_COMPRESSED", 3)
    monkeypatch.setattr(worker_processes, "MIN_DECOMPRESSED", 3)


@pytest.mark.usefixtures("worthwhile")
def test_workers_do_the_same() -> None:
    batch = [*SAMPLES, b"Order 17 was packed."]
    single = PLAIN
    with pooled() as codec:
        wires = codec.compress_batch(batch)
        assert wires == single.compress_batch(batch)
        assert codec.decompress_batch(wires) == batch
        assert [
            getattr(result, "code", result)
            for result in codec.decompress_batch([b"", *wires], errors="return")
        ] == [
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
    monkeypatch.setattr(worker_processes, "ProcessPoolExecutor", NoProcesses)
    monkeypatch.setattr(NoProcesses, "made", [])
    monkeypatch.setattr(NoProcesses, "error", error)
    codec = pooled()
    wires = codec.compress_batch(SAMPLES)
    assert wires == PLAIN.compress_batch(SAMPLES)
    assert codec.decompress_batch(wires) == list(SAMPLES)
    assert [pool.is_open for pool in NoProcesses.made] == [False, False]
    assert [record.name for record in caplog.records] == ["aura.pooled"] * 2


@pytest.mark.usefixtures("worthwhile")
def test_forked_processes_leave_the_pool_to_their_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_processes, "ProcessPoolExecutor", NoProcesses)
    monkeypatch.setattr(NoProcesses, "made", [])
    codec = pooled()
    held = codec._workers
    pool = held._renewed_pool()
    held._lock.acquire()  # as a thread of the parent may, which the child has not
    workers._after_fork()
    assert codec.compress_batch(SAMPLES) == PLAIN.compress_batch(SAMPLES)
    assert NoProcesses.made[0] is pool
    assert [made.is_open for made in NoProcesses.made] == [True, False]
    workers._of_parents.clear()


@pytest.mark.usefixtures("worthwhile")
def test_daemons_which_must_not_have_children_code_batches_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        worker_processes.multiprocessing, "current_process", lambda: SimpleNamespace(daemon=True)
    )
    codec = pooled()
    wires = codec.compress_batch(SAMPLES)
    assert codec.decompress_batch(wires) == list(SAMPLES)


ENDING = """
import atexit
import aura, aura.worker_processes

def main():
    aura.worker_processes.MIN_COMPRESSED = 4
    plain = aura.Codec(backend="fast", model=aura.Model.load_small())
    codecs = [aura.PooledCodec(plain, workers=2) for _ in range(2)]
    batch = [f"message number {n}" for n in range(9)]
    expected = plain.compress_batch(batch)
    atexit.register(lambda: print([codec.compress_batch(batch) == expected for codec in codecs]))
    print(codecs[0].compress_batch(batch) == expected)  # the other one has no processes yet

if __name__ == "__main__":
    main()
"""


def test_batches_are_coded_here_when_the_interpreter_ends(tmp_path: Path) -> None:
    script = tmp_path / "ending.py"
    script.write_text(ENDING)
    run = subprocess.run(  # noqa: S603  # ours
        [sys.executable, script], capture_output=True, text=True, timeout=120, check=True
    )
    assert (run.stdout, run.stderr) == ("True\n[True, True]\n", "")


KILLING = """
import os, signal, sys, time
import aura, aura.worker_processes

def main():
    aura.worker_processes.MIN_COMPRESSED = 4
    codec = aura.PooledCodec(aura.Codec(backend="fast", model=aura.Model.load_small()), workers=2)
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
