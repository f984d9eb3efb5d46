"""Figures of a model: how many bits it takes for a byte, by kind of message.

The trainer measures them on messages that it held out, and stores them as a text in the metadata:

>>> text = "json 412 52011 9118 31; latin 902 48500 12090 40"
>>> figure = parse(text)[Kind.JSON]
>>> figure.messages, round(figure.bits, 3), figure.error
(412, 1.402, 0.031)
>>> as_text(parse(text)) == text
True

For each kind these are messages, their bytes, their bytes when coded, and the standard error of the bits for a
byte, in thousandths of a bit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.codec import Codec
from aura.models.kinds import Kind, kind_of
from aura.models.model import Model

BITS_BY_KIND: Final = "bits_by_kind"
"""The key of the metadata for the figures."""

MAX_TEXT: Final = 48 * len(Kind)
"""Characters of the longest text."""

NORMAL: Final = 1.96
"""Standard errors on each side of an estimate in an interval of 95 %."""

MIN_MESSAGES: Final = 8
"""The error of fewer messages is itself a matter of chance."""

_KINDS: Final = {kind.value: kind for kind in Kind}
_MAX_ERROR: Final = 9999
_ENTRY: Final = re.compile(r"([a-z_]{1,16}) ([0-9]{1,8}) ([0-9]{1,8}) ([0-9]{1,8}) ([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Figure:
    """How a model codes messages of one kind.

    Attributes:
        messages: how many were measured.
        size: their bytes, at least one.
        coded: their bytes as a codec with the model sends them one by one.
        error: standard error of :attr:`bits`.
    """

    messages: int
    size: int
    coded: int
    error: float

    @property
    def is_certain(self) -> bool:
        """Whether there are enough messages to tell the error."""
        return self.messages >= MIN_MESSAGES

    @property
    def bits(self) -> float:
        """Bits for a byte of the messages."""
        return 8 * self.coded / self.size


def measure(model: Model, units: Sequence[Sequence[bytes]]) -> dict[Kind, Figure]:
    """Code messages one by one, and give the figures by kind.

    Args:
        model: to code with.
        units: messages that may resemble each other, such as those of a conversation, together. The errors are
            those of a sample of units.
    """
    coded = iter(Codec(model=model).compress_batch([message for unit in units for message in unit]))
    sums: dict[Kind, dict[int, list[int]]] = {}
    for number, unit in enumerate(units):
        for message in unit:
            of_unit = sums.setdefault(kind_of(message), {}).setdefault(number, [0, 0, 0])
            for place, more in enumerate((1, len(message), len(next(coded)))):
                of_unit[place] += more
    figures = {kind: _figure(np.array(list(by_unit.values()))) for kind, by_unit in sorted(sums.items())}
    return {kind: figure for kind, figure in figures.items() if figure is not None}


def _figure(units: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Figure | None:
    """The figure of units, ``(units, 3) int64``: messages, bytes and coded bytes of each; None without a byte."""
    messages, size, coded = units.sum(axis=0).tolist()
    if not size:
        return None
    count = len(units)
    residuals = units[:, 2] - units[:, 1] * (coded / size)
    # that of a ratio of two sums; of a single unit nothing is known
    error = 8 * float(np.sqrt((residuals**2).sum() * count / (count - 1))) / size if count > 1 else np.inf
    return Figure(messages, size, coded, min(error, _MAX_ERROR / 1000))


def as_text(figures: Mapping[Kind, Figure]) -> str:
    """The text that :func:`parse` reads."""
    return "; ".join(
        f"{kind} {figure.messages} {figure.size} {figure.coded} {round(figure.error * 1000)}"
        for kind, figure in figures.items()
    )


def parse(text: str) -> dict[Kind, Figure]:
    """Read the text of the metadata, which may be anything.

    Returns:
        The figures; none if the text is anything else. A kind that is not known is passed over.
    """
    figures: dict[Kind, Figure] = {}
    for entry in text.split("; ") if len(text) <= MAX_TEXT else ():
        found = _ENTRY.fullmatch(entry)
        if found is None:
            return {}
        kind, numbers = found[1], list(map(int, found.groups()[1:]))
        messages, size, coded, error = numbers
        # a message is at most one byte longer when coded
        if not (messages and size and 0 < coded <= size + messages) or kind in figures:
            return {}
        if kind in _KINDS:
            figures[_KINDS[kind]] = Figure(messages, size, coded, error / 1000)
    return figures
