"""A benchmark: prepare once (who takes part, the dictionary), then measure corpus after corpus."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from aura.bench.corpus import Corpus
from aura.bench.dictionary import STEPS, Dictionary, choose_dictionary
from aura.bench.errors import CodecCrashError
from aura.bench.isolation import measure_apart
from aura.bench.lineup import Entrant, Setting, line_up
from aura.bench.measure import Measurement, measure
from aura.bench.progress import progress_bar
from aura.files.corpus import Message
from aura.models.model import Model
from aura.models.train import train as train_model

__all__ = ["Benchmark", "CorpusResult", "measure_corpus", "prepare"]

# Steps of the bar while a model is trained.
MODEL_STEPS: Final = 100

# Decoders allocate up to their limit for each message, so it is kept near what the corpus needs.
LEAST_MAX_SIZE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is settled before the first corpus: codecs, AURA's level, dictionary, model, notes."""

    entrants: tuple[Entrant, ...]
    level: int
    dictionary: Dictionary | None
    model: Model | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorpusResult:
    """What was measured on one corpus, codec by codec, and notes on codecs that fell out."""

    corpus: str
    measurements: tuple[Measurement, ...]
    notes: tuple[str, ...]


def prepare(
    names: Collection[str], *, level: int, examples: Sequence[Message] | None, trained: Model | None = None
) -> Benchmark:
    """Settle who takes part, and build the model and the dictionary if someone needs one.

    Args:
        names: of codecs; all if empty.
        level: of AURA.
        examples: messages to train on, or None.
        trained: a model that was trained on them before.

    Raises:
        SettingError: a name is no codec's, or nobody can take part.
        DictionaryError: there is too little text for a dictionary.
        ValueError: there is too little text for a model.
    """
    entrants, notes = line_up(names, trained=examples is not None)
    dictionary = None
    model = trained
    if model is None and examples is not None and any(entrant.needs_model for entrant in entrants):
        with progress_bar("training a model", MODEL_STEPS) as advance:
            model = _train(examples, advance)
    if model is not None:
        notes.append(f"model: {len(model.data)} bytes, id {model.id}")
    if examples is not None and any(entrant.needs_dictionary for entrant in entrants):
        with progress_bar("choosing a dictionary", STEPS) as advance:
            dictionary = choose_dictionary(examples, advance)
        notes.append(f"dictionary: {dictionary.recipe}; {len(dictionary.content)} bytes")
    return Benchmark(entrants, level, dictionary, model, tuple(notes))


def _train(messages: Sequence[Message], advance: Callable[[int], None]) -> Model:
    """Train AURA's model on the messages that the peers' dictionaries are made from."""
    done = 0

    def progress(_stage: str, share: float) -> None:
        nonlocal done
        steps = int(share * MODEL_STEPS) - done
        if steps > 0:
            done += steps
            advance(steps)

    sources = [message.source for message in messages]
    named = sources if len(set(sources)) > 1 else None
    return train_model((message.data for message in messages), sources=named, progress=progress)


def measure_corpus(benchmark: Benchmark, corpus: Corpus) -> CorpusResult:
    """Measure every codec of the benchmark on one corpus."""
    largest = max(len(message.data) for message in corpus.messages)
    max_size = max(LEAST_MAX_SIZE, 1 << largest.bit_length())
    setting = Setting(benchmark.level, max_size, benchmark.dictionary, benchmark.model)
    measurements: list[Measurement] = []
    notes: list[str] = []
    with progress_bar(corpus.name, len(benchmark.entrants) * len(corpus.messages)) as advance:
        for entrant in benchmark.entrants:
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
