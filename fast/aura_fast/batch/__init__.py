"""Many AURALITE messages at once, with numpy.

``tuning``     how much is done at once
``lists``      the lists of a packed model, for many contexts
``path``       encoding: the path of messages through the model
``choices``    encoding: the choices on the path
``intervals``  encoding: the intervals of the choices, and the strings
``encoder``    encoding, all of it
``lanes``      decoding: how far messages are
``matches``    decoding: matches, found and followed
``singly``     decoding: what is decoded one message after the other
``decoder``    decoding, all of it
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from aura_fast import auralite
from aura_fast.batch.tuning import DEFAULT, Tuning
from aura_fast.context_model import contexts_of
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.limits import MAX_MODELLED

_GROWTH: Final = 5
"""A guess at how much longer a message is than its string."""


def encode(messages: Sequence[bytes], model: ContextModel, tuning: Tuning = DEFAULT) -> list[bytes]:
    """The strings of messages; each as ``auralite.encode`` gives it.

    Raises:
        EncodeError: a message has more than ``limits.MAX_MODELLED`` bytes.
    """
    if any(len(message) > MAX_MODELLED for message in messages):
        raise EncodeError(f"AURALITE codes at most {MAX_MODELLED} bytes")
    contexts = contexts_of(model)
    wires = [b""] * len(messages)
    for chunk in _chunks([len(message) for message in messages], tuning.max_symbols):
        alone = sum(len(messages[place]) >= tuning.long_message for place in chunk)  # those stand first
        some = [messages[place] for place in chunk[alone:]]
        if len(some) + sum(map(len, some)) < tuning.worthwhile:
            strings = [auralite.encode(message, model) for message in some]
        else:
            from aura_fast.batch import encoder  # noqa: PLC0415  # few need it for their first message

            strings = encoder.encode(some, contexts, tuning)
        strings = [encode_one(messages[place], model, tuning) for place in chunk[:alone]] + strings
        for place, string in zip(chunk, strings, strict=True):
            wires[place] = string
    return wires


def encode_one(data: bytes, model: ContextModel, tuning: Tuning = DEFAULT) -> bytes:
    """The string of one message, in pieces that are encoded together if it is long.

    Raises:
        EncodeError: it has more than ``limits.MAX_MODELLED`` bytes.
    """
    if tuning.worthwhile <= len(data) <= MAX_MODELLED:
        from aura_fast.batch import encoder  # noqa: PLC0415  # as above

        return encoder.encode_one(data, contexts_of(model), tuning)
    return auralite.encode(data, model)


def decode(
    wires: Sequence[bytes], model: ContextModel, max_size: int, tuning: Tuning = DEFAULT
) -> list[bytes | DecodeError]:
    """The messages of strings; each is what ``auralite.decode`` gives, or the error that it raises."""
    from aura_fast.batch import decoder  # noqa: PLC0415  # as above

    contexts = contexts_of(model)
    results: list[bytes | DecodeError | None] = [None] * len(wires)
    sizes = [_GROWTH * len(wire) for wire in wires]
    for chunk in _chunks(sizes, tuning.max_symbols):
        alone = _alone([sizes[place] for place in chunk], tuning.step_cost)
        together = [place for place in chunk[alone:] if wires[place][:1] >= b"\x80"]
        if together:
            messages = decoder.decode([wires[place] for place in together], contexts, max_size, tuning)
            for place, message in zip(together, messages, strict=True):
                results[place] = message
    return [
        _decode_alone(wire, model, max_size) if result is None else result
        for wire, result in zip(wires, results, strict=True)
    ]


def _decode_alone(wire: bytes, model: ContextModel, max_size: int) -> bytes | DecodeError:
    """The message of a string, or the error that decoding it raises."""
    try:
        return auralite.decode(wire, model, max_size)
    except DecodeError as error:
        return error


def _chunks(sizes: Sequence[int], max_symbols: int) -> Iterator[list[int]]:
    """The places of messages of these sizes, longest first, in chunks of at most so many symbols."""
    chunk: list[int] = []
    spare = max_symbols
    for place in sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True):
        if chunk and sizes[place] >= spare:
            yield chunk
            chunk, spare = [], max_symbols
        chunk.append(place)
        spare -= sizes[place] + 1
    yield chunk


def _alone(sizes: Sequence[int], step_cost: float) -> int:
    """How many messages of a chunk, sizes falling, to code one at a time: steps last as long as the longest."""
    longest = np.array([*sizes, 0])
    costs = step_cost * longest + np.cumsum(longest) - longest
    return int(np.argmin(costs))
