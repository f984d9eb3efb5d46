"""A whole message: the marker and the method it names (rules MSG-1 to MSG-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aura_reference import auralite, brotli, classic, fuzzy, local_model, modelled, stored, typed, zstd
from aura_spec import limits, marker
from aura_spec.brio2 import is_version_2
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError, UnknownModel, Unsupported
from aura_spec.marker import Marker, build_message, name_of, parse_message
from aura_spec.shared_state import SharedState
from aura_spec.tag import questioned
from aura_spec.template import Template


def decode(
    wire: bytes, shared_state: SharedState | None = None, max_size: int = limits.DEFAULT_MAX_SIZE
) -> bytes:
    """Read a message.

    Args:
        wire: marker and body.
        shared_state: templates and phrases; the built-in ones if None.
        max_size: bytes that the result may have.

    Raises:
        DecodeError: one of its subclasses; there is no partial output.
    """
    try:
        return _decode(wire, shared_state or SharedState(), max_size)
    except DecodeError as error:
        raise questioned(error, wire) from None


def _decode(wire: bytes, held: SharedState, max_size: int) -> bytes:  # noqa: C901, PLR0911, PLR0912  # one case a method
    message = parse_message(wire)
    match message.marker:
        case Marker.CLASSIC:
            return classic.decode(message.body, held.templates, max_size)
        case Marker.BROTLI:
            return brotli.decode(message.body, max_size)
        case Marker.BRIO:
            return _decode_brio(message.body, held, max_size)
        case Marker.AURALITE_EXPLICIT:
            return auralite.decode_explicit(message.body, held.models, max_size)
        case Marker.ZSTANDARD:
            return zstd.decode(message.body, max_size)
        case Marker.ZSTANDARD_DICTIONARY:
            return zstd.decode(message.body, max_size, _dictionary(held))
        case Marker.TYPED:
            return typed.decode(message.body, held.templates, max_size)
        case Marker.STORED:
            return stored.decode(message.body, max_size)
        case Marker.MODELLED:
            return modelled.decode(message.body, held.templates, _implied_model(held), max_size)
        case Marker.FUZZY:
            return fuzzy.decode(message.body, held.templates, _implied_model(held), max_size)
        case Marker.ADAPTIVE_EXPLICIT:
            return local_model.decode_explicit(message.body, held.models, max_size)
        case byte if byte in marker.ADAPTIVE_COMPACT:
            return local_model.decode(wire, _implied_model(held), max_size)
        case byte if byte in marker.AURALITE_COMPACT:
            return auralite.decode(wire, _implied_model(held), max_size)
        case byte:
            raise Unsupported(f"marker 0x{byte:02x} ({name_of(byte)}) is not read here", 0, "marker")


def _decode_brio(body: bytes, held: SharedState, max_size: int) -> bytes:
    """Either version; imported only here, as the tables of version 2 take long to load."""
    from aura_reference import brio, brio2  # noqa: PLC0415

    return brio2.decode(body, max_size) if is_version_2(body) else brio.decode(body, held, max_size)


def _implied_model(held: SharedState) -> ContextModel:
    """Rules AUR-8, FRS-4 and FUZ-2."""
    if held.model is None:
        raise UnknownModel("no model is agreed on", 0, "marker")
    return held.model


def _dictionary(held: SharedState) -> bytes:
    """Rule ZST-8."""
    if not held.dictionary:
        raise UnknownModel("no model with a dictionary is agreed on", 0, "marker")
    return held.dictionary


def encode_auralite(data: bytes, model: ContextModel) -> bytes:
    """An AURALITE message for the implied model (rule AUR-6)."""
    return auralite.encode(data, model)


def encode_auralite_explicit(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    """An AURALITE message that names its model (rule AUR-7)."""
    return build_message(Marker.AURALITE_EXPLICIT, auralite.encode_explicit(data, model_id, model))


def encode_adaptive(data: bytes, model: ContextModel) -> bytes:
    """An adaptive message for the implied model (rule AUR-10).

    Raises:
        EncodeError: ``data`` is too long.
    """
    return local_model.encode(data, model)


def encode_adaptive_explicit(data: bytes, model_id: bytes, model: ContextModel) -> bytes:
    """An adaptive message that names its model (rule AUR-11).

    Raises:
        EncodeError: ``data`` is too long.
    """
    return build_message(Marker.ADAPTIVE_EXPLICIT, local_model.encode_explicit(data, model_id, model))


def encode_stored(data: bytes) -> bytes:
    """A message that holds ``data`` as it is (rule STO-1)."""
    return build_message(Marker.STORED, data)


def encode_brotli(data: bytes, quality: int = 11) -> bytes:
    """A Brotli message; ``quality`` from 0 to 11 (rules BRO-1 to BRO-3)."""
    return build_message(Marker.BROTLI, brotli.encode(data, quality))


def encode_zstd(data: bytes, level: int = 19) -> bytes:
    """A Zstandard message; ``level`` from 1 to 19 (rules ZST-1 to ZST-6)."""
    return build_message(Marker.ZSTANDARD, zstd.encode(data, level))


def encode_zstd_dictionary(data: bytes, dictionary: bytes, level: int = 19) -> bytes:
    """A Zstandard message for the dictionary of the implied model, which is not empty (rule ZST-7)."""
    return build_message(Marker.ZSTANDARD_DICTIONARY, zstd.encode(data, level, dictionary))


def encode_brio(data: bytes, shared_state: SharedState, *, metadata: bool = False) -> bytes:
    """A BRIO version 1 message (rules BRI-1 to BRI-5)."""
    from aura_reference import brio  # noqa: PLC0415  # as above

    return build_message(Marker.BRIO, brio.encode(data, shared_state.phrases, metadata=metadata))


def encode_brio2(data: bytes, level: int = 0) -> bytes:
    """A BRIO version 2 message; ``level`` 0 or 1 (rules BII-1 to BII-10).

    Raises:
        EncodeError: ``data`` has more than 64 MiB.
    """
    from aura_reference import brio2  # noqa: PLC0415  # as above

    return build_message(Marker.BRIO, brio2.encode(data, level))


def encode_typed(template_id: int, values: Sequence[bytes], shared_state: SharedState) -> bytes:
    """A typed template frame (rules TYP-1 to TYP-3). ``template_id`` is held."""
    body = typed.encode(template_id, shared_state.templates[template_id], values)
    return build_message(Marker.TYPED, body)


def encode_modelled(
    template_id: int, values: Sequence[bytes], templates: Mapping[int, Template], model: ContextModel
) -> bytes:
    """A modelled template frame for the implied model (rules FRS-1 to FRS-13). ``template_id`` is held.

    Raises:
        EncodeError: no value is a text, or the message is too long.
    """
    return build_message(Marker.MODELLED, modelled.encode(template_id, templates[template_id], values, model))


def encode_fuzzy(
    data: bytes, template_id: int, templates: Mapping[int, Template], model: ContextModel
) -> bytes:
    """A fuzzy template frame for the implied model (rules FUZ-1 to FUZ-6). ``template_id`` is held.

    Raises:
        EncodeError: ``data`` is too long, or the id is out of range.
    """
    return build_message(Marker.FUZZY, fuzzy.encode(data, template_id, templates[template_id], model))


def encode_classic(template_id: int, values: Sequence[bytes]) -> bytes:
    """A classic template frame (rules CLS-1 to CLS-4).

    Raises:
        EncodeError: the id, a length or the encoding of a value does not fit.
    """
    return build_message(Marker.CLASSIC, classic.encode(template_id, values))
