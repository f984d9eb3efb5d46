"""Reading a model file (rules MDL-1 to MDL-5)."""

from __future__ import annotations

from dataclasses import replace

from aura_reference import trie
from aura_spec.context_model import ContextModel
from aura_spec.model import MATCH, TRIE, parse_file, parse_hits


def read(data: bytes) -> tuple[bytes, ContextModel]:
    """The id of a model and the model.

    Raises:
        DecodeError: as the rules of the chapters ``model`` and ``trie`` say.
    """
    file = parse_file(data)
    model = trie.read(file.sections[TRIE])
    return file.model_id, replace(model, hits=parse_hits(file.sections[MATCH]))
