"""What happens at each symbol of a message of a stream, so that a port can be compared step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aura_reference.context import Coder
from aura_reference.stream_model import Candidate, Predictor, StreamState
from aura_spec import stream
from aura_spec.stream import SAME_KIND
from aura_spec.stream_model import MAX_TRIED, NUMBER, PREFIX, PROB_ONE, stretch
from aura_vectors.case import Fields
from aura_vectors.case_types.choices import Choice
from aura_vectors.trace import Interval


class _Spy:
    """A coder that remembers the choices."""

    def __init__(self, coder: Coder) -> None:
        self.choices: list[Choice] = []
        self._coder = coder

    def choose(self, symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """As :class:`~aura_reference.context.Coder` says."""
        place = self._coder.choose(symbols, frequencies)
        self.choices.append((sum(frequencies[:place]), frequencies[place], sum(frequencies)))
        return place


class Watched(Predictor):
    """Notes what it does at each symbol.

    Attributes:
        steps: of the symbols so far, as rows of a trace, without the interval.
        choices: of each symbol.
        rules: what a reader has to have right, as far as it shows.
    """

    def __init__(self, state: StreamState) -> None:
        super().__init__(state)
        self.steps: list[Fields] = []
        self.choices: list[Sequence[Choice]] = []
        self.rules: set[str] = set()
        self._listed: Sequence[Candidate] = ()
        self._pointed: Candidate | None = None
        self._tried: list[Fields] = []

    def code(self, coder: Coder) -> int:
        """Code the next symbol, and note how."""
        spy = _Spy(coder)
        self._tried = []
        place = self._state.window.end
        symbol = super().code(spy)
        pointer = (
            {} if self._pointed is None else {"pointer": [self._pointed.place, self._pointed.match_length]}
        )
        listed = [[one.symbol, one.level, one.place, one.match_length] for one in self._listed]
        self.steps.append(
            {"symbol": symbol, "place": place, **pointer, "candidates": listed, "tried": self._tried}
        )
        self.choices.append(spy.choices)
        return symbol

    def _candidates(self) -> list[Candidate]:
        candidates = super()._candidates()
        self._listed, self._pointed = candidates[:MAX_TRIED], self._pointer
        self.rules.update(_rules_of(candidates))
        if self._number is not None:
            self.rules.add("RCL-6")
        if self._pointer is not None:
            self.rules.add("RCL-15")
        return candidates

    def _try(self, candidate: Candidate, share: int, *, later: bool, coder: Coder) -> bool:
        """Note what p is mixed of, before the outcome is learned and after (rules RCL-10 and RCL-12)."""
        before = self._mixer(candidate, share, later=later)
        first = (before.by_match.value, before.by_context.value, tuple(before.weights), before.p)
        hit = super()._try(candidate, share, later=later, coder=coder)
        stretched = stretch(before.by_match.value), stretch(before.by_context.value)
        after = replace(before, inputs=(before.inputs[0], *stretched))
        state = self._state
        place = next(index for index, one in state.match_stats.items() if one is before.by_match)
        number = next(index for index, one in enumerate(state.context_stats) if one is before.by_context)
        self._tried.append(
            {
                "share": share,
                "match_stats": [*map(int, place), first[0], before.by_match.value],
                "context_stats": [number, first[1], before.by_context.value],
                "weights": [list(first[2]), list(before.weights)],
                "inputs": list(before.inputs),
                "p": [first[3], after.p],
            }
        )
        return hit


def _rules_of(candidates: Sequence[Candidate]) -> Iterator[str]:
    """The rules by which there are these candidates, and by which they are tried."""
    if any(one.place for one in candidates):
        yield from ("RCL-1", "RCL-2", "RCL-3", "RCL-4")
    if any(one.level >= NUMBER for one in candidates):
        yield "RCL-5"
    if any(one.level == PREFIX for one in candidates):
        yield "RCL-7"
    if len(candidates) > MAX_TRIED:
        yield "RCL-8"
    if candidates:
        yield from (f"RCL-{number}" for number in range(9, 14))


def of_string(watched: Watched, *, same_kind: bool) -> Iterator[Fields]:
    """The interval after the choice of the kind, and then for each symbol its step, choices and interval."""
    interval = Interval(stream.START, (1 << 32) - stream.START)
    interval.narrow((0, SAME_KIND, PROB_ONE) if same_kind else (SAME_KIND, PROB_ONE - SAME_KIND, PROB_ONE))
    yield {"same_kind": same_kind, **interval.fields()}
    for step, choices in zip(watched.steps, watched.choices, strict=True):
        for choice in choices:
            interval.narrow(choice)
        yield {**step, "choices": [list(choice) for choice in choices], **interval.fields()}
