"""What a channel asks of a connection that can take frames without waiting."""

from __future__ import annotations

from typing import Protocol


class Direct(Protocol):
    """A connection that takes frames without waiting, as long as it is free."""

    def is_free(self) -> bool:
        """Whether it takes a frame now."""

    def write(self, frame: bytes) -> None:
        """Take a frame."""

    async def drain(self) -> None:
        """Wait until it is free again."""
