from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.models import SAMPLES

import aura
from aura import worker_threads

pytest.importorskip("aura_native")

MESSAGES = [*SAMPLES, b"Order 17 was packed.", b"n" * 5000, b"", bytes(range(256))]


@pytest.fixture
def pooled(monkeypatch: pytest.MonkeyPatch) -> Iterator[aura.PooledCodec]:
    """A codec whose threads share batches of any size."""
    monkeypatch.setattr(worker_threads, "MIN_COMPRESSED", 0)
    monkeypatch.setattr(worker_threads, "MIN_DECOMPRESSED", 0)
    with aura.PooledCodec(aura.Codec(backend="native", model=aura.Model.load_small()), workers=3) as codec:
        yield codec


def threads() -> list[threading.Thread]:
    """The threads that share batches and are alive."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("aura-batch")]


@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize("check", [False, True])
def test_threads_do_what_one_thread_does(level: int, check: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_threads, "MIN_COMPRESSED", 0)
    monkeypatch.setattr(worker_threads, "MIN_DECOMPRESSED", 0)
    single = aura.Codec(backend="native", model=aura.Model.load_small(), level=level, check=check)
    with aura.PooledCodec(single, workers=3) as codec:
        wires = codec.compress_batch(MESSAGES)
        assert len(threads()) > 1
        assert wires == single.compress_batch(MESSAGES)
        assert codec.decompress_batch(wires) == MESSAGES


def test_refused_messages_have_their_places(pooled: aura.PooledCodec) -> None:
    wires = pooled.codec.compress_batch(MESSAGES)
    wires[3:3] = [b"", b"\x7f"]
    results = pooled.decompress_batch(wires, errors="return")
    codes = [result.code if isinstance(result, aura.DecodeError) else result for result in results]
    assert codes == [*MESSAGES[:3], "Truncated", "Unsupported", *MESSAGES[3:]]
    with pytest.raises(aura.Truncated) as refused:
        pooled.decompress_batch(wires)
    assert refused.value.__notes__ == ["message 3 of the batch"]


def test_new_templates_are_used_at_once(pooled: aura.PooledCodec) -> None:
    before = pooled.compress_batch(MESSAGES)
    pooled.templates.add("Order {order:int} was packed.", id=300)
    after = pooled.compress_batch(MESSAGES)
    assert after == pooled.codec.compress_batch(MESSAGES) != before


def test_only_batches_that_take_long_are_shared() -> None:
    with aura.PooledCodec(aura.Codec(backend="native", model=aura.Model.load_small()), workers=2) as codec:
        wires = codec.compress_batch([b"Yes, please."] * 1000)
        assert codec.decompress_batch(wires) == [b"Yes, please."] * 1000
        assert codec.decompress_batch(codec.compress_batch([b"n" * 20_000])) == [b"n" * 20_000]
        assert not threads()
        codec.compress_batch([b"Yes, please."] * 2000)
        assert threads()


def test_close_ends_threads_and_later_batches_start_new_ones(pooled: aura.PooledCodec) -> None:
    wires = pooled.compress_batch(MESSAGES)
    pooled.close()
    assert not threads()
    assert pooled.compress_batch(MESSAGES) == wires


def test_errors_of_a_thread_are_those_of_the_call(
    pooled: aura.PooledCodec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> list[bytes]:
        raise MemoryError("no memory for the batch")

    monkeypatch.setattr(pooled.codec, "encode_messages", fail)
    with pytest.raises(MemoryError, match="no memory for the batch"):
        pooled.compress_batch(MESSAGES)


def test_batches_are_coded_here_if_no_thread_starts(
    pooled: aura.PooledCodec, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        wires = pooled.compress_batch(MESSAGES)
    assert wires == pooled.codec.compress_batch(MESSAGES)
    assert pooled.decompress_batch(wires) == MESSAGES
    assert threads()
    assert [record.name for record in caplog.records] == ["aura.pooled"]


def test_callers_of_several_threads_share_the_workers(pooled: aura.PooledCodec) -> None:
    expected = pooled.codec.compress_batch(MESSAGES)
    with ThreadPoolExecutor(4) as callers:
        results = list(callers.map(lambda _: pooled.compress_batch(MESSAGES), range(20)))
    assert results == [expected] * 20


def test_copies_have_threads_of_their_own(pooled: aura.PooledCodec) -> None:
    copy = pickle.loads(pickle.dumps(pooled))  # noqa: S301  # ours
    with copy:
        assert copy.compress_batch(MESSAGES) == pooled.compress_batch(MESSAGES)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_forked_processes_start_threads_of_their_own(pooled: aura.PooledCodec) -> None:
    wires = pooled.compress_batch(MESSAGES)
    pooled._workers._lock.acquire()  # as another thread may, which the child has not
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        is_same = pooled.compress_batch(MESSAGES) == wires and pooled.decompress_batch(wires) == MESSAGES
        pooled.close()
        os._exit(0 if is_same else 1)
    pooled._workers._lock.release()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert pooled.compress_batch(MESSAGES) == wires


ENDING = """
import atexit
import aura

plain = aura.Codec(backend="native", model=aura.Model.load_small())
codecs = [aura.PooledCodec(plain, workers=2) for _ in range(2)]
batch = [f"message number {n}" for n in range(9000)]
expected = plain.compress_batch(batch)
atexit.register(lambda: print([codec.compress_batch(batch) == expected for codec in codecs]))
print(codecs[0].compress_batch(batch) == expected)  # the other one has no threads yet
"""


def test_batches_are_coded_here_when_the_interpreter_ends(tmp_path: Path) -> None:
    script = tmp_path / "ending.py"
    script.write_text(ENDING)
    run = subprocess.run(  # noqa: S603  # ours
        [sys.executable, script], capture_output=True, text=True, timeout=120, check=True
    )
    assert (run.stdout, run.stderr) == ("True\n[True, True]\n", "")
