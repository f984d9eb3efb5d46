"""``aura train`` as the benchmarks run it, and the ratio of the models that it makes."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import process_tree
from sizes import size

from aura import Codec, Model
from aura.files.corpus import read

AURA: Final = (sys.executable, "-m", "aura")

IN_MEMORY: Final = "none"
"""The bound of the memory that stands for training without one."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, the bound of the memory in its training, and what that took."""

    model: Model
    memory: int | None
    usage: process_tree.Usage


def train(
    corpora: Sequence[Path], work: Path, memory: int | None = None, options: Sequence[str] = ()
) -> Trained:
    """Train a model on files in a process of its own.

    Args:
        corpora: files of messages.
        work: directory for the model and for temporary files.
        memory: bound of the trainer's memory in bytes.
        options: further options of ``aura train``.
    """
    with tempfile.TemporaryDirectory(dir=work) as folder:
        output, spill = Path(folder, "trained.aura"), Path(folder, "spill")
        spill.mkdir()
        command = [*AURA, "train", *map(str, corpora), "--output", str(output), *options]
        if memory is not None:
            command += ["--memory", str(memory), "--spill", str(spill)]
        usage = process_tree.run(command, spill)
        return Trained(Model.load(output), memory, usage)


def bound(text: str) -> int | None:
    """Bytes of memory from ``2GiB``, or None from ``none``, for ``argparse``."""
    return None if text == IN_MEMORY else size(text)


def bounds(text: str) -> list[int | None]:
    """Bounds of memory with commas between them."""
    return [bound(part) for part in text.split(",")]


def ratio(model: Model, corpus: Path, limit: int) -> float:
    """Bytes of messages by those of the compressed ones, each by itself.

    At most ``limit`` messages are taken, evenly from the whole corpus.
    """
    messages = [message.data for message in read(corpus)]
    chosen = messages[:: -(-len(messages) // limit)]
    codec = Codec(model=model)
    return sum(map(len, chosen)) / sum(len(codec.compress(message)) for message in chosen)


def ratios(model: Model, directory: Path, names: Sequence[str], limit: int) -> dict[str, float]:
    """The ratio on the dev part of each corpus."""
    return {name: round(ratio(model, directory / f"{name}.dev.jsonl.gz", limit), 4) for name in names}
