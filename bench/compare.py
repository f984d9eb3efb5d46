"""Everything compared in one run: ``python bench/compare.py [--corpora DIRECTORY] [--out DIRECTORY]``.

The directory of corpora holds ``NAME.dev.jsonl.gz``, measured, and ``NAME.train.jsonl.gz``, of which Zstandard's
dictionaries are made. Without it the conversation that comes with the package is measured: its second half, with a
dictionary made of the first. Compared are the reference, the fast backend and, where it is installed, the native
core, one message at a time and in batches, Zstandard 19 with a dictionary, Brotli 11, and for rANS alone
``constriction``. ``compare.json`` and the plots are written into the directory of results.

Times are of the processor. Everything decoded is compared with what was encoded.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice, product
from pathlib import Path
from typing import Final

import entropy
import plots
from contestants import KIB, LIMIT, MIB, Contestant, contestants
from tables import Row, show
from timing import best, seconds

from aura import Model, native
from aura.backend import get
from aura.files import atomic_write
from aura.files.corpus import Message, read
from aura_fast import brio2
from aura_fast.context_model import contexts_of
from aura_spec.context_model import ContextModel
from aura_spec.shared_state import SharedState

SAMPLE: Final = Path(__file__).parent.parent / "src" / "aura" / "data" / "conversation.jsonl"
SHORT: Final = ("chat_task", "chat_llm", "json_api", "llm_stream", "agent")
"""Corpora that are measured one message at a time, where there are corpora."""

LONG: Final = "docs"
"""The corpus of long messages."""

MEASURED: Final = 300
"""Messages of a corpus that are timed one at a time; the reference gets one of ten of them."""

LENGTHS: Final = tuple(16 << 2 * step for step in range(9))
PIECES: Final = 16
AT_ONCE: Final = 64 * KIB
"""At most so many pieces, and together so many bytes, stand for a length; one piece may be longer."""

BATCHES: Final = (1, 10, 100, 1000, 10000)
SHORTEST_ALONE: Final = 256
"""Bytes of the longest message in the batches: those are about short messages."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Messages to measure, and the codecs to measure on them."""

    name: str
    measured: Sequence[Message]
    contestants: Sequence[Contestant]


def corpora(directory: Path | None, model: ContextModel) -> dict[str, Corpus]:
    """The corpora by name."""
    if directory is None:
        sample = list(read(SAMPLE))
        half = len(sample) // 2
        codecs = list(contestants(model, sample[:half]))
        return {"conversation": Corpus("conversation", sample[half:], codecs)}
    found = {}
    for name in (*SHORT, LONG):
        measured, train = (directory / f"{name}.{part}.jsonl.gz" for part in ("dev", "train"))
        if measured.exists() and train.exists():
            codecs = list(contestants(model, list(read(train))))
            found[name] = Corpus(name, list(read(measured)), codecs)
    if not found:
        raise SystemExit(f"{directory} holds none of the corpora {', '.join((*SHORT, LONG))}")
    return found


def main() -> None:
    """Measure, print tables, write JSON and plots."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    arguments = parser.parse_args()
    model = Model.load_default().context_model
    contexts_of(model)  # packs the model, once
    held = corpora(arguments.corpora, model)
    chats = held.get("chat_task") or next(iter(held.values()))
    long = held.get(LONG) or chats
    results: dict[str, object] = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "one at a time": show("one at a time", one_at_a_time(held, model)),
        "lengths": show("by length", by_length(long)),
        "batches": show("by size of the batch", by_batch(chats, model)),
        "rANS": show("rANS alone", entropy.rows()),
        "hostile": show("hostile inputs, BRIO 2", hostile()),
        "memory": show("peak memory", memory(long)),
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    atomic_write.write(arguments.out / "compare.json", json.dumps(results, indent=1).encode() + b"\n")
    plots.draw(results, arguments.out)


def one_at_a_time(held: Mapping[str, Corpus], model: ContextModel) -> Iterator[Row]:
    """Ratio and times of each codec on messages one at a time, and in one batch."""
    for corpus in held.values():
        if corpus.name == LONG:
            continue
        chosen = [message.data for message in corpus.measured][:MEASURED]
        for contestant in corpus.contestants:
            if contestant.lengths.start:
                continue  # codecs for long messages
            is_slow = contestant.name.startswith("reference")
            some = chosen[::10] if is_slow else chosen
            yield {"corpus": corpus.name, "codec": contestant.name, **alone(contestant, some)}
        for name in batching():
            encoding, decoding, size = in_batch(chosen, model, name)
            yield {
                "corpus": corpus.name,
                "codec": f"{name} AURALITE, batch of {len(chosen)}: means",
                "ratio": sum(map(len, chosen)) / size,
                "encode median us": encoding * 1e6,
                "encode p95 us": encoding * 1e6,
                "decode median us": decoding * 1e6,
                "decode p95 us": decoding * 1e6,
            }


def alone(contestant: Contestant, some: Sequence[bytes]) -> Row:
    """Ratio and times of a codec on messages one at a time."""
    encoding, decoding = [], []
    size = 0
    for data in some:
        took, wire = best(partial(contestant.encode, data))
        encoding.append(took)
        took, again = best(partial(contestant.decode, wire))
        decoding.append(took)
        if again != data:
            raise SystemExit(f"{contestant.name}: a message did not come back")
        size += len(wire)
    return {
        "ratio": sum(map(len, some)) / size,
        "encode median us": statistics.median(encoding) * 1e6,
        "encode p95 us": sorted(encoding)[len(encoding) * 95 // 100] * 1e6,
        "decode median us": statistics.median(decoding) * 1e6,
        "decode p95 us": sorted(decoding)[len(decoding) * 95 // 100] * 1e6,
    }


def batching() -> Sequence[str]:
    """The backends that code a batch at once."""
    return ("fast", "native") if native.is_installed() else ("fast",)


def in_batch(some: Sequence[bytes], model: ContextModel, name: str) -> tuple[float, float, int]:
    """Seconds a message to encode and to decode all at once by a backend, and the bytes of all wires."""
    backend, shared = get(name), SharedState(model=model)
    wires = backend.encode_auralite_batch(some, model)
    if backend.decode_batch(wires, shared, LIMIT) != list(some):
        raise SystemExit("a batch did not come back")
    encoding = seconds(lambda: backend.encode_auralite_batch(some, model))
    decoding = seconds(lambda: backend.decode_batch(wires, shared, LIMIT))
    return encoding / len(some), decoding / len(some), sum(map(len, wires))


def pieces(corpus: Corpus, length: int) -> list[bytes]:
    """Pieces of that length from all over a corpus; a small corpus is repeated, in any order."""
    shuffled = [message.data for message in corpus.measured]
    text = b"\n".join(shuffled)
    mixing = random.Random(5)  # noqa: S311 - the same pieces in every run
    while len(text) < MIB:
        mixing.shuffle(shuffled)
        text += b"\n".join(shuffled)
    count = max(1, min(PIECES, AT_ONCE // length))
    step = (len(text) - length) // count
    return [text[at : at + length] for at in range(0, count * step, max(step, 1))] or [text[:length]]


def by_length(corpus: Corpus) -> Iterator[Row]:
    """Ratio and speed of each codec by the length of a message."""
    for contestant in corpus.contestants:
        for length in LENGTHS:
            if length not in contestant.lengths:
                continue
            some = pieces(corpus, length)
            wires = [contestant.encode(data) for data in some]
            if [contestant.decode(wire) for wire in wires] != some:
                raise SystemExit(f"{contestant.name}: a message did not come back")
            total = length * len(some)
            encoding = seconds(lambda: [contestant.encode(data) for data in some])  # noqa: B023 - called here
            decoding = seconds(lambda: [contestant.decode(wire) for wire in wires])  # noqa: B023
            yield {
                "codec": contestant.name,
                "length": length,
                "ratio": total / sum(map(len, wires)),
                "encode MB/s": total / encoding / 1e6,
                "decode MB/s": total / decoding / 1e6,
            }


def by_batch(corpus: Corpus, model: ContextModel) -> Iterator[Row]:
    """Messages a second by the size of the batch; whoever knows no batches codes one after the other."""
    short = [message.data for message in corpus.measured if len(message.data) <= SHORTEST_ALONE]
    for name, size in product(batching(), BATCHES):
        encoding, decoding, _ = in_batch(list(islice(cycle(short), size)), model, name)
        yield {
            "codec": f"{name} AURALITE, batch",
            "size": size,
            "encode messages/s": 1 / encoding,
            "decode messages/s": 1 / decoding,
        }
    for contestant in corpus.contestants:
        if contestant.lengths.start:
            continue
        some = short[: 30 if contestant.name.startswith("reference") else MEASURED]
        wires = [contestant.encode(data) for data in some]
        encoding = seconds(lambda: [contestant.encode(data) for data in some])  # noqa: B023 - called here
        decoding = seconds(lambda: [contestant.decode(wire) for wire in wires])  # noqa: B023
        for size in BATCHES:
            yield {
                "codec": contestant.name,
                "size": size,
                "encode messages/s": len(some) / encoding,
                "decode messages/s": len(some) / decoding,
            }


def hostile() -> Iterator[Row]:
    """Nanoseconds a byte of BRIO 2 on inputs that are hard for compressors, by length."""
    noise = random.Random(6).randbytes(MIB)  # noqa: S311 - the same noise in every run
    inputs = {
        "zeros": bytes(MIB),
        "period 2": b"ab" * (MIB // 2),
        "random": noise,
        "de Bruijn": de_bruijn(20),
    }
    for name, data in inputs.items():
        for level in (0, 1):
            row: Row = {"input": name, "level": level}
            for length in (64 * KIB, MIB):
                piece = data[:length]
                wire = brio2.encode(piece, level)
                encoding = seconds(lambda: brio2.encode(piece, level))  # noqa: B023 - called here
                decoding = seconds(lambda: brio2.decode(wire, LIMIT))  # noqa: B023
                row[f"encode ns/B, {length // KIB} KiB"] = encoding / length * 1e9
                row[f"decode ns/B, {length // KIB} KiB"] = decoding / length * 1e9
            yield row


def de_bruijn(order: int) -> bytes:
    """2^order letters of two kinds in which no ``order`` neighbours occur twice, by the rule "prefer one"."""
    seen = bytearray(1 << order)
    mask = (1 << order) - 1
    window, letters = 0, bytearray()
    for _ in range(1 << order):
        window = window << 1 & mask
        window += not seen[window + 1]
        seen[window] = 1
        letters.append(97 + (window & 1))
    return bytes(letters)


def memory(corpus: Corpus) -> Iterator[Row]:
    """Peak memory of Python and numpy, beyond what was held before, by length."""
    for contestant in corpus.contestants:
        if not contestant.name.startswith("fast"):
            continue
        for length in LENGTHS:
            if length not in contestant.lengths:
                continue
            data = pieces(corpus, length)[0]
            wire = contestant.encode(data)
            yield {
                "codec": contestant.name,
                "length": length,
                "encode bytes": peak(lambda: contestant.encode(data)),  # noqa: B023 - called here
                "decode bytes": peak(lambda: contestant.decode(wire)),  # noqa: B023
            }


def peak(call: Callable[[], object]) -> int:
    """Bytes that a call holds at most; numpy reports what it takes to ``tracemalloc``."""
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


if __name__ == "__main__":
    main()
