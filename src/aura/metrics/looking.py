"""What runs in the event loop while a program does: entered as an asynchronous context manager, ended with it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from types import TracebackType
from typing import ClassVar, Self


class Looking(ABC):
    """Looks again and again, as long as it is entered."""

    _task_name: ClassVar[str]
    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name=self._task_name)
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))

    @abstractmethod
    async def _run(self) -> None:
        """Look until cancelled."""
