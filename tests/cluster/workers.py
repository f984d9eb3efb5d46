"""Clusters of Dask for tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.columns.extra import needed

dask = needed("dask")
distributed = needed("distributed")


@contextmanager
def cluster(workers: int, *, processes: bool = False, protocol: str | None = None) -> Iterator[Any]:
    """A client of some workers, which are threads unless processes are asked for."""
    settings = {"n_workers": workers, "threads_per_worker": 1, "processes": processes, "protocol": protocol}
    with (
        distributed.LocalCluster(**settings, dashboard_address=":0") as made,
        distributed.Client(made, set_as_default=False) as client,
    ):
        yield client


def kill_one(client: Any) -> None:
    """Kill one of the workers, which are processes."""
    processes = client.run(os.getpid)
    os.kill(processes[min(processes)], signal.SIGKILL)
