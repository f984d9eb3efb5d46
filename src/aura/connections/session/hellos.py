"""What an end says first, written once for all connections that share settings."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

from aura.connections.session import control
from aura.connections.session.coding import BUILTIN
from aura.connections.session.models import Models
from aura.connections.session.settings import Settings
from aura.models.model import Model
from aura_spec.session_negotiation import ALL_CODINGS, Codings, Hello

_latest: Final[WeakKeyDictionary[Models, tuple[tuple[Model, ...], tuple[int, ...], bytes]]] = (
    WeakKeyDictionary()
)
"""For models the hello that was written last, with the models and the numbers in it."""


def of(settings: Settings) -> tuple[tuple[Model, ...], bytes]:
    """The models that an end says it holds, the best first, and its hello."""
    models = settings.models
    held = models.load()
    numbers = (settings.methods, settings.readable_memory, settings.max_message, settings.max_modelled)
    latest = _latest.get(models)
    if latest is not None and latest[0] is held and latest[1] == numbers:
        return held, latest[2]
    hello = control.write(_hello(settings, held))
    _latest[models] = held, numbers, hello
    return held, hello


def _hello(settings: Settings, held: tuple[Model, ...]) -> Hello:
    return Hello(
        settings.methods,
        ALL_CODINGS if settings.readable_memory else ALL_CODINGS & ~Codings.STREAM,
        settings.readable_memory,
        settings.max_message,
        settings.max_modelled,
        BUILTIN,
        tuple(bytes.fromhex(model.id) for model in held),
    )
