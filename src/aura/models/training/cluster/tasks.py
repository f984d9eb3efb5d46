"""Tasks on the workers of Dask.

The results of tasks stay on workers until the client asks for them. Where a worker is lost, Dask runs its tasks
again, and the tasks before whose results were lost with it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar
from uuid import uuid4
from weakref import WeakSet

from aura.errors import AuraError

Result = TypeVar("Result")

_EXTRA: Final = 'the extra "dask" brings it: pip install ".[dask]" in a checkout'


class ClusterError(AuraError):
    """The workers or the scheduler of a cluster are lost."""


class Future(Generic[Result]):
    """What a task will have computed.

    Attributes:
        held: the future of Dask.
    """

    __slots__ = ("held",)

    def __init__(self, held: Any) -> None:
        self.held: Final = held


class Cluster:
    """Runs tasks with a client of Dask; when it is left, no task remains.

    Raises:
        TypeError: the client is none, or an asynchronous one.
        ImportError: ``distributed`` is missing.
    """

    def __init__(self, client: Any) -> None:
        try:
            self._distributed = import_module("distributed")
        except ImportError as error:
            raise ImportError(f"{error.name} is missing; {_EXTRA}", name=error.name) from None
        if not isinstance(client, self._distributed.Client) or client.asynchronous:
            raise TypeError(f"client is a distributed.Client that waits, not {client!r}")
        self._client = client
        self._run = uuid4().hex
        self._count = 0
        self._futures: WeakSet[Any] = WeakSet()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # the scheduler is lost, and the tasks with it
            self._client.cancel(list(self._futures))

    @property
    def threads(self) -> int:
        """Tasks that run at a time; 1 before there are workers."""
        counts: dict[str, int] = self._client.nthreads()
        return max(1, sum(counts.values()))

    def submit(self, name: str, function: Callable[..., Result], *arguments: object) -> Future[Result]:
        """Run a task; futures among its arguments stand for their results.

        Args:
            name: what the dashboard calls the task.
            function: the task.
            arguments: of the function.
        """
        self._count += 1
        plain = [argument.held if isinstance(argument, Future) else argument for argument in arguments]
        with warnings.catch_warnings():
            # what Dask would rather have scattered could not be computed again once its worker is lost
            warnings.filterwarnings("ignore", message="Sending large graph")
            held = self._client.submit(
                function, *plain, key=(f"aura-{name}-{self._run}", self._count), pure=False
            )
        self._futures.add(held)
        return Future(held)

    def send(self, value: Result) -> Future[Result]:
        """Send a value to the workers that need it, once to each; the scheduler keeps it for those to come."""
        return self.submit("send", _same, value)

    def gather(self, futures: Sequence[Future[Result]]) -> list[Result]:
        """Wait for results, and fetch them.

        Raises:
            ClusterError: a task lost its worker again and again, or the scheduler is lost or cancelled it.
        """
        try:
            found: list[Result] = self._client.gather([future.held for future in futures])
        except self._distributed.scheduler.KilledWorker as error:
            raise ClusterError(
                f"workers died at a task again and again, perhaps of memory: {error}"
            ) from None
        except (
            self._distributed.client.FutureCancelledError,
            self._distributed.comm.CommClosedError,
        ) as error:
            raise ClusterError(f"the scheduler lost tasks: {error}") from None
        return found


def _same(value: Result) -> Result:
    return value
