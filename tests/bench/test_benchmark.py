import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from tests.models import knowing_nothing

import aura
from aura.bench import benchmark, lineup, progress
from aura.bench.benchmark import CorpusResult, measure_corpus, prepare
from aura.bench.corpus import Corpus
from aura.bench.dictionary import Dictionary, Recipe
from aura.bench.errors import CodecCrashError, DictionaryError, SettingError
from aura.bench.lineup import ENTRANTS, NAMES, Entrant, Setting, line_up, stream_names
from aura.bench.measure import BUCKET_LABELS
from aura.bench.own import AuraCodec, AuraStreamCodec
from aura.bench.progress import progress_bar
from aura.bench.report import print_result, print_streams, save
from aura.models.model import Model

from .messages import conversations

ROW_KEYS = {
    "corpus", "messages", "bytes", "codec", "ratio",
    "encode_us_p50", "encode_us_p95", "decode_us_p50", "decode_us_p95",
    "roundtrip_failures", "grew", "grew_more_than_one", "messages_per_second", "buckets",
}  # fmt: skip


class FakeCodec:
    """Stands for `aura.Codec`, which has tests of its own."""

    def __init__(self, *, level: int, model: Model | None = None) -> None:
        self.level = level
        self.model = model

    def compress(self, data: bytes) -> bytes:
        return b"\x07" + data

    def decompress(self, wire: bytes) -> bytes:
        return wire[1:]


@pytest.fixture(autouse=True)
def _fake_aura(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aura, "Codec", FakeCodec, raising=False)


def small_corpus() -> Corpus:
    return Corpus("small", tuple(conversations(12, start=1000)))


def measured(*names: str) -> CorpusResult:
    return measure_corpus(prepare(names, level=2, examples=None), small_corpus())


def printed(result: CorpusResult) -> str:
    console = Console(file=io.StringIO(), width=120)
    print_result(result, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_aura_takes_part_through_its_adapter() -> None:
    codec = AuraCodec(2)
    codec.reset()
    assert (codec.name, codec.stateful) == ("aura", False)
    assert codec.decode(codec.encode(b"hello")) == b"hello"
    (measurement,) = measured("aura").measurements
    assert (measurement.grew, measurement.grew_more_than_one) == (12, 0)


def test_streams_take_part_through_their_adapter() -> None:
    codec = AuraStreamCodec(knowing_nothing(), max_size=100)
    assert (codec.name, codec.stateful) == ("aura+train stream", True)
    for data in (b"hello", b"\xff", b"", b"hello"):
        assert codec.decode(codec.encode(data)) == data
    codec.reset()
    assert codec.decode(codec.encode(b"hello")) == b"hello"


def test_streams_are_compared() -> None:
    names = stream_names(trained=False)
    assert names == ["aura", "aura stream", "permessage-deflate", "zstd-19+dict stream"]
    assert stream_names(trained=True)[:2] == ["aura+train", "aura+train stream"]
    result = measured(*names)
    console = Console(file=io.StringIO(), width=120)
    print_streams([result, measured("zstd-3"), measured("permessage-deflate")], console)
    assert isinstance(console.file, io.StringIO)
    rows = [line for line in console.file.getvalue().splitlines() if "small" in line]
    assert len(rows) == 1
    ratios = {m.codec: m.ratio for m in result.measurements}
    times = ratios["aura stream"] / ratios["permessage-deflate"]
    shown = [f"{ratios[name]:.3f}" for name in names[:3]]
    assert rows[0].split() == ["small", *shown, "-", f"{times:.3f}"]


def test_a_model_that_is_trained_already_is_taken() -> None:
    model = knowing_nothing()
    ready = prepare(["aura"], level=2, examples=None, trained=model)
    assert ready.model is model
    assert ready.notes == (f"model: {len(model.data)} bytes, id {model.id}",)


def test_everybody_takes_part_after_training() -> None:
    pytest.importorskip("unishox2")
    ready = prepare([], level=2, examples=conversations(300))
    assert [note.split(":")[0] for note in ready.notes] == ["model", "dictionary"]
    assert ready.model is not None
    result = measure_corpus(ready, small_corpus())
    assert tuple(m.codec for m in result.measurements) == NAMES
    assert not result.notes
    assert not any(m.roundtrip_failures for m in result.measurements)


def test_without_training_dictionary_codecs_are_left_out_with_a_note() -> None:
    present, notes = line_up([], trained=False)
    names = [entrant.name for entrant in present]
    assert not any("dict" in name for name in names)
    assert [note.split(":")[0] for note in notes if "--train" in note] == [
        name for name in NAMES if "dict" in name or "train" in name
    ]


def test_without_its_package_unishox2_is_left_out_with_a_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lineup, "find_spec", lambda _name: None)
    present, notes = line_up(["brotli-5", "unishox2"], trained=False)
    assert [entrant.name for entrant in present] == ["brotli-5"]
    assert notes == ["unishox2: left out, the package unishox2 is missing"]


def test_nobody_left_is_an_error() -> None:
    with pytest.raises(SettingError, match=r"no codec left to measure\nzstd-19\+dict: left out"):
        line_up(["zstd-19+dict"], trained=False)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(SettingError, match=r"'gzip'; there are: aura, aura\+train, aura stream, "):
        line_up(["brotli-5", "gzip"], trained=False)


def test_a_codec_with_a_dictionary_is_not_built_without_one() -> None:
    entrant = next(entrant for entrant in ENTRANTS if entrant.needs_dictionary)
    with pytest.raises(DictionaryError):
        entrant.build(Setting(level=2, max_size=100))
    entrant = next(entrant for entrant in ENTRANTS if entrant.needs_model)
    with pytest.raises(DictionaryError):
        entrant.build(Setting(level=2, max_size=100))


@pytest.mark.parametrize("entrant", ENTRANTS, ids=lambda entrant: entrant.name)
def test_codecs_are_called_as_they_are_listed(entrant: Entrant) -> None:
    if entrant.package is not None:
        pytest.importorskip(entrant.package)
    dictionary = Dictionary(b"hello, world", Recipe(1024, None))
    setting = Setting(2, 100, dictionary, knowing_nothing())
    assert entrant.build(setting).name == entrant.name


def test_no_dictionary_is_trained_if_nobody_needs_it() -> None:
    ready = prepare(["brotli-5"], level=2, examples=[])
    assert (ready.dictionary, ready.model) == (None, None)


def test_only_what_is_needed_is_trained() -> None:
    ready = prepare(["aura+train"], level=2, examples=conversations(300))
    assert ready.dictionary is None
    assert ready.model is not None
    assert ready.notes == (f"model: {len(ready.model.data)} bytes, id {ready.model.id}",)


def test_a_crash_costs_only_the_row_of_the_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_build: object, _messages: object) -> None:
        raise CodecCrashError("the process that measured it died")

    monkeypatch.setattr(benchmark, "measure_apart", crash)
    monkeypatch.setattr(lineup, "find_spec", lambda _name: "found")
    result = measured("brotli-5", "unishox2")
    assert [m.codec for m in result.measurements] == ["brotli-5"]
    assert result.notes == ("unishox2: no figures, the process that measured it died",)
    assert "unishox2: no figures" in printed(result)
    only_notes = printed(CorpusResult("none", (), result.notes))
    assert only_notes.splitlines() == list(result.notes)


def test_tables_show_codecs_and_lengths() -> None:
    text = printed(measured("zstd-3", "permessage-deflate"))
    assert "small: 12 messages" in text
    assert "permessage-deflate *" in text
    assert "* remembers the conversation" in text
    assert all(label in text for label in BUCKET_LABELS)
    assert max(map(len, text.splitlines())) <= 120
    assert "remembers" not in printed(measured("zstd-3"))


def test_a_file_name_is_not_taken_for_markup() -> None:
    result = CorpusResult("[bold]x[/nothing]", measured("zstd-3").measurements, ())
    assert "[bold]x[/nothing]: 12 messages" in printed(result)


def test_json_has_a_row_for_each_codec_and_corpus(tmp_path: Path) -> None:
    result = measured("zstd-3", "brotli-5")
    path = tmp_path / "out.json"
    path.write_text("old")
    save([result, result], path)
    report = json.loads(path.read_text())
    assert set(report) == {"results"}
    assert [row["codec"] for row in report["results"]] == ["zstd-3", "brotli-5"] * 2
    for row in report["results"]:
        assert set(row) == ROW_KEYS
        assert row["corpus"] == "small"
        assert (row["messages"], row["roundtrip_failures"]) == (12, 0)
        assert tuple(row["buckets"]) == BUCKET_LABELS
        buckets = row["buckets"].values()
        assert sum(bucket["messages"] for bucket in buckets) == 12
        assert sum(bucket["bytes_in"] for bucket in buckets) == row["bytes"]
        out = sum(bucket["bytes_out"] for bucket in buckets)
        assert row["ratio"] == pytest.approx(row["bytes"] / out)
    assert [item.name for item in tmp_path.iterdir()] == ["out.json"]


def test_a_report_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "taken"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        save([measured("zstd-3")], target)
    assert [item.name for item in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize("terminal", [True, False])
def test_the_bar_is_drawn_on_terminals_only(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> None:
    drawn = io.StringIO()

    def console(**_options: bool) -> Console:
        return Console(file=drawn, force_terminal=terminal, width=80)

    monkeypatch.setattr(progress, "Console", console)
    ticks = iter([0.0, 0.05, 0.2, 0.2])
    monkeypatch.setattr(progress, "monotonic", lambda: next(ticks))
    with progress_bar("measuring", 2) as advance:
        advance(1)
        advance(1)
    assert ("measuring" in drawn.getvalue()) == terminal
