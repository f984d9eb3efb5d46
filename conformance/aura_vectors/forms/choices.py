"""Strings of the range coder, and the choices that they stand for.

``choices`` are rows of cumulative, frequency and total. A reader goes through them: at each, the value that it
finds in the string has to lie in the option.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from aura_reference.range_coder import Decoder, Encoder
from aura_vectors.case import REFERENCE, Case, Fields

Choice = tuple[int, int, int]
"""Cumulative, frequency and total."""

NAME = "choices"


def choices_of(case: Case) -> list[Choice]:
    """The choices of a case."""
    rows = cast("list[list[int]]", case.given["choices"])
    return [(cumulative, frequency, total) for cumulative, frequency, total in rows]


@dataclass(frozen=True, slots=True)
class Choices:
    """A group of such cases, which share nothing."""

    @property
    def name(self) -> str:
        """Of the form."""
        return NAME

    @property
    def given(self) -> Sequence[str]:
        """The choices."""
        return ("choices",)

    def shared(self) -> Fields:
        """Nothing."""
        return {}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """The reference's decoder."""
        return {REFERENCE: partial(_follow, case)}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """The reference's encoder."""
        return {REFERENCE: partial(write, choices_of(case))}


def _follow(case: Case) -> Fields:
    """Go through the choices; nothing is left to say if the string stands for them."""
    decoder = Decoder(case.wire)
    for cumulative, frequency, total in choices_of(case):
        value = decoder.value(total)
        if not cumulative <= value < cumulative + frequency:
            return {"value": value}
        decoder.take(cumulative, frequency)
    decoder.finish()
    return {}


def write(choices: Sequence[Choice]) -> bytes:
    """The string of these choices."""
    encoder = Encoder()
    for cumulative, frequency, total in choices:
        encoder.code(cumulative, frequency, total)
    return encoder.finish()
