"""Codes bags and series of Dask, one task for each partition (extra ``dask``).

The model is a node of the graph. The scheduler gives it to one worker, from which the others fetch it once;
the tasks of the partitions name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from dask import bag, dataframe
from dask.delayed import delayed

from aura.columns import tables
from aura.columns.rows import ModelFile, RowCoder


def code(collection: Any, coder: RowCoder, model: ModelFile) -> Any:
    """Code a bag or a series, lazily; the result has as many partitions.

    Raises:
        TypeError: it is another collection, or its type can hold neither texts nor bytes.
    """
    node = delayed(model, name=f"aura-model-{model.id}", traverse=False)
    if isinstance(collection, bag.Bag):
        count = collection.npartitions
        numbers = bag.from_sequence(range(count), npartitions=count)
        return collection.map_partitions(_code_items, node, numbers, coder=coder)
    if isinstance(collection, dataframe.Series):
        tables.check_dtype(collection.dtype)
        return collection.map_partitions(_code_part, node, coder=coder, meta=_meta(collection))
    raise TypeError(f"a series of Dask is a bag or a column of a data frame, not {type(collection).__name__}")


def _meta(series: Any) -> Any:
    """An empty result, so that Dask need not guess what the tasks give."""
    index = dataframe.utils.make_meta(series).index
    return pd.Series(index=index[:0], dtype=tables.DTYPE, name=series.name)


def _code_items(items: Iterable[Any], model: ModelFile, numbers: Iterable[int], *, coder: RowCoder) -> Any:
    """Code a partition of a bag; ``numbers`` holds its number alone."""
    [number] = numbers
    return coder([*items], model, lambda place: f"item {place} of partition {number}")


def _code_part(
    series: Any, model: ModelFile, *, coder: RowCoder, partition_info: Mapping[str, Any] | None = None
) -> Any:
    """Code a partition of a series; Dask tells its number."""
    where = "" if partition_info is None else f" in partition {partition_info['number']}"
    return tables.code_series(series, coder, model, where)
