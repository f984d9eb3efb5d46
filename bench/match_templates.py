"""Time for matching a message against many templates, in microseconds.

The libraries are hard on purpose: half of their templates begin with a slot, many begin alike, and names recur.
Messages are rendered from random templates, every fourth one is spoilt so that nothing matches, and the
package's own conversation is mixed in. Each message is matched in several rounds, of which the quickest counts, as
other programs may disturb one. A last library, of 4,000 hostile templates as a model may bring them, has to match
messages of 4 KiB that take long. Prints one line for each kind of message, and JSON with ``--json``.
"""

from __future__ import annotations

import argparse
import json
import random
import time

import numpy as np

from aura.server import conversation
from aura.templates import TemplateLibrary

WORDS = [
    "account",
    "order",
    "request",
    "session",
    "node",
    "cluster",
    "index",
    "cache",
    "queue",
    "worker",
    "task",
    "build",
    "release",
    "page",
    "image",
    "price",
    "stock",
    "batch",
    "shard",
    "replica",
    "token",
    "user",
    "group",
    "role",
    "report",
    "invoice",
    "ticket",
    "sensor",
    "device",
    "router",
    "probe",
]
VERBS = [
    "started",
    "stopped",
    "failed",
    "finished",
    "moved",
    "joined",
    "left",
    "changed",
    "expired",
    "grew",
    "shrank",
    "waited",
    "retried",
]


def pattern(number: int, rng: random.Random) -> str:
    """A pattern unlike the others, of one of five shapes."""
    first, second, verb = rng.choice(WORDS), rng.choice(WORDS), rng.choice(VERBS)
    return (
        f"{first} {{0}} {verb} in {second} {number}",
        f"{{0}} {verb} on {first} {number} after {{1:int}}ms",
        f"{{0}}: {first} {second} {number} {verb}, {{1}} left",
        f"{first} {second} {{0:uuid}} {verb} by rule {number} ({{1}})",
        f"[{{0:timestamp}}] {first} {number} {verb}: {{1}}",
    )[number % 5]


HOSTILE = (
    "".join(f"{{s{place}:word}}-" for place in range(22)) + "{n%d:word}",
    "{a}" + "a" * 24 + "b" + "a" * 24 + "{b%d}",
    "{a}" + "a" * 49 + "b" + "a" * 49 + "{b%d}",
    "{a:hex}" + "a" * 300 + "b" + "a" * 300 + "{b%d}",
    "{a%d}aaaaaaaaaaab{b}aaaa{c}aaaab{d}",
)
"""Patterns that match nearly anything or fail late, and that no index can tell from their like; %d is a number."""

HOSTILE_MESSAGES = (b"a-" * 2048, b"a" * 4096, b"x-" * 2048, (b"a" * 24 + b"b" + b"a" * 23 + b"c") * 83)


def messages_for(library: TemplateLibrary, count: int, rng: random.Random) -> dict[str, list[bytes]]:
    """Messages by kind."""
    kinds: dict[str, list[bytes]] = {"match": [], "no match": []}
    ids = list(library)
    for number in range(count):
        template = library[rng.choice(ids)]
        values = [rng.choice(WORDS).encode() + b"%d" % rng.randrange(10**6) for _ in template.slots]
        if number % 4:
            kinds["match"].append(template.render(values))
        else:  # the last letter of each literal is wrong, so that every look-up goes as far as it can
            wrong = [literal[:-1] + b"\0" for literal in template.literals]
            kinds["no match"].append(b"x".join(wrong))
    kinds["conversation"] = [turn.text.encode() for turn in conversation.load()]
    return kinds


def timed(library: TemplateLibrary, messages: list[bytes], rounds: int) -> dict[str, float]:
    """Percentiles of the time for a message, the quickest round of each, in microseconds."""
    times = np.empty((rounds, len(messages)))
    matched = 0
    for row in times:
        for place, message in enumerate(messages):
            start = time.perf_counter_ns()
            match = library.match(message)
            row[place] = time.perf_counter_ns() - start
            matched += match is not None
    p50, p95, p99, most = np.percentile(times.min(axis=0) / 1000, [50, 95, 99, 100]).round(1).tolist()
    return {
        "messages": len(messages),
        "matched": matched // rounds,
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "max": most,
    }


def main() -> None:
    """Build the libraries, match, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--templates", type=int, nargs="+", default=[100, 10_000, 100_000])
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    results = []

    def report(count: int, kind: str, found: dict[str, float]) -> None:
        results.append({"templates": count, "kind": kind, **found})
        if not arguments.json:
            figures = ", ".join(f"{name} {found[name]} us" for name in ("p50", "p95", "p99", "max"))
            print(
                f"{count:6} templates, {kind:12} {found['matched']:4} of {found['messages']} matched: {figures}"
            )

    for count in arguments.templates:
        rng = random.Random(1)  # noqa: S311  # the same templates and messages in every run
        library = TemplateLibrary({256 + n: pattern(n, rng) for n in range(count)})
        start = time.process_time()
        library.match(b"x" * 64)  # files the templates
        built = time.process_time() - start
        if not arguments.json:
            print(f"{count:6} templates, filed in {built:.2f} s")
        for kind, messages in messages_for(library, arguments.messages, rng).items():
            report(count, kind, timed(library, messages, arguments.rounds))
    for hostile in HOSTILE:
        library = TemplateLibrary({300 + n: hostile.replace("%d", str(n)) for n in range(4_000)})
        library.match(b"x" * 4096)
        report(4_000, "hostile", timed(library, list(HOSTILE_MESSAGES), arguments.rounds))
    if arguments.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
