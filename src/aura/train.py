"""Training a model on one's own messages, to a size in bytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final

from aura import arguments
from aura.model import Model, carried
from aura_fast import model as model_file
from aura_spec.context_model import SYMBOLS

DEFAULT_MAX_BYTES: Final = 2 << 20
DEFAULT_MAX_ORDER: Final = 24

_BACKGROUND: Final = 1 << 20
"""Bytes that are drawn from a base."""

_ATTEMPTS: Final = 6
_CLOSE_ENOUGH: Final = 0.97
_AIM: Final = 0.985

Progress = Callable[[str, float], None]


def _quiet(_stage: str, _done: float) -> None:
    pass


def train(
    messages: Iterable[str | bytes],
    *,
    sources: Sequence[Hashable] | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    max_order: int = DEFAULT_MAX_ORDER,
    min_count: int | None = None,
    minimum_sources: int = 1,
    metadata: Mapping[str, str] | None = None,
    templates: Mapping[int, str] | None = None,
    dictionary: bytes = b"",
    base: Model | None = None,
    progress: Progress = _quiet,
) -> Model:
    """Train a model whose file has at most ``max_bytes`` bytes. Deterministic.

    Args:
        messages: to learn from; they are never joined.
        sources: for each message, what it comes from: a conversation, a file. Messages of one source are left
            out together when it is learned how far to trust counts.
        max_bytes: of the model file.
        max_order: bytes of the longest context, 1 to 32.
        min_count: times that a context must occur to have a list of its own; by the amount of text if None.
        minimum_sources: distinct sources in which a context of more than 12 bytes must occur to be kept.
        metadata: texts to store with the model; they do not change its id.
        templates: patterns by id, 256 and above, to store with the model.
        dictionary: for Zstandard, to store with the model.
        base: a model of similar messages, for those who have few of their own: what it holds likely counts as well,
            at a sixteenth of the weight.
        progress: is called with a stage and the share of it that is done, from 0 to 1.

    Raises:
        ValueError: there are no messages, or ``max_bytes`` is too small for any model.
        TypeError: ``messages`` is one message, or one of them has a wrong type.
        EncodeError: a text has no UTF-8, or templates or dictionary are too large.
        TemplateError: a template is unusable, or its id below 256.
    """
    from aura.training import background, trainer  # noqa: PLC0415  # those who only code do not need it

    sections = carried(templates or {}, dictionary)
    max_bytes -= model_file.size_of(sections)
    prepared = trainer.prepare(
        arguments.batch(messages, arguments.to_bytes),
        background=[] if base is None else list(background.draw(base.context_model, _BACKGROUND)),
        sources=sources,
        max_order=max_order,
        min_count=min_count,
        minimum_sources=minimum_sources,
        max_bytes=max_bytes,
        progress=progress,
    )
    texts = dict(metadata or {})
    best: Model | None = None
    entries = max(SYMBOLS, min(prepared.entries, int(max_bytes * 8 / trainer.BITS_AN_ENTRY)))
    below, above = (0, 0), (prepared.entries + 1, 0)  # entries and size of the nearest that fits and does not
    for attempt in range(_ATTEMPTS):
        progress("fitting the size", attempt / _ATTEMPTS)
        model = Model.from_context_model(prepared.model(entries), texts)
        size = len(model.data)
        last, below, above = (
            (below, (entries, size), above) if size <= max_bytes else (above, below, (entries, size))
        )
        if size <= max_bytes and (best is None or size > len(best.data)):
            best = model
        if below[0] == prepared.entries or _CLOSE_ENOUGH * max_bytes <= size <= max_bytes:
            break
        # sizes grow evenly with entries: aim just below the limit along the line through what is known
        known = last[1] not in (0, size) and last[0] != entries
        each = (size - last[1]) / (entries - last[0]) if known else size / entries
        guess = entries + int((_AIM * max_bytes - size) / each)
        low, high = below[0] + 1, above[0] - 1
        entries = max(SYMBOLS, min(guess, high), min(low, high))
    progress("fitting the size", 1.0)
    if best is None:
        raise ValueError(f"no model fits into {max_bytes} bytes")
    return Model.from_bytes(model_file.carrying(best.data, sections)) if sections else best
