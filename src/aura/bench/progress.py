"""A progress bar on stderr, where stderr is a terminal.

The bar is redrawn from the thread that measures, between calls: one that redraws itself from a
thread of its own would show up in the times.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

__all__ = ["progress_bar"]

REDRAW_SECONDS: Final = 0.1


@contextmanager
def progress_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar of ``total`` steps; yields the function to call with the number of steps done."""
    console = Console(stderr=True)
    with Progress(
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task(escape(label), total=total)
        redrawn = monotonic()

        def advance(count: int) -> None:
            nonlocal redrawn
            progress.advance(task, count)
            if monotonic() - redrawn >= REDRAW_SECONDS:
                progress.refresh()
                redrawn = monotonic()

        progress.refresh()
        yield advance
