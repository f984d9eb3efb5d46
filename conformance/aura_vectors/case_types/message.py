"""Whole messages, with what both ends hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import resources
from typing import Final, cast

from aura.backend import BACKENDS, Backend
from aura_reference import model as model_file
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.shared_state import SharedState
from aura_spec.template import parse_patterns
from aura_vectors.case import Case, CaseType, Fields

NAME: Final = "message"

read_model: Final = cache(model_file.read)


@dataclass(frozen=True, slots=True)
class Messages(CaseType):
    """What both ends hold, and the limit, for a group of messages.

    Attributes:
        patterns: of templates, by id; the built-in ones are not implied.
        phrases: by id.
        max_size: of a text, in bytes.
        model: the file of the implied model, or empty.
        packaged: the name of the model, if it is one that comes with the package.
    """

    patterns: Mapping[int, str] = field(default_factory=dict)
    phrases: Mapping[int, bytes] = field(default_factory=dict)
    max_size: int = DEFAULT_MAX_SIZE
    model: bytes = b""
    packaged: str = ""

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    def shared(self) -> Fields:
        """The settings; a model that comes with the package by its path and digest."""
        model: dict[str, object] = {}
        if self.model:
            model = {"model": self.model.hex(), "model_id": read_model(self.model).model_id.hex()}
        if self.packaged:
            digest = hashlib.sha256(self.model).hexdigest()
            model |= {"model_file": path_of(self.packaged), "model_sha256": digest}
            del model["model"]
        return {
            "templates": {str(key): value for key, value in sorted(self.patterns.items())},
            "phrases": {str(key): value.hex() for key, value in sorted(self.phrases.items())},
            "max_size": str(self.max_size),
            **model,
        }

    def shared_state(self) -> SharedState:
        """As a decoder takes it: exactly these templates and those of the model file, no built-in ones."""
        templates = parse_patterns(self.patterns)
        if not self.model:
            return SharedState(templates, self.phrases)
        held = read_model(self.model)
        return SharedState(
            {**templates, **held.templates},
            self.phrases,
            held.context_model,
            {held.model_id: held.context_model},
            held.dictionary,
        )

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """Every backend of the package."""
        return {name: partial(self._read, backend, case) for name, backend in BACKENDS.items()}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """Every backend of the package."""
        return {name: partial(self._write, case, backend) for name, backend in BACKENDS.items()}

    def _read(self, backend: Backend, case: Case) -> Fields:
        return {"text_hex": backend.decode(case.wire, self.shared_state(), self.max_size).hex()}

    def _write(self, case: Case, backend: Backend) -> bytes:  # noqa: C901, PLR0911  # one case a method
        """What a backend writes for the text of a canonical case."""
        how = case.encode or {}
        text = text_of(case)
        match how["method"]:
            case "stored":
                return backend.encode_stored(text)
            case "brio":
                return backend.encode_brio(text, self.shared_state())
            case "brio2":
                return backend.encode_brio2(text, int(str(how["level"])))
            case "typed":
                return backend.encode_typed(int(str(how["template_id"])), _slots(how), self.shared_state())
            case "modelled":
                held = read_model(self.model)
                templates = self.shared_state().templates
                return backend.encode_modelled(
                    int(str(how["template_id"])), _slots(how), templates, held.context_model
                )
            case "fuzzy":
                held = read_model(self.model)
                templates = self.shared_state().templates
                return backend.encode_fuzzy(text, int(str(how["template_id"])), templates, held.context_model)
            case "auralite":
                return backend.encode_auralite(text, read_model(self.model).context_model)
            case "auralite explicit":
                held = read_model(self.model)
                return backend.encode_auralite_explicit(text, held.model_id, held.context_model)
            case "adaptive":
                return backend.encode_adaptive(text, read_model(self.model).context_model)
            case "adaptive explicit":
                held = read_model(self.model)
                return backend.encode_adaptive_explicit(text, held.model_id, held.context_model)
            case _:
                return backend.encode_classic(int(str(how["template_id"])), _slots(how))


NOTHING: Final = Messages()

MODEL: Final = Messages(model=resources.files("aura_vectors").joinpath("model.aura").read_bytes())
"""A model of contexts of up to three bytes from a few short texts; it has every other section, too."""

PACKAGED: Final = Messages(
    model=resources.files("aura").joinpath("data/small.aura").read_bytes(), packaged="small"
)
"""The small model that comes with the package."""


def valid(
    comment: str, rules: tuple[str, ...], wire: bytes, text: bytes, encode: Fields | None = None
) -> Case:
    """A case of a message that decodes to a text."""
    return Case(comment, rules, wire, {"text_hex": text.hex()}, encode=encode)


def text_of(case: Case) -> bytes:
    """The text of a valid case."""
    return bytes.fromhex(str(case.value["text_hex"]))


def from_shared(shared: Fields) -> Messages:
    """What ``shared`` gave."""
    templates = cast("Mapping[str, str]", shared["templates"])
    phrases = cast("Mapping[str, str]", shared["phrases"])
    packaged = "model_file" in shared
    return Messages(
        {int(key): value for key, value in templates.items()},
        {int(key): bytes.fromhex(value) for key, value in phrases.items()},
        int(str(shared["max_size"])),
        PACKAGED.model if packaged else bytes.fromhex(str(shared.get("model", ""))),
        PACKAGED.packaged if packaged else "",
    )


def path_of(packaged: str) -> str:
    """In the repository, of a model that comes with the package."""
    return f"src/aura/data/{packaged}.aura"


def _slots(how: Fields) -> list[bytes]:
    slots = how["slots"]
    return [bytes.fromhex(str(value)) for value in slots] if isinstance(slots, list) else []
