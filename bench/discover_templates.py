"""What discovered templates are worth: on mixed traffic, on logs, and how much memory a million messages take.

``mixed`` mines 2,000 messages of ``mixed_traffic`` and codes others with the package's model, with a model that is
trained on the same messages, and with either and the templates. ``logs`` mines the training part of a corpus and
codes its development part with and without the templates. ``many`` mines a stream, and tells the peak of the
resident set. Run with the packages of the extra ``discovery``: ``.venv/discovery/bin/python``.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import mixed_traffic

import aura
from aura.files import corpus
from aura.templates.discovery import Candidate, DiscoveryEngine

SHOWN = 20_000
"""Messages between two lines of progress."""


def mine(
    messages: Iterable[str | bytes | corpus.Message], model: aura.Model | None
) -> tuple[list[Candidate], aura.TemplateLibrary]:
    """The candidates in messages, and a library with those that get an id."""
    engine = DiscoveryEngine(model=model, min_compression_advantage=1.0)
    start = time.process_time()
    found = engine.discover_templates(messages)
    taken = found[:64]
    for candidate in taken:
        engine.promote_template(candidate)
    print(
        f"  {len(found)} candidates, {len(taken)} promoted, {time.process_time() - start:.1f} s of processor time"
    )
    return found, engine.library


def report(
    name: str, messages: Sequence[str], model: aura.Model | None, library: aura.TemplateLibrary
) -> None:
    """Print bytes with a model, and with the model and templates."""
    size = sum(len(message.encode()) for message in messages)
    alone = sum(map(len, aura.Codec(model=model).compress_batch(messages)))
    codec = aura.Codec(model=model, templates=library)
    wires = codec.compress_batch(messages)
    if [wire.decode() for wire in codec.decompress_batch(wires)] != list(messages):
        raise SystemExit(f"{name}: a message differs")
    both = sum(map(len, wires))
    matched = [library.match(message) for message in messages]
    hits = sum(match is not None and match.template_id >= 128 for match in matched)
    print(
        f"  {name:24} {len(messages):5} messages {size:9,} bytes; model alone {alone:8,} ({size / alone:.2f}),"
        f" with templates {both:8,} ({size / both:.2f}), {alone / both:.3f} times; hits {hits / len(messages):.1%}"
    )


def mixed(count: int) -> None:
    """Mixed traffic, mined from some messages and measured on others."""
    mined = list(islice(mixed_traffic.messages(1), count))
    others = list(islice(mixed_traffic.messages(2), count))
    print(f"mixed traffic, entropy of the values alone: ratio {mixed_traffic.limit(others):.2f}")
    for name, model in (("package's model", None), ("trained model", aura.train(mined))):
        _, library = mine(mined, model)
        report(name, others, model, library)
        if model is None:
            best = library
    report("trained, all templates", others, model, best)


def logs(corpora: Path, name: str) -> None:
    """A corpus: mined from its training part, measured on its development part by source."""
    print(name)
    train = list(corpus.read(corpora / f"{name}.train.jsonl.gz"))
    dev = list(corpus.read(corpora / f"{name}.dev.jsonl.gz"))
    _, library = mine(train, None)
    report(f"{name}.dev", [message.data.decode() for message in dev], None, library)
    for source in dict.fromkeys(message.source for message in dev):
        own = [message.data.decode() for message in dev if message.source == source]
        if len(own) < 50:
            continue
        report(source.rsplit("/", 1)[-1][:24], own, None, library)
        half = len(own) // 2
        print("  mined from its own first half:")
        _, own_library = mine(own[:half], None)
        report(source.rsplit("/", 1)[-1][:24], own[half:], None, own_library)


def many(count: int) -> None:
    """A long stream, with progress and the peak of the resident set."""

    def shown() -> Iterator[str]:
        start = time.process_time()
        for number, message in enumerate(islice(mixed_traffic.messages(3), count)):
            if number % SHOWN == 0:
                spent = time.process_time() - start
                print(
                    f"\r{number:,} of {count:,} messages, {spent:.0f} s", end="", file=sys.stderr, flush=True
                )
            yield message
        print(file=sys.stderr)

    found, _ = mine(shown(), None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {count:,} messages, peak resident set {peak:,.0f} MiB, {len(found)} candidates")


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["mixed", "logs", "many"])
    parser.add_argument("--count", type=int, help="messages to mine; 2,000, or a million for many")
    parser.add_argument("--corpora", type=Path, help="directory of NAME.train.jsonl.gz and NAME.dev.jsonl.gz")
    parser.add_argument("--names", nargs="*", default=["logs", "logs_json"])
    given = parser.parse_args()
    if given.what == "mixed":
        mixed(given.count or 2_000)
    elif given.what == "many":
        many(given.count or 1_000_000)
    elif given.corpora is None:
        parser.error("logs needs --corpora")
    else:
        for name in given.names:
            logs(given.corpora, name)


if __name__ == "__main__":
    main()
