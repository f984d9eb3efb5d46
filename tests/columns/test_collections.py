"""Bags and series of Dask, with its schedulers in this process and with workers of their own."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest
from tests.columns.extra import needed

import aura
from aura.columns import rows
from aura.dask import compress_series, decompress_series

dask = needed("dask")
bag = needed("dask.bag")
dataframe = needed("dask.dataframe")
distributed = needed("distributed")
pa = needed("pyarrow")
pd = needed("pandas")

TEXTS = ["Is there parking?", None, "Yes, please.", "", "No, thank you.", "Straße"]
CODED = pd.ArrowDtype(pa.large_binary())
SERIES = pd.Series(TEXTS, name="message", index=range(100, 106))


@pytest.fixture(autouse=True)
def _in_this_process() -> Iterator[None]:
    with dask.config.set(scheduler="sync"):
        yield


@pytest.fixture(scope="module")
def client() -> Iterator[object]:
    """A client of two workers."""
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        distributed.LocalCluster(**settings) as cluster,
        distributed.Client(cluster, set_as_default=False) as made,
    ):
        yield made


@pytest.mark.parametrize("partitions", [1, 3])
def test_a_series_is_coded_as_pandas_codes_it(partitions: int) -> None:
    wires = compress_series(dataframe.from_pandas(SERIES, npartitions=partitions))
    dataframe.utils.assert_eq(wires, compress_series(SERIES))
    dataframe.utils.assert_eq(decompress_series(wires), decompress_series(compress_series(SERIES)))


def test_the_type_of_a_series_is_known_before_any_task_runs() -> None:
    indexed = pd.Series(["a"], index=pd.Index([1.5], name="time"), name="message")
    wires = compress_series(dataframe.from_pandas(indexed, npartitions=1))
    assert (wires.dtype, wires.name, wires.index.name, wires.index.dtype) == (CODED, "message", "time", float)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # which Dask gives pandas
def test_a_column_goes_to_parquet_and_back(tmp_path: object) -> None:
    frame = dataframe.from_pandas(SERIES.to_frame(), npartitions=2)
    frame.assign(wire=compress_series(frame["message"])).to_parquet(tmp_path)
    read = dataframe.read_parquet(tmp_path)
    text = decompress_series(read["wire"]).astype(pd.ArrowDtype(pa.large_string())).compute()
    assert [None if value is pd.NA else value for value in text] == TEXTS


def test_a_bag_is_coded_by_its_partitions() -> None:
    made = bag.from_sequence(TEXTS, npartitions=3)
    wires = compress_series(made, level=3)
    assert wires.npartitions == 3
    codec = aura.Codec(level=3)
    assert wires.compute() == [None if text is None else codec.compress(text) for text in TEXTS]
    assert decompress_series(wires).compute() == [None if text is None else text.encode() for text in TEXTS]


def test_a_note_names_row_and_partition() -> None:
    wires = pd.Series([b"\x07a", b"\x07b", b"\x07c", b"\x01"], name="wire", dtype=CODED)
    with pytest.raises(aura.Truncated) as raised:
        decompress_series(dataframe.from_pandas(wires, npartitions=2)).compute()
    assert raised.value.__notes__ == ["row 3 of series 'wire' in partition 1"]
    with pytest.raises(aura.Truncated) as raised:
        decompress_series(bag.from_sequence(wires.tolist(), npartitions=2)).compute()
    assert raised.value.__notes__ == ["item 1 of partition 1"]


def test_refused_rows_are_nulls_on_request() -> None:
    wires = dataframe.from_pandas(pd.Series([b"\x07a", b"\x01"], dtype=CODED), npartitions=1)
    assert decompress_series(wires, errors="null").isna().compute().tolist() == [False, True]


@pytest.mark.parametrize("values", [[1, 2], [True, False], [1.5, 2.5]])
def test_a_series_of_numbers_is_refused_before_any_task_runs(values: list[object]) -> None:
    with pytest.raises(TypeError, match="holds texts or bytes"):
        compress_series(dataframe.from_pandas(pd.Series(values), npartitions=1))


def test_a_frame_is_refused() -> None:
    with pytest.raises(TypeError, match="not DataFrame"):
        compress_series(dataframe.from_pandas(SERIES.to_frame(), npartitions=1))


def test_the_model_is_one_node_of_the_graph() -> None:
    model = aura.Model.load_small()
    for made in (
        compress_series(dataframe.from_pandas(SERIES, npartitions=3), model=model),
        compress_series(bag.from_sequence(TEXTS, npartitions=3), model=model),
    ):
        [optimized] = dask.optimize(made)
        sizes = sorted(len(pickle.dumps(node)) for node in dict(optimized.__dask_graph__()).values())
        assert sizes[-1] > len(model.data) > 10_000 > sizes[-2]


@pytest.mark.no_cover
def test_each_worker_builds_one_codec(client: object) -> None:
    model = aura.Model.load_small()
    series = pd.Series([f"door {number} is shut" for number in range(400)])
    wires = compress_series(dataframe.from_pandas(series, npartitions=8), model=model)
    [found] = client.gather(client.compute([wires]))  # type: ignore[attr-defined]
    assert found.tolist() == aura.Codec(model=model).compress_batch(series)
    built = client.run(lambda: rows._built.cache_info().misses)  # type: ignore[attr-defined]
    assert list(built.values()) == [1, 1]


@pytest.mark.no_cover
def test_errors_of_a_worker_reach_the_client_with_their_notes(client: object) -> None:
    wires = dataframe.from_pandas(pd.Series([b"\x01"], name="wire", dtype=CODED), npartitions=1)
    with pytest.raises(aura.Truncated) as raised:
        client.compute(decompress_series(wires)).result()  # type: ignore[attr-defined]
    assert raised.value.__notes__ == ["row 0 of series 'wire' in partition 0"]


@pytest.mark.no_cover
def test_partitions_are_coded_again_after_their_workers_are_lost(client: object) -> None:
    wires = compress_series(dataframe.from_pandas(SERIES, npartitions=4), model=aura.Model.load_small())
    kept = client.persist(wires)  # type: ignore[attr-defined]
    with client.as_current():  # type: ignore[attr-defined]
        distributed.wait(kept)
    client.restart_workers([*client.scheduler_info()["workers"]])  # type: ignore[attr-defined]
    found = client.compute(kept).result()  # type: ignore[attr-defined]
    assert found.tolist() == compress_series(SERIES, model=aura.Model.load_small()).tolist()
