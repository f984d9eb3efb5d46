"""Training with workers that count: the model is that of one machine, whatever happens to them."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from tests.cluster.workers import cluster, dask, kill_one

import aura
from aura.models.model import Model
from aura.models.training import counting, framed_text
from aura.models.training.cluster import parts, tasks, text
from aura.models.training.cluster.tasks import Cluster, ClusterError
from aura.models.training_options import TrainingOptions

MESSAGES = [f"{word} {number % 37} {word}".encode() for number in range(700) for word in ("on", "off", "dim")]
SOURCES = [number // 9 for number in range(len(MESSAGES))]
SIZE = 12_000


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with cluster(2) as made:
        yield made


@pytest.fixture(params=["complete", "frequent"])
def _mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All n-grams, or the frequent ones; of a text of which parts are in no block."""
    monkeypatch.setattr(framed_text, "BLOCK_SIZE", 1500)
    if request.param == "frequent":
        monkeypatch.setattr(counting, "COMPLETE", 0)


@pytest.mark.usefixtures("_mode")
@pytest.mark.parametrize("min_count", [1, 3])
def test_the_model_is_that_of_one_machine(
    client: Any, min_count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train(**using: Any) -> Model:
        options = TrainingOptions(max_order=12, min_count=min_count)
        return aura.train(MESSAGES, sources=SOURCES, max_bytes=SIZE, options=options, **using)

    alone = train()
    monkeypatch.setattr("aura.models.training.resources.LEAST_PIECE", 2000)
    monkeypatch.setattr(text, "RANGE", 500)
    monkeypatch.setattr(parts, "_SAMPLED", 16)
    monkeypatch.setattr("aura.models.training.sorted_runs.INDEXED", 16)
    stages = set()
    together = train(
        engine="dask", client=client, memory="64MiB", progress=lambda stage, _done: stages.add(stage)
    )
    assert (together.id, together.metadata) == (alone.id, alone.metadata)
    assert "counting" in stages


def test_a_base_and_large_messages_count_as_on_one_machine(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that is much larger than a block is counted in two parts, and more."""
    base = aura.train(MESSAGES[:300], max_bytes=SIZE)
    messages = [*MESSAGES[:500], b" ".join(MESSAGES), *MESSAGES[500:]]

    def train(**using: Any) -> Model:
        options = TrainingOptions(max_order=8, min_count=2, min_sources=2)
        return aura.train(messages, base=base, max_bytes=SIZE, options=options, **using)

    monkeypatch.setattr(framed_text, "BLOCK_SIZE", 1000)
    monkeypatch.setattr("aura.models.train._BACKGROUND", 3000)
    alone = train()
    monkeypatch.setattr("aura.models.training.resources.LEAST_PIECE", 2500)
    assert train(engine="dask", client=client, memory="64MiB").id == alone.id


@pytest.mark.parametrize("workers", [1, 4])
def test_the_number_of_workers_changes_nothing(workers: int) -> None:
    with cluster(workers) as client:
        found = aura.train(MESSAGES, max_bytes=SIZE, engine="dask", client=client)
    assert found.id == aura.train(MESSAGES, max_bytes=SIZE).id


def test_a_lost_worker_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parts are counted again by another."""
    gathers = 0

    def gather(self: Cluster, futures: Any) -> Any:
        nonlocal gathers
        found = real(self, futures)
        gathers += 1
        if gathers in {2, 3}:
            kill_one(self._client)
        return found

    real = Cluster.gather
    monkeypatch.setattr(framed_text, "BLOCK_SIZE", 1500)
    alone = aura.train(MESSAGES, max_bytes=SIZE)
    monkeypatch.setattr(Cluster, "gather", gather)
    with cluster(2, processes=True) as client:
        found = aura.train(MESSAGES, max_bytes=SIZE, engine="dask", client=client)
    assert gathers > 3
    assert found.id == alone.id


def test_after_training_no_task_remains(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor after an interruption."""
    made = []

    def submit(self: Cluster, *task: Any) -> Any:
        future = real(self, *task)
        made.append(future)
        if len(made) > 40:
            raise KeyboardInterrupt
        return future

    real = Cluster.submit
    monkeypatch.setattr(Cluster, "submit", submit)
    with pytest.raises(KeyboardInterrupt):
        aura.train(MESSAGES, max_bytes=SIZE, engine="dask", client=client)
    assert {future.held.status for future in made} == {"cancelled"}


def test_a_task_that_kills_its_workers_is_given_up() -> None:
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        cluster(1, processes=True) as client,
        Cluster(client) as some,
        pytest.raises(ClusterError, match=r"^workers died at a task again and again"),
    ):
        some.gather([some.submit("die", os._exit, 1)])


def test_errors_of_a_cluster_are_named(client: Any) -> None:
    with Cluster(client) as some:
        with pytest.raises(ZeroDivisionError):
            some.gather([some.submit("divide", divmod, 1, 0)])
        cancelled = some.submit("divide", divmod, 1, 1)
        client.cancel([cancelled.held])
        with pytest.raises(ClusterError, match=r"^the scheduler lost tasks: "):
            some.gather([cancelled])


def test_engines_and_clients_are_checked(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"^engine is 'spark', not 'local' or 'dask'"):
        aura.train(MESSAGES, engine="spark")  # type: ignore[arg-type]
    for using in ({"engine": "dask"}, {"client": client}):
        with pytest.raises(ValueError, match=r"^engine='dask' needs a client"):
            aura.train(MESSAGES, **using)
    with pytest.raises(TypeError, match=r"^client is a distributed\.Client that waits, not 'tcp://"):
        aura.train(MESSAGES, engine="dask", client="tcp://127.0.0.1:8786")
    monkeypatch.setattr(tasks, "import_module", _without_distributed)
    with pytest.raises(ImportError, match=r'^distributed is missing; .*pip install "\.\[dask\]"'):
        aura.train(MESSAGES, engine="dask", client=client)


def _without_distributed(name: str) -> None:
    raise ImportError(f"No module named {name!r}", name=name)


def test_pieces_belong_to_a_text(client: Any) -> None:
    from tests.training.texts import framed  # noqa: PLC0415  # this test alone looks inside

    from aura.models.training.local_text import LocalText  # noqa: PLC0415
    from aura.models.training.ngrams import Scope  # noqa: PLC0415
    from aura.models.training.pieces import Alphabet  # noqa: PLC0415
    from aura.models.training.resources import Resources  # noqa: PLC0415

    local = LocalText(framed([b"a"]), Resources())
    scope = Scope(Alphabet.of(local.size.occurrences), 2, by_message=False)
    with Cluster(client) as some:
        sent = text.ClusterText.send(local.framed, some, Resources())
        with pytest.raises(TypeError, match=r"^the pieces are none of this text, but a LocalPieces"):
            sent.limited(local.measure(scope))
        with pytest.raises(TypeError, match=r"^the pieces are none of this text, but a ClusterPieces"):
            local.limited(sent.measure(scope))
        assert pickle.loads(pickle.dumps(local.framed.symbols)).read().tolist() == [257, 97, 256]  # noqa: S301
