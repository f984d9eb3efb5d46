from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.messages import MESSAGES
from tests.models import SAMPLES
from tests.searches import sampled

import aura
from aura import pooled
from aura.backend import BACKENDS
from aura.cached import Cache, CacheInfo

CODECS = {
    (backend, level): aura.Codec(backend=backend, level=level, model=aura.Model.load_small())
    for backend in BACKENDS
    for level in (1, 2)
}


@pytest.mark.parametrize(("backend", "level"), CODECS)
@sampled(25)
@given(st.lists(MESSAGES, max_size=12))
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


@pytest.mark.parametrize("backend", BACKENDS)
def test_errors_in_a_batch(backend: str) -> None:
    codec = CODECS[backend, 2]
    good = codec.compress(b"Yes, please.")
    wires = [good, b"", good + b"x" * 20, good, b"\x7f"]
    results = codec.decompress_batch(wires, errors="return")
    codes = [result.code if isinstance(result, aura.DecodeError) else result for result in results]
    assert codes == [b"Yes, please.", "Truncated", "Malformed", b"Yes, please.", "Unsupported"]
    with pytest.raises(aura.Truncated) as refused:
        codec.decompress_batch(wires)
    assert refused.value.__notes__ == ["message 1 of the batch"]


def test_errors_are_raised_or_returned() -> None:
    with pytest.raises(ValueError, match="errors is 'ignore', not 'raise' or 'return'"):
        CODECS["fast", 2].decompress_batch([], errors="ignore")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"errors is 'raise' or 'return', not \[\] \(list\)"):
        CODECS["fast", 2].decompress_batch([], errors=[])  # type: ignore[call-overload]


def test_every_message_has_an_error_of_its_own() -> None:
    for codec in (CODECS["fast", 2], aura.CachedCodec(CODECS["fast", 2])):
        one, two = codec.decompress_batch([b"\x7f", b"\x7f"], errors="return")
        assert str(one) == str(two)
        assert one is not two


def test_kept_results() -> None:
    codec = aura.CachedCodec(aura.Codec(model=aura.Model.load_small()), size=2)
    plain = CODECS["fast", 2]
    wire = plain.compress(b"Yes, please.")
    assert codec.compress(b"Yes, please.") == codec.compress(b"Yes, please.") == wire
    assert codec.compress_batch([b"Yes, please.", b"No", b"No"])[0] == wire
    assert codec.cache_info[0] == CacheInfo(hits=3, misses=2, size=2, max_size=2)
    assert codec.decompress(wire) == codec.decompress(wire) == b"Yes, please."
    assert codec.cache_info[1] == CacheInfo(hits=1, misses=1, size=1, max_size=2)
    with pytest.raises(aura.LimitExceeded):
        codec.decompress(wire, max_size=5)


def test_new_templates_empty_the_cache() -> None:
    codec = aura.CachedCodec(aura.Codec(model=aura.Model.load_small()))
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
    monkeypatch.setattr(pooled, "MIN_COMPRESSED", 3)
    monkeypatch.setattr(pooled, "MIN_DECOMPRESSED", 3)


@pytest.mark.usefixtures("worthwhile")
def test_workers_do_the_same() -> None:
    batch = [*SAMPLES, b"Order 17 was packed."]
    single = CODECS["fast", 2]
    with aura.PooledCodec(aura.Codec(model=aura.Model.load_small()), workers=2) as codec:
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


def test_wrappers_go_around_a_codec_and_around_each_other() -> None:
    plain = CODECS["fast", 2]
    with aura.CachedCodec(aura.PooledCodec(plain, workers=2), size=5) as codec:
        wires = codec.compress_batch(SAMPLES)
        assert wires == plain.compress_batch(SAMPLES)
        assert codec.decompress_batch([*wires, b""], errors="return")[:-1] == list(SAMPLES)
        assert (
            codec.decompress(codec.compress("Yes")) == codec.codec.decompress(plain.compress("Yes")) == b"Yes"
        )
        assert codec.templates is plain.templates
        assert codec.max_size == plain.max_size
        with pytest.raises(aura.LimitExceeded):
            codec.codec.decompress(wires[0], max_size=1)


def test_copies_of_wrappers_wrap_copies() -> None:
    original = aura.CachedCodec(aura.PooledCodec(CODECS["fast", 1], workers=3), size=7)
    original.compress("Yes")
    copy = pickle.loads(pickle.dumps(original))  # noqa: S301  # ours
    assert isinstance(copy.codec, aura.PooledCodec)
    assert copy.codec.codec.level == 1
    assert copy.codec._workers._count == 3
    assert copy.cache_info == (CacheInfo(0, 0, 0, 7),) * 2
    assert copy.compress("Yes") == original.compress("Yes")


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
    monkeypatch.setattr(pooled, "ProcessPoolExecutor", NoProcesses)
    monkeypatch.setattr(NoProcesses, "made", [])
    monkeypatch.setattr(NoProcesses, "error", error)
    codec = aura.PooledCodec(aura.Codec(model=aura.Model.load_small()), workers=2)
    wires = codec.compress_batch(SAMPLES)
    assert wires == CODECS["fast", 2].compress_batch(SAMPLES)
    assert codec.decompress_batch(wires) == list(SAMPLES)
    assert [pool.is_open for pool in NoProcesses.made] == [False, False]
    assert [record.name for record in caplog.records] == ["aura.pooled"] * 2


@pytest.mark.usefixtures("worthwhile")
def test_forked_processes_leave_the_pool_to_their_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooled, "ProcessPoolExecutor", NoProcesses)
    monkeypatch.setattr(NoProcesses, "made", [])
    codec = aura.PooledCodec(aura.Codec(model=aura.Model.load_small()), workers=2)
    held = codec._workers
    pool = held._renewed_pool()
    held._lock.acquire()  # as a thread of the parent may, which the child has not
    pooled._after_fork()
    assert codec.compress_batch(SAMPLES) == CODECS["fast", 2].compress_batch(SAMPLES)
    assert NoProcesses.made[0] is pool
    assert [made.is_open for made in NoProcesses.made] == [True, False]
    pooled._of_parents.clear()


@pytest.mark.usefixtures("worthwhile")
def test_daemons_which_must_not_have_children_code_batches_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pooled.multiprocessing, "current_process", lambda: SimpleNamespace(daemon=True))
    codec = aura.PooledCodec(aura.Codec(model=aura.Model.load_small()), workers=2)
    wires = codec.compress_batch(SAMPLES)
    assert codec.decompress_batch(wires) == list(SAMPLES)


ENDING = """
import atexit
import aura, aura.pooled

def main():
    aura.pooled.MIN_COMPRESSED = 4
    plain = aura.Codec(model=aura.Model.load_small())
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
import aura, aura.pooled

def main():
    aura.pooled.MIN_COMPRESSED = 4
    codec = aura.PooledCodec(aura.Codec(model=aura.Model.load_small()), workers=2)
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
