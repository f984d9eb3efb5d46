"""What a policy says of a message before anything is coded: whether the model is tried, and when that is enough.

:mod:`aura.selection` says what the levels try.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from aura.content import repeats
from aura.methods import ANY_ADAPTIVE, BITS, Method
from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.session_negotiation import ALL_METHODS
from aura_spec.shared_state import SharedState

LEVELS: Final = range(4)

SHORT: Final = 32
"""Bytes below which general methods hardly ever gain on a message."""

_MAX_AURALITE: Final = (-1, 1 << 10, 1 << 16, 1 << 20)
"""For each level the longest message, in bytes, that AURALITE is tried on."""

_MAX_ADAPTIVE: Final = (-1, 1 << 10, 1 << 14, MAX_ADAPTIVE)
"""For each level the longest adaptive message, in bytes. It takes five to ten times as long as AURALITE."""

_MAX_FUZZY: Final = (-1, -1, 1 << 10, MAX_ADAPTIVE)
"""For each level the longest message, in bytes, that a fuzzy frame is tried on. It takes as long as an adaptive
one, and no library, whoever made it, is to cost level 2 more than some ten milliseconds a message.
"""

_REPEATS: Final = 8
"""Trigrams of a message that occurred in it before, from which level 2 tries an adaptive message.

On messages of twelve corpora this keeps 99 % of what trying it on all would gain, and tries it on a third of them.
"""

_MANY_REPEATS: Final = 4
"""The share of a message, as one in so many trigrams, from which level 1 takes an adaptive message unseen."""

SETTLED: Final = 1 << 8
"""Bytes up to which a message halved is settled. In longer ones a general method may gain more on what repeats."""

_TYPED: Final = BITS[Method.TYPED]
_WITHOUT_LENGTHS: Final = _TYPED | BITS[Method.MODELLED] | BITS[Method.FUZZY]

FRAMES: Final = (0, _TYPED, _WITHOUT_LENGTHS, _WITHOUT_LENGTHS | BITS[Method.CLASSIC])
"""For each level the bits of the template frames that it tries."""

FUZZY_HEAD: Final = 3
"""Bytes that a fuzzy frame takes beside the id of its template where a message differs a little."""

MIN_FUZZY: Final = FUZZY_HEAD + 2
"""Bytes that a message takes at least if a fuzzy frame may have less."""

_WITH_MODEL: Final = BITS[Method.AURALITE] | BITS[Method.ADAPTIVE]


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be tried.

    Attributes:
        level: 0 to 3, as :mod:`aura.selection` says.
        methods: that the reader reads, by bits as in a hello (rule SES-5). Storing is read by all.
    """

    level: int
    methods: int = ALL_METHODS


def tries_auralite(message: bytes, policy: Policy) -> bool:
    """Whether the policy tries AURALITE on a message."""
    adapts = policy.level == 1 and tries_adaptive(message, policy)
    return fits_auralite(message, policy, adapts=adapts)


def fits_auralite(message: bytes, policy: Policy, *, adapts: bool) -> bool:
    """Whether AURALITE is tried on a message of this length, beside an adaptive one or instead of it."""
    return len(message) <= _MAX_AURALITE[policy.level] and not (policy.level == 1 and adapts)


def tries_adaptive(message: bytes, policy: Policy) -> bool:
    """Whether the policy tries an adaptive message."""
    if len(message) > _MAX_ADAPTIVE[policy.level] or not policy.methods & ANY_ADAPTIVE:
        return False
    if policy.level == 1:
        return repeats(message) >= max(2 * _REPEATS, len(message) // _MANY_REPEATS)
    return policy.level == 3 or repeats(message) >= _REPEATS


def fits_fuzzy(message: bytes, policy: Policy) -> bool:
    """Whether a fuzzy frame is tried on a message of this length, if a template is close to it."""
    return len(message) <= _MAX_FUZZY[policy.level]


class FirstTries(NamedTuple):
    """What levels 1 and 2 try with an implied model: by numbers, for an implementation in one call.

    Attributes:
        max_auralite: bytes of the longest message that AURALITE and modelled frames are tried on.
        max_adaptive: bytes of the longest adaptive message.
        min_repeats: trigrams that occurred before, from which an adaptive message is tried,
        repeats_share: and one in so many trigrams besides; 0 if that does not matter.
        max_settled: bytes up to which no general method is tried on a message that is halved.
        frames: the template frames that are tried, by bits as in a hello.
        is_quick: whether a typed frame that halves the message is taken unseen, and an adaptive message is tried in
            place of AURALITE, not beside it.
        min_general: bytes below which no general method is tried.
        min_fuzzy: bytes that the message takes otherwise, from which a fuzzy frame is tried,
        max_fuzzy: up to so many bytes of the message.
    """

    max_auralite: int
    max_adaptive: int
    min_repeats: int
    repeats_share: int
    max_settled: int
    frames: int
    is_quick: bool
    min_general: int
    min_fuzzy: int
    max_fuzzy: int


def first_tries(policy: Policy, held: SharedState) -> FirstTries | None:
    """What the policy tries first; None if that is not so simple as :class:`FirstTries` says."""
    level = policy.level
    if level not in (1, 2) or held.model is None or policy.methods & _WITH_MODEL != _WITH_MODEL:
        return None
    frames = policy.methods & FRAMES[level]
    return FirstTries(
        max_auralite=_MAX_AURALITE[level],
        max_adaptive=_MAX_ADAPTIVE[level],
        min_repeats=_REPEATS if level > 1 else 2 * _REPEATS,
        repeats_share=_MANY_REPEATS if level == 1 else 0,
        max_settled=SETTLED,
        frames=frames,
        is_quick=level == 1,
        # a dictionary is tried on messages of any length
        min_general=SHORT if level == 1 or not held.dictionary else 0,
        min_fuzzy=MIN_FUZZY,
        max_fuzzy=_MAX_FUZZY[level] if frames & BITS[Method.FUZZY] else 0,
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried already, with an implied model.

    Attributes:
        auralite: the AURALITE message; None if it is not coded.
    """

    auralite: bytes | None = None


NOTHING_TRIED: Final = Tried()


@dataclass(frozen=True, slots=True)
class Begun:
    """That all was tried but general methods, which are to be tried.

    Attributes:
        wire: the smallest message, the first of equally small ones.
        has_auralite: whether a model coded one of the messages, adaptive or not.
    """

    wire: bytes
    has_auralite: bool
