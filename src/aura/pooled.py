"""A codec whose big batches several threads or processes share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

from aura import arguments
from aura.codec import Codec
from aura.codec_base import CodecWrapper
from aura.worker_processes import WorkerProcesses
from aura.worker_threads import WorkerThreads
from aura.workers import Workers
from aura_spec.errors import DecodeError


class PooledCodec(CodecWrapper[Codec]):
    """A codec whose big batches several workers share. Thread-safe.

    With the backend ``"native"`` workers are threads, which share the model. They compress batches of 16 KiB and
    more, and decompress those of 4 KiB and more.

    With other backends they are processes, each with a copy of the codec. They compress 1,000 messages and more,
    and decompress 10,000 and more. They start with the first such batch, which takes them seconds.

    End workers with :meth:`close`, or use the codec in a ``with`` statement. Everything else is done in the thread
    of the caller, and so is a batch if a worker is killed or does not start, or if the interpreter ends.

    Args:
        codec: does the work, here and in each worker.
        workers: how many threads or processes, 2 or more; as many as there are processors, but at least 2, if None.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: ``workers`` is below 2.
    """

    def __init__(self, codec: Codec, *, workers: int | None = None) -> None:
        if not isinstance(codec, Codec):
            raise TypeError(f"codec is a Codec, not {type(codec).__name__}")
        super().__init__(codec)
        count = max(2, os.cpu_count() or 2) if workers is None else workers
        self._count = arguments.whole_number("workers", count, 2)
        make: type[Workers] = WorkerThreads if codec.backend == "native" else WorkerProcesses
        self._workers = make(self._count, codec)

    def __reduce__(self) -> tuple[Callable[[Codec], PooledCodec], tuple[Codec]]:
        """Let a copy in another process have workers of its own, once it needs them."""
        return partial(PooledCodec, workers=self._count), (self.codec,)

    def close(self) -> None:
        """End the workers; the codec can be used further, and starts new ones then."""
        self._workers.close()

    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        """Code messages that are checked already, in order; many of them by the workers."""
        wires = self._workers.compress(messages)
        return self.codec.encode_messages(messages) if wires is None else wires

    def decode_wire(self, wire: bytes, max_size: int) -> bytes:
        """Read one compressed message, in this thread.

        Raises:
            DecodeError: the message is refused.
        """
        return self.codec.decode_wire(wire, max_size)

    def decode_wires(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        """Read compressed messages, in order; in place of one that is refused there is the error."""
        results = self._workers.decompress(wires, max_size)
        return self.codec.decode_wires(wires, max_size) if results is None else results
