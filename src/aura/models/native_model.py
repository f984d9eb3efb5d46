"""Context models as the native core holds them: packed, a fifth of what the arrays of the fast backend take."""

from __future__ import annotations

import weakref
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from aura_fast import model as model_file
from aura_spec.context_model import ContextModel

if TYPE_CHECKING:
    from aura_native import Model as NativeModel


class FileContextModel(ContextModel):
    """The context model of a file that the native core has read.

    What the native backend does needs no more. Whatever asks for the arrays has them read from the file then, once.

    Attributes:
        native: the packed model.
    """

    __slots__ = ("_data", "native")

    native: NativeModel
    _data: bytes

    def __init__(self, data: bytes, native: NativeModel) -> None:
        object.__setattr__(self, "_data", data)
        object.__setattr__(self, "native", native)

    def __getattr__(self, name: str) -> Any:
        """An array that is not read yet: a slot without a value."""
        names = {field.name for field in fields(ContextModel)}
        if name not in names:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        read = model_file.read(self._data).context_model
        for each in names:
            object.__setattr__(self, each, getattr(read, each))
        return getattr(read, name)


def read(data: bytes) -> FileContextModel:
    """Read the context model of a file with the native core, which is installed.

    Raises:
        DecodeError: the file is damaged, hostile or of another version.
    """
    from aura_native import read_model  # noqa: PLC0415  # only there where a compiler was

    return FileContextModel(data, read_model(data))


_NATIVE: Final[dict[int, NativeModel]] = {}
"""Of models that came from no file, by the identity of the model, for as long as that lives."""


def native_of(model: ContextModel) -> NativeModel:
    """The packed form of a model, made when it is first asked for."""
    if isinstance(model, FileContextModel):
        return model.native
    native = _NATIVE.get(id(model))
    if native is None:
        native = _NATIVE[id(model)] = read(model_file.write(model)).native
        weakref.finalize(model, _NATIVE.pop, id(model), None)
    return native
