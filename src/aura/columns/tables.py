"""Codes columns in memory: series of pandas, arrays of pyarrow (extra ``dask``)."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import pyarrow as pa

from aura.columns.rows import ModelFile, RowCoder

CODED: Final = pa.large_binary()
"""The type of every result. ``binary`` holds at most 2 GiB; a partition may exceed that when it is decompressed."""

DTYPE: Final = pd.ArrowDtype(CODED)

_KINDS: Final = frozenset("OSU")
"""Kinds of numpy types, as pandas tells them of any type, that texts and bytes may have."""


def code(column: Any, coder: RowCoder, model: ModelFile) -> Any:
    """Code a column.

    Raises:
        TypeError: it is no column, or its type can hold neither texts nor bytes.
    """
    match column:
        case pd.Series():
            return code_series(column, coder, model)
        case pa.ChunkedArray():
            return pa.chunked_array([_code_array(chunk, coder, model) for chunk in column.chunks], CODED)
        case pa.Array():
            return _code_array(column, coder, model)
    raise TypeError(
        "a series is of Dask (a bag, or a column of a data frame), pandas or pyarrow, "
        f"not {type(column).__name__}"
    )


def check_dtype(dtype: Any) -> None:
    """Refuse a column of numbers or times before any work begins.

    Raises:
        TypeError: a column of this type can hold neither texts nor bytes.
    """
    if dtype.kind not in _KINDS:
        raise TypeError(f"a series holds texts or bytes, not {dtype}")


def code_series(series: Any, coder: RowCoder, model: ModelFile, where: str = "") -> Any:
    """Code a series of pandas; the result has its index and name. ``where`` follows the row in notes of errors."""
    check_dtype(series.dtype)
    rows = [None if null else row for row, null in zip(series.tolist(), series.isna(), strict=True)]
    coded = coder(rows, model, lambda place: f"row {series.index[place]!r} of series {series.name!r}{where}")
    array = pd.arrays.ArrowExtensionArray(pa.array(coded, CODED))
    return pd.Series(array, index=series.index, name=series.name)


def _code_array(array: Any, coder: RowCoder, model: ModelFile) -> Any:
    return pa.array(coder(array.to_pylist(), model, lambda place: f"row {place} of the array"), CODED)
