"""Models: what both ends hold of the messages to come.

>>> model = Model.load_default()
>>> len(model.id), model.metadata["name"]
(16, 'default')
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from os import PathLike

from aura import native
from aura.arguments import BytesLike, buffer_bytes
from aura.models import native_model
from aura_fast import model as model_file
from aura_spec import strict_json
from aura_spec.context_model import ContextModel
from aura_spec.errors import EncodeError, Malformed, TemplateError
from aura_spec.model import STREAM_MEMORY
from aura_spec.template import FIRST_APPLICATION_ID, Template, parse_patterns


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Model:
    """A context model with its id. Immutable; share it between codecs and threads.

    Attributes:
        id: sixteen hexadecimal digits, from the SHA-256 of the content (rule MDL-4).
        context_model: the arrays that coding walks.
        templates: that come with the model, by id, 256 and above (rule MDL-6).
        dictionary: of Zstandard messages with marker 0x05; empty if the model has none (rule MDL-8).
        metadata: texts about the model, which the id does not cover.
        sizes: bytes of each section of the file, by type.
        data: the model file.
    """

    id: str
    context_model: ContextModel = field(repr=False)
    templates: Mapping[int, Template] = field(repr=False)
    dictionary: bytes = field(repr=False)
    metadata: Mapping[str, str]
    sizes: Mapping[int, int]
    data: bytes = field(repr=False)

    @property
    def stream_memory(self) -> int | None:
        """Advice of the metadata, measured in training, on the ``memory`` of sessions; None if there is none.

        0 says that messages by themselves are shorter than in a stream.
        """
        from aura_spec.stream import MAX_MEMORY, MIN_MEMORY  # noqa: PLC0415  # takes long; single messages need none

        text = self.metadata.get(STREAM_MEMORY, "")
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_MEMORY))):
            return None
        memory = int(text)
        return memory if memory == 0 or MIN_MEMORY <= memory <= MAX_MEMORY else None

    @classmethod
    def from_bytes(cls, data: BytesLike) -> Model:
        """Read a model file.

        Raises:
            TypeError: ``data`` is not bytes-like.
            DecodeError: the file is damaged, hostile or of another version.
        """
        data = buffer_bytes(data, "a model file is bytes, bytearray or memoryview")
        file = model_file.read(data, native_model.read(data) if native.is_installed() else None)
        return cls(
            id=file.model_id.hex(),
            context_model=file.context_model,
            templates=file.templates,
            dictionary=file.dictionary,
            metadata=_parse_metadata(file.metadata),
            sizes=file.sizes,
            data=data,
        )

    def __reduce__(self) -> tuple[Callable[[BytesLike], Model], tuple[bytes]]:
        """Let a copy in another process be read from the file."""
        return Model.from_bytes, (self.data,)

    @classmethod
    def from_context_model(cls, model: ContextModel, metadata: Mapping[str, str]) -> Model:
        """Write a trained context model as a file, and read it as everyone else will."""
        return cls.from_bytes(model_file.write(model, metadata_section(metadata)))

    def with_metadata(self, metadata: Mapping[str, str]) -> Model:
        """This model with other metadata; it has the same id.

        Raises:
            EncodeError: the metadata are too large, or hold a lone surrogate (rule MDL-9).
        """
        return Model.from_bytes(model_file.with_metadata(self.data, metadata_section(metadata)))

    def with_sections(self, *, templates: Mapping[int, str] | None = None, dictionary: bytes = b"") -> Model:
        """This model with templates and a dictionary in place of its own; it has another id then.

        Args:
            templates: patterns by id, 256 and above.
            dictionary: bytes that Zstandard may refer to: pieces of typical messages, the likeliest last.

        Raises:
            TemplateError: a pattern is unusable, or an id below 256.
            EncodeError: the templates or the dictionary are too large (rules MDL-7 and MDL-8).
        """
        return Model.from_bytes(model_file.with_sections(self.data, carried(templates or {}, dictionary)))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Model:
        """Read a model file from disk.

        Raises:
            DecodeError: the file is damaged, hostile or of another version.
            OSError: it cannot be read.
        """
        from pathlib import Path  # noqa: PLC0415  # takes long, and the default model comes with the package

        return cls.from_bytes(Path(path).read_bytes())

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model file, atomically.

        Raises:
            OSError: it cannot be written.
        """
        from pathlib import Path  # noqa: PLC0415  # as above

        from aura.files import atomic_write  # noqa: PLC0415  # most models are read only

        atomic_write.write(Path(path), self.data)

    @classmethod
    def load_default(cls) -> Model:
        """The model that comes with the package; read once a process."""
        return _load_packaged("default")

    @classmethod
    def load_small(cls) -> Model:
        """The small model that comes with the package; read once a process."""
        return _load_packaged("small")


@cache
def _load_packaged(name: str) -> Model:
    return Model.from_bytes(pkgutil.get_data("aura", f"data/{name}.aura") or b"")


def metadata_section(metadata: Mapping[str, str]) -> bytes:
    """The section of a model file that holds these.

    Raises:
        EncodeError: a text holds a lone surrogate.
    """
    try:
        return json.dumps(dict(sorted(metadata.items())), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise EncodeError("the metadata hold a lone surrogate, which has no UTF-8") from None


def _parse_metadata(section: bytes) -> dict[str, str]:
    if not section:
        return {}
    try:
        texts = strict_json.loads(section)
    except TemplateError as error:
        raise Malformed(f"the metadata is {error}", 0, "metadata") from None
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise Malformed("the metadata is not a JSON object of texts", 0, "metadata")
    return texts


def carried(templates: Mapping[int, str], dictionary: bytes) -> dict[int, bytes]:
    """The sections of a model file that hold these, by type; without those that would be empty.

    Raises:
        TypeError: the dictionary is not bytes-like.
        TemplateError: a pattern is unusable, or an id below 256.
        EncodeError: the templates or the dictionary are too large.
    """
    parsed = parse_patterns(templates)
    if parsed and min(parsed) < FIRST_APPLICATION_ID:
        raise TemplateError(f"the ids of a model's templates begin at {FIRST_APPLICATION_ID}")
    return model_file.carried(
        parsed, buffer_bytes(dictionary, "a dictionary is bytes, bytearray or memoryview")
    )


def as_model(name: str, model: Model | str | PathLike[str]) -> Model:
    """A model, or the one in the file of that path.

    Raises:
        TypeError: it is neither.
        DecodeError: the file is damaged.
        OSError: the file cannot be read.
    """
    if isinstance(model, str | PathLike):
        return Model.load(model)
    if not isinstance(model, Model):
        raise TypeError(f"{name} is a Model or the path of a model file, not {type(model).__name__}")
    return model


def as_models(models: Iterable[Model | str | PathLike[str]]) -> tuple[Model, ...]:
    """Models, some of which may be given as paths of files.

    Raises:
        TypeError: ``models`` is one model, or one of them is none.
        DecodeError: a file is damaged.
        OSError: a file cannot be read.
    """
    if isinstance(models, Model | str | bytes | PathLike) or not isinstance(models, Iterable):
        raise TypeError(f"models is a sequence of models, not {type(models).__name__}")
    return tuple(as_model("each of models", model) for model in models)
