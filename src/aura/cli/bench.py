"""``aura bench``: measure AURA and its peers on corpora of messages."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from aura.bench.corpus import Corpus, read_corpus
from aura.bench.errors import BenchError, SettingError
from aura.bench.lineup import NAMES, stream_names
from aura.bench.report import print_result, print_streams, save
from aura.bench.run import CorpusResult, Run, measure_corpus, prepare
from aura.errors import DecodeError
from aura.model import Model

__all__ = ["bench"]

# What the tables need, where no terminal says how wide it is.
LEAST_WIDTH = 120
BAD_USAGE = 2


def bench(
    corpora: Annotated[
        list[Path],
        typer.Argument(
            metavar="CORPUS",
            help="JSONL files, plain or .gz, of one message a line: an object with text and, optionally, "
            "role and source; lines of one source are one conversation.",
            show_default=False,
        ),
    ],
    *,
    train: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Messages in the same form, none of them in the corpora, for the dictionaries of "
            "the codecs that have one; without it those are left out.",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Measure only the first N messages of a corpus."),
    ] = None,
    json_path: Annotated[
        Path | None,
        typer.Option("--json", metavar="OUT", help="Also write the results to a JSON file."),
    ] = None,
    level: Annotated[int, typer.Option(min=0, max=3, metavar="N", help="AURA's level.")] = 2,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A model trained on the messages of --train before; saves training it again."
        ),
    ] = None,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            help="Measure streams, a connection for each source: AURA's, what it does without memory, and the "
            "peers that remember; ends with a comparison.",
        ),
    ] = False,
    codec: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Measure this codec; may be repeated, default all of: {', '.join(NAMES)}.",
        ),
    ] = None,
) -> None:
    """Measure AURA and its peers on messages, one at a time: ratio, times, failures, growth."""
    try:
        # What can be wrong with the arguments should come to light before the first minute is spent.
        loaded = [read_corpus(path, limit=limit) for path in corpora]
        if json_path is not None:
            _check_writable(json_path)
        trained = None if model is None else Model.load(model)
        names = codec or (stream_names(trained=train is not None) if stream else [])
        run = prepare(names, level=level, train=train, trained=trained)
        results = _measure_all(loaded, run, streams=stream)
        if json_path is not None:
            save(results, json_path)
    except (BenchError, DecodeError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(BAD_USAGE) from error


def _check_writable(path: Path) -> None:
    if path.is_dir():
        raise SettingError(f"{path}: is a directory, not a file to write results to")
    if not path.parent.is_dir():
        raise SettingError(f"{path.parent}: no such directory to write results to")


def _measure_all(corpora: list[Corpus], run: Run, *, streams: bool) -> list[CorpusResult]:
    """Measure corpus after corpus, and print each result as soon as it is there."""
    console = Console()
    if not sys.stdout.isatty():
        console.width = max(LEAST_WIDTH, console.width)
    for note in run.notes:
        console.print(note, markup=False, highlight=False)
    results: list[CorpusResult] = []
    for corpus in corpora:
        results.append(measure_corpus(run, corpus))
        print_result(results[-1], console)
    if streams:
        print_streams(results, console)
    return results
