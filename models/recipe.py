"""Trains the models that come with the package: ``python models/recipe.py CORPORA``.

The corpora are gzipped JSON lines, ``NAME.train.jsonl.gz``. Secrets and personal data in them are replaced by
random strings before training, and a source is a repository. Each model is searched for such strings afterwards;
if some can be read out of one, they are listed and no model is saved. The model card in the documentation says
which corpora go in and what the rules are.
"""

from __future__ import annotations

import argparse
import json
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
    # name: how often its messages are counted, so that no kind drowns another
    "chat_task": 6,
    "chat_llm": 3,
    "multilingual": 2,
    "tool_calls": 4,
    "agent": 4,
    "json_api": 4,
    "llm_api": 2,
    "llm_stream": 4,
    "ws_market": 1,
    "logs_json": 4,
    "general": 1,
}
EXCLUDED = {"discord/discord-api-docs"}
"""Repositories under a share-alike licence without which no corpus loses a hundredth."""
REPLIES = ["Yes.", "No.", "Yes", "No", "OK", "Thanks!"]
"""Short replies that are more frequent where people chat than in the corpora: a byte each, or little more."""
REPLIED = 8000
"""How often each of them is counted."""
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
    # of the examples of other interfaces
    *("BjOwGgWvcqqtxtVBYWjhPRfu", "MDLqXZjNjNeLwwaRACNDNf", "000123456789", "dQw4w9WgXcQ"),
    # qualifiers of notices to airmen, a place in a data model, a preview of .NET, a telephone in a user agent, a
    # cipher of TLS, the beginning of the numbers of issues in a repository
    *("KZJX/QMXLC/IV/M/A/000/999", "LC/IV/M/A/000/999", "2032497427380235", "0-preview2-26T22"),
    *("v3-Active-SM-G892U", "ECDHE-RSA-AES128-GCM-S", "I_kwDOADYVqs"),
]
"""Labelled like accounts or of the form of secrets, and no person's."""
REVIEWED: list[str] = json.loads(Path(__file__).with_name("reviewed.json").read_text(encoding="utf-8"))
"""Ordinary words that are replaced where they are labelled like accounts or secrets, and public strings."""
SIZES = {"default": 15 << 18, "small": 256 << 10}
MAX_ORDER = 16
MIN_COUNT = 8
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
        found = [
            (message.data, repository)
            for message in read(arguments.corpora / f"{name}.train.jsonl.gz")
            if (repository := message.source.split(":")[0]) not in EXCLUDED
        ] * times
        messages += [data for data, _ in found]
        sources += [repository for _, repository in found]
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
        replied = [f"replies/{number}" for number in range(REPLIED) for _ in REPLIES]
        models[name] = train(
            [*messages, *(reply.encode() for reply in REPLIES * REPLIED)],
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
        finding
        for model in models.values()
        for finding in scan(model, scrubber.replaced or (), [*public, *(word.encode() for word in REVIEWED)])
    ]
    if findings:
        sys.exit("can be read out of the models:\n" + "\n".join(map(str, findings)))
    for name, model in models.items():
        model.save(arguments.target / f"{name}.aura")
        print(f"{name}: {len(model.data)} bytes, {len(model.context_model.symbols)} entries, id {model.id}")


if __name__ == "__main__":
    main()
