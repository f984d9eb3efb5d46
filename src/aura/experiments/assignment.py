"""Which variant a user gets: by a keyed hash, so that it never changes while the share of a candidate grows.

The hash is BLAKE2b (RFC 7693) of 20 bytes, with the experiment's key and the personalization ``aura-experiment``.
It is taken over the length of the experiment's name in 8 bytes, big-endian, the name, and the user id; both are in
UTF-8. Its bytes are three big-endian numbers:

=========  ==============================================================================
0 to 7     lane: which candidate the user would get, in proportion to the weights
8 to 15    place: the user gets it if the place is below share * 2^64, else the control
16 to 19   bucket: for totals of users that are alike but for chance
=========  ==============================================================================

Lane and place do not depend on the share. So a larger share moves users from the control to their candidate and no
others, a smaller one moves the same users back, and nobody ever moves between candidates.

>>> slot_of(bytes(range(16)), "level-3", "ada")
Slot(lane=14861691200593374703, place=16586809129960738588, bucket=1162967864)
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from aura import arguments

_PERSON: Final = b"aura-experiment"
_WHOLE: Final = 1 << 64

MIN_KEY: Final = 16
MAX_KEY: Final = 64
"""Bytes of a key."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a user stands in an experiment, for good.

    Attributes:
        lane: which candidate the user would get, below 2^64.
        place: how large the share has to be for that, below 2^64.
        bucket: below 2^32.
    """

    lane: int
    place: int
    bucket: int


def check_key(key: bytes) -> bytes:
    """Take a key as it is.

    Raises:
        TypeError: it is no ``bytes``.
        ValueError: it has fewer than 16 or more than 64 bytes.
    """
    if not isinstance(key, bytes):
        raise TypeError(f"key is bytes, not {type(key).__name__}")
    if not MIN_KEY <= len(key) <= MAX_KEY:
        raise ValueError(f"key has {len(key)} bytes, not {MIN_KEY} to {MAX_KEY}")
    return key


def slot_of(key: bytes, experiment: str, user: str) -> Slot:
    """Where a user stands in an experiment.

    Args:
        key: of the experiment, 16 to 64 bytes. Whoever does not know it can neither find out nor choose the
            variant of a user id.
        experiment: its name; experiments with other names split users anew.
        user: the user id.

    Raises:
        ValueError: the name or the id holds a lone surrogate, or the key has another length.
    """
    name = experiment.encode()
    text = len(name).to_bytes(8, "big") + name + user.encode()
    digest = hashlib.blake2b(text, digest_size=20, key=key, person=_PERSON).digest()
    numbers = (int.from_bytes(digest[start:end], "big") for start, end in ((0, 8), (8, 16), (16, 20)))
    return Slot(*numbers)


class Split:
    """Who gets which candidate.

    Args:
        weights: of the candidates, whole numbers from 1; they stay as they are as long as the experiment lasts.

    Raises:
        TypeError: a weight is no ``int``.
        ValueError: there is none, or one is below 1.
    """

    def __init__(self, weights: Sequence[int]) -> None:
        if not weights:
            raise ValueError("an experiment has no candidate")
        for weight in weights:
            arguments.whole_number("weight", weight, 1)
        self._ends = list(accumulate(weights))

    def candidate(self, slot: Slot) -> int:
        """The candidate that a user would get, by number."""
        found = slot.lane * self._ends[-1] // _WHOLE
        return next(number for number, end in enumerate(self._ends) if found < end)

    @staticmethod
    def is_in(slot: Slot, share: float) -> bool:
        """Whether a user gets the candidate if a share of all users does."""
        return slot.place < int(share * _WHOLE)
