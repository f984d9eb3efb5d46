"""Codes the rows of one partition, where a null stays a null. Needs neither pandas nor Dask.

A partition is coded as a batch. Its model arrives as a :class:`ModelFile`; a process builds a codec from it once,
and keeps it for the partitions to come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from os import PathLike
from threading import Lock
from typing import Final, Protocol, TypeAlias

from aura.arguments import BytesLike, to_bytes, wire_bytes
from aura.codec import Codec
from aura.models.model import Model, as_model
from aura_spec.errors import DecodeError, EncodeError, UnknownModel

Rows: TypeAlias = Sequence[str | BytesLike | None]
Naming: TypeAlias = Callable[[int], str]
"""Names a row by its place, for errors."""

MAX_CODECS: Final = 4
"""Codecs that a process keeps; each holds a model, with the default one some 150 MB."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model on its way to a worker. Two of the same id are equal.

    Attributes:
        id: as :attr:`aura.Model.id`.
        data: the model file; empty for the model that comes with the package, which the worker has.
    """

    id: str
    data: bytes = field(compare=False, repr=False)

    @classmethod
    def of(cls, model: Model | str | PathLike[str] | None) -> ModelFile:
        """The model, the one in the file of that path, or the one that comes with the package.

        Raises:
            TypeError: it is none of these.
            DecodeError: the file is damaged.
            OSError: the file cannot be read.
        """
        if model is None:
            return cls(Model.load_default().id, b"")
        held = as_model("model", model)
        return cls(held.id, held.data)

    def load(self) -> Model | None:
        """The model, or None for the one that comes with the package.

        Raises:
            UnknownModel: the package of this process comes with another model than that of the sender.
        """
        if self.data:
            return Model.from_bytes(self.data)
        packaged = Model.load_default().id
        if packaged != self.id:
            raise UnknownModel(f"this worker's package comes with model {packaged}, not {self.id}")
        return None

    def __dask_tokenize__(self) -> tuple[str, str]:
        """Let Dask name tasks by the id, so that it need not hash the file."""
        return type(self).__name__, self.id


class RowCoder(Protocol):
    """Codes the rows of a partition."""

    def __call__(self, rows: Rows, model: ModelFile, name: Naming) -> list[bytes | None]:
        """Code the rows, in order; a null stays None."""
        ...


@dataclass(frozen=True, slots=True)
class Compress:
    """Codes messages, as a :class:`aura.Codec` of this level and check."""

    level: int
    check: bool

    def __call__(self, rows: Rows, model: ModelFile, name: Naming) -> list[bytes | None]:
        """Code the messages, in order.

        Raises:
            TypeError: a row is no message; a note names it.
            EncodeError: a text holds a lone surrogate; a note names the row.
        """
        wires = _codec(model, self.level, self.check).encode_messages([*_converted(rows, to_bytes, name)])
        return [None if row is None else wire for row, wire in zip(rows, wires, strict=True)]


@dataclass(frozen=True, slots=True)
class Decompress:
    """Reads compressed messages.

    Attributes:
        check: whether they are tagged.
        max_size: bytes that each may decode to.
        is_strict: whether a message that is refused is an error; it becomes a null otherwise.
    """

    check: bool
    max_size: int
    is_strict: bool

    def __call__(self, rows: Rows, model: ModelFile, name: Naming) -> list[bytes | None]:
        """Read the messages, in order.

        Raises:
            TypeError: a row is not bytes-like; a note names it.
            DecodeError: a message is refused, and the coder is strict; a note names the row.
        """
        codec = _codec(model, 0, self.check)
        results = codec.decode_wires([*_converted(rows, wire_bytes, name)], self.max_size)
        messages: list[bytes | None] = []
        for place, (row, result) in enumerate(zip(rows, results, strict=True)):
            if row is None:
                messages.append(None)
            elif not isinstance(result, DecodeError):
                messages.append(result)
            elif self.is_strict:
                result.add_note(name(place))
                raise result
            else:
                messages.append(None)
        return messages


def _converted(rows: Rows, convert: Callable[..., bytes], name: Naming) -> Iterator[bytes]:
    """The rows as bytes. An empty message stands for a null, so that places stay the same."""
    for place, row in enumerate(rows):
        try:
            yield b"" if row is None else convert(row)
        except (TypeError, EncodeError) as error:
            error.add_note(name(place))
            raise


_building: Final = Lock()


def _codec(model: ModelFile, level: int, check: bool) -> Codec:
    """The codec of this process; threads that need it at the same time wait for the first of them to build it."""
    with _building:
        return _built(model, level, check)


@lru_cache(maxsize=MAX_CODECS)
def _built(model: ModelFile, level: int, check: bool) -> Codec:
    return Codec(model=model.load(), level=level, check=check)
