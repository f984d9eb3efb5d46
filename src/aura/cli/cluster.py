"""Clusters of Dask that commands use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from rich.console import Console


@contextmanager
def client_of(address: str, console: Console) -> Iterator[Any]:
    """A client of the cluster whose scheduler has an address; where its dashboard is, is said once."""
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise typer.BadParameter(
            f"{error.name} is missing; the extra \"dask\" brings it: pip install '.[dask]' in a checkout",
            param_hint="--dask",
        ) from None
    try:
        client = distributed.Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"no scheduler at {address}: {error}", param_hint="--dask") from None
    with client:
        console.print(f"dashboard: {client.dashboard_link}", markup=False, highlight=False, soft_wrap=True)
        yield client
