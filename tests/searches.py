"""The extent of a search: part of it in ``make test``, to save time, and all of it in ``make test-thorough``.

``HYPOTHESIS_PROFILE=thorough`` makes searches longer still.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import settings

Test = TypeVar("Test", bound=Callable[..., Any])
Item = TypeVar("Item")

IS_QUICK = settings.get_current_profile_name() == "quick"
SHARE = 5
"""A quick run tries one example of this many."""

EXAMPLES = 100 if IS_QUICK else settings().max_examples
"""Examples of a whole search, unless a test says otherwise."""


def sampled(examples: int | None = None) -> Callable[[Test], Test]:
    """Mark a test by properties that takes long: a quick run tries fewer of its examples.

    Args:
        examples: the number of examples in a whole search; by default that of the profile,
            in a quick run that of ``ci``.
    """

    def mark(test: Test) -> Test:
        whole = examples or EXAMPLES
        return pytest.mark.sampled(settings(max_examples=whole // SHARE if IS_QUICK else whole)(test))

    return mark


def part(items: Sequence[Item]) -> Sequence[Item]:
    """Give the items that a test marked ``sampled`` tries: in a quick run one of every ``SHARE``."""
    return items[::SHARE] if IS_QUICK else items


def pairs(lefts: Sequence[object], rights: Sequence[object]) -> list[Any]:
    """Give every pair as the parameters of a test, all but one for each item marked ``thorough``."""
    return [
        pytest.param(
            left, right, marks=[] if row % len(rights) == column % len(lefts) else [pytest.mark.thorough]
        )
        for row, left in enumerate(lefts)
        for column, right in enumerate(rights)
    ]
