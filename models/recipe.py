"""Trains the models that come with the package: ``python models/recipe.py CORPORA``.

The corpora are gzipped JSON lines, ``NAME.train.jsonl.gz``. Secrets and personal data in them are replaced by
random strings before training, and a source is a repository. Each model is searched for such strings afterwards;
if some can be read out of one, they are listed and no model is saved. The model card in the documentation says
which corpora go in and what the rules are.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from aura.files.corpus import read
from aura.models.model import Model
from aura.models.train import train
from aura.models.training.extraction import scan
from aura.models.training.scrubbing import Scrubber
from aura.models.training.survey import Survey
from aura.models.training_options import TrainingOptions
from aura_spec.stream import DEFAULT_MEMORY

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
REPLIED = {"default": 2000, "small": 800}
"""How often each of them is counted: other texts weigh more in a larger model."""
PUBLIC = [
    # what GitHub's documentation and its example payloads use, and projects
    *(
        "Codertocat",
        "Octocoders",
        "octocat",
        "octo-org",
        "monalisa",
        "web-flow",
        "PyGithub",
        "pydantic",
        "bootstrap",
    ),
    *("21031067", "MDQ6VXNlcjIxMDMxMDY3"),
]
"""Labelled like accounts, and no person's."""
SIZES = {"default": 3 << 20, "small": 256 << 10}
MAX_ORDER = 16
MIN_COUNT = 3
MIN_SOURCES = 3
TARGET = Path(__file__).parent.parent / "src" / "aura" / "data"


def main() -> None:
    """Read and scrub the corpora, train each model, search it, save all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--only", choices=SIZES)
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()
    messages, sources = [], []
    for name, times in CORPORA.items():
        read_here = list(read(arguments.corpora / f"{name}.train.jsonl.gz")) * times
        messages += [message.data for message in read_here]
        sources += [message.source.split(":")[0] for message in read_here]
    public = [text.encode() for text in PUBLIC]
    survey = Survey()
    survey.add(messages, sources)
    scrubber = Scrubber(survey, public, remember=True)
    messages = scrubber.scrub_batch(messages, range(len(messages)))
    started = time.monotonic()

    def progress(stage: str, done: float) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {stage} {done:.0%}", file=sys.stderr, flush=True)

    models: dict[str, Model] = {}
    for name in [arguments.only] if arguments.only else SIZES:
        # in as many sources: that they recur must not look like one text's habit
        replied = [f"replies/{number}" for number in range(REPLIED[name]) for _ in REPLIES]
        models[name] = train(
            [*messages, *(reply.encode() for reply in REPLIES * REPLIED[name])],
            sources=[*sources, *replied],
            max_bytes=SIZES[name],
            scrub=False,  # they are scrubbed
            options=TrainingOptions(
                max_order=MAX_ORDER,
                min_count=MIN_COUNT,
                min_sources=MIN_SOURCES,
                metadata={
                    "name": name,
                    "corpora": ", ".join(CORPORA),
                    "licence": "see the model card",
                    "stream_memory": str(DEFAULT_MEMORY),  # streams gain on most corpora: see the benchmarks
                },
            ),
            progress=progress,
        )
    findings = [
        finding for model in models.values() for finding in scan(model, scrubber.replaced or (), public)
    ]
    if findings:
        sys.exit("can be read out of the models:\n" + "\n".join(map(str, findings)))
    for name, model in models.items():
        model.save(arguments.target / f"{name}.aura")
        print(f"{name}: {len(model.data)} bytes, {len(model.context_model.symbols)} entries, id {model.id}")


if __name__ == "__main__":
    main()
