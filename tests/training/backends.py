"""The same of numpy and of the native core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import TypeVar

import numpy as np
import pytest

from aura.native import VARIABLE

Result = TypeVar("Result")


def of_both(function: Callable[[], Result]) -> tuple[Result, Result]:
    """What a function gives with numpy, and with the native core."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "fast")
        expected = function()
        patch.setenv(VARIABLE, "native")
        return expected, function()


def check_equal(found: object, expected: object) -> None:
    """Arrays are of one type, and equal; so are those in dataclasses, lists and tuples."""
    assert type(found) is type(expected)
    if isinstance(found, np.ndarray) and isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)
    elif isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        for one, other in zip(found, expected, strict=True):
            check_equal(one, other)
    elif is_dataclass(found):
        for field in fields(found):
            check_equal(getattr(found, field.name), getattr(expected, field.name))
    else:
        assert found == expected


def check_both(function: Callable[[], object]) -> None:
    """A function gives the same with numpy and with the native core."""
    expected, found = of_both(function)
    check_equal(found, expected)
