"""Measuring a codec in a process of its own, so that its crash costs only its own row.

The process is started afresh rather than forked: a fork would share the threads' locks of a process
that may be drawing a progress bar.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from aura.bench.codecs import BenchCodec
from aura.bench.errors import CodecCrashError
from aura.bench.measure import Measurement, measure
from aura.files.corpus import Message

__all__ = ["measure_apart"]


def measure_apart(build: Callable[[], BenchCodec], messages: Sequence[Message]) -> Measurement:
    """Build a codec in a new process and measure it there; ``build`` must survive pickling."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(build_and_measure, build, messages).result()
        except BrokenProcessPool as error:
            raise CodecCrashError("the process that measured it died") from error


def build_and_measure(build: Callable[[], BenchCodec], messages: Sequence[Message]) -> Measurement:
    """Build a codec and measure it: what the new process does."""
    return measure(build(), messages)
