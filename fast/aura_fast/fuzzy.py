"""Fuzzy template frames (rules FUZ-1 to FUZ-6)."""

from __future__ import annotations

from collections.abc import Mapping

from aura_fast import range_coder, typed
from aura_fast.context_model import Choice, contexts_of
from aura_fast.local_memory import LocalMemory
from aura_fast.local_model import code
from aura_fast.range_coder import Decoder
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.fuzzy import END, START, example_of
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.template import Template


def encode(data: bytes, template_id: int, template: Template, model: ContextModel) -> bytes:
    """Write a frame.

    Raises:
        EncodeError: ``data`` has more than ``limits.MAX_ADAPTIVE`` bytes (rule FUZ-6), or the id is out of range.
    """
    if len(data) > MAX_ADAPTIVE:
        raise EncodeError(f"a fuzzy frame codes at most {MAX_ADAPTIVE} bytes")
    choices: list[Choice] = []
    code(_memory_of(template), contexts_of(model), data, choices)
    string = range_coder.shortest(*range_coder.narrow(choices, START, END))
    return typed.write_template_id(template_id) + string


def decode(body: bytes, templates: Mapping[int, Template], model: ContextModel, max_size: int) -> bytes:
    """Read a frame.

    Raises:
        DecodeError: as the rules say. Errors of the string have its offset.
    """
    template_id, start = typed.read_template_id(body, templates)
    try:
        decoder = Decoder(body[start:], START, END)
        memory = _memory_of(templates[template_id])
        message = code(memory, contexts_of(model), decoder=decoder, most=min(max_size, MAX_ADAPTIVE))
        decoder.finish()
    except DecodeError as error:
        raise type(error)(error.reason, 1 + start, error.path) from None
    return message


def _memory_of(template: Template) -> LocalMemory:
    """What the local model remembers before the message (rule FUZ-5)."""
    memory = LocalMemory(is_stream=True)
    memory.learn(example_of(template))
    return memory
