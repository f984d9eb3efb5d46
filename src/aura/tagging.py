"""Tagged messages, read with a backend (chapter ``tag``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from aura.backends import Backend
from aura_spec.errors import DecodeError
from aura_spec.shared_state import SharedState
from aura_spec.tag import Tagged, content_of, decode_tagged, held_for, parse_tagged


def decode(backend: Backend, wire: bytes, held: SharedState, model_id: bytes, max_size: int) -> bytes:
    """Read a tagged message.

    Args:
        backend: reads the message behind the tag.
        wire: tag and message.
        held: by the reader.
        model_id: of the implied model, 8 bytes; empty if there is none.
        max_size: bytes that the result may have.

    Raises:
        DecodeError: the tag or the message is refused (rules TAG-5 to TAG-7).
    """
    return decode_tagged(wire, held, model_id, partial(backend.decode, max_size=max_size))


def decode_batch(
    backend: Backend, wires: Sequence[bytes], held: SharedState, model_id: bytes, max_size: int
) -> list[bytes | DecodeError]:
    """Read tagged messages: what :func:`decode` reads from each, or the error that it raises."""
    results: dict[int, bytes | DecodeError] = {}
    groups: dict[bool, list[tuple[int, Tagged, SharedState]]] = {True: [], False: []}
    for place, wire in enumerate(wires):
        try:
            tagged = parse_tagged(wire)
            usable = held_for(tagged, held, model_id)
        except DecodeError as error:
            results[place] = error
        else:
            groups[usable is held].append((place, tagged, usable))
    for group in filter(None, groups.values()):
        messages = [tagged.message for _, tagged, _ in group]
        # those of a group are decoded with equal shared_state
        decoded = backend.decode_batch(messages, group[0][2], max_size)
        for (place, tagged, _), result in zip(group, decoded, strict=True):
            results[place] = _checked(tagged, result)
    return [results[place] for place in range(len(wires))]


def _checked(tagged: Tagged, result: bytes | DecodeError) -> bytes | DecodeError:
    """The content of the message behind a tag, or the error that refuses it."""

    def decoded() -> bytes:
        if isinstance(result, DecodeError):
            raise result
        return result

    try:
        return content_of(tagged, decoded)
    except DecodeError as error:
        return error
