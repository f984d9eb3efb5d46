"""The formats that the native core codes, in part or as a whole, and those of ``fast``: all that needs numpy.

:mod:`aura.native_backend` comes here for what is not coded in one call.
"""

from __future__ import annotations

from aura.backend import DECODERS, Fast, decoder_of
from aura.backends import marked
from aura.models.native_model import native_of
from aura_fast.auralite import decode_named, named
from aura_spec.context_model import ContextModel
from aura_spec.marker import Marker
from aura_spec.range_coder import ADAPTIVE_END, ADAPTIVE_START
from aura_spec.shared_state import SharedState


def _auralite_body(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    return named(model_id, native_of(model).encode_auralite(data))


def _adaptive_body(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    return named(model_id, native_of(model).encode_adaptive(data))


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


class NativeFormats(Fast):
    """The backend ``fast``, but for what the native core codes."""

    decode = staticmethod(_decode_others)
    encode_auralite_explicit = staticmethod(marked(Marker.AURALITE_EXPLICIT, _auralite_body))
    encode_adaptive_explicit = staticmethod(marked(Marker.ADAPTIVE_EXPLICIT, _adaptive_body))
