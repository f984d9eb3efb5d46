"""The examples of the guide run, but for those that need a cluster, Spark or Ray."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.columns.extra import needed

import aura

dask = needed("dask")
pa = needed("pyarrow")
pd = needed("pandas")
needed("dask.dataframe")

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "dask.md"
MESSAGES = ["Is there parking?", "Yes, please.", "No, thank you."]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the examples of the page define, which run one after the other."""
    folder = tmp_path_factory.mktemp("guide")
    (folder / "messages").mkdir()
    pd.DataFrame({"id": [7, 8, 9], "message": MESSAGES}).to_parquet(folder / "messages" / "part.parquet")
    found: dict[str, Any] = {}
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with pytest.MonkeyPatch.context() as patch, dask.config.set(scheduler="sync"):
        patch.chdir(folder)
        for example in examples:
            if not re.search(r"^(import ray|from pyspark|from distributed)", example, re.MULTILINE):
                exec(compile(example, str(PAGE), "exec", dont_inherit=True), found)  # noqa: S102
        found["read"] = found["frame"].compute()
    return found


pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # which Dask gives pandas


def test_a_column_is_compressed_and_read(names: dict[str, Any]) -> None:
    assert names["read"]["message"].tolist() == MESSAGES
    assert names["read"]["wire"].tolist() == aura.Codec().compress_batch(MESSAGES)


def test_the_functions_for_spark_compress(names: dict[str, Any], tmp_path: Path) -> None:
    model = aura.Model.load_small()
    model.save(tmp_path / "mine.aura")
    wires = aura.Codec(model=model).compress_batch(MESSAGES)
    frame = pd.DataFrame({"id": [7, 8, 9], "message": MESSAGES})
    [found] = names["compress_frames"](iter([frame]), str(tmp_path / "mine.aura"))
    assert (list(found.columns), found["wire"].tolist()) == (["id", "wire"], wires)
    assert [*names["compress_rows"](iter(MESSAGES), str(tmp_path / "mine.aura"))] == wires


def test_the_class_for_ray_compresses(names: dict[str, Any]) -> None:
    model = aura.Model.load_small()
    found = names["Compressor"](model)(pa.table({"message": MESSAGES}))
    assert found["wire"].to_pylist() == aura.Codec(model=model).compress_batch(MESSAGES)
