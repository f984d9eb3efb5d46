"""Statistics of messages that tests make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from aura.models.training import trainer
from aura.models.training.extent import Extent
from aura.models.training.framed_text import frame
from aura.models.training.gathering import Statistics, gather
from aura.models.training.local_text import LocalText, blocks_text
from aura.models.training.pieces import Framed
from aura.models.training.resources import Resources
from aura.models.training.spill import Spill
from aura.models.training.text import Text
from aura.models.training.trainer import Limits, Plan, Prepared
from aura.models.training.written import Messages

PLENTY = 1 << 30


class Plans(TypedDict, total=False):
    """Parts of a plan that tests change."""

    limits: Limits
    max_bytes: int
    background: Sequence[bytes]


def write(messages: Sequence[bytes], sources: Sequence[Any] | None = None) -> Messages:
    """Messages, by default each of its own source, written down."""
    pairs = zip(messages, [None] * len(messages) if sources is None else sources, strict=True)
    return Messages.write([pairs], Spill(), have_sources=sources is not None)


def prepare(
    messages: Sequence[bytes], *, sources: Sequence[Any] | None = None, **plan: Unpack[Plans]
) -> Prepared:
    """Messages, made ready for models of any size."""
    return trainer.prepare(write(messages, sources), Plan(**plan)).prepared


def framed(
    messages: Sequence[bytes], sources: Sequence[Any] | None = None, background: Sequence[bytes] = ()
) -> Framed:
    """Messages, by default each of its own source, framed."""
    written = write(messages, sources)
    return frame(written, written.in_order(), Spill(), background=background)


def text_of(messages: Sequence[bytes], sources: Any) -> Text:
    """Messages as a text that is studied, those of each source together."""
    return blocks_text(framed(messages, list(sources)))


def statistics(  # each test varies one or two of them
    messages: Sequence[bytes],
    extent: Extent,
    sources: Sequence[Any] | None = None,
    *,
    most: int = PLENTY,
    resources: Resources | None = None,
    background: Sequence[bytes] = (),
) -> Statistics:
    """What training takes from messages."""
    text = LocalText(framed(messages, sources, background), resources or Resources())
    return gather(text, extent, most, lambda _done: None)
