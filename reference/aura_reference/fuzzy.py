"""Fuzzy template frames (rules FUZ-1 to FUZ-6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aura_reference import local_model
from aura_reference.auralite import Reader, Writer
from aura_reference.local_memory import Memory, Size
from aura_reference.local_model import AdaptiveStep, Predictor
from aura_spec import fuzzy as spec
from aura_spec import limits
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.fuzzy import FuzzyFrame, build_body, parse_body
from aura_spec.template import Template


def memory_of(template: Template, model: ContextModel) -> Memory:
    """What the local model remembers before the message (rule FUZ-5)."""
    memory = Memory(Size())
    local_model.learn(spec.example_of(template), memory, model)
    return memory


def encode(data: bytes, template_id: int, template: Template, model: ContextModel) -> bytes:
    """Write a frame.

    Raises:
        EncodeError: ``data`` has more than ``limits.MAX_ADAPTIVE`` bytes (rule FUZ-6), or the id is out of range.
    """
    if len(data) > limits.MAX_ADAPTIVE:
        raise EncodeError(f"a fuzzy frame codes at most {limits.MAX_ADAPTIVE} bytes")
    predictor = Predictor(model, memory_of(template, model))
    string = local_model.write(data, predictor, Writer(spec.START, spec.END))
    return build_body(FuzzyFrame(template_id, string))


def decode(body: bytes, templates: Mapping[int, Template], model: ContextModel, max_size: int) -> bytes:
    """Read a frame.

    Raises:
        DecodeError: as the rules say. Errors of the string have its offset.
    """
    frame = parse_body(body, templates)
    memory = memory_of(templates[frame.template_id], model)
    try:
        reader = Reader(frame.string, spec.START, spec.END)
        return local_model.read(Predictor(model, memory), reader, max_size)
    except DecodeError as error:
        raise type(error)(error.reason, 1 + len(body) - len(frame.string), error.path) from None


def steps(data: bytes, template: Template, model: ContextModel) -> Iterator[AdaptiveStep]:
    """How each symbol of the string is coded. Informative: costs are not integers."""
    return local_model.steps(data, Predictor(model, memory_of(template, model)))
