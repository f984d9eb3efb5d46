"""The native core beside the fast backend: nanoseconds a byte of processor time, and what a model takes.

Usage: python bench/native_core.py [--count N] [--model FILE] [--native-only] FILE...

Each file is a corpus in JSON lines, as for ``aura bench``. Its first messages, at most N of each, are coded one by
one as AURALITE and as adaptive messages, by both backends, and through ``aura.Codec`` at levels 1 and 2: the mean
and the median message, each in the quickest of some rounds, and the mean in batches of 1,000 messages, which repeat
where there are too few. In streams, by both backends, each source is a connection of ``aura.Stream``. Every message
is read again and compared. The first table says what it takes to read the model.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, groupby, islice
from pathlib import Path

import timing
from tables import Row, reported, show

import aura
from aura.backend import Backend, get
from aura.models import native_model
from aura_fast import model as model_file
from aura_spec.context_model import ContextModel
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.shared_state import SharedState

_NO_LIMIT = 1 << 26
_ROUNDS = 7
_BATCH = 1000
_DEFAULT = Path(aura.__file__).parent / "data" / "default.aura"


def main() -> None:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+", help="corpora")
    parser.add_argument("--count", type=int, default=400, help="messages of each")
    parser.add_argument("--model", type=Path, help="the default one if not given")
    parser.add_argument(
        "--native-only", action="store_true", help="leave out the fast backend, which takes long"
    )
    given = parser.parse_args()
    names = ("native",) if given.native_only else ("native", "fast")
    data = (given.model or _DEFAULT).read_bytes()
    show("reading the model", [loading(data)])
    model = model_file.read(data).context_model
    rows = (row(path, given.count, data, model, names) for path in given.files)
    show("ns a byte: write / read", reported(rows))


def loading(data: bytes) -> Row:
    """Time and memory of the native core to read a model file."""
    before = _peak()
    model = native_model.read(data).native
    peak = _peak() - before
    entries, memory = model.entries, model.memory
    del model
    seconds, _ = timing.best(lambda: native_model.read(data).native.entries)
    return {"entries": entries, "MB": memory / 1e6, "peak MB": peak, "ms": 1000 * seconds}


def _peak() -> float:
    """The most memory that the process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def row(path: Path, count: int, data: bytes, model: ContextModel, names: Sequence[str]) -> Row:
    """A corpus through the backends with these names."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        turns = [json.loads(line) for _, line in zip(range(count), lines, strict=False)]
    turns = [turn for turn in turns if len(turn["text"].encode()) <= MAX_ADAPTIVE]
    texts = [turn["text"].encode() for turn in turns]
    found: Row = {"corpus": path.name.partition(".")[0], "bytes": sum(map(len, texts)) / len(texts)}
    held = {"native": native_model.read(data), "fast": model}
    for method in ("auralite", "adaptive"):
        for name in names:
            found[f"{method}, {name}"] = _both_ways(texts, *_calls(get(name), method, held[name]))
    conversations = [
        [turn["text"] for turn in some] for _, some in groupby(turns, key=lambda turn: str(turn["source"]))
    ]
    for name in names:
        own = aura.Codec(model=aura.Model.from_bytes(data), backend=name)
        found[f"stream, {name}, µs"] = _streamed(conversations, own)
    for level in (1, 2):
        codec = aura.Codec(model=aura.Model.from_bytes(data), level=level)
        wires = codec.compress_batch(texts)
        if codec.decompress_batch(wires) != texts:
            raise ValueError("a message comes back changed")
        both = _quickest(codec.compress, texts), _quickest(codec.decompress, wires)
        for name, of in (("mean", statistics.mean), ("median", statistics.median)):
            found[f"level {level}, {name} µs"] = " / ".join(f"{of(times):.3g}" for times in both)
        found[f"level {level}, batch"] = _batches(codec, list(islice(cycle(texts), _BATCH)))
    return found


def _streamed(conversations: Sequence[Sequence[str]], codec: aura.Codec) -> str:
    """The microseconds to send and to receive a message of a stream, of some rounds the least.

    Raises:
        ValueError: a message comes back changed.
    """
    sending, receiving = [], []
    for _ in range(timing.ROUNDS if codec.backend == "native" else 1):
        sent = received = 0.0
        for texts in conversations:
            client, server = (
                aura.Stream(codec.model, role=role, codec=codec) for role in ("client", "server")
            )
            started = time.process_time()
            wires = [client.send(text) for text in texts]
            written = time.process_time()
            read = [server.receive(wire) for wire in wires]
            sent += written - started
            received += time.process_time() - written
            if read != texts:
                raise ValueError("a message comes back changed")
        sending.append(sent)
        receiving.append(received)
    unit = 1e6 / sum(map(len, conversations))
    return f"{unit * min(sending):.3g} / {unit * min(receiving):.3g}"


def _calls(
    backend: Backend, method: str, model: ContextModel
) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    encode = backend.encode_auralite if method == "auralite" else backend.encode_adaptive
    shared = SharedState(model=model)
    return lambda text: encode(text, model), lambda wire: backend.decode(wire, shared, _NO_LIMIT)


def _both_ways(
    texts: Sequence[bytes], encode: Callable[[bytes], bytes], decode: Callable[[bytes], bytes]
) -> str:
    """The least of some rounds of writing and reading, in ns a byte."""
    writing, reading = zip(*_rounds(texts, encode, decode), strict=True)
    size = sum(map(len, texts))
    return f"{1e9 / size * min(writing):.3g} / {1e9 / size * min(reading):.3g}"


def _batches(codec: aura.Codec, texts: Sequence[bytes]) -> str:
    """The least microseconds of a message, written and read in a batch."""
    writing, wires = timing.best(lambda: codec.compress_batch(texts))
    reading, read = timing.best(lambda: codec.decompress_batch(wires))
    if read != texts:
        raise ValueError("a message comes back changed")
    return f"{1e6 * writing / len(texts):.3g} / {1e6 * reading / len(texts):.3g}"


def _quickest(call: Callable[[bytes], bytes], messages: Sequence[bytes]) -> list[float]:
    """The microseconds of each message, of some rounds the least."""
    return [
        min(times) for times in zip(*(timing.each(call, messages)[0] for _ in range(_ROUNDS)), strict=True)
    ]


def _rounds(
    texts: Sequence[bytes], encode: Callable[[bytes], bytes], decode: Callable[[bytes], bytes]
) -> Iterator[tuple[float, float]]:
    """The seconds of writing all messages, and of reading them again, some times.

    Raises:
        ValueError: a message comes back changed.
    """
    for _ in range(timing.ROUNDS):
        started = time.process_time()
        wires = [encode(text) for text in texts]
        written = time.process_time()
        read = [decode(wire) for wire in wires]
        yield written - started, time.process_time() - written
        if read != list(texts):
            raise ValueError("a message comes back changed")


if __name__ == "__main__":
    main()
