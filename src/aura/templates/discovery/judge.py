"""Judging patterns by bytes: what messages take with a template, after the model has had its say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aura.codec import Codec
from aura.extra import needed
from aura.models.model import Model
from aura.templates.discovery.candidates import Saving
from aura.templates.library import TemplateLibrary
from aura.templates.pattern_text import pattern_of, slot_text, type_of
from aura_spec.slot import is_text_only
from aura_spec.template import Template, parse_pattern

CONFIDENCE: Final = 0.95
_RESAMPLES: Final = 999
_MIN_JUDGED: Final = 3
"""Messages on which a candidate is judged, at least."""

_TRIED: Final = 1 << 17
"""Bytes of messages that are coded to find the types of the slots of one pattern."""


class Judge:
    """Knows what messages take with the templates that were taken so far.

    Args:
        model: of the codecs.
        templates: that are held already.
        level: of the codecs.
    """

    def __init__(self, model: Model | None, templates: Mapping[int, Template], level: int) -> None:
        self._model = model
        self._level = level
        self._held = {number: template.pattern for number, template in templates.items()}
        self._sizes: dict[bytes, int] = {}

    def codec(self, patterns: Mapping[int, str]) -> Codec:
        """A codec with these templates alone."""
        library = TemplateLibrary(patterns, with_builtin=False)
        return Codec(model=self._model, level=self._level, templates=library)

    def take(self, template_id: int, pattern: str) -> None:
        """Hold a template from now on."""
        known = list(self._sizes)
        sizes = self.sizes(template_id, parse_pattern(pattern), known)
        self._sizes = dict(zip(known, sizes, strict=True))
        self._held[template_id] = pattern

    def before(self, messages: Sequence[bytes]) -> list[int]:
        """Bytes that messages take with the templates that are held."""
        new = [message for message in dict.fromkeys(messages) if message not in self._sizes]
        if new:
            wires = self.codec(self._held).compress_batch(new)
            self._sizes.update(zip(new, map(len, wires), strict=True))
        return [self._sizes[message] for message in messages]

    def sizes(self, template_id: int, template: Template, messages: Sequence[bytes]) -> list[int]:
        """Bytes that messages take if a template is held, too."""
        codec = self.codec({template_id: template.pattern})
        sizes = []
        for message, before in zip(messages, self.before(messages), strict=True):
            match = codec.templates.match(message)
            frames = [] if match is None else codec.frames(match, before)
            sizes.append(min([before, *(len(frame.wire) for frame in frames)]))
        return sizes

    def best_types(self, template_id: int, template: Template, messages: Sequence[bytes]) -> Template:
        """The template with those slots as texts whose type costs more than leaving them to the model."""
        typed = [number for number, slot in enumerate(template.slots) if not is_text_only(slot)]
        count = _TRIED // max(1, (len(typed) + 1) * max(map(len, messages)))
        tried = messages[: min(count, len(messages))]
        if not tried:
            return template
        best, least = template, sum(self.sizes(template_id, template, tried))
        for number in typed:
            other = _as_word(best, number)
            if not other.is_anchored:
                continue
            size = sum(self.sizes(template_id, other, tried))
            if size < least:
                best, least = other, size
        return best

    def saving(self, template_id: int, template: Template, messages: Sequence[bytes]) -> Saving | None:
        """What a template saves on messages, beside those that are held; None if there are too few."""
        if len(messages) < _MIN_JUDGED:
            return None
        return saving_of(self.before(messages), self.sizes(template_id, template, messages))


def saving_of(before: Sequence[int], after: Sequence[int]) -> Saving:
    """A saving, with an interval by bootstrap; ``before`` and ``after`` are bytes for each message."""
    saved = [one - other for one, other in zip(before, after, strict=True)]
    low = high = float(saved[0])
    if len(set(saved)) > 1:
        stats, numpy = needed("scipy.stats", "discovery"), needed("numpy", "discovery")
        found = stats.bootstrap(
            (saved,),
            numpy.mean,
            confidence_level=CONFIDENCE,
            n_resamples=_RESAMPLES,
            method="percentile",
            rng=numpy.random.default_rng(0),
        )
        low, high = float(found.confidence_interval.low), float(found.confidence_interval.high)
    return Saving(len(saved), sum(before), sum(after), low, high)


def _as_word(template: Template, number: int) -> Template:
    """The template with a slot that is left to the model."""
    kinds = [type_of(slot) for slot in template.slots]
    kinds[number] = "text"
    first, *others = (literal.decode() for literal in template.literals)
    slots = (slot_text(place, kinds[place]) for place in template.places)
    return parse_pattern(pattern_of(first, zip(slots, others, strict=True)))
