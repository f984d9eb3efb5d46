"""What lists and stretches are worth, in the native core: what the numpy code gives, from the same arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aura.models.training.text import BEGIN, Floats, Numbers

if TYPE_CHECKING:
    from aura.models.training.kneser_ney import LevelCounts
    from aura.models.training.prefix_selection import Windows
    from aura.models.training.pruning import GainingLevel
    from aura.models.training.weights import Evidence


def count_uses(
    level: LevelCounts, whole: int, discount: float
) -> tuple[Floats, Floats, Floats, Floats, Numbers, Floats]:
    """Count the uses of the entries of one level.

    Args:
        level: the entries.
        whole: the weight of one.
        discount: of what is used once or more.

    Returns:
        The attributes of :class:`aura.models.training.kneser_ney.LevelUses`.
    """
    from aura_native import count_uses  # noqa: PLC0415  # only there where a compiler was

    size, first = len(level.counts), level.contexts.start
    contexts = level.contexts.stop - first
    uses = np.empty(size, np.float32)
    totals, kinds, shown, seen_coming = np.empty((4, contexts))
    entries = np.empty(contexts, np.uint16)
    counts = level.counts.astype(np.int64, copy=False)
    arrays = (counts, level.parents, level.suffixes, level.kept, level.seen_coming)
    begin = BEGIN if level.has_begin else size
    count_uses(*arrays, uses, totals, kinds, shown, entries, seen_coming, first, begin, whole, discount)
    return uses, totals, kinds, shown, entries, seen_coming


def maximise(evidence: Evidence, prior: Floats, settings: tuple[int, float, float]) -> Floats:
    """The weights that make a text likeliest.

    Args:
        evidence: what the lists say about the text.
        prior: the weights to begin with, float64.
        settings: the number of passes, the probability of a symbol without a context, and how many observations a
            prior weight is worth.
    """
    from aura_native import maximise  # noqa: PLC0415  # as above

    orders, places = evidence.classes.shape
    weights = np.empty_like(prior)
    scratch = np.empty((orders + 2) * places + 4 * len(prior))
    passes, uniform, strength = settings
    rows = (evidence.classes, evidence.frequency, evidence.missing)
    maximise(*rows, prior, weights, scratch, orders, passes, uniform, strength)
    return weights


def log2(numbers: Floats, logarithms: Floats) -> None:
    """Set logarithms, as :func:`aura.models.training.logarithm.log2` gives them; both are float64."""
    from aura_native import log2  # noqa: PLC0415  # as above

    log2(numbers, logarithms)


def find_gains(
    level: GainingLevel, gains: Floats, of_contexts: Floats | None, settings: tuple[int, float]
) -> None:
    """Raise the gains of the entries of one level, and of their contexts.

    Args:
        level: the entries.
        gains: of each.
        of_contexts: of each context; None if they stay.
        settings: the weight of one message, and the least weight of a suffix.
    """
    from aura_native import find_gains  # noqa: PLC0415  # as above

    arrays = (
        level.counts.astype(np.int64, copy=False),
        level.spreads,
        level.parents,
        level.suffixes,
        level.probability,
    )
    contexts = (level.lower, level.weights, level.entries)
    find_gains(*arrays, *contexts, gains, of_contexts, level.first, *settings)


def choose_stretches(windows: Windows, sizes: tuple[int, int, int], faded: float) -> list[tuple[int, int]]:
    """Choose stretches from the most valuable windows on.

    Args:
        windows: of a text.
        sizes: symbols of a window, of what is worth something, and of all stretches together, about.
        faded: the share of its worth below which a window is passed over.

    Returns:
        The first symbol of each stretch, and the one after its last.
    """
    from aura_native import choose_stretches  # noqa: PLC0415  # as above

    window, length, wanted = sizes
    # each stretch but those of the last window counts towards what is wanted
    starts, ends = np.empty((2, wanted // length + window), np.int32)
    taken = np.zeros(int(windows.kind.max(initial=0)) + 1, np.uint8)
    arrays = (windows.value, windows.kind, windows.order, windows.worth, taken, starts, ends)
    count = choose_stretches(*arrays, window // 2, window, length, wanted, faded)
    return list(zip(starts[:count].tolist(), ends[:count].tolist(), strict=True))
