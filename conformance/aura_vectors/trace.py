"""What happens at each symbol of a message, so that a port can be compared step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from aura_reference import auralite
from aura_reference.range_coder import Encoder
from aura_spec import range_coder
from aura_spec.context_model import END, ContextModel
from aura_spec.errors import DecodeError
from aura_vectors.case import Case, Fields, refusal
from aura_vectors.case_types.choices import Choice
from aura_vectors.case_types.message import Messages, read_model, valid
from aura_vectors.flags import Flag


@dataclass
class Interval:
    """The interval of the range coder, in numbers of any size (rules RNG-1 to RNG-3)."""

    low: int = range_coder.START
    size: int = range_coder.END - range_coder.START
    window: int = range_coder.WINDOW

    def narrow(self, choice: Choice) -> None:
        """Code an option."""
        cumulative, frequency, total = choice
        unit = self.size // total
        self.low, self.size = self.low + cumulative * unit, frequency * unit
        while self.size < range_coder.LOWER_BOUND:
            self.low, self.size, self.window = self.low << 8, self.size << 8, self.window + 1

    def fields(self) -> Fields:
        """As a trace has it: low as the window's bytes."""
        return {"low": self.low.to_bytes(self.window, "big").hex(), "range": self.size}


@dataclass
class Recorder:
    """A coder that knows the next symbol, and remembers the choices."""

    symbol: int = END
    choices: list[Choice] = field(default_factory=list)
    interval: Interval = field(default_factory=Interval)

    def choose(self, symbols: Sequence[int], frequencies: Sequence[int]) -> int:
        """As :class:`~aura_reference.context.Coder` says."""
        place = list(symbols).index(self.symbol) if self.symbol in symbols else len(symbols)
        choice = sum(frequencies[:place]), frequencies[place], sum(frequencies)
        self.choices.append(choice)
        self.interval.narrow(choice)
        return place


def of_choices(choices: Iterable[Choice]) -> Iterator[Fields]:
    """The interval after each choice."""
    interval = Interval()
    for choice in choices:
        interval.narrow(choice)
        yield interval.fields()


def of_message(text: bytes, model: ContextModel) -> Iterator[Fields]:
    """For each symbol, the state in which it is coded, the choices, and the interval after them.

    ``context`` is a number of rule TRI-4 and ``char_run`` a state of rule RUN-1. Where a match is active, ``match``
    says where its pointer points, into the message or the prefix.
    """
    walk, recorder = auralite.Walk(model), Recorder()
    for recorder.symbol in chain(text, (END,)):
        matcher = walk.matcher
        state = {"symbol": recorder.symbol, "context": walk.context, "char_run": walk.char_run}
        recorder.choices = []
        predicted = matcher.predict()
        match: dict[str, object] = {}
        if predicted is not None:
            where = "prefix" if matcher.in_prefix else "message"
            match = {"match": {where: matcher.pointer, "length": matcher.length, "misses": matcher.misses}}
        walk.code_entry(predicted, recorder)
        choices = [list(choice) for choice in recorder.choices]
        yield {**state, **match, "choices": choices, **recorder.interval.fields()}


def coded(case_type: Messages, text: bytes, comment: str, *rules: str, steps: int = 40) -> Case:
    """A message of AURALITE for the implied model, traced if it has few symbols."""
    model = read_model(case_type.model).context_model
    wire = auralite.encode(text, model)
    case = valid(comment, rules, wire, text, {"method": "auralite"})
    return replace(case, trace=tuple(of_message(text, model))) if len(text) < steps else case


def skewed(case_type: Messages, symbols: Iterable[int], comment: str, rule: str, flag: Flag) -> Case:
    """A string that no encoder writes, whose choices lead to these symbols, and which is refused."""
    walk, writer = auralite.Walk(read_model(case_type.model).context_model), auralite.Writer()
    with suppress(DecodeError):  # no list may have the last symbol
        for writer.symbol in symbols:
            walk.code(writer)
    case = Case(comment, (rule,), writer.encoder.finish(), flag=flag)
    return replace(case, code=refusal(case, case_type))


def repeated(model: ContextModel, byte: int, count: int, fed: bytes = b"") -> bytes:
    """The string of a byte that comes so many times, after bytes that are not coded, and then the end.

    Once a match has its greatest length, each further byte is the same choice; ``count`` is larger.
    """
    walk, recorder, encoder = auralite.Walk(model), Recorder(), Encoder()
    for known in fed:
        walk.feed(known)
    for recorder.symbol in (*(byte,) * _SETTLED, END):
        recorder.choices = []
        walk.code(recorder)
        if recorder.symbol != END:
            last = recorder.choices
            for choice in last:
                encoder.code(*choice)
    for _ in range(count - _SETTLED):
        for choice in last:
            encoder.code(*choice)
    for choice in recorder.choices:
        encoder.code(*choice)
    return encoder.finish()


_SETTLED: Final = 200
