"""Series of pandas and arrays of pyarrow."""

from __future__ import annotations

import pytest
from tests.columns.extra import needed

import aura
from aura.dask import compress_series, decompress_series

pa = needed("pyarrow")
pd = needed("pandas")

TEXTS = ["Is there parking?", None, "", "Yes, please.", "Straße"]
BYTES = [None if text is None else text.encode() for text in TEXTS]
WIRES = [None if text is None else aura.compress(text) for text in TEXTS]
CODED = pd.ArrowDtype(pa.large_binary())


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (TEXTS, "object"),
        (BYTES, "object"),
        (TEXTS, "str"),
        (TEXTS, "string[pyarrow]"),
        (TEXTS, "category"),
        (TEXTS, pd.ArrowDtype(pa.string())),
        (TEXTS, pd.ArrowDtype(pa.large_string())),
        (BYTES, pd.ArrowDtype(pa.binary())),
        (BYTES, pd.ArrowDtype(pa.large_binary())),
    ],
)
def test_series_of_texts_and_bytes_come_back(values: list[object], dtype: object) -> None:
    series = pd.Series(values, dtype=dtype, index=list("abcde"), name="message")
    wires = compress_series(series)
    pd.testing.assert_series_equal(wires, pd.Series(WIRES, dtype=CODED, index=series.index, name="message"))
    pd.testing.assert_series_equal(
        decompress_series(wires), pd.Series(BYTES, dtype=CODED, index=series.index, name="message")
    )


@pytest.mark.parametrize(
    "array",
    [
        pa.array(TEXTS),
        pa.array(BYTES, pa.large_binary()),
        pa.array(TEXTS).dictionary_encode(),
        pa.array(["nothing", *TEXTS])[1:],
        pa.chunked_array([TEXTS[:2], [], TEXTS[2:]]),
    ],
)
def test_arrays_of_texts_and_bytes_come_back(array: object) -> None:
    wires = compress_series(array)
    assert (wires.type, wires.to_pylist()) == (pa.large_binary(), WIRES)
    messages = decompress_series(wires)
    assert (messages.type, messages.to_pylist()) == (pa.large_binary(), BYTES)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([], dtype="str", name="message"),
        pd.Series([None, None], dtype="object"),
        pa.array([None, None]),
        pa.array([], pa.string()),
        pa.chunked_array([], pa.string()),
    ],
)
def test_columns_without_messages_stay_so(column: object) -> None:
    wires = compress_series(column)
    assert len(wires) == len(decompress_series(wires)) == len(column)  # type: ignore[arg-type]
    assert set(wires.tolist() if hasattr(wires, "tolist") else wires.to_pylist()) <= {None, pd.NA}


def test_a_note_names_the_label_of_a_refused_row() -> None:
    wires = pd.Series([b"\x07a", b"\x01"], index=["first", "second"], name="wire", dtype=CODED)
    with pytest.raises(aura.Truncated) as raised:
        decompress_series(wires)
    assert raised.value.__notes__ == ["row 'second' of series 'wire'"]
    with pytest.raises(aura.Truncated) as raised:
        decompress_series(pa.array(wires))
    assert raised.value.__notes__ == ["row 1 of the array"]


def test_refused_rows_are_nulls_on_request() -> None:
    wires = pd.Series([b"\x07a", b"\x01", None], dtype=CODED)
    messages = decompress_series(wires, errors="null")
    assert messages[messages.isna() & wires.notna()].index.tolist() == [1]


def test_a_checked_column_tells_another_model() -> None:
    wires = compress_series(pa.array(["Is there parking?"]), check=True)
    assert decompress_series(wires, check=True).to_pylist() == [b"Is there parking?"]
    with pytest.raises(aura.DecodeError):
        decompress_series(wires, check=True, model=aura.Model.load_small())


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2]),
        pd.Series([True]),
        pd.Series([1], dtype=pd.ArrowDtype(pa.int64())),
        pd.Series([pd.Timestamp(0)]),
        pd.Series([["a"]]),
        pd.Series(["a", 1], dtype="object"),
        pd.DataFrame({"message": ["a"]}),
        pa.array([1]),
        pa.table({"message": ["a"]}),
        ["a"],
        "a",
    ],
)
def test_other_columns_are_refused(column: object) -> None:
    with pytest.raises(TypeError):
        compress_series(column)
