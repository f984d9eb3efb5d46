"""Strings of the range coder, and the choices that they stand for.

``choices`` are rows of cumulative, frequency and total. A reader goes through them: at each, the value that it
finds in the string has to lie in the option.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from aura_fast import range_coder as fast
from aura_reference import range_coder as reference
from aura_vectors.case import FAST, REFERENCE, Case, CaseType, Fields

Choice = tuple[int, int, int]
"""Cumulative, frequency and total."""

NAME = "choices"


def choices_of(case: Case) -> list[Choice]:
    """The choices of a case."""
    rows = cast("list[list[int]]", case.given["choices"])
    return [(cumulative, frequency, total) for cumulative, frequency, total in rows]


class Decoder(Protocol):
    """What both decoders of the range coder have."""

    def value(self, total: int) -> int: ...  # noqa: D102
    def take(self, cumulative: int, frequency: int) -> None: ...  # noqa: D102
    def finish(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Choices(CaseType):
    """A group of such cases, which share nothing."""

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    @property
    def given(self) -> Sequence[str]:
        """The choices."""
        return ("choices",)

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """The decoders of both implementations."""
        return {
            REFERENCE: partial(_follow, case, reference.Decoder),
            FAST: partial(_follow, case, fast.Decoder),
        }

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """The encoders of both implementations."""
        choices = choices_of(case)
        return {REFERENCE: partial(write, choices), FAST: partial(fast.encode, choices)}


def _follow(case: Case, decoder_of: Callable[[bytes], Decoder]) -> Fields:
    """Go through the choices; nothing is left to say if the string stands for them."""
    decoder = decoder_of(case.wire)
    for cumulative, frequency, total in choices_of(case):
        value = decoder.value(total)
        if not cumulative <= value < cumulative + frequency:
            return {"value": value}
        decoder.take(cumulative, frequency)
    decoder.finish()
    return {}


def write(choices: Sequence[Choice]) -> bytes:
    """The string of these choices."""
    encoder = reference.Encoder()
    for cumulative, frequency, total in choices:
        encoder.code(cumulative, frequency, total)
    return encoder.finish()
