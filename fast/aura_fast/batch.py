"""Many AURALITE messages at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from aura_fast import auralite
from aura_fast.context_model import contexts_of
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.limits import MAX_MODELLED

_MAX_SYMBOLS: Final = 1 << 19
"""In a chunk, unless it has only one message: bounds the memory, some 200 MB."""

_LONG: Final = 1 << 15
"""Bytes from which on a message is encoded by itself, in sections."""

_GROWTH: Final = 5
"""A guess at how much longer a message is than its string."""

_WORTHWHILE: Final = 3000
"""Symbols from which on numpy encodes messages sooner than plain Python, even a single one."""

_STEP: Final = 60.0
"""What a step of decoding a chunk costs whatever the number of messages, in symbols decoded one at a time."""


def encode(messages: Sequence[bytes], model: ContextModel) -> list[bytes]:
    """The strings of messages; each as ``auralite.encode`` gives it.

    Raises:
        EncodeError: a message has more than ``limits.MAX_MODELLED`` bytes.
    """
    if any(len(message) > MAX_MODELLED for message in messages):
        raise EncodeError(f"AURALITE codes at most {MAX_MODELLED} bytes")
    contexts = contexts_of(model)
    wires = [b""] * len(messages)
    for chunk in _chunks([len(message) for message in messages]):
        alone = sum(len(messages[place]) >= _LONG for place in chunk)  # those stand first
        some = [messages[place] for place in chunk[alone:]]
        if len(some) + sum(map(len, some)) < _WORTHWHILE:
            strings = [auralite.encode(message, model) for message in some]
        else:
            from aura_fast import batch_encoder  # noqa: PLC0415  # few need it for their first message

            strings = batch_encoder.encode(some, contexts)
        strings = [encode_one(messages[place], model) for place in chunk[:alone]] + strings
        for place, string in zip(chunk, strings, strict=True):
            wires[place] = string
    return wires


def encode_one(data: bytes, model: ContextModel) -> bytes:
    """The string of one message, in pieces that are encoded together if it is long.

    Raises:
        EncodeError: it has more than ``limits.MAX_MODELLED`` bytes.
    """
    if _WORTHWHILE <= len(data) <= MAX_MODELLED:
        from aura_fast import batch_encoder  # noqa: PLC0415  # as above

        return batch_encoder.encode_one(data, contexts_of(model))
    return auralite.encode(data, model)


def decode(wires: Sequence[bytes], model: ContextModel, max_size: int) -> list[bytes | DecodeError]:
    """The messages of strings; each is what ``auralite.decode`` gives, or the error that it raises."""
    from aura_fast import batch_decoder  # noqa: PLC0415  # as above

    contexts = contexts_of(model)
    results: list[bytes | DecodeError | None] = [None] * len(wires)
    sizes = [_GROWTH * len(wire) for wire in wires]
    for chunk in _chunks(sizes):
        alone = _alone([sizes[place] for place in chunk])
        together = [place for place in chunk[alone:] if wires[place][:1] >= b"\x80"]
        if together:
            messages = batch_decoder.decode([wires[place] for place in together], contexts, max_size)
            for place, message in zip(together, messages, strict=True):
                results[place] = message
    return [
        _decode_alone(wire, model, max_size) if result is None else result
        for wire, result in zip(wires, results, strict=True)
    ]


def _decode_alone(wire: bytes, model: ContextModel, max_size: int) -> bytes | DecodeError:
    try:
        return auralite.decode(wire, model, max_size)
    except DecodeError as error:
        return error


def _chunks(sizes: Sequence[int]) -> Iterator[list[int]]:
    """The places of messages of these sizes, longest first, in chunks."""
    chunk: list[int] = []
    spare = _MAX_SYMBOLS
    for place in sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True):
        if chunk and sizes[place] >= spare:
            yield chunk
            chunk, spare = [], _MAX_SYMBOLS
        chunk.append(place)
        spare -= sizes[place] + 1
    yield chunk


def _alone(sizes: Sequence[int]) -> int:
    """How many messages of a chunk, sizes falling, to code one at a time: steps last as long as the longest."""
    longest = np.array([*sizes, 0])
    costs = _STEP * longest + np.cumsum(longest) - longest
    return int(np.argmin(costs))
