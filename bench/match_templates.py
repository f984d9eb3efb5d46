"""Time for matching a message against 10,000 templates, in microseconds.

The library is hard on purpose: half of its templates begin with a slot, many begin alike, and names recur.
Messages are rendered from random templates, every fourth one is spoilt so that nothing matches, and the
package's own conversation is mixed in. Prints one line for each kind of message, and JSON with ``--json``.
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


def main() -> None:
    """Build the library, match, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--templates", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rng = random.Random(1)  # noqa: S311  # the same templates and messages in every run
    library = TemplateLibrary()
    library.update({256 + n: pattern(n, rng) for n in range(arguments.templates)})
    kinds: dict[str, list[bytes]] = {"match": [], "no match": [], "conversation": []}
    ids = list(library)
    for number in range(arguments.messages):
        template = library[rng.choice(ids)]
        values = [rng.choice(WORDS).encode() + b"%d" % rng.randrange(10**6) for _ in template.slots]
        message = template.render(values)
        if number % 4:
            kinds["match"].append(message)
        else:  # the last letter of each literal is wrong, so that every look-up goes as far as it can
            wrong = [literal[:-1] + b"\0" for literal in template.literals]
            kinds["no match"].append(b"x".join(wrong))
    kinds["conversation"] = [turn.text.encode() for turn in conversation.load()] * 20
    library.match(b"builds the index")
    results = {}
    for kind, messages in kinds.items():
        microseconds = []
        matched = 0
        for message in messages:
            start = time.perf_counter_ns()
            match = library.match(message)
            microseconds.append((time.perf_counter_ns() - start) / 1000)
            matched += match is not None
        p50, p95, p99 = np.percentile(microseconds, [50, 95, 99]).round(1).tolist()
        results[kind] = {"messages": len(messages), "matched": matched, "p50": p50, "p95": p95, "p99": p99}
        if not arguments.json:
            print(
                f"{kind:13} {len(messages):6} messages, {matched:6} matched:"
                f" p50 {p50} us, p95 {p95} us, p99 {p99} us"
            )
    if arguments.json:
        print(json.dumps({"templates": len(library), "results": results}, indent=2))


if __name__ == "__main__":
    main()
