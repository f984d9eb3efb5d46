"""Refits the weights and biases that an adaptive message begins with: ``python models/local_biases.py CORPORA``.

The corpora are gzipped JSON lines, ``NAME.train.jsonl.gz``. The constants are fitted on messages that their model
has not seen, as most messages are in use:

1. A model of the default size is trained on 85 % of the sources of each corpus but ``logs``.
2. Messages are drawn from the other sources, and from all of ``logs``. Structured messages of
   ``bench/structured_messages.py`` are added, which count for a third each.
3. The reference goes through each message once, with all candidates of a symbol up to the one that hits. Their
   shares and their evidence (rule MIX-3) are noted.
4. Online logistic regression goes through the notes some times, in random order. Each message begins with the
   constants of that moment, and learns within itself as rule MIX-5 says. Each error, within the message, also
   moves the constants themselves a little. They begin as weights of 1 and biases of 0.

A share is noted as if all candidates before it had been tried. The reference does not exclude candidates that it
passes over (rule LOC-9), but these are improbable. Which candidates are tried, in which set and with which
probability depends on the constants, and is worked out each time.

The same corpora give the same constants: all randomness has a seed. They are printed as JSON, named as in the
specification. They are part of the format: others change the bytes of every adaptive message. To compare them::

    python models/local_biases.py CORPORA > refit.json
    python models/local_biases.py CORPORA --measure
    python models/local_biases.py CORPORA --measure --constants refit.json

``--measure`` codes messages of the development parts, ``NAME.dev.jsonl.gz``, and structured messages of another
seed, with the default model. It prints the bytes of each corpus: of the messages, with AURALITE, as adaptive
messages, and with the smaller of both for each message. ``--python`` prints the constants of a file as the
specification writes them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import random
import sys
import time
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aura_reference import context as contexts
from aura_reference.auralite import Writer
from aura_reference.local_model import Predictor
from aura_reference.mixer import Share
from aura_spec import local_model as spec
from aura_spec import mixer
from aura_spec.context_model import END, ContextModel
from aura_spec.mixer import LIMIT, PROB_ONE, SQUASH, STRETCH

if TYPE_CHECKING:
    from aura.models.model import Model

MODEL_CORPORA = (
    *("chat_llm", "chat_task", "multilingual", "tool_calls", "agent", "json_api"),
    *("llm_api", "llm_stream", "ws_market", "logs_json", "general"),
)
"""What the model is trained on, and the constants are fitted on."""
OTHER_CORPORA = ("logs",)
"""What only the constants are fitted on."""
MEASURED_CORPORA = (*MODEL_CORPORA, *OTHER_CORPORA, "docs")

MODEL_BYTES = 3 << 20
SEEN_PERCENT = 85
"""The share of the sources that the model is trained on."""
MAX_MESSAGE = 1 << 14
"""Bytes of the longest message that is fitted on or measured."""
FITTED_BYTES = 120_000
"""Bytes of messages that are taken from each corpus."""
FITTED_BYTES_OF = {"general": 400_000}
"""The exceptions: the corpus is many kinds of text."""
FITTED_STRUCTURED = 20
"""Structured messages of each kind."""
STRUCTURED_SHARE = 1 / 3
"""How much they count beside other messages. They are many, and much alike."""

MEASURED_BYTES = 80_000
MEASURED_STRUCTURED = 8
SEED, MEASURED_SEED = 1, 2

EPOCHS = 4
RATE = 0.003
"""How far an error of 1 moves a bias in the first epoch, in units of the logarithm of the odds."""
RATE_FALL = 0.6
"""What the rate is multiplied by after an epoch."""

NAT = 256
"""What rule MIX-2 calls x for one unit of the natural logarithm of the odds; also the unit of the biases."""
ONE = 64
"""A weight of 1 in ``WEIGHTS``."""

BIAS_TABLES = (
    *("SET_BIASES", "CONTEXT_BIASES", "MATCH_BIASES", "NUMBER_BIASES"),
    *("FIELD_BIASES", "MISS_BIASES", "LENGTH_BIASES"),
)
TABLES = ("WEIGHTS", *BIAS_TABLES)


def main() -> None:
    """Refit the constants, measure some, or print them as the specification writes them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--model", type=Path, help="a model of the seen sources, not trained anew")
    parser.add_argument("--measure", action="store_true", help="measure instead of refitting")
    parser.add_argument("--python", action="store_true", help="print as Python instead of refitting")
    parser.add_argument(
        "--constants", type=Path, help="JSON of constants to measure or print, in place of the format's"
    )
    arguments = parser.parse_args()
    if arguments.constants:
        for name, value in json.loads(arguments.constants.read_text(encoding="utf-8")).items():
            setattr(mixer, name, value)
    if arguments.measure:
        print_sizes(arguments.corpora)
    elif arguments.python:
        print("\n".join(f"{name}: Final = {as_tuples(getattr(mixer, name))}" for name in TABLES))
    else:
        print(json.dumps(refit(arguments.corpora, arguments.model)))


def as_tuples(table: Any) -> Any:
    """A table of lists as one of tuples."""
    return table if isinstance(table, int) else tuple(map(as_tuples, table))


# messages


def is_seen(source: str) -> bool:
    """Whether the model is trained on the messages of a source."""
    return zlib.crc32(source.encode()) % 100 < SEEN_PERCENT


def draw(messages: Iterable[bytes], size: int, seed: int) -> list[bytes]:
    """Take messages at random, of at least ``size`` bytes together if there are so many."""
    short = [message for message in messages if len(message) <= MAX_MESSAGE]
    random.Random(seed).shuffle(short)  # noqa: S311  # nothing to guess
    sums = accumulate(map(len, short), initial=0)
    return [message for message, before in zip(short, sums, strict=False) if before < size]


def structured(count: int, seed: int) -> Iterator[tuple[str, list[bytes]]]:
    """Structured messages by kind, ``count`` of each."""
    path = Path(__file__).parent.parent / "bench" / "structured_messages.py"
    found = importlib.util.spec_from_file_location(path.stem, path)
    assert found is not None  # noqa: S101  # it stands beside this script
    assert found.loader is not None  # noqa: S101
    bench = importlib.util.module_from_spec(found)
    found.loader.exec_module(bench)
    for kind in bench.KINDS:
        yield kind, [bench.message(kind, 1_000_003 * seed + number).encode() for number in range(count)]


def unseen(corpora: Path) -> Iterator[tuple[str, list[bytes], float]]:
    """What the constants are fitted on: corpora, their messages, and how much these count."""
    from aura.files.corpus import read  # noqa: PLC0415  # see `print_sizes`

    for name in (*MODEL_CORPORA, *OTHER_CORPORA):
        messages = read(corpora / f"{name}.train.jsonl.gz")
        others = [one.data for one in messages if name in OTHER_CORPORA or not is_seen(one.source)]
        yield name, draw(others, FITTED_BYTES_OF.get(name, FITTED_BYTES), SEED), 1.0
    for kind, texts in structured(FITTED_STRUCTURED, SEED):
        yield kind, texts, STRUCTURED_SHARE


def train_model(corpora: Path) -> Model:
    """A model of the sources that it may see."""
    from aura.files.corpus import read  # noqa: PLC0415
    from aura.models.train import train  # noqa: PLC0415

    messages = [
        (one.data, f"{name}:{one.source}")
        for name in MODEL_CORPORA
        for one in read(corpora / f"{name}.train.jsonl.gz")
        if is_seen(one.source)
    ]
    texts, sources = zip(*messages, strict=True)
    return train(texts, sources=sources, max_bytes=MODEL_BYTES, scrub=False)


# measuring


def print_sizes(corpora: Path) -> None:
    """Code a sample of each corpus, and print bytes.

    The implementations take the constants when they are imported, so that this is put off until others are set.
    """
    from aura.files.corpus import read  # noqa: PLC0415
    from aura.models.model import Model  # noqa: PLC0415
    from aura_fast import auralite, local_model  # noqa: PLC0415

    model = Model.load_default().context_model

    def sizes(messages: Sequence[bytes]) -> tuple[int, ...]:
        lite = [len(auralite.encode(message, model)) for message in messages]
        adaptive = [len(local_model.encode(message, model)) for message in messages]
        return sum(map(len, messages)), sum(lite), sum(adaptive), sum(map(min, lite, adaptive))

    def report(parts: Iterable[tuple[str, list[bytes]]]) -> None:
        found = [(name, sizes(messages)) for name, messages in parts]
        together = tuple(map(sum, zip(*(row for _, row in found), strict=True)))
        for name, row in [*found, ("all", together)]:
            print(f"{name:14}" + "".join(f" {size:9}" for size in row), flush=True)

    print(f"{'':14} {'bytes':>9} {'AURALITE':>9} {'adaptive':>9} {'smaller':>9}")
    paths = ((name, corpora / f"{name}.dev.jsonl.gz") for name in MEASURED_CORPORA)
    report(
        (name, draw((one.data for one in read(path)), MEASURED_BYTES, MEASURED_SEED)) for name, path in paths
    )
    report(structured(MEASURED_STRUCTURED, MEASURED_SEED))


# the tables in one list


def shape_of(table: Any) -> tuple[int, ...]:
    """How many entries a table has in each direction."""
    return () if isinstance(table, int) else (len(table), *shape_of(table[0]))


SHAPES = {name: shape_of(getattr(mixer, name)) for name in TABLES}
SIZES = [math.prod(SHAPES[name]) for name in BIAS_TABLES]
BEGINS = dict(zip(BIAS_TABLES, accumulate(SIZES, initial=0), strict=False))
"""Where each table of biases begins in the list of all; a set has the same place as its weight."""
BIASES = sum(SIZES)
SETS = math.prod(SHAPES["WEIGHTS"])
LATER = SETS // SHAPES["WEIGHTS"][0]
"""From the set of a first candidate to that of a later one."""


def place_of(table: str, index: Sequence[int]) -> int:
    """Where an entry of a table stands in the list."""
    place = 0
    for size, at in zip(SHAPES[table], index, strict=True):
        place = size * place + at
    return BEGINS[table] + place


def nested(values: Sequence[int], shape: Sequence[int]) -> list[Any]:
    """A list in the shape of a table."""
    if len(shape) == 1:
        return list(values)
    step = len(values) // shape[0]
    return [nested(values[at : at + step], shape[1:]) for at in range(0, len(values), step)]


# noting

HIT, FIRST, SHIFT = 1, 2, 2
"""Of the head of a candidate's notes: its flags, and where its count of evidence begins."""


class Noting(Predictor):
    """Goes through a message, notes its candidates, and codes nothing.

    Attributes:
        notes: of each candidate a head, its share and the places of its evidence. The first of these is that of its
            set, as if no candidate had been tried before.
    """

    def __init__(self, model: ContextModel) -> None:
        super().__init__(model)
        self.notes = array("H")

    def _try(self, candidates: Sequence[int], slots: Any, coder: Any) -> int:
        excluded: set[int] = set()
        for symbol in candidates:
            share = Share(symbol)
            contexts.code(self._model, self._context, self._char_run, set(excluded), share)
            value = min(share.value, PROB_ONE - 1)
            places = [place_of(one.table, one.index) for one in self._evidence(symbol, value, slots)]
            hit = symbol == coder.symbol
            head = len(places) << SHIFT | (0 if excluded else FIRST) | (HIT if hit else 0)
            self.notes.extend((head, value, *places))
            if hit:
                break
            excluded.add(symbol)
        return contexts.find_deepest(self._model, self._context, coder.symbol)


def note(message: bytes, model: ContextModel) -> array[int]:
    """The notes of a message."""
    predictor, writer = Noting(model), Writer()
    for writer.symbol in (*message, END):
        predictor.code(writer)
    return predictor.notes


# fitting


class Constants:
    """What a message begins with, as it is learned.

    Attributes:
        weights: of each set; 1.0 counts the share as it is.
        biases: of all tables in a row, in the unit of the tables.
    """

    def __init__(self) -> None:
        self.weights = [1.0] * SETS
        self.biases = [0.0] * BIASES

    def tables(self) -> dict[str, list[Any]]:
        """The constants as the specification has them."""
        biases = [round(bias) for bias in self.biases]
        tables = {"WEIGHTS": nested([round(weight * ONE) for weight in self.weights], SHAPES["WEIGHTS"])}
        for name in BIAS_TABLES:
            begin, shape = BEGINS[name], SHAPES[name]
            tables[name] = nested(biases[begin : begin + math.prod(shape)], shape)
        return tables

    def learn(self, notes: array[int], rate: float) -> float:
        """Learn from a message (rules LOC-9 to MIX-5).

        Args:
            notes: of the message.
            rate: how far an error of 1 moves a bias, in units of the logarithm of the odds.

        Returns:
            The bits that the choices of hit and miss take.
        """
        weights = [round(weight * (ONE << 10)) for weight in self.weights]
        biases = [round(bias * (1 << 12)) for bias in self.biases]
        bits, tried, at = 0.0, 0, 0
        values = notes.tolist()
        while at < len(values):
            head, share = values[at : at + 2]
            first, at = at + 2, at + 2 + (head >> SHIFT)
            if head & FIRST:
                tried = 0
            elif tried == spec.MAX_TRIED:
                continue
            places = values[first:at]
            if tried:
                places[0] += LATER
            chosen, stretched = places[0], STRETCH[share >> 4]
            total = weights[chosen] * stretched >> 4
            for place in places:
                total += biases[place]
            p = SQUASH[max(0, min((total >> 12) + LIMIT, 2 * LIMIT))]
            p = max(mixer.MIN_PROBABILITY, min(p, PROB_ONE - mixer.MIN_PROBABILITY))
            if p < spec.MIN_TRIED:
                continue
            tried += 1
            error = PROB_ONE - p if head & HIT else -p
            bits -= math.log2(1 - abs(error) / PROB_ONE)
            step = rate * error / PROB_ONE
            self.weights[chosen] += step * stretched / NAT
            for place in places:
                self.biases[place] += step * NAT
            if not -mixer.MIN_ERROR < error < mixer.MIN_ERROR:
                weights[chosen] += error * stretched >> 14
                for place in places:
                    biases[place] += error
        return bits


def fit(noted: Sequence[tuple[array[int], float]], progress: Callable[[str], None]) -> dict[str, list[Any]]:
    """The constants that messages give, each with how much it counts."""
    constants = Constants()
    shuffled = list(noted)
    order = random.Random(SEED)  # noqa: S311  # nothing to guess
    for epoch in range(EPOCHS):
        order.shuffle(shuffled)
        rate = RATE * RATE_FALL**epoch
        bits = sum(constants.learn(notes, rate * share) for notes, share in shuffled)
        progress(f"epoch {epoch + 1}: {bits / 8:.0f} bytes of choices")
    return constants.tables()


def refit(corpora: Path, path: Path | None) -> Mapping[str, list[Any]]:
    """The constants that the train parts give, by name; the model is read from ``path`` if there is one."""
    from aura.models.model import Model  # noqa: PLC0415

    started = time.monotonic()

    def progress(text: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {text}", file=sys.stderr, flush=True)

    model = Model.load(path) if path else train_model(corpora)
    progress(f"model {model.id}")
    noted: list[tuple[array[int], float]] = []
    for name, messages, share in unseen(corpora):
        noted += [(note(message, model.context_model), share) for message in messages]
        progress(f"{name}: {len(messages)} messages, {sum(map(len, messages))} bytes")
    return fit(noted, progress)


if __name__ == "__main__":
    main()
