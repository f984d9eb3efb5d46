"""Reading a model file (rules MDL-1 to MDL-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aura_reference import trie
from aura_spec import char_runs, prefix
from aura_spec import model as spec
from aura_spec.context_model import ContextModel
from aura_spec.model import check_dictionary, parse_file, parse_hits, parse_templates
from aura_spec.template import Template


@dataclass(frozen=True, slots=True)
class Model:
    """What a model file says of messages.

    Attributes:
        model_id: eight bytes (rule MDL-4).
        context_model: ready to walk.
        templates: by id; none if the file has none (rule MDL-6).
        dictionary: of marker 0x05; empty if the file has none (rule MDL-8).
    """

    model_id: bytes
    context_model: ContextModel
    templates: Mapping[int, Template]
    dictionary: bytes


def read(data: bytes) -> Model:
    """Read a model file.

    Raises:
        DecodeError: as the rules of the chapters ``model``, ``trie``, ``prefix`` and ``char_runs`` say.
    """
    file = parse_file(data)
    sections = file.sections
    context_model = replace(
        trie.read(sections[spec.TRIE]),
        hits=parse_hits(sections[spec.MATCH]),
        char_runs=char_runs.parse_section(sections[spec.CHAR_RUNS]) if spec.CHAR_RUNS in sections else {},
        prefix=prefix.parse_section(sections[spec.PREFIX]) if spec.PREFIX in sections else None,
    )
    templates = parse_templates(sections[spec.TEMPLATES]) if spec.TEMPLATES in sections else {}
    dictionary = check_dictionary(sections[spec.DICTIONARY]) if spec.DICTIONARY in sections else b""
    return Model(file.model_id, context_model, templates, dictionary)
