"""Answers what the Python of this project writes for a message, so that tests compare.

Requests and answers are JSON objects, one a line. A request has ``level``, ``methods``, the bytes of a message as
``data_hex``, and the ``model`` file as a path, or none. The answer has the ``wire``.
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

LIBRARY = TemplateLibrary()


@cache
def held(path: str | None) -> SharedState:
    """What codecs hold that imply a model, or none."""
    if path is None:
        return SharedState(LIBRARY.snapshot())
    model = Model.load(path)
    models = {bytes.fromhex(model.id): model.context_model}
    return SharedState(LIBRARY.snapshot(), {}, model.context_model, models, model.dictionary)


def main() -> None:
    """Answer until the input ends."""
    backend = backends.get("fast")
    for line in sys.stdin:
        request = json.loads(line)
        found = selection.choose(
            bytes.fromhex(request["data_hex"]),
            backend=backend,
            policy=Policy(request["level"], request["methods"]),
            shared_state=held(request.get("model")),
            templates=LIBRARY,
        )
        print(json.dumps({"wire": found.wire.hex()}), flush=True)


if __name__ == "__main__":
    main()
