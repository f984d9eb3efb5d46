"""Training on files that workers read: the model is that of one machine, and messages stay where they are."""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from sys import getsizeof
from typing import Any

import numpy as np
import pytest
from tests.cluster.workers import cluster, dask, distributed, kill_one

from aura.dask import _CorpusFile, train
from aura.files import corpus
from aura.models.model import Model
from aura.models.train import train_files
from aura.models.training import counting, framed_text, held_out
from aura.models.training.cluster import files as worker_files
from aura.models.training.cluster import framed_files, preparation, text
from aura.models.training.cluster.tasks import Cluster, ClusterError
from aura.models.training.spill import Spill
from aura.models.training_options import TrainingOptions

SIZE = 12_000
OPTIONS = TrainingOptions(max_order=12)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with cluster(2) as made:
        yield made


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of some kinds: with sources and without, compressed, with a large message, and empty ones."""
    folder = tmp_path_factory.mktemp("messages")
    lines = [
        f"{word} {number % 37} {word}"
        for number in range(300)
        for word in ("on", "off", "dim", "call me Bob")
    ]
    for name, step in (("talk", 7), ("calls", 2)):
        talk = [
            {"text": line, "source": f"{name} {number // 5}"} for number, line in enumerate(lines[::step])
        ]
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in talk))
    (folder / "large.txt").write_text("\n".join([*lines[:50], " ".join(lines[:400]), *lines[50:90]]))
    (folder / "zipped.gz").write_bytes(gzip.compress("\n".join(lines[::3]).encode()))
    (folder / "copy.gz").write_bytes(gzip.compress("\n".join(lines[::3]).encode()))
    (folder / "empty.txt").write_text("")
    return sorted(folder.iterdir())


@pytest.fixture(params=["complete", "frequent"])
def _mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All n-grams, or the frequent ones; of a text of which parts are in no block."""
    monkeypatch.setattr(framed_text, "BLOCK_SIZE", 900)
    if request.param == "frequent":
        monkeypatch.setattr(counting, "COMPLETE", 0)


def alone(files: list[Path], **training: Any) -> Model:
    """The model that one machine makes."""
    read = ([(message.data, message.source) for message in corpus.read(file)] for file in files)
    return train_files(read, **{"max_bytes": SIZE, "options": OPTIONS} | training)


def together(files: list[Path], client: Any, **training: Any) -> Model:
    """The model that workers make."""
    return train(files, client=client, **{"max_bytes": SIZE, "options": OPTIONS} | training)


def same(one: Model, other: Model) -> bool:
    return (one.id, one.metadata) == (other.id, other.metadata)


@pytest.mark.usefixtures("_mode")
@pytest.mark.parametrize("min_count", [1, 3])
def test_the_model_is_that_of_one_machine(
    files: list[Path], client: Any, min_count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = TrainingOptions(max_order=12, min_count=min_count)
    expected = alone(files, options=options)
    assert "scrubbed" in expected.metadata
    assert "bits_by_kind" in expected.metadata
    monkeypatch.setattr("aura.models.training.resources.LEAST_PIECE", 700)
    monkeypatch.setattr(text, "RANGE", 500)
    monkeypatch.setattr(preparation, "NAMES", 300)
    assert same(together(files[::-1], client, options=options, memory="64MiB"), expected)


@pytest.mark.usefixtures("_mode")
def test_a_base_counts_as_on_one_machine(
    files: list[Path], client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands behind all files, and in parts that are in no block; what a message repeats counts once."""
    base = alone(files)
    monkeypatch.setattr("aura.models.train._BACKGROUND", 30_000)
    options = TrainingOptions(max_order=8, min_count=2, min_sources=2)
    training = {"base": base, "scrub": False, "options": options}
    assert same(together(files, client, **training), alone(files, **training))


@pytest.mark.parametrize("names", [["zipped.gz"], ["zipped.gz", "empty.txt"], ["talk.jsonl"]])
def test_files_with_a_single_source_have_none(
    files: list[Path], client: Any, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_out, "MIN_BYTES", 1000)
    some = [file for file in files if file.name in names]
    found = together(some, client)
    assert "bits_by_kind" in found.metadata
    assert same(found, alone(some))


def test_little_text_is_not_held_out(files: list[Path], client: Any) -> None:
    some = [file for file in files if file.name == "calls.jsonl"]
    assert sum(len(message.data) for message in corpus.read(some)) < held_out.MIN_BYTES
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_out, "MIN_CONVERSATIONS", 1 << 20)
        found = together(some, client)
        assert "bits_by_kind" not in found.metadata
        assert same(found, alone(some))


@pytest.mark.parametrize("workers", [1, 4])
def test_the_number_of_workers_changes_nothing(files: list[Path], workers: int) -> None:
    with cluster(workers) as client:
        assert same(together(files, client), alone(files))


def test_a_lost_worker_changes_nothing(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker reads its files again."""
    gathers = 0

    def gather(self: Cluster, futures: Any) -> Any:
        nonlocal gathers
        found = real(self, futures)
        gathers += 1
        if gathers in {2, 8}:
            kill_one(self._client)
        return found

    real = Cluster.gather
    monkeypatch.setattr(framed_text, "BLOCK_SIZE", 900)
    expected = alone(files)
    monkeypatch.setattr(Cluster, "gather", gather)
    with cluster(2, processes=True) as client:
        found = together(files, client)
    assert gathers > 8
    assert same(found, expected)


def test_messages_that_are_not_studied_stay_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes over the network has neither their bytes nor their symbols."""
    monkeypatch.setattr(framed_text, "BLOCK_SIZE", 100)
    monkeypatch.setattr(counting, "COMPLETE", 0)
    words = ("on", "off", "dim")
    lines = [f"{word} {number % 37} {word}" for number in range(700) for word in words]
    secrets = [f"{word} my very own secret sentence {word}" for word in words]
    files = [tmp_path / f"{word}.txt" for word in words]
    for file, secret in zip(files, secrets, strict=True):
        file.write_text("\n".join([f"{file.stem} known {file.stem}", *lines, secret]))
    sent: list[bytes] = []
    # nothing is held out, as all that would be measured is said
    options = TrainingOptions(max_order=12, metadata={"bits_by_kind": "", "stream_memory": "0"})

    async def to_frames(*arguments: Any, **settings: Any) -> Any:
        frames = await real(*arguments, **settings)
        sent.extend(bytes(frame) for frame in frames)
        return frames

    real = distributed.comm.tcp.to_frames
    monkeypatch.setattr(distributed.comm.tcp, "to_frames", to_frames)
    with (
        dask.config.set({"distributed.comm.compression": None, "distributed.comm.offload": False}),
        cluster(2, protocol="tcp://") as client,
    ):
        found = together(files, client, options=options)
    assert same(found, alone(files, options=options))
    network = b"".join(sent)
    assert len(network) > 100_000

    def kinds(sentence: str) -> list[str]:
        symbols = np.frombuffer(sentence.encode(), np.uint8)
        return [kind for kind in ("u1", "<u2", "<i4", "<i8") if symbols.astype(kind).tobytes() in network]

    assert [kinds(secret) for secret in secrets] == [[], [], []]
    assert ["<u2"] in [kinds(f"{word} known {word}") for word in words]  # studied


def test_a_file_that_changes_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "messages.txt"
    file.write_text("one\ntwo\n")
    written = worker_files.write(_CorpusFile(str(file), None, None), Spill())
    there = pickle.loads(pickle.dumps(written))  # noqa: S301
    assert getsizeof(there) > 1 << 16
    assert worker_files.describe(there) == worker_files.describe(written)
    there = pickle.loads(pickle.dumps(written))  # noqa: S301
    file.write_text("one\nthree\n")
    with pytest.raises(ClusterError, match=r"^a file changed while a model was trained on it"):
        worker_files.describe(there)


def test_framed_messages_are_framed_again_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "messages.txt"
    file.write_text("one\ntwo\n")
    written = worker_files.write(_CorpusFile(str(file), None, None), Spill())
    framed = framed_files.frame(written, worker_files.Place(0, 0, have_sources=False), np.array([1]), None)
    there = pickle.loads(pickle.dumps(framed))  # noqa: S301
    assert getsizeof(there) > 1 << 16
    assert there.rows.symbols.read().tolist() == [257, *b"one", 256]


def test_wrong_arguments_are_refused(files: list[Path], client: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^no messages to train on"):
        together([file for file in files if file.name == "empty.txt"], client)
    with pytest.raises(ValueError, match=r"^no messages to train on"):
        together([], client)
    with pytest.raises(FileNotFoundError):
        together([tmp_path / "missing.txt"], client)
    with pytest.raises(TypeError, match=r"^files are an iterable of paths, not one path"):
        train("messages.txt", client=client)
    with pytest.raises(ValueError, match=r"all messages are counted: no sample, time and report"):
        train(files, client=client, options=TrainingOptions(sample="10%"))
    with pytest.raises(TypeError, match=r"^client is a distributed\.Client"):
        train(files, client="tcp://127.0.0.1:8786")


def test_workers_go_on_from_counts(files: list[Path], client: Any, tmp_path: Path) -> None:
    before = tmp_path / "before.counts"
    together(files[:3], client, counts=before)
    options = TrainingOptions(max_order=12, update=before)
    assert same(together(files, client, options=options), alone(files, options=options))
