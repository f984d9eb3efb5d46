"""A directory in which the state of training is kept, so that it goes on after an interruption.

A manifest, ``aura-checkpoint.json``, says which training this is, by digests of its arguments and of its text, and
names files with their digests. Every file is written under another name, and to the disk, before it gets its own;
the manifest comes last. So a checkpoint is whole whenever the process ends.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from os import PathLike
from pathlib import Path
from typing import Any, Final

import aura
from aura.errors import AuraError
from aura.files import atomic_write
from aura.models.training.archive import ArchiveError, Tree, Writer, read
from aura.models.training.pieces import Framed
from aura.models.training.spill import Spill

FORMAT: Final = 3
"""What a checkpoint holds; a training goes on from one of its own format alone."""

MANIFEST: Final = "aura-checkpoint.json"
_PREFIX: Final = "aura-checkpoint-"
_TEMPORARY: Final = ".part"

_MAX_MANIFEST: Final = 1 << 26
_PIECE: Final = 1 << 22


class CheckpointError(AuraError, ValueError):
    """A checkpoint is that of another training, or damaged."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which training this is.

    Attributes:
        arguments: a digest of what is counted, and in which pieces; and of the version.
        text: a digest of the messages, framed and scrubbed.
    """

    arguments: str
    text: str

    @classmethod
    def of(cls, text: Framed, *arguments: object) -> Identity:
        """The identity of counting a text; arguments are told by their ``repr``."""
        told = repr((FORMAT, aura.__version__, *arguments))
        digest = blake2b(digest_size=16)
        for column in (text.symbols, text.sources, text.marks, text.weights):
            for piece in () if column is None else column.pieces(_PIECE):
                digest.update(piece.tobytes())
        return cls(blake2b(told.encode(), digest_size=16).hexdigest(), digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is kept of a training.

    Attributes:
        directory: where; only files whose names begin with ``aura-checkpoint`` are touched in it.
        spill: where columns go when they are read.
        identity: of the training.
        kept: by name, the digest of a file and the tree of what is in it.
    """

    directory: Path
    spill: Spill
    identity: Identity
    kept: dict[str, list[Tree]] = field(default_factory=dict)

    @classmethod
    def open(cls, directory: Path, spill: Spill, identity: Identity) -> Checkpoint:
        """Begin a checkpoint, or go on with one.

        Raises:
            CheckpointError: there is one of another training, or it is damaged.
            OSError: the directory cannot be made or read.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = cls(directory, spill, identity)
        try:
            with (directory / MANIFEST).open("rb") as file:
                data = file.read(_MAX_MANIFEST + 1)
        except FileNotFoundError:
            found._sweep(())
            return found
        try:
            before, kept = _parsed(data)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise CheckpointError(f"{directory / MANIFEST} is damaged; remove it to begin anew") from None
        for name, what in (("text", "messages"), ("arguments", "arguments")):
            if getattr(before, name) != getattr(identity, name):
                raise CheckpointError(
                    f"{directory} holds the checkpoint of a training with other {what};"
                    f" name another directory, or remove {MANIFEST} in it"
                )
        found.kept.update(kept)
        found._sweep(kept)
        return found

    def load(self, name: str, classes: Mapping[str, type]) -> Any:
        """Read what is kept under a name.

        Raises:
            CheckpointError: it is damaged.
        """
        digest, tree = self.kept[name]
        try:
            return read(self._path(name), digest, tree, classes, self.spill)
        except (ArchiveError, FileNotFoundError) as error:
            raise CheckpointError(f"{self.directory}: the checkpoint is damaged: {error}") from None

    def save(self, values: Mapping[str, object], instead_of: Iterable[str] = ()) -> None:
        """Keep values, all or none, by names; and no longer what has some other names."""
        for name, value in values.items():
            temporary = self._path(name).with_suffix(_TEMPORARY)
            with temporary.open("wb") as file:
                writer = Writer(file)
                tree = writer.tree(value)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path(name))
            self.kept[name] = [writer.digest, tree]
        for name in instead_of:
            self.kept.pop(name, None)
        manifest = {"identity": asdict(self.identity), "kept": self.kept}
        atomic_write.write(self.directory / MANIFEST, json.dumps(manifest).encode())
        self._sweep(self.kept)

    def _path(self, name: str) -> Path:
        return self.directory / f"{_PREFIX}{name}.npy"

    def _sweep(self, kept: Iterable[str]) -> None:
        _remove_others(self.directory, {self._path(name).name for name in kept})


def _parsed(manifest: bytes) -> tuple[Identity, dict[str, list[Tree]]]:
    """What a manifest holds; any of several errors if it is none."""
    if len(manifest) > _MAX_MANIFEST:
        raise ValueError("the manifest is too long")
    found = json.loads(manifest)
    kept = {str(name): [str(digest), tree] for name, (digest, tree) in found["kept"].items()}
    return Identity(**found["identity"]), kept


def checked_directory(
    directory: str | PathLike[str] | None, client: object, time: float | str | None
) -> Path | None:
    """The directory that a caller names, if any.

    Raises:
        ValueError: it is none, or cannot serve with a client of a cluster or a time.
    """
    if directory is None:
        return None
    if client is not None:
        raise ValueError("checkpoint is of this machine; it has none of what the workers of a cluster count")
    if time is not None:
        raise ValueError("checkpoint takes no time: how much is counted would differ; give a sample")
    path = Path(directory)
    if path.exists() and not path.is_dir():
        raise ValueError(f"checkpoint: {os.fspath(path)!r} is not a directory")
    return path


def clear(directory: Path) -> None:
    """Remove the checkpoint in a directory, which itself stays."""
    (directory / MANIFEST).unlink(missing_ok=True)
    _remove_others(directory, frozenset())


def _remove_others(directory: Path, kept: AbstractSet[str]) -> None:
    """Remove the files of steps that were done, or interrupted."""
    for path in directory.glob(f"{_PREFIX}*"):
        if path.name not in kept and path.suffix in {".npy", _TEMPORARY}:
            with suppress(OSError):
                path.unlink()
