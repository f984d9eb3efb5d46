"""The mixer: its domain, and tables that are as large as the rules index them."""

from __future__ import annotations

from aura_spec import mixer as spec
from aura_spec.local_model import (
    CLASSES,
    LENGTH_STEPS,
    MAX_CONFIDENCE,
    MAX_MISSES,
    MAX_RUN,
    Context,
    Relation,
)
from aura_spec.mixer import LIMIT, PROB_ONE, squash, stretch


def shape(table: object) -> tuple[int, ...]:
    """Entries by level; all tables of a level have as many."""
    if isinstance(table, int):
        return ()
    assert isinstance(table, tuple)
    (inner,) = {shape(entry) for entry in table}
    return len(table), *inner


def test_tables_have_an_entry_for_all_evidence() -> None:
    """Rule MIX-3."""
    assert shape(spec.SET_BIASES) == shape(spec.WEIGHTS) == (2, 2, 4, len(spec.SHARE_STEPS) + 1)
    assert shape(spec.CONTEXT_BIASES) == (len(Context), 3, MAX_RUN, 2)
    assert shape(spec.MATCH_BIASES) == (2, len(LENGTH_STEPS) + 1)
    assert shape(spec.NUMBER_BIASES) == (2, MAX_CONFIDENCE + 1)
    assert shape(spec.FIELD_BIASES) == (5 + 2 * Relation.NONE, spec.MAX_LEFT + 1)
    assert shape(spec.MISS_BIASES) == (MAX_MISSES + 1, 2, len(Context) + 1)
    assert shape(spec.LENGTH_BIASES) == (spec.MAX_SINCE + 1, CLASSES)
    assert all(step % 16 == 0 for step in spec.SHARE_STEPS)


def test_stretch_is_the_inverse_of_squash_and_bounded() -> None:
    """Rule MIX-2."""
    squashed = [squash(x) for x in range(-LIMIT - 2, LIMIT + 3)]
    assert squashed == sorted(squashed)
    stretched = [stretch(probability) for probability in range(0, PROB_ONE, 7)]
    assert stretched == sorted(stretched)
    assert -LIMIT == stretched[0] < stretched[-1] <= LIMIT
