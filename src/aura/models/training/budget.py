"""How much of a corpus is counted: all, a sample of a given size, or as much as there is time for.

Before the work begins, it is reported what it will take, and afterwards what a sample forgoes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from aura import arguments
from aura.arguments import Amount
from aura.models.model import Model
from aura.models.reports import Drawn, Expected, Forgone, Report
from aura.models.training import estimates, loss, trainer
from aura.models.training.estimates import Conditions, Corpus
from aura.models.training.fitting import fit
from aura.models.training.held_out import HeldOut
from aura.models.training.sampling import Draw
from aura.models.training.trainer import Plan
from aura.models.training.written import Messages

LEAST_UNITS: Final = 8
LEAST_SIZE: Final = 1 << 16
"""Of fewer held-out units, or of a smaller sample, a loss is a matter of chance."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is counted.

    Attributes:
        sample: of the messages; all if None.
        seconds: until the model is to be there, about; None for as long as it takes.
        report: is called with what is chosen and expected; None if nobody asks.
    """

    sample: Amount | None = None
    seconds: float | None = None
    report: Callable[[Report], None] | None = None

    @classmethod
    def checked(cls, sample: int | str | None, time: float | str | None, report: object) -> Budget:
        """A budget as a caller names it.

        Raises:
            TypeError: an argument is of another type.
            ValueError: a text has another form, or a number is out of range.
        """
        if report is not None and not callable(report):
            raise TypeError(f"report is called; {type(report).__name__} cannot be")
        return cls(
            None if sample is None else arguments.amount("sample", sample),
            None if time is None else arguments.duration("time", time),
            report,
        )

    def draw(self, messages: Messages, plan: Plan, spent: float) -> Chosen | None:
        """Choose messages, and look whether there are memory and disk for them.

        Args:
            messages: on disk.
            plan: what is made of them.
            spent: seconds since training began.

        Returns:
            The messages that are chosen; None for all of them, which takes no memory.

        Raises:
            ValueError: the memory that may be used is too little.
            OSError: so is the disk of temporary files.
        """
        whole = Draw.of(messages, messages.in_order())
        size = whole.size
        asks = self.report is not None or self.seconds is not None
        conditions = Conditions(
            max_bytes=plan.max_bytes,
            memory=plan.resources.memory,
            threads=plan.resources.threads,
            scrub=plan.scrub,
            speed=estimates.speed() if asks else 1.0,
        )
        if self.sample is not None:
            size = self.sample.of(size)
        if self.seconds is not None:
            size = estimates.size_for(self.seconds - spent, _corpus(whole).part(size), conditions)
        drawn = whole.first(size) if size < whole.size else whole
        chosen = Chosen(whole, drawn, conditions, self.report)
        chosen.announce(plan)
        return chosen if chosen.is_sample else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Messages that are counted.

    Attributes:
        whole: all messages.
        drawn: those that are counted.
        conditions: under which.
        report: is called with what is expected, and with what is forgone.
    """

    whole: Draw
    drawn: Draw
    conditions: Conditions
    report: Callable[[Report], None] | None

    @property
    def is_sample(self) -> bool:
        """Whether some messages are not counted."""
        return len(self.drawn.order) < len(self.whole.order)

    def announce(self, plan: Plan) -> None:
        """Report what is chosen and expected, and look whether there are memory and disk for it."""
        corpus = _corpus(self.drawn)
        expected = estimates.estimate(corpus, self.conditions)
        if self.report is not None:
            if self.is_sample:
                self.report(Drawn(corpus.size, corpus.messages, self.whole.size))
            seconds = expected.seconds
            if self.is_sample:
                seconds = estimates.with_loss(corpus, self.conditions)
            directory = plan.resources.spill.directory or tempfile.gettempdir()
            self.report(
                Expected(corpus.size, corpus.messages, seconds, expected.memory, expected.disk, directory)
            )
        estimates.check(expected, plan.resources)

    def tell_loss(
        self, messages: Messages, plan: Plan, model: Model, held_out: HeldOut | None, progress: Progress
    ) -> None:
        """Report what a model of all messages would gain, by models of smaller samples."""
        if self.report is None or held_out is None:
            return
        if len(held_out.units) < LEAST_UNITS or self.drawn.size < LEAST_SIZE:
            return
        sizes = [loss.coded_sizes(model, held_out.units)]
        counted = self.drawn.select(held_out.kept)
        unmeasured = replace(plan, measured=False, recorded=False, checkpoint=None)
        for number in range(1, loss.SAMPLES):
            progress("estimating the loss", (number - 1) / (loss.SAMPLES - 1))
            order = counted.first(counted.size // loss.STEP**number).order
            prepared = trainer.prepare(messages, unmeasured, order=order).prepared
            sizes.insert(0, loss.coded_sizes(fit(prepared, plan.max_bytes, 0, _quiet), held_out.units))
        gain = loss.gain(sizes, self.whole.size / self.drawn.size)
        seconds = estimates.estimate(_corpus(self.whole), self.conditions).seconds
        self.report(Forgone(self.whole.size, seconds, gain.share, gain.error))


def _quiet(_stage: str, _done: float) -> None:
    pass


def _corpus(draw: Draw) -> Corpus:
    return Corpus(draw.size, len(draw.order))
