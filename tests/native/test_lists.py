"""Lists that are mixed, and lists without a block, in the native core: the same as in numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.backends import check_both
from tests.training.texts import statistics

from aura.models.training.deleted_estimation import Deletion
from aura.models.training.extent import Extent
from aura.models.training.kneser_ney import usage
from aura.models.training.pruning import gains, keep
from aura.models.training.trainer import LEAST_NODES
from aura.models.training.weights import BOUNDS, CLASSES, mix

aura_native = pytest.importorskip("aura_native")

WORDS = st.lists(st.sampled_from([b"a", b"bb ", b"the same words again", b"00", b"?"]), max_size=20)
MESSAGES = st.lists(WORDS.map(b"".join), min_size=1, max_size=8)


@given(
    MESSAGES,
    st.booleans(),
    st.integers(0, 1 << 30),
    st.sampled_from([1 << 30, 40]),
    st.integers(LEAST_NODES, 400),
)
def test_lists_are_the_same(
    messages: list[bytes], kneser_ney: bool, seed: int, most: int, entries: int
) -> None:
    found = statistics(messages, Extent(5), most=most)
    trie, chains = found.trie, found.chains
    deletion = Deletion(trie, found.take_shares(), found.minimum)
    weights = np.random.default_rng(seed).random(CLASSES)
    whole = usage(trie, np.ones(len(trie), np.bool_), kneser_ney=kneser_ney)
    pruned = usage(trie, keep(gains(mix(trie, whole, weights)), entries), kneser_ney=kneser_ney)
    for use in (whole, pruned):
        check_both(lambda use=use: deletion.left_out(use))  # type: ignore[misc]
        check_both(lambda use=use: deletion.left_out(use).evidence(chains))  # type: ignore[misc]
        check_both(lambda use=use: mix(trie, use, weights))  # type: ignore[misc]


def numbers(count: int, dtype: str) -> Any:
    return np.zeros(count, dtype)


def level(**other: Any) -> list[Any]:
    """Arguments of ``mix_level`` with two of three contexts and two of three entries; some are others."""
    given = {"kept": np.array([1, 0, 1], np.uint8)}
    given |= {name: np.ones(3, np.float32) for name in ("totals", "kinds", "shown")}
    given |= {"entries": np.ones(3, np.uint16), "spreads": numbers(3, "u2")}
    given |= {"parents": np.array([4, 5], np.int32), "suffixes": np.array([5, 4], np.int32)}
    given |= {"entry_kept": np.array([0, 1, 1], np.uint8), "uses": np.ones(3, np.float32)}
    given |= {"lower": numbers(2, "f4"), "group_weights": np.full(CLASSES, 0.25), "bounds": BOUNDS}
    given |= {"weights": numbers(2, "f4"), "probability": numbers(2, "f4")}
    settings = {"first": 4, "order": 1, "discount": 0.5, "nothing": 1e-9, "uniform": 0.125}
    return [*(given | settings | other).values()]


def shares(**other: Any) -> list[Any]:
    """Arguments of ``leave_out``: three n-grams, two entries, two longer n-grams and a context."""
    given: dict[str, Any] = {"kept": np.ones(3, np.uint8)}
    given |= {name: np.ones(3, np.float32) for name in ("uses", "totals", "kinds", "shown")}
    given |= {
        "entries": np.ones(3, np.uint16),
        "keys": np.array([16, 32], np.int64),
        "owners": numbers(2, "i4"),
    }
    given |= {"taken": numbers(2, "f4"), "gone": numbers(2, "u1"), "longer": np.array([1, 2], np.int32)}
    given |= {"suffixes": np.array([1, 0], np.int32), "seen_coming": numbers(2, "f4")}
    given |= {"nodes": np.ones(1, np.int32), "orders": np.ones(1, np.uint8), "spreads": numbers(1, "u2")}
    given |= {"stays": np.ones(1, np.uint8), "rest": None, "rest_kinds": None, "bounds": BOUNDS}
    given |= {"own_uses": numbers(2, "f4"), "classes": numbers(1, "i2"), "whole": numbers(1, "f4")}
    given |= {"missing": numbers(1, "f4"), "scratch": numbers(5, "f8")}
    return [*(given | {"blocks": 16, "discount": 0.5, "nothing": 1e-9} | other).values()]


def chain(**other: Any) -> list[Any]:
    """Arguments of ``look_into_lists``: three n-grams, two entries, a context, and two symbols."""
    given = {"kept": np.ones(3, np.uint8), "uses": np.ones(3, np.float32), "own_uses": np.ones(2, np.float32)}
    given |= {
        "classes": numbers(1, "i2"),
        "whole": np.full(1, 2.0, np.float32),
        "missing": np.ones(1, np.float32),
    }
    given |= {"contexts": np.array([0, -1], np.int32), "targets": np.array([2, 1], np.int32)}
    given |= {"entries": np.array([1, -1], np.int32), "of_classes": numbers(2, "i2")}
    given |= {"frequency": numbers(2, "f4"), "of_missing": numbers(2, "f4")}
    return [*(given | {"discount": 0.5} | other).values()]


def test_arrays_that_belong_together_are_taken() -> None:
    weights, probability = numbers(2, "f4"), numbers(2, "f4")
    aura_native.mix_level(*level(weights=weights, probability=probability))
    assert (weights.tolist(), probability.tolist()) == ([0.25, 0.25], [0.75, 0.75])
    aura_native.mix_level(*level(lower=None, order=0))
    aura_native.leave_out(*shares())
    aura_native.leave_out(*shares(seen_coming=None, rest=numbers(1, "f4"), rest_kinds=numbers(1, "f4")))
    frequency = numbers(2, "f4")
    aura_native.look_into_lists(*chain(frequency=frequency))
    assert frequency.tolist() == [0.25, 0.0]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("mix_level", level(kept=numbers(3, "u1"))),
        ("mix_level", level(kept=np.ones(3, np.uint8))),
        ("mix_level", level(parents=np.array([5, 4], np.int32))),
        ("mix_level", level(suffixes=np.array([4, 6], np.int32))),
        ("mix_level", level(entry_kept=np.array([0, 0, 1], np.uint8))),
        ("mix_level", level(totals=numbers(2, "f4"))),
        ("mix_level", level(suffixes=numbers(1, "i4"))),
        ("mix_level", level(uses=numbers(2, "f4"))),
        ("mix_level", level(lower=numbers(1, "f4"))),
        ("mix_level", level(group_weights=numbers(CLASSES - 1, "f8"))),
        ("mix_level", level(bounds=BOUNDS[:-1].copy())),
        ("mix_level", level(probability=numbers(1, "f4"))),
        ("mix_level", level(first=-1)),
        ("mix_level", level(order=1 << 31)),
        ("leave_out", shares(keys=np.array([-16, 32], np.int64))),
        ("leave_out", shares(keys=np.array([16, 48], np.int64))),
        ("leave_out", shares(owners=np.array([0, 1], np.int32))),
        ("leave_out", shares(longer=np.array([1, 3], np.int32))),
        ("leave_out", shares(suffixes=np.array([2, 0], np.int32))),
        ("leave_out", shares(nodes=np.array([3], np.int32))),
        ("leave_out", shares(rest=numbers(1, "f4"))),
        ("leave_out", shares(uses=numbers(2, "f4"))),
        ("leave_out", shares(gone=numbers(1, "u1"))),
        ("leave_out", shares(stays=numbers(0, "u1"))),
        ("leave_out", shares(own_uses=numbers(1, "f4"))),
        ("leave_out", shares(missing=numbers(0, "f4"))),
        ("leave_out", shares(scratch=numbers(4, "f8"))),
        ("leave_out", shares(blocks=0)),
        ("look_into_lists", chain(contexts=np.array([0, 1], np.int32))),
        ("look_into_lists", chain(targets=np.array([3, 1], np.int32))),
        ("look_into_lists", chain(entries=np.array([2, 1], np.int32))),
        ("look_into_lists", chain(uses=numbers(2, "f4"))),
        ("look_into_lists", chain(whole=numbers(0, "f4"))),
        ("look_into_lists", chain(of_missing=numbers(1, "f4"))),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(name: str, arguments: list[Any]) -> None:
    with pytest.raises(ValueError, match="arrays that do not belong together"):
        getattr(aura_native, name)(*arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("mix_level", level(discount="much")),
        ("mix_level", []),
        ("leave_out", shares(nothing=None)),
        ("leave_out", []),
        ("look_into_lists", chain(discount=None)),
        ("look_into_lists", []),
    ],
)
def test_arguments_of_other_types_are_refused(name: str, arguments: list[Any]) -> None:
    with pytest.raises(TypeError):
        getattr(aura_native, name)(*arguments)
