"""What happens at each symbol of an adaptive message, so that a port can be compared step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from aura_reference.context import Coder
from aura_reference.local_model import Evidence, Predictor, Slot, Sum, encode
from aura_spec import range_coder
from aura_spec.context_model import END, ContextModel
from aura_spec.stream_model import stretch
from aura_vectors.case import Case, Fields
from aura_vectors.case_types.message import Messages, read_model, valid
from aura_vectors.trace import Interval, Recorder

_START: Final = range_coder.ADAPTIVE_START


class _NotedSum(Sum):
    """Remembers the sums of which choices were made."""

    def __init__(self) -> None:
        super().__init__()
        self.sums: list[int] = []
        self._last = 0

    def probability(self, share: int, evidence: Sequence[Evidence]) -> int:
        """Rule LOC-11."""
        self._last = self.weight(evidence[0].index) * stretch(share) >> 4
        self._last += sum(self.bias(one) for one in evidence)
        return super().probability(share, evidence)

    def learn(self, error: int, share: int, evidence: Sequence[Evidence]) -> None:
        """Rule LOC-12."""
        self.sums.append(self._last)
        super().learn(error, share, evidence)


class Watched(Predictor):
    """Notes what it does at each symbol.

    Attributes:
        candidates: of the last symbol.
        found: the match with which it was coded, as pointer and length; empty without one.
        noted: has the sums of the candidates that were tried, before their outcome was learned.
    """

    def __init__(self, model: ContextModel) -> None:
        super().__init__(model)
        self._sum = self.noted = _NotedSum()
        self.candidates: Sequence[int] = ()
        self.found: list[int] = []

    def _try(self, candidates: Sequence[int], slots: Sequence[Slot], coder: Coder) -> int:
        self.candidates = candidates
        self.found = [self._pointer, self._length] if self._length else []
        self.noted.sums = []
        return super()._try(candidates, slots, coder)


def of_message(text: bytes, model: ContextModel) -> Iterator[Fields]:
    """For each symbol, the candidates, how they were tried, the choices, and the interval after them."""
    watched = Watched(model)
    recorder = Recorder(interval=Interval(_START, range_coder.ADAPTIVE_END - _START))
    for recorder.symbol in chain(text, (END,)):
        recorder.choices = []
        watched.code(recorder)
        match = {"match": watched.found} if watched.found else {}
        tried = [
            {
                "symbol": trial.symbol,
                "share": trial.share,
                "evidence": list(map(_row, trial.evidence)),
                "sum": total,
                "p": trial.probability,
            }
            for trial, total in zip(watched.trials, watched.noted.sums, strict=True)
        ]
        yield {
            "symbol": recorder.symbol,
            **match,
            "candidates": list(watched.candidates),
            "tried": tried,
            "choices": [list(choice) for choice in recorder.choices],
            **recorder.interval.fields(),
        }


def _row(one: Evidence) -> list[object]:
    """A table by the first word of its name, and the index of the bias in it."""
    return [one.table.partition("_")[0].lower(), *map(int, one.index)]


def coded(case_type: Messages, text: bytes, comment: str, *rules: str, traced: bool = False) -> Case:
    """An adaptive message for the implied model."""
    model = read_model(case_type.model).context_model
    case = valid(comment, rules, encode(text, model), text, {"method": "adaptive"})
    return replace(case, trace=tuple(of_message(text, model))) if traced else case
