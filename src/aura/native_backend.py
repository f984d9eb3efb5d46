"""The backend ``native``: what the native core codes in one call, and where it leaves the rest.

``aura_native`` codes AURALITE and adaptive messages with an implied model, alone and in batches, typed and modelled
template frames, tries all of these for levels 1 and 2, and codes BRIO and streams. Nothing here needs numpy: all
else is in :mod:`aura.native_formats`, which is imported when it is first needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from aura import native_selection
from aura.backends import Beginning, hinting
from aura.models.native_model import native_of
from aura.policy import Policy
from aura.templates.filing import filing_of
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError
from aura_spec.marker import Marker
from aura_spec.shared_state import SharedState
from aura_spec.template import Template

if TYPE_CHECKING:
    from aura.backends import StreamReceiver, StreamSender
    from aura.native_formats import NativeFormats
    from aura_spec.stream import Terms

_BRIO: Final = bytes((Marker.BRIO,))
_VERSION_2: Final = b"\2"
"""The sixth byte of a BRIO message of version 2 (rule BII-1). The chapter itself takes long to load."""
_MAX_BRIO: Final = 1 << 30
"""Bytes of the longest message that the native core writes as BRIO version 1."""
_FRAMES: Final = tuple(bytes((marker,)) for marker in (Marker.TYPED, Marker.MODELLED, Marker.FUZZY))
_STORED: Final = bytes((Marker.STORED,))
_BROTLI: Final = bytes((Marker.BROTLI,))
_ZSTANDARD: Final = bytes((Marker.ZSTANDARD,))
_SIMPLE: Final = (_STORED, _BROTLI, _ZSTANDARD)


@cache
def _formats() -> NativeFormats:
    """All that is not coded in one call."""
    from aura.native_formats import NativeFormats  # noqa: PLC0415  # it takes long, and most messages never need it

    return NativeFormats()


def _decode(wire: bytes, shared_state: SharedState | None, max_size: int) -> bytes:
    """Read a message: those with an implied model at once, as they are most."""
    try:
        if wire and shared_state is not None and shared_state.model is not None:
            message = native_of(shared_state.model).decode_compact(wire, max_size)
            if message is not None:
                return message
        marker = wire[:1]
        if marker in _FRAMES and shared_state is not None:
            frame = _decode_frame(wire, shared_state, max_size)
            if frame is not None:
                return frame
        if marker in _SIMPLE:
            return _decode_simple(wire, max_size)
        if marker == _BRIO:
            return _decode_brio(wire, shared_state or SharedState(), max_size)
    except DecodeError as error:
        raise _questioned(error, wire) from None
    return _formats().decode(wire, shared_state, max_size)


def _questioned(error: DecodeError, wire: bytes) -> DecodeError:
    """The error of a message, with the question whether the writer held something else."""
    from aura_spec.tag import questioned  # noqa: PLC0415  # few messages are refused

    return questioned(error, wire)


def _decode_frame(wire: bytes, held: SharedState, max_size: int) -> bytes | None:
    """Read a template frame; None if it needs a model and there is none."""
    model = None if held.model is None else native_of(held.model)
    return filing_of(held.templates).native.native.decode_frame(wire, max_size, model)


def _decode_brio(wire: bytes, held: SharedState, max_size: int) -> bytes:
    """Read a BRIO message of either version."""
    if wire[5:6] == _VERSION_2:
        from aura_native import decode_brio2  # noqa: PLC0415  # only there where a compiler was

        return decode_brio2(wire[1:], max_size, b"")
    return filing_of(held.templates).native.native.decode_brio(wire[1:], max_size, held.phrases)


def _decode_simple(wire: bytes, max_size: int) -> bytes:
    """Read a stored, Brotli or Zstandard message, which needs none of the other formats."""
    if wire[:1] == _STORED:
        from aura_reference.stored import decode  # noqa: PLC0415  # short messages need none
    elif wire[:1] == _BROTLI:
        from aura_reference.brotli import decode  # noqa: PLC0415  # as above
    else:
        from aura_reference.zstd import decode  # noqa: PLC0415  # as above
    return decode(wire[1:], max_size)


class Native:
    """The backend ``native``."""

    decode = staticmethod(hinting(_decode))

    def begin(
        self, policy: Policy, shared_state: SharedState, templates: Mapping[int, Template] | None
    ) -> Beginning | None:
        """What tries in one call what levels 1 and 2 try first."""
        return native_selection.begin(policy, shared_state, templates)

    def encode_auralite(self, data: bytes, model: ContextModel) -> bytes:
        """Write an AURALITE message for the implied model."""
        return native_of(model).encode_auralite(data)

    def encode_auralite_batch(self, messages: Sequence[bytes], model: ContextModel) -> list[bytes]:
        """Write AURALITE messages for the implied model."""
        written: list[bytes] = []
        for result in native_of(model).encode_auralite_batch(messages):
            if not isinstance(result, bytes):
                raise result
            written.append(result)
        return written

    def encode_adaptive(self, data: bytes, model: ContextModel) -> bytes:
        """Write an adaptive message for the implied model."""
        return native_of(model).encode_adaptive(data)

    def encode_auralite_explicit(self, data: bytes, model_id: bytes, model: ContextModel) -> bytes:
        """Write an AURALITE message that names its model."""
        return _formats().encode_auralite_explicit(data, model_id, model)

    def encode_adaptive_explicit(self, data: bytes, model_id: bytes, model: ContextModel) -> bytes:
        """Write an adaptive message that names its model."""
        return _formats().encode_adaptive_explicit(data, model_id, model)

    def encode_stored(self, data: bytes) -> bytes:
        """Write a stored message."""
        return _STORED + data

    def encode_brotli(self, data: bytes, quality: int) -> bytes:
        """Write a Brotli message; ``quality`` 0 to 11."""
        from aura_reference import brotli  # noqa: PLC0415  # short messages need none

        return _BROTLI + brotli.encode(data, quality)

    def encode_zstd(self, data: bytes, level: int) -> bytes:
        """Write a Zstandard message; ``level`` 1 to 19."""
        from aura_reference import zstd  # noqa: PLC0415  # as above

        return _ZSTANDARD + zstd.encode(data, level)

    def encode_zstd_dictionary(self, data: bytes, dictionary: bytes, level: int) -> bytes:
        """Write a Zstandard message for the model's dictionary; ``level`` 1 to 19."""
        return _formats().encode_zstd_dictionary(data, dictionary, level)

    def encode_brio(self, data: bytes, shared_state: SharedState) -> bytes:
        """Write a BRIO version 1 message."""
        if len(data) > _MAX_BRIO:
            return _formats().encode_brio(data, shared_state)
        from aura_native import encode_brio  # noqa: PLC0415  # only there where a compiler was

        return _BRIO + encode_brio(data, shared_state.phrases)

    def encode_brio2(self, data: bytes, level: int) -> bytes:
        """Write a BRIO version 2 message; ``level`` 0 or 1."""
        from aura_native import encode_brio2  # noqa: PLC0415  # as above

        return _BRIO + encode_brio2(data, level)

    def encode_typed(self, template_id: int, values: Sequence[bytes], shared_state: SharedState) -> bytes:
        """Write a typed template frame."""
        return filing_of(shared_state.templates).native.native.encode_typed(template_id, values)

    def encode_modelled(
        self,
        template_id: int,
        values: Sequence[bytes],
        templates: Mapping[int, Template],
        model: ContextModel,
    ) -> bytes:
        """Write a modelled template frame for the implied model."""
        return filing_of(templates).native.native.encode_modelled(template_id, values, native_of(model))

    def encode_fuzzy(
        self, data: bytes, template_id: int, templates: Mapping[int, Template], model: ContextModel
    ) -> bytes:
        """Write a fuzzy template frame for the implied model."""
        return filing_of(templates).native.native.encode_fuzzy(data, template_id, native_of(model))

    def encode_classic(self, template_id: int, values: Sequence[bytes]) -> bytes:
        """Write a classic template frame."""
        return _formats().encode_classic(template_id, values)

    def stream_sender(self, terms: Terms) -> StreamSender:
        """The end of a stream that sends."""
        from aura.native_stream import Sender  # noqa: PLC0415  # most messages need none

        return Sender(terms)

    def stream_receiver(self, terms: Terms) -> StreamReceiver:
        """The end of a stream that receives."""
        from aura.native_stream import Receiver  # noqa: PLC0415  # as above

        return Receiver(terms)

    def decode_batch(
        self, wires: Sequence[bytes], shared_state: SharedState, max_size: int
    ) -> list[bytes | DecodeError]:
        """Read messages; those with an implied model together."""
        if shared_state.model is None:
            return [self._result(wire, shared_state, max_size) for wire in wires]
        found = native_of(shared_state.model).decode_compact_batch(wires, max_size)
        return [
            read if isinstance(read, bytes) else self._rest(read, wire, shared_state, max_size)
            for read, wire in zip(found, wires, strict=True)
        ]

    def _rest(
        self, error: DecodeError | None, wire: bytes, shared_state: SharedState, max_size: int
    ) -> bytes | DecodeError:
        """Read a message without an implied model, or say why one with it is refused."""
        return self._result(wire, shared_state, max_size) if error is None else _questioned(error, wire)

    def _result(self, wire: bytes, shared_state: SharedState, max_size: int) -> bytes | DecodeError:
        try:
            return self.decode(wire, shared_state, max_size)
        except DecodeError as error:
            return error
