"""Trains the models that come with the package: ``python models/recipe.py CORPORA``.

The corpora are gzipped JSON lines, ``NAME.train.jsonl.gz``. Which go in, and the rule that no context of more than
twelve bytes is kept unless it occurs in at least three sources, is what the model card in the documentation says.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from aura.corpus import read
from aura.train import train

CORPORA = {
    # name: how often its messages are counted, so that short chat is not drowned
    "chat_task": 2,
    "chat_llm": 1,
    "multilingual": 1,
    "tool_calls": 1,
    "agent": 1,
    "json_api": 1,
    "llm_api": 1,
    "llm_stream": 1,
    "ws_market": 1,
    "logs_json": 1,
}
REPLIES = ["Yes.", "No.", "Yes", "No", "OK", "Thanks!"]
"""Short replies that are more frequent where people chat than in the corpora: a byte each, or little more."""
REPLIED = 800
SIZES = {"default": 3 << 20, "small": 256 << 10}
MAX_ORDER = 16
MIN_COUNT = 3
MINIMUM_SOURCES = 3
TARGET = Path(__file__).parent.parent / "src" / "aura" / "data"


def main() -> None:
    """Read the corpora, train each model, save it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--only", choices=SIZES)
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()
    messages: list[bytes] = []
    sources: list[str] = []
    for name, times in CORPORA.items():
        read_here = list(read(arguments.corpora / f"{name}.train.jsonl.gz")) * times
        messages += [message.data for message in read_here]
        sources += [f"{name}/{message.source}" for message in read_here]
    for number in range(
        REPLIED
    ):  # in as many sources: that they come again must not look like one text's habit
        messages += [reply.encode() for reply in REPLIES]
        sources += [f"replies/{number}"] * len(REPLIES)
    started = time.monotonic()

    def progress(stage: str, done: float) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {stage} {done:.0%}", file=sys.stderr, flush=True)

    for name in [arguments.only] if arguments.only else SIZES:
        model = train(
            messages,
            sources=sources,
            max_bytes=SIZES[name],
            max_order=MAX_ORDER,
            min_count=MIN_COUNT,
            minimum_sources=MINIMUM_SOURCES,
            metadata={"name": name, "corpora": ", ".join(CORPORA), "licence": "see the model card"},
            progress=progress,
        )
        model.save(arguments.target / f"{name}.aura")
        print(f"{name}: {len(model.data)} bytes, {len(model.context_model.symbols)} entries, id {model.id}")


if __name__ == "__main__":
    main()
