"""Reading a model file (rules MDL-1 to MDL-5)."""

from __future__ import annotations

from dataclasses import replace

from aura_reference import trie
from aura_spec import history, run
from aura_spec.context_model import ContextModel
from aura_spec.model import HISTORY, MATCH, RUNS, TRIE, parse_file, parse_hits


def read(data: bytes) -> tuple[bytes, ContextModel]:
    """The id of a model and the model.

    Raises:
        DecodeError: as the rules of the chapters ``model``, ``trie``, ``history`` and ``run`` say.
    """
    file = parse_file(data)
    model = trie.read(file.sections[TRIE])
    runs = run.parse_section(file.sections[RUNS]) if RUNS in file.sections else {}
    past = history.parse_section(file.sections[HISTORY]) if HISTORY in file.sections else None
    return file.model_id, replace(model, hits=parse_hits(file.sections[MATCH]), runs=runs, history=past)
