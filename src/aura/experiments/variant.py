"""The variants of an experiment: named configurations, each of which reads what the others write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from aura import arguments
from aura.codec import Codec
from aura.codec_base import CodecBase, CodecWrapper
from aura.connections.session import Settings
from aura.models.model import Model
from aura.templates import TemplateLibrary


@dataclass(frozen=True, slots=True)
class Variant:
    """A named configuration.

    Attributes:
        name: of the variant.
        codec: that its users get; :meth:`Configuration.codec <aura.configuration.Configuration.codec>` makes one.
        settings: of the sessions of its users; None if there are no sessions.
        weight: how many users it gets beside the other candidates; of the control it means nothing.

    Raises:
        TypeError: an attribute has a wrong type.
        ValueError: the name is empty, or the weight is below 1.
    """

    name: str
    codec: CodecBase
    settings: Settings | None = None
    weight: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"name is a str, not {type(self.name).__name__}")
        if not self.name:
            raise ValueError("name is empty")
        if not isinstance(self.codec, CodecBase):
            raise TypeError(f"codec is a codec such as aura.Codec, not {type(self.codec).__name__}")
        if self.settings is not None:
            Settings.of(self.settings)
        arguments.whole_number("weight", self.weight, 1)


def innermost(codec: CodecBase) -> CodecBase:
    """The codec that does the work."""
    while isinstance(codec, CodecWrapper):
        codec = codec.codec
    return codec


def check_readable(variants: Sequence[Variant]) -> None:
    """Check that each variant reads what the others write, so that a user may move between them at any time.

    Raises:
        ValueError: one does not, and why.
    """
    names = [variant.name for variant in variants]
    if len(set(names)) < len(names):
        raise ValueError(f"two of the variants {', '.join(names)} have the same name")
    for writer, reader in permutations(variants, 2):
        ours, theirs = innermost(writer.codec), innermost(reader.codec)
        if isinstance(ours, Codec) and isinstance(theirs, Codec) and (reason := _unreadable(ours, theirs)):
            raise ValueError(f"variant {reader.name} cannot read what {writer.name} writes: {reason}")


def _unreadable(writer: Codec, reader: Codec) -> str:
    """Why one codec does not read what another writes; empty if it does."""
    if writer.check is not reader.check:
        return "one has check=True and the other has not"
    if writer.level == 0:
        return ""  # it stores
    if writer.explicit_model and writer.model.id not in reader.model_ids:
        return "it does not hold the model; give it in models="
    if not writer.explicit_model and writer.model.id != reader.model.id:
        return "the models differ; let both write explicit_model=True and hold both models"
    for number, template in writer.templates.items():
        held = reader.templates.get(number)
        if held is None or held.pattern != template.pattern:
            return f"it does not hold template {number}"
    return ""


def rollout(
    old: Model, new: Model, *, templates: TemplateLibrary | Mapping[int, str] | None = None, **options: Any
) -> tuple[Codec, Codec]:
    """Codecs for the time in which a new model takes the place of an old one.

    Both write the id of their model into messages, nine bytes longer, and read both models. So each reads what the
    other writes, and what either has written before. Both hold the templates of both models.

    Args:
        old: model that was written with so far.
        new: model that will be.
        templates: as :class:`aura.Codec` takes them.
        options: further ones of :class:`aura.Codec`, for both.

    Returns:
        The codec that writes with the old model, for the control, and the one that writes with the new one.

    Raises:
        TemplateError: the models have different templates under one id.
    """
    held = TemplateLibrary.of(templates)
    for model in (old, new):
        held = held.merged({number: template.pattern for number, template in model.templates.items()})
    options["templates"] = held
    return (
        Codec(model=old, models=(new,), explicit_model=True, **options),
        Codec(model=new, models=(old,), explicit_model=True, **options),
    )
