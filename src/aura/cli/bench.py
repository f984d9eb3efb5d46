"""``aura bench``: measure AURA and its peers on corpora of messages."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from aura.bench.benchmark import Benchmark, CorpusResult, measure_corpus, prepare
from aura.bench.corpus import Corpus, read_corpus
from aura.bench.errors import BenchError, SettingError
from aura.bench.lineup import NAMES, stream_names
from aura.bench.report import print_result, print_streams, save
from aura.cli import io
from aura.cli.process import ExitCode, print_error
from aura.files import atomic_write

__all__ = ["bench"]

# What the tables need, where no terminal says how wide it is.
LEAST_WIDTH = 120


def bench(
    corpora: io.Corpora,
    *,
    field: io.Field = None,
    train: Annotated[
        Path | None,
        typer.Option(
            metavar="CORPUS",
            help="Other messages, to train models and dictionaries on. "
            "Without it, codecs that need training are skipped.",
            allow_dash=True,
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Measure only the first N messages of each corpus.", show_default=False
        ),
    ] = None,
    json_path: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Also write the results as JSON.", show_default=False),
    ] = None,
    level: io.Level = 2,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Model already trained on the messages of --train, to save training it again.",
            show_default=False,
        ),
    ] = None,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            help="Measure streams, one connection a source: AURA with and without memory, and peers that keep "
            "context; other codecs only if --codec names them.",
        ),
    ] = False,
    codec: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Codec to measure; repeat the option for more. Default: {', '.join(NAMES)}.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure AURA and its peers on messages.

    Codes one message at a time, and shows ratio, times, failures and growth of each codec.
    """
    # What can be wrong with the arguments should come to light before the first minute is spent.
    if json_path is not None:
        atomic_write.check(json_path)
    trained = io.model(model)
    names = [*(codec or []), *(stream_names(trained=train is not None) if stream else [])]
    loaded = [read_corpus(path, limit=limit, field=field) for path in corpora]
    examples = None if train is None else read_corpus(train, field=field).messages
    try:
        benchmark = prepare(names, level=level, examples=examples, trained=trained)
        results = _measure_all(loaded, benchmark, streams=stream)
    except SettingError as error:
        raise typer.BadParameter(str(error)) from None
    except (BenchError, ValueError) as error:  # too little text for a dictionary or a model
        print_error(error)
        raise typer.Exit(ExitCode.BAD_DATA) from None
    if json_path is not None:
        save(results, json_path)


def _measure_all(corpora: list[Corpus], benchmark: Benchmark, *, streams: bool) -> list[CorpusResult]:
    """Measure corpus after corpus, and print each result as soon as it is there."""
    console = Console()
    if not sys.stdout.isatty():
        console.width = max(LEAST_WIDTH, console.width)
    for note in benchmark.notes:
        console.print(note, markup=False, highlight=False)
    results: list[CorpusResult] = []
    for corpus in corpora:
        results.append(measure_corpus(benchmark, corpus))
        print_result(results[-1], console)
    if streams:
        print_streams(results, console)
    return results
