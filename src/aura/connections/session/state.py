"""The states of the two directions of a session, and which frames each state allows.

Both directions follow one table, as those of HTTP/1.1 do in the library h11. The state of the peer's direction says
what the next frame from the peer may be; that of the own direction says what may be sent. The peer's hello moves
both of them on, as nothing but the own hello is sent before it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from aura_spec.errors import EncodeError, Malformed
from aura_spec.session import Chunk, Control, Have, Offer, Request, Use
from aura_spec.session_negotiation import Hello


class State(Enum):
    """The state of one direction.

    Attributes:
        OPENING: the peer's hello has not come.
        READY: the hellos are exchanged; no frame has said yet how messages are coded.
        OPEN: a use frame has said so, and messages flow.
        FAILED: a frame was refused, and no further one is read. Only the peer's direction fails.
    """

    __hash__ = object.__hash__  # each member is there once; the hash of Enum is a call of Python

    OPENING = "opening"
    READY = "ready"
    OPEN = "open"
    FAILED = "failed"


FrameType = type[Control] | type[bytes]
"""The type of a control frame; ``bytes`` for a frame that holds a message."""

_ABOUT_MODELS: Final[tuple[FrameType, ...]] = (Have, Request, Offer, Chunk)

TRANSITIONS: Final[Mapping[State, Mapping[FrameType, State]]] = MappingProxyType(
    {
        State.OPENING: {Hello: State.READY},
        State.READY: {Use: State.OPEN, **dict.fromkeys(_ABOUT_MODELS, State.READY)},
        State.OPEN: dict.fromkeys((Use, bytes, *_ABOUT_MODELS), State.OPEN),
        State.FAILED: {},
    }
)
"""For each state the frames that it allows, and the state after each. All other frames are errors."""


def after_received(state: State, frame: FrameType) -> State:
    """The state of the peer's direction after a frame of this type.

    Raises:
        Malformed: the state does not allow it (rules SES-5 and SES-9).
    """
    following = TRANSITIONS[state].get(frame)
    if following is not None:
        return following
    if frame is bytes:
        raise Malformed("data frame before the first use frame")
    reason = "second hello" if frame is Hello else "the first frame is not a hello"
    raise Malformed(reason, 1, "kind")


def after_sent(state: State, frame: FrameType) -> State:
    """The state of the own direction after a frame of this type.

    Raises:
        EncodeError: the state does not allow it.
    """
    following = TRANSITIONS[state].get(frame)
    if following is None:
        what = "a message" if frame is bytes else f"a {frame.__name__.lower()} frame"
        raise EncodeError(f"{what} cannot be sent while the session is {state.value}")
    return following
