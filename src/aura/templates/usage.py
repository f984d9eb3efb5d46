"""Which templates messages were sent with, what that saved, and which values their slots took.

>>> from aura.templates import TemplateLibrary
>>> library = TemplateLibrary({300: "Job {id:int} is {state}"})
>>> recorder = UsageRecorder()
>>> for number in range(20):
...     message = b"Job %d is %s" % (number, b"done" if number % 2 else b"queued")
...     recorder.record(library.match(message), sent=6, otherwise=len(message))
>>> usage = recorder.report()[300]
>>> usage.hits, usage.bytes_saved, usage.suggested_pattern
(20, 170, 'Job {id:int} is {state:queued|done}')
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aura import arguments
from aura.templates.match import Match
from aura.templates.slot_analysis import SlotAnalysis, Tally, analyze, better_pattern
from aura_spec.template import Template

DEFAULT_MAX_VALUES: Final = 100_000
"""Different values that a recorder keeps, of all slots together, unless the caller says otherwise."""


@dataclass(frozen=True, slots=True)
class TemplateUsage:
    """How a template was used.

    Attributes:
        template_id: of the template.
        template: with its pattern.
        hits: messages that were sent with it.
        sent_bytes: of these messages on the wire.
        bytes_saved: that they would have taken more without the template.
        slots: the values of each slot, in the order of rule TPL-2.
    """

    template_id: int
    template: Template
    hits: int
    sent_bytes: int
    bytes_saved: int
    slots: tuple[SlotAnalysis, ...]

    @property
    def suggested_pattern(self) -> str | None:
        """A pattern with all that is suggested for the slots, for a new id; None if nothing is."""
        return better_pattern(self.template, self.slots)


class _Record:
    """What was counted of a template."""

    __slots__ = ("hits", "otherwise", "sent", "tallies", "template")

    def __init__(self, template: Template) -> None:
        self.template = template
        self.hits = self.sent = self.otherwise = 0
        self.tallies = [Tally() for _ in template.slots]


class UsageRecorder:
    """Counts hits, bytes and slot values by template. Thread-safe, and bounded in memory.

    Args:
        max_values: different values that are kept, of all slots together. Further ones are only counted, as
            different ones. Values of more than 64 bytes are never kept.

    Raises:
        TypeError: ``max_values`` is no ``int``.
        ValueError: ``max_values`` is below 0.
    """

    def __init__(self, *, max_values: int = DEFAULT_MAX_VALUES) -> None:
        self._max_values = arguments.whole_number("max_values", max_values, 0)
        self._lock = threading.Lock()
        self._records: dict[int, _Record] = {}
        self._kept = 0

    def record(self, match: Match, *, sent: int, otherwise: int | None = None) -> None:
        """Count a message that was sent with a template.

        Args:
            match: the template and the slot values.
            sent: bytes of the message on the wire.
            otherwise: bytes that it takes without the template; those of the message itself if that is not known.
        """
        if otherwise is None:
            otherwise = match.template.rendered_size(match.values)
        with self._lock:
            record = self._records.get(match.template_id)
            if record is None:
                record = self._records[match.template_id] = _Record(match.template)
            record.hits += 1
            record.sent += sent
            record.otherwise += otherwise
            for tally, value in zip(record.tallies, match.values, strict=True):
                self._kept += tally.add(value, keep=self._kept < self._max_values)

    def report(self) -> dict[int, TemplateUsage]:
        """What was counted, by template id; the templates that saved most come first."""
        with self._lock:
            found = [
                TemplateUsage(
                    template_id=number,
                    template=record.template,
                    hits=record.hits,
                    sent_bytes=record.sent,
                    bytes_saved=record.otherwise - record.sent,
                    slots=tuple(_analyzed(record)),
                )
                for number, record in self._records.items()
            ]
        found.sort(key=lambda usage: (-usage.bytes_saved, usage.template_id))
        return {usage.template_id: usage for usage in found}

    def reset(self) -> None:
        """Begin counting anew."""
        with self._lock:
            self._records = {}
            self._kept = 0


def _analyzed(record: _Record) -> Iterable[SlotAnalysis]:
    return (analyze(slot, tally) for slot, tally in zip(record.template.slots, record.tallies, strict=True))
