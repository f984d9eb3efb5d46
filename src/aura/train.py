"""Training a model on one's own messages, to a size in bytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final

from aura.codec import to_bytes
from aura.model import Model
from aura.training import trainer
from aura_spec.context_model import SYMBOLS

DEFAULT_MAX_BYTES: Final = 2 << 20
DEFAULT_MAX_ORDER: Final = 24

_BITS_AN_ENTRY: Final = 4.0
"""A first guess; files have three to six."""

_ATTEMPTS: Final = 6
_CLOSE_ENOUGH: Final = 0.97

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
    progress: Progress = _quiet,
) -> Model:
    """Train a model whose file has at most ``max_bytes`` bytes. Deterministic.

    Args:
        messages: to learn from; they are never joined.
        sources: for each message, what it comes from: a conversation, a file. Messages of one source are held
            back together when weights are learned.
        max_bytes: of the model file.
        max_order: bytes of the longest context, 1 to 32.
        min_count: times that a context must occur to have a list of its own; by the amount of text if None.
        minimum_sources: distinct sources in which a context of more than 12 bytes must occur to be kept.
        metadata: texts to store with the model; they do not change its id.
        progress: is called with a stage and the share of it that is done, from 0 to 1.

    Raises:
        ValueError: there are no messages, or ``max_bytes`` is too small for any model.
        EncodeError: a text has no UTF-8.
    """
    prepared = trainer.prepare(
        [to_bytes(message) for message in messages],
        sources=sources,
        max_order=max_order,
        min_count=min_count,
        minimum_sources=minimum_sources,
        progress=progress,
    )
    texts = dict(metadata or {})
    best: Model | None = None
    entries = min(prepared.entries, int(max_bytes * 8 / _BITS_AN_ENTRY))
    largest_that_fits, smallest_that_does_not = 0, prepared.entries + 1
    for attempt in range(_ATTEMPTS):
        progress("fitting the size", attempt / _ATTEMPTS)
        model = Model.from_context_model(prepared.model(max(SYMBOLS, entries)), texts)
        size = len(model.data)
        if size <= max_bytes:
            largest_that_fits = max(largest_that_fits, entries)
            if best is None or size > len(best.data):
                best = model
            if entries == prepared.entries or size >= _CLOSE_ENOUGH * max_bytes:
                break
        else:
            smallest_that_does_not = min(smallest_that_does_not, entries)
        # sizes grow a little faster than entries; aim just below the limit, between what is known
        guess = int(entries * max_bytes / size * 0.99)
        low, high = largest_that_fits + 1, min(prepared.entries, smallest_that_does_not - 1)
        entries = max(min(guess, high), min(low, high))
    progress("fitting the size", 1.0)
    if best is None:
        raise ValueError(f"no model fits into {max_bytes} bytes")
    return best
