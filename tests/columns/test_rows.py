"""The rows of a partition, without pandas and Dask."""

from __future__ import annotations

import builtins
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from types import SimpleNamespace

import pytest

import aura
from aura.columns import rows
from aura.columns.rows import Compress, Decompress, ModelFile
from aura.dask import compress_series, decompress_series

SMALL = ModelFile.of(aura.Model.load_small())
MESSAGES = ["Is there parking?", None, "", b"\xff\x00", bytearray(b"Yes, please.")]
BYTES = [b"Is there parking?", None, b"", b"\xff\x00", b"Yes, please."]


def name(place: int) -> str:
    return f"row {place}"


def test_rows_are_coded_as_a_codec_codes_them() -> None:
    codec = aura.Codec(model=aura.Model.load_small(), level=3, check=True)
    wires = Compress(3, check=True)(MESSAGES, SMALL, name)
    assert wires == [None if data is None else codec.compress(data) for data in MESSAGES]
    assert Decompress(check=True, max_size=100, is_strict=True)(wires, SMALL, name) == BYTES


@pytest.mark.parametrize(
    ("coder", "row", "error"),
    [
        (Compress(2, check=False), 5, TypeError),
        (Compress(2, check=False), "\ud800", aura.EncodeError),
        (Decompress(check=False, max_size=100, is_strict=False), "text", TypeError),
        (Decompress(check=False, max_size=100, is_strict=True), b"", aura.Truncated),
        (Decompress(check=False, max_size=1, is_strict=True), b"\x07ab", aura.LimitExceeded),
    ],
)
def test_a_note_names_the_row_of_an_error(coder: rows.RowCoder, row: object, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        coder([None, b"\x07a", row, row], SMALL, name)
    assert raised.value.__notes__ == ["row 2"]


def test_a_refused_message_is_a_null_where_the_coder_is_lenient() -> None:
    coder = Decompress(check=False, max_size=2, is_strict=False)
    assert coder([b"\x07a", b"", b"\x07abc", None, b"\x07b"], SMALL, name) == [b"a", None, None, None, b"b"]


def test_a_codec_is_built_once_for_models_of_one_id(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    read = aura.Model.from_bytes

    def noted(data: bytes) -> aura.Model:
        built.append("model")
        return read(data)

    rows._built.cache_clear()
    monkeypatch.setattr(aura.Model, "from_bytes", noted)
    threads = [Thread(target=Compress(2, check=False), args=(["a"], replace(SMALL), name)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert built == ["model"]


def test_the_default_model_travels_by_its_id_alone() -> None:
    default = ModelFile.of(None)
    assert len(pickle.dumps(default)) < 200
    assert default.load() is None
    assert default == ModelFile.of(aura.Model.load_default())


def test_a_worker_with_another_default_model_refuses() -> None:
    with pytest.raises(aura.UnknownModel, match="comes with model"):
        ModelFile(SMALL.id, b"").load()


def test_a_model_is_taken_from_the_path_of_its_file(tmp_path: object) -> None:
    path = f"{tmp_path}/small.aura"
    aura.Model.load_small().save(path)
    assert ModelFile.of(path).data == SMALL.data


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: compress_series(None, level=4), ValueError),
        (lambda: compress_series(None, level="2"), TypeError),
        (lambda: compress_series(None, check=1), TypeError),
        (lambda: decompress_series(None, errors="ignore"), ValueError),
        (lambda: decompress_series(None, errors=None), TypeError),
        (lambda: decompress_series(None, max_size=-1), ValueError),
        (lambda: decompress_series(None, check="no"), TypeError),
    ],
)
def test_wrong_arguments_are_refused(call: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        call()


@pytest.mark.parametrize(("library", "missing"), [("dask", "dask"), ("pandas", "pyarrow")])
def test_a_missing_package_is_named_with_the_command_that_brings_it(
    library: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(module: str, *rest: object) -> object:
        if module.partition(".")[0] == missing:
            raise ModuleNotFoundError(f"No module named {module!r}", name=missing)
        if module == "pandas":
            return SimpleNamespace()
        return real(module, *rest)  # type: ignore[arg-type]

    for loaded in ("aura.columns.tables", "aura.columns.collections"):
        monkeypatch.delitem(sys.modules, loaded, raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    column = type("Series", (), {"__module__": f"{library}.core"})()
    with pytest.raises(ImportError, match=rf'^{missing} is missing; .*pip install "\.\[dask\]"') as raised:
        compress_series(column)
    assert raised.value.name == missing
