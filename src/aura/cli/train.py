"""``aura train``: a model from one's own messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from aura.cli import io
from aura.cli.cluster import client_of
from aura.cli.process import terminable
from aura.dask import Training
from aura.dask import train as train_on_cluster
from aura.errors import AuraError
from aura.files import corpus
from aura.models.reports import Expected, Report
from aura.models.train import DEFAULT_MAX_BYTES, SCRUBBED, train_files
from aura.models.training_options import DEFAULT_AGE, DEFAULT_MAX_ORDER, DEFAULT_MEMORY, TrainingOptions
from aura.templates.store import open_store
from aura.terminal import printable

_NAMES: Final = 1000
"""Characters of the names of corpora that are stored with a model."""

_SHOWN: Final = 10_000
"""Messages that are read between two updates of the progress."""


def train(
    corpora: io.Corpora,
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="MODEL",
            help="Model file to write; - is standard output.",
            allow_dash=True,
            show_default=False,
        ),
    ],
    field: io.Field = None,
    source_field: io.SourceField = None,
    max_bytes: Annotated[
        int,
        typer.Option(
            metavar="SIZE",
            parser=io.parse_size,
            help="Maximum size of the model file, in bytes, KiB or MiB.",
            show_default=f"{DEFAULT_MAX_BYTES >> 20}MiB",
        ),
    ] = DEFAULT_MAX_BYTES,
    max_order: Annotated[
        int, typer.Option(min=1, max=32, metavar="N", help="Maximum length of a context in bytes, 1 to 32.")
    ] = DEFAULT_MAX_ORDER,
    min_count: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Minimum count of a context; the default depends on the amount of text.",
            show_default=False,
        ),
    ] = None,
    min_sources: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Minimum number of sources that share a context of more than 12 bytes."
        ),
    ] = 1,
    templates: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Template store to add to the model; ids from 256.",
            show_default=False,
        ),
    ] = None,
    dictionary: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File to add to the model as a Zstandard dictionary.",
            show_default=False,
        ),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Model of similar messages to build on if you have few.",
            show_default=False,
        ),
    ] = None,
    update: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Model to go on from, with its counts beside it, or the file of its counts.",
            show_default=False,
        ),
    ] = None,
    age: Annotated[
        float,
        typer.Option(
            min=0, max=1, metavar="SHARE", help="What the counts of --update are multiplied by, 0 to 1."
        ),
    ] = DEFAULT_AGE,
    counts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File to write the counts to, for --update. It tells more of the messages than the model.",
            show_default=False,
        ),
    ] = None,
    scrub: Annotated[
        bool,
        typer.Option(
            "--scrub/--no-scrub",
            help="Replace secrets and personal data with random strings before training.",
        ),
    ] = True,
    memory: Annotated[
        int,
        typer.Option(
            metavar="SIZE",
            parser=io.parse_size,
            help="Memory to use, about; what does not fit goes to temporary files.",
            show_default=f"{DEFAULT_MEMORY >> 30}GiB",
        ),
    ] = DEFAULT_MEMORY,
    spill: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Directory for temporary files.", show_default="the system's"),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Threads that work at a time.", show_default="as many as cores"
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Directory to keep the state of counting in; after an interruption the same command goes on.",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE|SHARE",
            help="Part of the messages to count, such as 100MiB or 10%.",
            show_default="all",
        ),
    ] = None,
    time_budget: Annotated[
        str | None,
        typer.Option(
            "--time",
            metavar="TIME",
            help="Time to end in, about, such as 90s, 15min or 1h; a sample is counted if need be.",
            show_default="unlimited",
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Scheduler of a Dask cluster, whose workers read the files and count.",
            show_default="this machine",
        ),
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name to store in the metadata.", show_default=False)
    ] = "",
) -> None:
    """Train a model on your own messages, for both ends to use.

    Train on messages exactly as they will be sent. The same messages give the same model, in whatever order the
    corpora are named, and whatever memory, threads and workers are used. With --dask, corpora are files that every
    worker can read, and --memory is that of each of its threads.
    """
    own = {"--threads": threads, "--sample": sample, "--time": time_budget, "--checkpoint": checkpoint}
    _check_for_workers(dask, corpora, own)
    io.check(output)
    patterns = None if templates is None else open_store(templates).read()
    content = b"" if dictionary is None else dictionary.read_bytes()
    base_model = io.model(base)
    corpora_names = ", ".join(sorted(printable(path.name) for path in corpora))
    metadata = {
        "name": printable(name or output.stem),
        "corpora": shorten(corpora_names, _NAMES, placeholder=" …"),
    }
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    started = time.monotonic()
    with (
        terminable(),
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        task = progress.add_task("reading", total=1.0)
        reading = _Reading(corpora, field, source_field, lambda text: progress.update(task, description=text))

        def report(what: Report) -> None:
            if console.is_terminal or not isinstance(what, Expected):
                progress.console.print(str(what), markup=False, highlight=False, soft_wrap=True)

        try:
            training: Training = {
                "max_bytes": max_bytes,
                "base": base_model,
                "scrub": scrub,
                "options": TrainingOptions(
                    max_order=max_order,
                    min_count=min_count,
                    min_sources=min_sources,
                    metadata=metadata,
                    templates=patterns or {},
                    dictionary=content,
                    update=update,
                    age=age,
                    sample=sample,
                    time=time_budget,
                ),
                "progress": lambda stage, done: progress.update(task, description=stage, completed=done),
                "memory": memory,
                "spill": spill,
                "counts": counts,
            }
            if dask is None:
                model = train_files(
                    reading.files(), **training, threads=threads, report=report, checkpoint=checkpoint
                )
            else:
                with client_of(dask, progress.console) as client:
                    model = train_on_cluster(
                        corpora,
                        client=client,
                        field=field,
                        source_field=source_field,
                        **training,
                    )
        except AuraError:
            raise
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    io.write(output, model.data)
    read_from = f"{reading.count} messages" if dask is None else f"{len(corpora)} files"
    typer.echo(
        f"{printable(str(output))}: {len(model.data)} bytes, {len(model.context_model.symbols)} entries,"
        f" id {model.id}, from {read_from} in {time.monotonic() - started:.0f} s",
        err=output == io.STANDARD,
    )
    if scrub:
        typer.echo(f"scrubbed: {model.metadata[SCRUBBED]}", err=output == io.STANDARD)


@dataclass(slots=True)
class _Reading:
    """Reads corpora, and shows how many messages they have.

    Attributes:
        corpora: the files.
        field, source_field: of JSON lines.
        show: is called with a text now and then.
        count: of the messages so far.
    """

    corpora: Sequence[Path]
    field: str | None
    source_field: str | None
    show: Callable[[str], None]
    count: int = 0

    def files(self) -> Iterator[Iterator[tuple[bytes, str]]]:
        """The messages of each file."""
        return map(self._read, self.corpora)

    def _read(self, path: Path) -> Iterator[tuple[bytes, str]]:
        for message in corpus.read(path, field=self.field, source_field=self.source_field):
            yield message.data, message.source
            self.count += 1
            if not self.count % _SHOWN:
                self.show(f"reading: {self.count:,} messages")
        if not self.count and path == self.corpora[-1]:
            raise corpus.CorpusError(f"{', '.join(map(str, self.corpora))}: no message")


def _check_for_workers(dask: str | None, corpora: Sequence[Path], options: Mapping[str, object]) -> None:
    """Refuse what only this machine can do."""
    if dask is None:
        return
    if io.STANDARD in corpora:
        raise typer.BadParameter("workers cannot read standard input", param_hint="--dask")
    for option, value in options.items():
        if value is not None:
            raise typer.BadParameter(f"{option} is for training on this machine", param_hint="--dask")
