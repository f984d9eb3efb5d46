"""Where a model comes from: the counts of the model before, which training goes on from."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from os import PathLike, fspath
from pathlib import Path
from typing import Final

from aura.models.model import Model
from aura.models.training.counts_file import MAGIC, CountsFile, read
from aura_spec import model
from aura_spec.errors import UnknownModel

PARENT: Final = "parent"
"""The key of the metadata for the id of the model before."""

GENERATION: Final = "generation"
"""The key of the metadata for how many models were before."""

SUFFIX: Final = ".counts"


def read_counts(path: str | PathLike[str]) -> CountsFile:
    """The counts in a file, or beside a model: in ``mine.counts`` or ``mine.aura.counts`` for ``mine.aura``.

    Raises:
        TypeError: ``path`` is none.
        DecodeError: a file is damaged, hostile or of another version; ``UnknownModel`` if the counts beside a model
            are those of another one.
        OSError: a file cannot be read; there are no counts beside the model.
    """
    if not isinstance(path, str | PathLike):
        raise TypeError(f"update is the path of a file of counts or of a model, not {type(path).__name__}")
    data = Path(path).read_bytes()
    if not data.startswith(model.MAGIC):
        return read(data)
    held = Model.from_bytes(data)
    beside = next((name for name in _beside(Path(path)) if name.exists()), None)
    if beside is None:
        raise FileNotFoundError(errno.ENOENT, "There are no counts beside the model", fspath(path))
    counts = read(beside.read_bytes())
    if counts.model_id != held.id:
        reason = f"{beside.name} has the counts of model {counts.model_id}, not of {held.id}"
        raise UnknownModel(reason, len(MAGIC), "model_id")
    return counts


def _beside(path: Path) -> Iterator[Path]:
    yield path.with_suffix(SUFFIX)
    yield path.with_name(path.name + SUFFIX)


def metadata_of(counts: CountsFile) -> dict[str, str]:
    """The metadata of a model that goes on from these counts."""
    return {PARENT: counts.model_id, GENERATION: str(counts.generation + 1)}
