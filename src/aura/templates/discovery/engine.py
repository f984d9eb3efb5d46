"""Discovery: from messages to templates that are worth publishing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import chain
from os import PathLike
from typing import Final

from aura import arguments
from aura.arguments import BytesLike
from aura.files.corpus import Message
from aura.models.model import Model
from aura.models.training.scrubbing import disguise
from aura.templates.discovery.candidates import Candidate, Proposal, SlotReport
from aura.templates.discovery.judge import Judge
from aura.templates.discovery.lines import LineGroups
from aura.templates.discovery.privacy import kinds_in
from aura.templates.discovery.proposals import Proposer
from aura.templates.library import TemplateLibrary
from aura.templates.pattern_text import type_of
from aura.templates.store import DISCOVERED_IDS, TemplateStore, ids_of, open_store
from aura_spec.limits import MAX_TEMPLATE_ID
from aura_spec.template import Template

_JUDGED: Final = 4
"""Proposals that are judged, for each id that may be given away."""

_BEYOND: Final = range(1 << 13, 1 << 14)
"""Ids under which candidates are judged when those of the range are taken; two bytes, as most ranges have."""

_SHOWN: Final = 1_000
"""Messages that are read between two calls of ``progress``."""

_EXAMPLES: Final = 3
_MAX_EXAMPLE: Final = 40
"""Characters of an example."""


def _show_nothing(_stage: str, _done: float) -> None:
    """Progress that nobody wants to see."""


class DiscoveryEngine:
    """Finds templates in messages, and publishes those that are chosen.

    A template is a candidate only if it saves bytes on messages that it was not mined from, beside the model and
    the templates that are held already.

    Args:
        min_frequency: messages that match a candidate, at least.
        min_compression_advantage: bytes without a candidate, as a multiple of those with it, at least.
        starting_template_id: the first id that is given to a promoted template.
        ending_template_id: the last such id.
        model: with which the messages are coded; the one that comes with the package if None.
        library: the templates that are held, to which promoted ones are added; the built-in ones if None.
        store: a template store, or its path, in which promoted ones are published first; what others published
            there is taken up before each search.
        min_sources: sources in which the literals of a candidate occur, at least. A message without a source counts
            as of one that all such messages share.
        level: of the codec.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: a number is out of range.
    """

    def __init__(  # noqa: PLR0913  # as documented since the first version
        self,
        min_frequency: int = 10,
        min_compression_advantage: float = 1.02,
        starting_template_id: int = DISCOVERED_IDS[0],
        ending_template_id: int = DISCOVERED_IDS[-1],
        *,
        model: Model | None = None,
        library: TemplateLibrary | None = None,
        store: TemplateStore | str | PathLike[str] | None = None,
        min_sources: int = 1,
        level: int = 2,
    ) -> None:
        self._advantage = arguments.number("min_compression_advantage", min_compression_advantage, 1.0)
        first = arguments.whole_number("starting_template_id", starting_template_id, 0, MAX_TEMPLATE_ID)
        last = arguments.whole_number("ending_template_id", ending_template_id, first, MAX_TEMPLATE_ID)
        self._ids = range(first, last + 1)
        self._proposer = Proposer(
            arguments.whole_number("min_frequency", min_frequency, 1),
            arguments.whole_number("min_sources", min_sources, 1),
        )
        self._level = arguments.whole_number("level", level, 1, 3)
        self._model = model
        self._library = TemplateLibrary() if library is None else library
        self._store = store if store is None or isinstance(store, TemplateStore) else open_store(store)

    @property
    def library(self) -> TemplateLibrary:
        """The templates that are held, promoted ones included."""
        return self._library

    def discover_templates(
        self,
        messages: Iterable[str | BytesLike | Message],
        *,
        progress: Callable[[str, float], object] = _show_nothing,
    ) -> list[Candidate]:
        """The templates that are worth publishing, those that save most in the stream first.

        Args:
            messages: read once, in bounded memory; of a :class:`aura.files.corpus.Message` the source counts.
            progress: called now and then with what is done, and what share of it is done, from 0 to 1; the share of
                messages is not known.

        Raises:
            ImportError: the extra ``discovery`` is not installed.
            TypeError: a message has a wrong type.
            TemplateError: the store is damaged, or has another pattern under an id of the library.
            OSError: the store cannot be read.
        """
        groups = LineGroups()
        for message in messages:
            groups.take(message)
            if groups.messages % _SHOWN == 0:
                progress(f"{groups.messages:,} messages read", 0.0)
        return self.candidates(groups, progress=progress)

    def candidates(
        self, groups: LineGroups, *, progress: Callable[[str, float], object] = _show_nothing
    ) -> list[Candidate]:
        """As :meth:`discover_templates`, of messages that were grouped before; more may be added later."""
        self._take_up()
        held = self._library.snapshot()
        judge = Judge(self._model, held, self._level)
        proposals = self._proposer.propose(groups.groups())[: _JUDGED * len(self._ids)]
        judge.before([text for proposal in proposals for text in (*proposal.mined, *proposal.held_out)])
        # whichever ids candidates get, those of the range take as many bytes as these
        ids = (number for number in chain(self._ids, _BEYOND) if number not in held)
        found = []
        for done, (template_id, proposal) in enumerate(zip(ids, proposals, strict=False)):
            progress("judging templates", done / len(proposals))
            candidate = self._judged(judge, template_id, proposal)
            if candidate is not None:
                found.append(candidate)
                judge.take(template_id, candidate.pattern)
        return sorted(found, key=lambda candidate: -candidate.frequency * candidate.saving.mean)

    def _judged(self, judge: Judge, template_id: int, proposal: Proposal) -> Candidate | None:
        """The candidate of a proposal, if it is worth it."""
        template = judge.best_types(template_id, proposal.template, proposal.mined)
        texts = [text for text in proposal.held_out if template.match(text) is not None]
        saving = judge.saving(template_id, template, texts)
        if saving is None or saving.low <= 0 or saving.advantage < self._advantage:
            return None
        slots = _slots(template, proposal.mined, proposal.private)
        return Candidate(template.pattern, proposal.frequency, slots, saving)

    def _take_up(self) -> None:
        """Hold what is published in the store."""
        if self._store is not None:
            with suppress(FileNotFoundError):
                self._library.update(self._store.read())

    def promote_template(self, candidate: Candidate | str) -> int:
        """Publish a candidate, or a pattern, and give its id: in the store if there is one, and in the library.

        It is the id of the range that the pattern has already, or else the lowest free one.

        Raises:
            TemplateError: no id is free, the pattern is unusable, or the store is damaged.
            OSError: the store cannot be written.
        """
        pattern = candidate if isinstance(candidate, str) else candidate.pattern
        if self._store is not None:
            template_id = self._store.add(pattern, self._ids)
            self._take_up()
            return template_id
        held = self._library.snapshot()
        published = {number: held[number].pattern for number in self._ids if number in held}
        [template_id] = ids_of([pattern], published, self._ids).values()
        return self._library.add(pattern, id=template_id)


def _slots(template: Template, texts: Sequence[bytes], private: frozenset[int]) -> tuple[SlotReport, ...]:
    """What the slots of a template hold in messages that match it."""
    matches = [values for text in texts if (values := template.match(text)) is not None]
    reports = []
    for number, slot in enumerate(template.slots):
        counts = Counter(values[number].decode("utf-8", "replace") for values in matches)
        frequent = [value for value, _ in counts.most_common(_EXAMPLES)]
        found = kinds_in(counts)
        if found or number in private:
            frequent = [disguise(value.encode(), 0).decode("utf-8", "replace") for value in frequent]
        examples = tuple(value[:_MAX_EXAMPLE] for value in frequent)
        diversity = len(counts) / counts.total()
        reports.append(SlotReport(slot.name, type_of(slot), diversity, examples, found))
    return tuple(reports)
