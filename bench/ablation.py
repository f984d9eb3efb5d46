"""What each part of the context model is good for, and how a model gains with its size.

For each corpus of a directory, ``NAME.train.jsonl.gz`` with ``NAME.dev.jsonl.gz``, messages are counted once and
models made of them: as the trainer makes them, with one part changed or left out, and of several sizes. Each
codes the same messages of dev by AURALITE alone, one at a time; whole bytes are counted, with the marker. What is
no part of a model, as exclusion, is left out in a walk of the reference, which codes by the same range coder.

``python bench/ablation.py CORPORA --json FILE`` prints tables in Markdown. What FILE already holds is not measured
again.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final, TypedDict

from rich import box
from rich.console import Console
from rich.table import Table

from aura.files import atomic_write
from aura.files.corpus import read
from aura.models.model import Model
from aura.models.training.spill import Spill
from aura.models.training.trainer import BITS_AN_ENTRY, Limits, Plan, Prepared, prepare
from aura.models.training.written import Messages
from aura_fast import auralite
from aura_reference import context as contexts
from aura_reference.auralite import Walk, Writer
from aura_reference.context import Coder
from aura_spec import match
from aura_spec.context_model import CODES, END, SYMBOLS, ContextModel
from aura_spec.limits import MAX_MODELLED

SIZE: Final = 2 << 20
SIZES: Final = [4 << 20, 2 << 20, 1 << 20, 512 << 10, 256 << 10, 128 << 10]
ORDERS: Final = [4, 8, 12, 16]
MAX_ORDER: Final = 24
ATTEMPTS: Final = 3
GOLDEN: Final = 0.6180339887
"""Multiples of it, less their integers, are spread evenly, and not in step with the turns of a conversation."""

AS_TRAINED: Final = "as trained"
CEILING: Final = "end: bits rounded up"
PARTS: Final = {
    "plain counts": "counts: plain, not Kneser-Ney",
    "all entries": "pruning: none",
    "steps of 2": "codes: every 2nd",
    "steps of 4": "codes: every 4th",
    "no match": "match model: none",
    "no prefix": "prefix: none",
    "entries for prefix": "prefix: none, more entries",
    "no char runs": "lists for character runs: none",
    "no exclusion": "exclusion: none",
    "ceiling": CEILING,
}


TIMED: Final = {"no prefix": PARTS["no prefix"], "no char runs": PARTS["no char runs"]} | {
    f"order {order}": f"order: {order}" for order in ORDERS
}


class Measured(TypedDict):
    """Bytes of the sample after coding, and the time of that as a multiple of the time as trained, if measured."""

    bytes: int
    time: float | None


class OfSize(TypedDict):
    """Bytes of a model file, of its prefix, its entries, and bytes of the sample after coding."""

    file: int
    prefix: int
    entries: int
    bytes: int


class Result(TypedDict):
    """What was measured on one corpus: of the sample, of the variants by name, and of the sizes by their bytes."""

    messages: int
    bytes: int
    order: int
    variants: dict[str, Measured]
    sizes: dict[str, OfSize]


class Tally(Writer):
    """Codes the choices that lead to ``symbol``, and adds up their bits."""

    def __init__(self) -> None:
        super().__init__()
        self.bits = 0.0

    def choose(self, symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """As :class:`~aura_reference.context.Coder` says."""
        place = super().choose(symbols, frequencies)
        self.bits += math.log2(sum(frequencies) / frequencies[place])
        return place


class _Nothing(set[int]):
    """Symbols that stay as they are: after an escape nothing is excluded."""

    def update(self, *_others: Iterable[int]) -> None:
        pass


class WithoutExclusion(Walk):
    """A walk whose lists code with all their symbols, whatever was ruled out before."""

    def _choose_entry(self, predicted: int | None, coder: Coder) -> int:
        if predicted is not None:
            hit = self.matcher.hits(self._probability_class(predicted))
            if coder.choose((predicted,), (hit, match.TOTAL - hit)) == 0:
                self.matcher.hit()
                return contexts.find_deepest(self._model, self.context, predicted)
            self.matcher.miss()
        return contexts.code(self._model, self.context, self.char_run, _Nothing(), coder)


def code(message: bytes, walk: Walk, *, matching: bool = True) -> Tally:
    """Code a message along a walk."""
    tally = Tally()
    for tally.symbol in chain(message, (END,)):
        walk.code_entry(walk.matcher.predict() if matching else None, tally)
    return tally


class Comparison:
    """A model as trained, with which others are compared on a sample."""

    def __init__(self, sample: Sequence[bytes], model: ContextModel) -> None:
        self._sample, self._model = sample, model

    def measure(self, model: ContextModel) -> Measured:
        """Code the sample, each message by itself, and as trained beside it: other work slows both alike."""
        models = (self._model, model)
        elapsed, sizes = [0, 0], [0, 0]
        for each in models:
            auralite.encode(self._sample[0], each)  # which packs the model
        for number, message in enumerate(self._sample):
            for turn in (0, 1):
                which = (number + turn) % 2  # what comes second finds the message's way in the caches
                started = time.process_time_ns()
                sizes[which] += len(auralite.encode(message, models[which]))
                elapsed[which] += time.process_time_ns() - started
        return {"bytes": sizes[1], "time": elapsed[1] / elapsed[0]}

    def walk(self, size: Callable[[bytes, ContextModel], int]) -> Measured:
        """The sample, each message sized by itself."""
        return {"bytes": sum(size(message, self._model) for message in self._sample), "time": None}


def without_match(message: bytes, model: ContextModel) -> int:
    """Bytes of a message if no match ever predicts."""
    return len(code(message, Walk(model), matching=False).encoder.finish())


def without_exclusion(message: bytes, model: ContextModel) -> int:
    """Bytes of a message if no symbol is ever excluded."""
    return len(code(message, WithoutExclusion(model)).encoder.finish())


def rounded_up(message: bytes, model: ContextModel) -> int:
    """Bytes of a message if it ended with the bits that it needs, and the marker's, rounded up."""
    return math.ceil((1 + code(message, Walk(model)).bits) / 8)


def coarser(model: ContextModel, step: int) -> ContextModel:
    """The model with each code rounded to a multiple of ``step``."""
    nearest = [min(step * round(number / step), CODES - step) for number in range(CODES)]
    return replace(
        model,
        codes=[nearest[number] for number in model.codes],
        escapes=[nearest[number] for number in model.escapes],
        char_runs={
            state: replace(
                part, codes=[nearest[number] for number in part.codes], escape=nearest[part.escape]
            )
            for state, part in model.char_runs.items()
        },
    )


def models_of_sizes(prepared: Prepared) -> Iterator[tuple[int, Model]]:
    """The limits of the file's size, from the largest, each with a model that comes close to it."""
    each = BITS_AN_ENTRY / 8  # bytes, as far as is known
    for limit in SIZES:
        prepared.choose_size(limit)
        for _ in range(ATTEMPTS):
            entries = max(SYMBOLS, min(prepared.entries, int(0.985 * limit / each)))
            model = Model.from_context_model(prepared.model(entries), {})
            size = len(model.data)
            each = size / entries
            if size <= limit and (entries == prepared.entries or size >= 0.85 * limit):
                break
        yield limit, model


def prefix_of(model: ContextModel) -> int:
    """Bytes of a model's prefix."""
    return len(model.prefix.text) if model.prefix else 0


def examine(train: Path, dev: Path, sample_size: int) -> Result:
    """Measure all variants and sizes on one corpus."""
    corpus = ((message.data, message.source) for message in read(train))
    prepared = prepare(
        Messages.write([corpus], Spill(), have_sources=True),
        Plan(limits=Limits(max_order=MAX_ORDER), max_bytes=SIZES[0]),
    ).prepared
    messages = [message.data for message in read(dev) if len(message.data) <= MAX_MODELLED]
    share = sample_size / sum(map(len, messages))
    sample = [message for number, message in enumerate(messages) if number * GOLDEN % 1 < share]
    sizes: dict[str, OfSize] = {}
    variants: dict[str, Measured] = {}
    for limit, model in models_of_sizes(prepared):
        base = model.context_model
        past, entries = prefix_of(base), len(base.symbols)
        size = sum(len(auralite.encode(message, base)) for message in sample)
        sizes[str(limit)] = {"file": len(model.data), "prefix": past, "entries": entries, "bytes": size}
        if limit == SIZE:
            each = (len(model.data) - past) / entries
            variants = dict(measure_variants(prepared, model.context_model, int(past / each), sample))
    return {
        "messages": len(sample),
        "bytes": sum(map(len, sample)),
        "order": prepared.order,
        "variants": variants,
        "sizes": sizes,
    }


def measure_variants(
    prepared: Prepared, base: ContextModel, more: int, sample: Sequence[bytes]
) -> Iterator[tuple[str, Measured]]:
    """Measure the model as trained and its variants; ``more`` entries take the room of its prefix."""
    entries = len(base.symbols)
    comparison = Comparison(sample, base)
    compare = comparison.measure
    yield AS_TRAINED, (same := compare(base))
    for step in (2, 4):
        yield f"steps of {step}", compare(coarser(base, step))
    yield "no match", comparison.walk(without_match)
    yield "no prefix", compare(replace(base, prefix=None))
    yield "no char runs", compare(replace(base, char_runs={}))
    yield "no exclusion", comparison.walk(without_exclusion)
    yield "ceiling", comparison.walk(rounded_up)
    for order in ORDERS:
        yield (
            f"order {order}",
            compare(prepared.model(entries, order=order)) if order != prepared.order else same,
        )
    yield "plain counts", compare(prepared.model(entries, kneser_ney=False))
    full = entries == prepared.entries
    yield "all entries", same if full else compare(prepared.model(prepared.entries))
    yield (
        "entries for prefix",
        same if not more else compare(replace(prepared.model(entries + more), prefix=None)),
    )


def table(title: str, columns: Iterable[str]) -> Table:
    """An empty table in Markdown: its title and names to the left, numbers to the right."""
    result = Table(title, box=box.MARKDOWN)
    for column in columns:
        result.add_column(column, justify="right", no_wrap=True)
    return result


def report(results: dict[str, Result]) -> Iterator[Table]:
    """All tables."""
    rows = table("The samples", ["messages", "bytes", "ratio", "order", "entries", "file", "prefix"])
    for name, result in results.items():
        of_size = result["sizes"][str(SIZE)]
        rows.add_row(
            name,
            f"{result['messages']:,}",
            f"{result['bytes']:,}",
            f"{result['bytes'] / result['variants'][AS_TRAINED]['bytes']:.2f}",
            str(result["order"]),
            f"{of_size['entries']:,}",
            f"{of_size['file']:,}",
            f"{of_size['prefix']:,}",
        )
    yield rows
    rows = table("Bytes more than as trained, in %", results)
    for variant, label in PARTS.items():
        rows.add_row(label, *(f"{change(result, variant):+.1f}" for result in results.values()))
    yield rows
    rows = table("Bytes more than with the order that was chosen, in %", ["chosen", *map(str, ORDERS)])
    for name, result in results.items():
        changes = [f"{change(result, f'order {order}'):+.1f}" for order in ORDERS]
        rows.add_row(name, str(result["order"]), *changes)
    yield rows
    timed = [name for name, result in results.items() if result["variants"][AS_TRAINED]["time"]]
    rows = table("CPU time a byte, as trained = 1", timed)
    for variant, label in TIMED.items():
        rows.add_row(label, *(f"{results[name]['variants'][variant]['time']:.2f}" for name in timed))
    yield rows
    rows = table("Ratio by size of the file", [f"{size >> 10} KiB" for size in reversed(SIZES)])
    for name, result in results.items():
        of_sizes = [result["sizes"][str(size)] for size in reversed(SIZES)]
        rows.add_row(name, *(f"{result['bytes'] / of_size['bytes']:.2f}" for of_size in of_sizes))
    yield rows


def change(result: Result, variant: str) -> float:
    """Bytes that a variant takes more than the model as trained, in percent."""
    variants = result["variants"]
    return 100 * (variants[variant]["bytes"] / variants[AS_TRAINED]["bytes"] - 1)


def main() -> None:
    """Measure what is not known yet, then print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path, help="holds NAME.train.jsonl.gz and NAME.dev.jsonl.gz")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these corpora, in this order")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keeps the results")
    parser.add_argument("--sample", type=int, default=50_000, help="bytes of dev to code, about")
    arguments = parser.parse_args()
    suffix = ".train.jsonl.gz"
    names = arguments.only or sorted(
        path.name.removesuffix(suffix) for path in arguments.corpora.glob(f"*{suffix}")
    )
    path: Path | None = arguments.json
    results: dict[str, Result] = json.loads(path.read_text()) if path and path.exists() else {}
    for name in names:
        if name in results:
            continue
        print(f"{name} ...", file=sys.stderr, flush=True)
        train, dev = (arguments.corpora / f"{name}.{part}.jsonl.gz" for part in ("train", "dev"))
        results[name] = examine(train, dev, arguments.sample)
        if path:
            atomic_write.write(path, json.dumps(results, indent=2).encode() + b"\n")
    console = Console(width=200)
    for rows in report({name: results[name] for name in names}):
        console.print(rows)
        console.print()


if __name__ == "__main__":
    main()
