"""The models that a process holds for its sessions."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from aura.model import Model
from aura_spec.session import MAX_MODELS


class Models:
    """Models, the one liked best first. Thread-safe; shared by any number of sessions.

    Sessions look at ``version`` whenever they send or receive, so that a model that is added is announced on
    connections that are open, and used there from the next message on that both ends can code with it.

    Args:
        models: to begin with, the best first; the one that comes with the package if None.

    Raises:
        ValueError: there are more than ``MAX_MODELS``.
    """

    def __init__(self, models: Iterable[Model] | None = None) -> None:
        held = [Model.load_default()] if models is None else list(models)
        if len(held) > MAX_MODELS:
            raise ValueError(f"{len(held)} models are more than {MAX_MODELS}")
        self._lock = threading.Lock()
        self._models = tuple(held)
        self.version = 0

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)

    def get(self, model_id: bytes) -> Model | None:
        """The model with an id, or None."""
        name = model_id.hex()
        return next((model for model in self._models if model.id == name), None)

    def add(self, model: Model) -> None:
        """Hold a model, and like it best from now on. Beyond ``MAX_MODELS`` the one liked least is let go."""
        with self._lock:
            others = (held for held in self._models if held.id != model.id)
            self._models = (model, *others)[:MAX_MODELS]
            self.version += 1
