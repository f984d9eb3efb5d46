"""The models that a process holds for its sessions."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import Final

from aura.models.model import Model, as_model, as_models
from aura_spec.errors import UnknownModel
from aura_spec.session_negotiation import MAX_MODELS

MAX_FETCHED: Final = 8
"""Models that are kept of those that were fetched from peers."""


class Models:
    """Models, the one liked best first. Thread-safe; shared by any number of sessions.

    Sessions look at ``version`` whenever they send or receive, so that a model that is added is announced on
    connections that are open, and used there from the next message on that both ends can code with it.

    Models that were fetched from peers are kept apart: they are announced only to peers that announce them first,
    never take the place of a model that the application gave, and only the latest ``MAX_FETCHED`` are kept.

    Args:
        models: to begin with, or paths of their files, the best first; the one that comes with the package if None,
            which is read when it is first needed.

    Raises:
        TypeError: ``models`` is one model, or one of them is none.
        ValueError: there are more than ``MAX_MODELS``.
        DecodeError: a file is damaged.
        OSError: a file cannot be read.
    """

    def __init__(self, models: Iterable[Model | str | PathLike[str]] | None = None) -> None:
        held = None if models is None else as_models(models)
        if held and len(held) > MAX_MODELS:
            raise ValueError(f"{len(held)} models are more than {MAX_MODELS}")
        self._lock = threading.RLock()
        self._models = held
        self._fetched: dict[str, Model] = {}
        self._version = 0

    @property
    def version(self) -> int:
        """How many models were added."""
        return self._version

    @property
    def is_loaded(self) -> bool:
        """Whether the models are in memory. If not, :meth:`load` takes long: call it in a thread."""
        return self._models is not None

    def load(self) -> tuple[Model, ...]:
        """The models that the application gave; the default one is read now if it is among them."""
        with self._lock:
            if self._models is None:
                self._models = (Model.load_default(),)
            return self._models

    def __iter__(self) -> Iterator[Model]:
        return iter(self.load())

    def __len__(self) -> int:
        return len(self.load())

    def get(self, model_id: bytes) -> Model | None:
        """The model with an id, given or fetched, or None."""
        return find(self.load(), model_id) or self._fetched.get(model_id.hex())

    def add(self, model: Model | str | PathLike[str]) -> None:
        """Hold a model, and like it best from now on. Beyond ``MAX_MODELS`` the one liked least is let go.

        Raises:
            TypeError: it is neither a model nor the path of a model file.
            DecodeError: the file is damaged.
            OSError: the file cannot be read.
        """
        best = as_model("model", model)
        with self._lock:
            others = (held for held in self.load() if held.id != best.id)
            self._models = (best, *others)[:MAX_MODELS]
            self._version += 1

    def add_fetched(self, model: Model) -> None:
        """Keep a model that was fetched from a peer. Beyond ``MAX_FETCHED`` the oldest one is let go."""
        with self._lock:
            fetched = [held for held in self._fetched.values() if held.id != model.id]
            self._fetched = {held.id: held for held in (*fetched, model)[-MAX_FETCHED:]}


def find(models: Sequence[Model], model_id: bytes) -> Model | None:
    """The model with an id among models, or None."""
    name = model_id.hex()
    for model in models:
        if model.id == name:
            return model
    return None


def announced(models: Sequence[Model], model_id: bytes) -> Model:
    """A model with an id among those that an end has said it holds.

    Raises:
        UnknownModel: it is none of them (rules SES-8 and SES-13).
    """
    model = find(models, model_id)
    if model is None:
        raise UnknownModel(f"model {model_id.hex()} is not held", 3, "model")
    return model
