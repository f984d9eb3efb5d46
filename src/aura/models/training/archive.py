"""Trees of dataclasses, lists and arrays in files, and back. Nothing in a file is executed.

The arrays lie one after the other in the format of ``.npy`` files; columns are arrays of some numbers each. The
dataclasses and lists around them are a tree for JSON. Reading trusts nothing: classes are those that the reader
names, arrays are one-dimensional, hold numbers, and are no longer than the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from aura.models.training.spill import Column, Spill

_AT_A_TIME: Final = 1 << 20
"""Numbers of a column that are written at a time."""

_KINDS: Final = "biuf"
"""Kinds of numbers, as numpy names them."""

Tree = Any
"""What JSON holds."""


class ArchiveError(ValueError):
    """A file is none of these, or damaged."""


class Writer:
    """Writes arrays to a file, and tells its digest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = blake2b(digest_size=16)

    @property
    def digest(self) -> str:
        """The digest of what is written, in hexadecimal digits."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        """Write some bytes."""
        self._digest.update(data)
        return self._file.write(data)

    def tree(self, value: object) -> Tree:
        """Write the arrays of a value, and return the tree around them."""
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, np.ndarray):
            np.lib.format.write_array(self, value, allow_pickle=False)
            return "array"
        if isinstance(value, Column):
            parts = [self.tree(part) for part in value.pieces(_AT_A_TIME)]
            return {"column": [value.dtype.str, len(parts)]}
        if isinstance(value, list | tuple):
            return [type(value).__name__, *map(self.tree, value)]
        if is_dataclass(value):
            attributes = [self.tree(getattr(value, field.name)) for field in fields(value)]
            return {type(value).__name__: attributes}
        raise TypeError(f"a {type(value).__name__} is not kept in files")


def read(path: Path, digest: str, tree: Tree, classes: Mapping[str, type], spill: Spill) -> Any:
    """Read what a :class:`Writer` wrote.

    Args:
        path: of the file.
        digest: that it must have.
        tree: around its arrays.
        classes: those that may be in the tree, by name.
        spill: where columns go.

    Raises:
        ArchiveError: the file is damaged, or the tree or an array is none of an archive.
    """
    with path.open("rb") as file:
        found = blake2b(digest_size=16)
        while part := file.read(_AT_A_TIME):
            found.update(part)
        if found.hexdigest() != digest:
            raise ArchiveError(f"{path} is damaged")
        size = file.tell()
        file.seek(0)
        try:
            return _Reader(file, size, classes, spill).value(tree)
        except (TypeError, ValueError, EOFError, RecursionError) as error:
            raise ArchiveError(f"{path}: {error}") from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the arrays of a tree one after the other."""

    file: BinaryIO
    size: int
    classes: Mapping[str, type]
    spill: Spill

    def value(self, tree: Tree) -> Any:
        """The value of a tree."""
        if tree is None or isinstance(tree, int):
            return tree
        if tree == "array":
            return self._array()
        if isinstance(tree, list) and tree and tree[0] in {"list", "tuple"}:
            values = map(self.value, tree[1:])
            return list(values) if tree[0] == "list" else tuple(values)
        if isinstance(tree, dict) and len(tree) == 1:
            [(name, parts)] = tree.items()
            if name == "column":
                return self._column(*parts)
            if name in self.classes and isinstance(parts, list):
                return self.classes[name](*map(self.value, parts))
        raise ArchiveError("the tree is none of an archive")

    def _column(self, dtype: str, parts: int) -> Column:
        column = self.spill.column(np.dtype(dtype))
        for _ in range(parts):
            column.append(self._array())
        return column

    def _array(self) -> np.ndarray[Any, Any]:
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        version = np.lib.format.read_magic(self.file)
        if version not in read:
            raise ArchiveError("an array is of another version")
        shape, _, dtype = read[version](self.file)
        size = math.prod(shape) * dtype.itemsize
        if len(shape) != 1 or dtype.kind not in _KINDS or size > self.size - self.file.tell():
            raise ArchiveError("an array is no row of numbers, or longer than the file")
        return np.frombuffer(bytearray(self.file.read(size)), dtype)  # which may be written, unlike bytes
