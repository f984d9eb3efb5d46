"""A run: prepare once (who takes part, the dictionary), then measure corpus after corpus."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from aura.bench.corpus import Corpus, read_messages
from aura.bench.dictionary import STEPS, Dictionary, choose_dictionary
from aura.bench.errors import CodecCrashError
from aura.bench.isolation import measure_apart
from aura.bench.lineup import Entrant, Setting, line_up
from aura.bench.measure import Measurement, measure
from aura.bench.progress import progress_bar

__all__ = ["CorpusResult", "Run", "measure_corpus", "prepare"]

# Decoders allocate up to their limit for each message, so it is kept near what the corpus needs.
LEAST_MAX_SIZE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Run:
    """What is settled before the first corpus: codecs, AURA's level, dictionary, notes."""

    entrants: tuple[Entrant, ...]
    level: int
    dictionary: Dictionary | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorpusResult:
    """What was measured on one corpus, codec by codec, and notes on codecs that fell out."""

    corpus: str
    measurements: tuple[Measurement, ...]
    notes: tuple[str, ...]


def prepare(names: Collection[str], *, level: int, train: Path | None) -> Run:
    """Settle who takes part, and build the dictionary if someone needs one."""
    entrants, notes = line_up(names, trained=train is not None)
    dictionary = None
    if train is not None and any(entrant.needs_dictionary for entrant in entrants):
        messages = list(read_messages(train))
        with progress_bar("choosing a dictionary", STEPS) as advance:
            dictionary = choose_dictionary(messages, advance)
        notes.append(f"dictionary: {dictionary.recipe}; {len(dictionary.content)} bytes")
    return Run(entrants, level, dictionary, tuple(notes))


def measure_corpus(run: Run, corpus: Corpus) -> CorpusResult:
    """Measure every codec of the run on one corpus."""
    largest = max(len(message.data) for message in corpus.messages)
    max_size = max(LEAST_MAX_SIZE, 1 << largest.bit_length())
    setting = Setting(run.level, max_size, run.dictionary)
    measurements: list[Measurement] = []
    notes: list[str] = []
    with progress_bar(corpus.name, len(run.entrants) * len(corpus.messages)) as advance:
        for entrant in run.entrants:
            build = partial(entrant.build, setting)
            if not entrant.crashes:
                measurements.append(measure(build(), corpus.messages, advance))
                continue
            try:
                measurements.append(measure_apart(build, corpus.messages))
            except CodecCrashError as error:
                notes.append(f"{entrant.name}: no figures, {error}")
            advance(len(corpus.messages))
    return CorpusResult(corpus.name, tuple(measurements), tuple(notes))
