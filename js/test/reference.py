"""Answers what the Python of this project writes for a message, so that tests compare.

Requests and answers are JSON objects, one a line. A request has ``level``, ``methods``, the bytes of a message as
``data_hex``, the ``model`` file as a path, or none, and patterns by id as ``templates``. The answer has the
``wire``.
"""

from __future__ import annotations

import json
import sys
from functools import cache

from aura import Model, selection
from aura import backend as backends
from aura.selection import Policy
from aura.templates import TemplateLibrary
from aura_spec.shared_state import SharedState


@cache
def library(patterns: str) -> TemplateLibrary:
    """The built-in templates, and those of a JSON object of patterns by id."""
    return TemplateLibrary({int(number): pattern for number, pattern in json.loads(patterns).items()})


@cache
def model_of(path: str) -> Model:
    """A model, loaded once."""
    return Model.load(path)


def held(path: str | None, templates: TemplateLibrary) -> SharedState:
    """What codecs hold that imply a model, or none."""
    if path is None:
        return SharedState(templates.snapshot())
    model = model_of(path)
    models = {bytes.fromhex(model.id): model.context_model}
    return SharedState(templates.snapshot(), {}, model.context_model, models, model.dictionary)


def main() -> None:
    """Answer until the input ends."""
    backend = backends.get("fast")
    for line in sys.stdin:
        request = json.loads(line)
        templates = library(json.dumps(request.get("templates", {})))
        found = selection.choose(
            bytes.fromhex(request["data_hex"]),
            backend=backend,
            policy=Policy(request["level"], request["methods"]),
            shared_state=held(request.get("model"), templates),
            templates=templates,
        )
        print(json.dumps({"wire": found.wire.hex()}), flush=True)


if __name__ == "__main__":
    main()
