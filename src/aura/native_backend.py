"""The backend ``native``: what the native core codes, and what it leaves to the fast backend.

``aura_native`` codes AURALITE and adaptive messages, with an implied model and with a named one, alone and in
batches. All other methods are those of ``fast``; streams and sessions hold theirs by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from aura import native_selection
from aura.backend import DECODERS, Beginning, Fast, decoder_of, hinting, marked
from aura.models.native_model import native_of
from aura.policy import Policy
from aura_fast import modelled
from aura_fast.auralite import decode_named, named
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker
from aura_spec.modelled import traverse
from aura_spec.range_coder import ADAPTIVE_END, ADAPTIVE_START
from aura_spec.shared_state import SharedState
from aura_spec.tag import questioned
from aura_spec.template import Template


def _encode_auralite(data: bytes, model: ContextModel) -> bytes:
    """Write an AURALITE message for the implied model."""
    return native_of(model).encode_auralite(data)


def _encode_adaptive(data: bytes, model: ContextModel) -> bytes:
    """Write an adaptive message for the implied model."""
    return native_of(model).encode_adaptive(data)


def _auralite_body(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    return named(model_id, _encode_auralite(data, model))


def _adaptive_body(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    return named(model_id, _encode_adaptive(data, model))


def _modelled_body(
    template_id: int, values: Sequence[bytes], templates: Mapping[int, Template], model: ContextModel
) -> bytes:
    """The body of a modelled template frame for the implied model."""
    template = templates[template_id]
    head, known = modelled.encode_head(template_id, template, values)
    sizes = [0]

    def feed(data: bytes) -> None:
        sizes[-1] += len(data)

    def write_text(index: int, stop: bytes) -> bytes:
        sizes.extend((len(values[index]), len(stop), 0))
        return values[index]

    traverse(template, known, feed, write_text)
    return head + native_of(model).encode_modelled(template.render(values), sizes)


def _decode_auralite_explicit(wire: bytes, held: SharedState, max_size: int) -> bytes:
    return decode_named(
        wire[1:], held.models, lambda string, model: native_of(model).decode_auralite(string, max_size)
    )


def _decode_adaptive_explicit(wire: bytes, held: SharedState, max_size: int) -> bytes:
    return decode_named(
        wire[1:],
        held.models,
        lambda string, model: native_of(model).decode_adaptive(string, max_size),
        ADAPTIVE_START,
        ADAPTIVE_END,
    )


_decode_others = decoder_of(
    {
        **DECODERS,
        Marker.AURALITE_EXPLICIT: _decode_auralite_explicit,
        Marker.ADAPTIVE_EXPLICIT: _decode_adaptive_explicit,
    }
)


def _decode(wire: bytes, shared_state: SharedState | None, max_size: int) -> bytes:
    """Read a message: those with an implied model at once, as they are most."""
    model = None if shared_state is None else shared_state.model
    if model is None or not wire:
        return _decode_others(wire, shared_state, max_size)
    try:
        message = native_of(model).decode_compact(wire, max_size)
    except DecodeError as error:
        raise questioned(error, wire) from None
    return _decode_others(wire, shared_state, max_size) if message is None else message


class Native(Fast):
    """The backend ``native``."""

    decode = staticmethod(hinting(_decode))
    encode_auralite = staticmethod(_encode_auralite)  # type: ignore[assignment]  # fast may be told a tuning
    encode_auralite_explicit = staticmethod(marked(Marker.AURALITE_EXPLICIT, _auralite_body))
    encode_modelled = staticmethod(marked(Marker.MODELLED, _modelled_body))
    encode_adaptive = staticmethod(_encode_adaptive)
    encode_adaptive_explicit = staticmethod(marked(Marker.ADAPTIVE_EXPLICIT, _adaptive_body))

    def begin(
        self, policy: Policy, shared_state: SharedState, templates: Mapping[int, Template] | None
    ) -> Beginning | None:
        """What tries in one call what levels 1 and 2 try first."""
        return native_selection.begin(policy, shared_state, templates)

    def encode_auralite_batch(self, messages: Sequence[bytes], model: ContextModel) -> list[bytes]:
        """Write AURALITE messages for the implied model."""
        written: list[bytes] = []
        for result in native_of(model).encode_auralite_batch(messages):
            if not isinstance(result, bytes):
                raise result
            written.append(result)
        return written

    def decode_batch(
        self, wires: Sequence[bytes], shared_state: SharedState, max_size: int
    ) -> list[bytes | DecodeError]:
        """Read messages; those with an implied model together."""
        results: dict[int, bytes | DecodeError] = {}
        if shared_state.model is not None:
            native = native_of(shared_state.model)
            for markers, decode in (
                (AURALITE_COMPACT, native.decode_auralite_batch),
                (ADAPTIVE_COMPACT, native.decode_adaptive_batch),
            ):
                results |= _decode_together(wires, markers, decode, max_size)
        return [
            results[place] if place in results else self._result(wire, shared_state, max_size)
            for place, wire in enumerate(wires)
        ]


def _decode_together(
    wires: Sequence[bytes],
    markers: range,
    decode: Callable[[Sequence[bytes], int], list[bytes | DecodeError]],
    max_size: int,
) -> dict[int, bytes | DecodeError]:
    """Read the messages with these markers; the results by their places."""
    places = [place for place, wire in enumerate(wires) if wire and wire[0] in markers]
    results = decode([wires[place] for place in places], max_size)
    return {
        place: questioned(result, wires[place]) if isinstance(result, DecodeError) else result
        for place, result in zip(places, results, strict=True)
    }
