"""What a message says about itself in the clear: its method, its template and its model."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from aura import arguments
from aura.arguments import BytesLike, wire_bytes
from aura.methods import Method
from aura_fast.varint import read_varint
from aura_spec import tag
from aura_spec.auralite import MODEL_ID_SIZE
from aura_spec.brio2 import is_version_2
from aura_spec.errors import DecodeError, Truncated, Unsupported
from aura_spec.limits import MAX_TEMPLATE_ID
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker

_METHODS: Final = MappingProxyType(
    {
        Marker.CLASSIC: Method.CLASSIC,
        Marker.BROTLI: Method.BROTLI,
        Marker.BRIO: Method.BRIO,
        Marker.AURALITE_EXPLICIT: Method.AURALITE,
        Marker.ZSTANDARD: Method.ZSTD,
        Marker.ZSTANDARD_DICTIONARY: Method.ZSTD_DICTIONARY,
        Marker.TYPED: Method.TYPED,
        Marker.STORED: Method.STORED,
        Marker.MODELLED: Method.MODELLED,
        Marker.FUZZY: Method.FUZZY,
        Marker.ADAPTIVE_EXPLICIT: Method.ADAPTIVE,
        **dict.fromkeys(ADAPTIVE_COMPACT, Method.ADAPTIVE),
        **dict.fromkeys(AURALITE_COMPACT, Method.AURALITE),
    }
)


@dataclass(frozen=True, slots=True)
class Peek:
    """What a message says without being decoded.

    Attributes:
        method: how it is coded.
        template_id: the template of a template frame, else None.
        model_id: id of the model that it names, in hexadecimal digits; None if it names none.
    """

    method: Method
    template_id: int | None = None
    model_id: str | None = None


def peek(wire: BytesLike, *, check: bool = False) -> Peek:
    """Look at the first bytes of a message, in a microsecond or two, without a model or templates.

    Nothing says that the rest of the message is sound, or that its template or model is held.

    Args:
        wire: what :func:`aura.compress` or a codec gave; bytes-like.
        check: whether it has a tag, as of a codec with ``check``.

    Raises:
        TypeError: ``wire`` is not bytes-like, or ``check`` no ``bool``.
        DecodeError: ``Truncated`` if the message ends before what is looked at, ``Unsupported`` if no method has
            its marker, ``NonCanonical`` or ``LimitExceeded`` if the id of its template is spelt wrongly.

    >>> peek(bytes.fromhex("06ac0237"))
    Peek(method=<Method.TYPED: 'typed'>, template_id=300, model_id=None)
    """
    data = wire_bytes(wire)
    if not arguments.flag("check", check):
        return _peek(data)
    if len(data) < tag.SIZE:
        raise Truncated("the message ends inside its tag", len(data), "check" if data else "model_tag")
    try:
        return _peek(data[tag.SIZE :])
    except DecodeError as error:
        raise error.restated(error.reason, shift=tag.SIZE) from None


def _peek(message: bytes) -> Peek:
    if not message:
        raise Truncated("the message has no marker", 0, "marker")
    marker = message[0]
    method = _METHODS.get(marker)
    if method is None:
        raise Unsupported(f"marker 0x{marker:02x} is not assigned", 0, "marker")
    if marker == Marker.CLASSIC:
        if len(message) < 2:
            raise Truncated("the message ends before its template id", 1, "template_id")
        return Peek(method, template_id=message[1])
    if marker in {Marker.TYPED, Marker.MODELLED, Marker.FUZZY}:
        # an id takes at most five bytes; of a longer spelling as many as its bound lets through
        template_id, _ = read_varint(message[1:16], 0, MAX_TEMPLATE_ID, "template_id")
        return Peek(method, template_id=template_id)
    if marker in {Marker.AURALITE_EXPLICIT, Marker.ADAPTIVE_EXPLICIT}:
        model_id = message[1 : 1 + MODEL_ID_SIZE]
        if len(model_id) < MODEL_ID_SIZE:
            raise Truncated("the message ends inside the id of its model", len(message), "model_id")
        return Peek(method, model_id=model_id.hex())
    if marker == Marker.BRIO and is_version_2(message[1:16]):
        return Peek(Method.BRIO2)
    return Peek(method)
