"""What a model holds, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from aura.models.model import Model
from aura_spec.context_model import END, ContextModel
from aura_spec.model import CHAR_RUNS, DICTIONARY, MATCH, METADATA, PREFIX, TEMPLATES, TRIE

_OPENINGS: Final = 8
_OPENING_BYTES: Final = 24
_NAMES: Final = {
    TRIE: "trie",
    MATCH: "match",
    PREFIX: "prefix",
    TEMPLATES: "templates",
    DICTIONARY: "dictionary",
    CHAR_RUNS: "char_runs",
    METADATA: "metadata",
}


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model in figures.

    Attributes:
        model_id: sixteen hexadecimal digits.
        metadata: as stored.
        size: bytes of the file.
        sections: bytes of each section's content by name.
        contexts, entries: how many.
        templates: patterns by id.
        orders: for each order, how many contexts and entries.
        openings: likely first bytes of a message, the likeliest first.
    """

    model_id: str
    metadata: Mapping[str, str]
    size: int
    sections: Mapping[str, int]
    contexts: int
    entries: int
    templates: Mapping[int, str]
    orders: tuple[tuple[int, int], ...]
    openings: tuple[str, ...]


def inspect(model: Model) -> ModelInfo:
    """Look into a model."""
    context_model = model.context_model
    sections = {_NAMES.get(kind, str(kind)): size for kind, size in model.sizes.items()}
    return ModelInfo(
        model.id,
        dict(model.metadata),
        len(model.data),
        sections,
        len(context_model.suffixes),
        len(context_model.symbols),
        {number: template.pattern for number, template in model.templates.items()},
        tuple(_orders(context_model)),
        tuple(_openings(context_model)),
    )


def as_dictionary(found: ModelInfo) -> dict[str, object]:
    """Give what is known of a model, for machines."""
    return asdict(found)


def differences(one: ModelInfo, other: ModelInfo) -> Iterator[tuple[str, object, object]]:
    """Names of the figures in which two inspections differ, with both values."""
    left, right = as_dictionary(one), as_dictionary(other)
    for name, value in left.items():
        if value != right[name]:
            yield name, value, right[name]


def _orders(model: ContextModel) -> Iterator[tuple[int, int]]:
    """Contexts and entries by order: contexts are numbered by order, suffixes are one order lower."""
    suffixes = np.asarray(model.suffixes)
    counts = np.diff(np.asarray(model.starts))
    orders = np.zeros(len(suffixes), np.int64)
    reached = np.arange(len(suffixes))
    while bool(reached.any()):
        orders += reached > 0
        reached = suffixes[reached]
    for order in range(int(orders.max()) + 1):
        here = orders == order
        yield int(here.sum()), int(counts[here].sum())


def _openings(model: ContextModel) -> Iterator[str]:
    """From each of the likeliest first bytes, the likeliest way on."""
    start = model.starts[model.initial]
    stop = min(model.starts[model.initial + 1], start + _OPENINGS)
    for entry in range(start, stop):
        text = bytearray()
        while model.symbols[entry] != END and len(text) < _OPENING_BYTES:
            text.append(model.symbols[entry])
            entry = model.starts[model.following[entry]]  # noqa: PLW2901  # the likeliest stands first
        yield text.decode("utf-8", "replace")
