"""The backends ``fast`` and ``reference``; :mod:`aura.backends` has all of them by name.

``fast``
    AURALITE, template frames, stored messages and BRIO version 2 as ``aura_fast`` does them. Brotli and Zstandard
    are coded by libraries in C, and BRIO version 1 is an old format, so they are those of the reference.
``reference``
    The module ``aura_reference.message``. Streams are those of ``fast``: the reference has no choice between a
    string and another form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from aura.backends import BACKENDS, Backend, Beginning, Decode, get, hinting, marked, resolve
from aura.policy import Policy
from aura_fast import auralite, batch, classic, fuzzy, local_model, modelled, stored, typed
from aura_reference import brotli, zstd
from aura_reference import message as reference
from aura_spec.brio2 import is_version_2
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, UnknownModel
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker
from aura_spec.shared_state import SharedState
from aura_spec.tag import questioned
from aura_spec.template import Template

if TYPE_CHECKING:
    from aura.backends import StreamReceiver, StreamSender
    from aura_spec.stream import Terms

_COMPACT: Final = bytes(AURALITE_COMPACT[:1])

__all__ = ["BACKENDS", "DECODERS", "Backend", "Fast", "Reference", "decoder_of", "get", "resolve"]


class Reference:
    """The backend ``reference``."""

    decode = staticmethod(hinting(reference.decode))
    encode_auralite = staticmethod(reference.encode_auralite)
    encode_auralite_explicit = staticmethod(reference.encode_auralite_explicit)
    encode_adaptive = staticmethod(reference.encode_adaptive)
    encode_adaptive_explicit = staticmethod(reference.encode_adaptive_explicit)
    encode_stored = staticmethod(reference.encode_stored)
    encode_brotli = staticmethod(reference.encode_brotli)
    encode_zstd = staticmethod(reference.encode_zstd)
    encode_zstd_dictionary = staticmethod(reference.encode_zstd_dictionary)
    encode_brio = staticmethod(reference.encode_brio)
    encode_brio2 = staticmethod(reference.encode_brio2)
    encode_typed = staticmethod(reference.encode_typed)
    encode_modelled = staticmethod(reference.encode_modelled)
    encode_fuzzy = staticmethod(reference.encode_fuzzy)
    encode_classic = staticmethod(reference.encode_classic)

    def begin(
        self,
        policy: Policy,  # noqa: ARG002  # as the protocol has it
        shared_state: SharedState,  # noqa: ARG002
        templates: Mapping[int, Template] | None,  # noqa: ARG002
    ) -> Beginning | None:
        """Nothing: it tries nothing first."""
        return None

    def encode_auralite_batch(self, messages: Sequence[bytes], model: ContextModel) -> list[bytes]:
        """Write AURALITE messages for the implied model."""
        return [self.encode_auralite(message, model) for message in messages]

    def decode_batch(
        self, wires: Sequence[bytes], shared_state: SharedState, max_size: int
    ) -> list[bytes | DecodeError]:
        """Read messages."""
        return [self._result(wire, shared_state, max_size) for wire in wires]

    def stream_sender(self, terms: Terms) -> StreamSender:
        """The end of a stream that sends: that of ``fast``, as the reference has none that chooses what to send."""
        from aura.fast_stream import Sender  # noqa: PLC0415  # most codecs need no streams

        return Sender(terms)

    def stream_receiver(self, terms: Terms) -> StreamReceiver:
        """The end of a stream that receives: that of ``fast``."""
        from aura.fast_stream import Receiver  # noqa: PLC0415  # as above

        return Receiver(terms)

    def _result(self, wire: bytes, shared_state: SharedState, max_size: int) -> bytes | DecodeError:
        try:
            return self.decode(wire, shared_state, max_size)
        except DecodeError as error:
            return error


def _implied_model(held: SharedState) -> ContextModel:
    """The model that is agreed on (rules AUR-8, FRS-4 and FUZ-2)."""
    if held.model is None:
        raise UnknownModel("no model is agreed on", 0, "marker")
    return held.model


def _decode_brio(wire: bytes, held: SharedState, max_size: int) -> bytes:
    """Read a BRIO message of either version."""
    if not is_version_2(wire[1:]):
        return reference.decode(wire, held, max_size)
    from aura_fast import brio2  # noqa: PLC0415  # its tables take long to load, and most never need them

    return brio2.decode(wire[1:], max_size)


DECODERS: Final[Mapping[int, Callable[[bytes, SharedState, int], bytes]]] = {
    Marker.CLASSIC: lambda wire, held, limit: classic.decode(wire[1:], held.templates, limit),
    Marker.BROTLI: lambda wire, _held, limit: brotli.decode(wire[1:], limit),
    Marker.BRIO: _decode_brio,
    Marker.AURALITE_EXPLICIT: lambda wire, held, limit: auralite.decode_explicit(
        wire[1:], held.models, limit
    ),
    Marker.ZSTANDARD: lambda wire, _held, limit: zstd.decode(wire[1:], limit),
    Marker.TYPED: lambda wire, held, limit: typed.decode(wire[1:], held.templates, limit),
    Marker.STORED: lambda wire, _held, limit: stored.decode(wire[1:], limit),
    Marker.MODELLED: lambda wire, held, limit: modelled.decode(
        wire[1:], held.templates, _implied_model(held), limit
    ),
    Marker.FUZZY: lambda wire, held, limit: fuzzy.decode(
        wire[1:], held.templates, _implied_model(held), limit
    ),
    Marker.ADAPTIVE_EXPLICIT: lambda wire, held, limit: local_model.decode_explicit(
        wire[1:], held.models, limit
    ),
    **dict.fromkeys(
        ADAPTIVE_COMPACT, lambda wire, held, limit: local_model.decode(wire, _implied_model(held), limit)
    ),
    **dict.fromkeys(
        AURALITE_COMPACT, lambda wire, held, limit: auralite.decode(wire, _implied_model(held), limit)
    ),
}
"""What ``fast`` reads messages with, by marker. The reference reads, or refuses, all others."""


def decoder_of(decoders: Mapping[int, Callable[[bytes, SharedState, int], bytes]]) -> Decode:
    """A function that reads messages with these decoders, by marker; the reference reads all others."""

    def read(wire: bytes, shared_state: SharedState | None, max_size: int) -> bytes:
        held = shared_state or SharedState()
        decode = decoders.get(wire[0], reference.decode) if wire else reference.decode
        try:
            return decode(wire, held, max_size)
        except DecodeError as error:
            raise questioned(error, wire) from None

    return read


def _modelled(
    template_id: int, values: Sequence[bytes], templates: Mapping[int, Template], model: ContextModel
) -> bytes:
    """The body of a modelled template frame for the implied model."""
    return modelled.encode(template_id, templates[template_id], values, model)


def _fuzzy(data: bytes, template_id: int, templates: Mapping[int, Template], model: ContextModel) -> bytes:
    """The body of a fuzzy template frame for the implied model."""
    return fuzzy.encode(data, template_id, templates[template_id], model)


def _stored(data: bytes) -> bytes:
    """The body of a stored message."""
    return data


def _zstd_dictionary(data: bytes, dictionary: bytes, level: int = 19) -> bytes:
    """The body of a Zstandard message for the model's dictionary."""
    return zstd.encode(data, level, dictionary)


def _typed(template_id: int, values: Sequence[bytes], shared_state: SharedState) -> bytes:
    """The body of a typed template frame."""
    return typed.encode(template_id, shared_state.templates[template_id], values)


def _brio2(data: bytes, level: int = 0) -> bytes:
    """The body of a BRIO version 2 message."""
    from aura_fast import brio2  # noqa: PLC0415  # as above

    return brio2.encode(data, level)


class Fast(Reference):
    """The backend ``fast``."""

    decode = staticmethod(hinting(decoder_of(DECODERS)))
    encode_auralite = staticmethod(batch.encode_one)
    encode_auralite_explicit = staticmethod(marked(Marker.AURALITE_EXPLICIT, auralite.encode_explicit))
    encode_adaptive = staticmethod(local_model.encode)
    encode_adaptive_explicit = staticmethod(marked(Marker.ADAPTIVE_EXPLICIT, local_model.encode_explicit))
    encode_stored = staticmethod(marked(Marker.STORED, _stored))
    encode_brotli = staticmethod(marked(Marker.BROTLI, brotli.encode))
    encode_zstd = staticmethod(marked(Marker.ZSTANDARD, zstd.encode))
    encode_zstd_dictionary = staticmethod(marked(Marker.ZSTANDARD_DICTIONARY, _zstd_dictionary))
    encode_brio2 = staticmethod(marked(Marker.BRIO, _brio2))
    encode_typed = staticmethod(marked(Marker.TYPED, _typed))
    encode_modelled = staticmethod(marked(Marker.MODELLED, _modelled))
    encode_fuzzy = staticmethod(marked(Marker.FUZZY, _fuzzy))
    encode_classic = staticmethod(marked(Marker.CLASSIC, classic.encode))

    def encode_auralite_batch(self, messages: Sequence[bytes], model: ContextModel) -> list[bytes]:
        """Write AURALITE messages for the implied model."""
        return batch.encode(messages, model)

    def decode_batch(
        self, wires: Sequence[bytes], shared_state: SharedState, max_size: int
    ) -> list[bytes | DecodeError]:
        """Read messages; those of AURALITE together."""
        if shared_state.model is None:
            return super().decode_batch(wires, shared_state, max_size)
        strings = [wire for wire in wires if wire[:1] >= _COMPACT]
        results = batch.decode(strings, shared_state.model, max_size)
        together = (
            questioned(result, wire) if isinstance(result, DecodeError) else result
            for wire, result in zip(strings, results, strict=True)
        )
        return [
            next(together) if wire[:1] >= _COMPACT else self._result(wire, shared_state, max_size)
            for wire in wires
        ]
