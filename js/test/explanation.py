"""Answers what the Python of this project explains, so that tests compare.

Requests and answers are JSON objects, one a line. A request has the ``model`` file as a path, and either a message
as ``wire``, in hexadecimal digits, with ``tagged`` and ``templates``, or the texts of a ``stream`` with its
``memory``. The answer has the ``method``, ``steps``, ``parts`` and ``overhead`` of the message, or the bits of each
of the ``texts``.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

from aura import Model, explain
from aura.explanation.parts import note_of
from aura_reference import local_memory, local_model
from aura_spec.stream import Terms


@cache
def load(path: str) -> Model:
    """The model in a file."""
    return Model.load(path)


def explained(request: dict[str, Any]) -> dict[str, Any]:
    """The answer about a message."""
    found = explain(
        bytes.fromhex(request["wire"]),
        model=load(request["model"]),
        models=[load(request["model"])],
        tagged=request["tagged"],
        templates={int(key): pattern for key, pattern in request["templates"].items()},
    )
    parts = found.breakdown.parts
    return {
        "method": found.method,
        "steps": [[step.position, step.symbol, step.bits, note_of(step)] for step in found.steps],
        "parts": [[part.start, part.end, part.bits, part.note] for part in parts],
        "overhead": [[one.name, one.bits] for one in found.breakdown.overhead],
    }


def streamed(request: dict[str, Any]) -> dict[str, Any]:
    """The answer about a stream."""
    model = load(request["model"]).context_model
    terms = Terms(model, agreed=0, memory=request["memory"], check=4, server=False)
    memory = local_memory.Memory(local_memory.Size(terms.slot_bits, terms.window))
    texts = [
        [step.bits for step in local_model.steps(text.encode(), local_model.Predictor(model, memory))]
        for text in request["stream"]
    ]
    return {"texts": texts}


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        answer = streamed(request) if "stream" in request else explained(request)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
