"""Models: what both ends hold of the messages to come.

>>> model = Model.load_default()
>>> len(model.id), model.metadata["name"]
(16, 'default')
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from os import PathLike
from pathlib import Path

from aura.templates.store import write_atomically
from aura_fast import model as model_file
from aura_spec import strict_json
from aura_spec.context_model import ContextModel
from aura_spec.errors import Malformed, TemplateError


@dataclass(frozen=True, slots=True)
class Model:
    """A context model with its id. Immutable; share it between codecs and threads.

    Attributes:
        id: sixteen hexadecimal digits, from the SHA-256 of the content (rule MDL-4).
        context_model: the arrays that coding walks.
        metadata: texts about the model, which the id does not cover.
        sizes: bytes of each section of the file, by type.
        data: the model file.
    """

    id: str
    context_model: ContextModel = field(repr=False)
    metadata: Mapping[str, str]
    sizes: Mapping[int, int]
    data: bytes = field(repr=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """Read a model file.

        Raises:
            DecodeError: the file is damaged, hostile or of another version.
        """
        file = model_file.read(data)
        return cls(file.model_id.hex(), file.context_model, _parse_metadata(file.metadata), file.sizes, data)

    @classmethod
    def from_context_model(cls, model: ContextModel, metadata: Mapping[str, str]) -> Model:
        """Write a trained context model as a file, and read it as everyone else will."""
        text = json.dumps(dict(sorted(metadata.items())), ensure_ascii=False)
        return cls.from_bytes(model_file.write(model, text.encode()))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Model:
        """Read a model file from disk.

        Raises:
            DecodeError: the file is damaged, hostile or of another version.
            OSError: it cannot be read.
        """
        return cls.from_bytes(Path(path).read_bytes())

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model file, atomically.

        Raises:
            OSError: it cannot be written.
        """
        write_atomically(Path(path), self.data)

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
    return Model.from_bytes(resources.files("aura").joinpath(f"data/{name}.aura").read_bytes())


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
