"""Keys of n-grams: stage by stage some symbols more, from the last one back.

An n-gram of few symbols fits into one number. Longer ones are found in stages: what one stage found is numbered,
and the number stands for it in the keys of the next. The last symbol stands highest, so that the n-grams of all
lengths that end alike lie next to each other when keys are sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura import native
from aura.models.training import native_counting
from aura.models.training.pieces import Alphabet, Piece, mark
from aura.models.training.tallies import Keys, Occurrences
from aura.models.training.text import Ints

KEY_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Stage:
    """Some symbols of n-grams, behind those of the stage before.

    Attributes:
        depth: symbols that were looked at before.
        width: symbols that are looked at now.
        bits: of a symbol in a key.
        groups: how many n-grams of ``depth`` symbols there are.
    """

    depth: int
    width: int
    bits: int
    groups: int

    def prefixes(self, keys: Keys, length: int) -> Keys:
        """The keys of n-grams of ``length`` symbols, from those of the stage."""
        return keys >> np.uint64(self.shift(length))

    def shift(self, length: int) -> int:
        """The bits of a key that n-grams of ``length`` symbols do not have."""
        return (self.depth + self.width - length) * self.bits

    def lengths(self) -> range:
        """The lengths of n-grams that are found in this stage."""
        return range(self.depth + 1, self.depth + self.width + 1)


def stage_after(depth: int, groups: int, alphabet: Alphabet, length: int) -> Stage:
    """The next stage: as many symbols as a key holds behind the number of a group."""
    room = KEY_BITS - (groups - 1).bit_length()
    return Stage(depth, min(room // alphabet.bits, length - depth), alphabet.bits, groups)


def keys_of(piece: Piece, stage: Stage, places: Ints | None, groups: Ints | None) -> Keys:
    """The keys of some places, or all of them: the group, and the symbols of the stage, the nearest highest."""
    if native.is_chosen():
        return native_counting.keys_of(piece, stage, places, groups)
    size = len(piece) if places is None else len(places)
    keys = np.zeros(size, np.uint64) if groups is None else groups.astype(np.uint64)
    for distance in range(stage.depth, stage.depth + stage.width):
        keys <<= np.uint64(stage.bits)
        keys |= piece.ranks_before(distance, places)
    return keys


def occurrences(piece: Piece, places: Ints | None, *, by_message: bool) -> Occurrences:
    """What is counted at some places of a piece, or all."""
    chosen = slice(None) if places is None else places
    return Occurrences(
        piece.sources[chosen],
        mark(piece.messages[chosen]) if by_message else None,
        None if piece.weights is None else piece.weights[chosen],
    )
