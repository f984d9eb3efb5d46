"""What the local model does at each symbol, so that a port can be compared step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from aura_reference.context import Coder
from aura_reference.local_memory import Memory, Slot
from aura_reference.local_model import Predictor, encode
from aura_reference.mixer import Evidence, Sum
from aura_spec import fuzzy, range_coder, stream
from aura_spec.context_model import END, ContextModel
from aura_spec.mixer import PROB_ONE, stretch
from aura_spec.stream import SAME_KIND
from aura_vectors.case import Case, Fields
from aura_vectors.case_types.choices import Choice
from aura_vectors.case_types.message import Messages, read_model, valid
from aura_vectors.trace import Interval, Recorder

_START: Final = range_coder.ADAPTIVE_START


class _Spy:
    """A coder that remembers the choices of another."""

    def __init__(self, coder: Coder) -> None:
        self.choices: list[Choice] = []
        self._coder = coder

    def choose(self, symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """As :class:`~aura_reference.context.Coder` says."""
        place = self._coder.choose(symbols, frequencies)
        self.choices.append((sum(frequencies[:place]), frequencies[place], sum(frequencies)))
        return place


class _NotedSum(Sum):
    """Remembers the sums of which choices were made."""

    def __init__(self, known: Sum) -> None:
        super().__init__()
        self._weights, self._biases = known._weights, known._biases  # noqa: SLF001  # of its own class
        self.sums: list[int] = []
        self._last = 0

    def probability(self, share: int, evidence: Sequence[Evidence]) -> int:
        """Rule MIX-4."""
        self._last = self.weight(evidence[0].index) * stretch(share) >> 4
        self._last += sum(self.bias(one) for one in evidence)
        return super().probability(share, evidence)

    def learn(self, error: int, share: int, evidence: Sequence[Evidence]) -> None:
        """Rule MIX-5."""
        self.sums.append(self._last)
        super().learn(error, share, evidence)


class Watched(Predictor):
    """Notes what it does at each symbol.

    Attributes:
        listed: the candidates of the last symbol.
        steps: of the symbols so far, as rows of a trace, without choices and interval.
        choices: of each symbol.
        rules: what a reader has to have right, as far as it shows.
    """

    def __init__(self, model: ContextModel, memory: Memory | None = None) -> None:
        memory = memory or Memory()
        self._noted = memory.sum = _NotedSum(memory.sum)
        super().__init__(model, memory)
        self.listed: Sequence[int] = ()
        self.steps: list[Fields] = []
        self.choices: list[Sequence[Choice]] = []
        self.rules: set[str] = set()
        self._match: Fields = {}

    def code(self, coder: Coder) -> int:
        """Code the next symbol, and note how."""
        spy = _Spy(coder)
        self._noted.sums = []
        symbol = super().code(spy)
        self.steps.append(
            {"symbol": symbol, **self._match, "candidates": list(self.listed), "tried": self._tried()}
        )
        self.choices.append(spy.choices)
        return symbol

    def _try(self, candidates: Sequence[int], slots: Sequence[Slot], coder: Coder) -> int:
        self.listed = candidates
        self._match = {} if self.match is None else {"match": [self.match.pointer, self.match.length]}
        if any(slot.run for slot in slots):
            self.rules.update(("LOC-3", "LOC-4", "LOC-8"))
        if self.match is not None:
            self.rules.add("LOC-13" if self.match.in_prefix else "LOC-5")
        if self._numbers.number.expected:
            self.rules.update(("LOC-6", "LOC-7"))
        if END in candidates:
            self.rules.add("LOC-1")
        entry = super()._try(candidates, slots, coder)
        if self.trials:
            self.rules.update(("LOC-9", *(f"MIX-{number}" for number in range(1, 6))))
        return entry

    def _tried(self) -> list[Fields]:
        return [
            {
                "symbol": trial.symbol,
                "share": trial.share,
                "evidence": list(map(_row, trial.evidence)),
                "sum": total,
                "p": trial.probability,
            }
            for trial, total in zip(self.trials, self._noted.sums, strict=True)
        ]


def _row(one: Evidence) -> list[object]:
    """A table by the first word of its name, and the index of the bias in it."""
    return [one.table.partition("_")[0].lower(), *map(int, one.index)]


def of_message(text: bytes, model: ContextModel) -> Iterator[Fields]:
    """For each symbol, the candidates, how they were tried, the choices, and the interval after them."""
    first = Interval(_START, range_coder.ADAPTIVE_END - _START)
    return _of_message(text, Watched(model), first)


def of_fuzzy(text: bytes, model: ContextModel, memory: Memory) -> Iterator[Fields]:
    """The same for a fuzzy frame, from what is remembered of its template."""
    return _of_message(text, Watched(model, memory), Interval(fuzzy.START, fuzzy.END - fuzzy.START))


def _of_message(text: bytes, watched: Watched, interval: Interval) -> Iterator[Fields]:
    recorder = Recorder()
    for recorder.symbol in chain(text, (END,)):
        watched.code(recorder)
    yield from _narrowed(watched, interval)


def of_string(watched: Watched, *, same_kind: bool) -> Iterator[Fields]:
    """The interval after the choice of the kind of a stream's message, and then the same as for a single one."""
    interval = Interval(stream.START, (1 << 32) - stream.START)
    interval.narrow((0, SAME_KIND, PROB_ONE) if same_kind else (SAME_KIND, PROB_ONE - SAME_KIND, PROB_ONE))
    yield {"same_kind": same_kind, **interval.fields()}
    yield from _narrowed(watched, interval)


def _narrowed(watched: Watched, interval: Interval) -> Iterator[Fields]:
    for step, choices in zip(watched.steps, watched.choices, strict=True):
        for choice in choices:
            interval.narrow(choice)
        yield {**step, "choices": [list(choice) for choice in choices], **interval.fields()}


def coded(case_type: Messages, text: bytes, comment: str, *rules: str, traced: bool = False) -> Case:
    """An adaptive message for the implied model."""
    model = read_model(case_type.model).context_model
    case = valid(comment, rules, encode(text, model), text, {"method": "adaptive"})
    return replace(case, trace=tuple(of_message(text, model))) if traced else case
