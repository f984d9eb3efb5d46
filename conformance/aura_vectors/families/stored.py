"""Stored messages, and the output limit."""

from __future__ import annotations

from aura_reference import message
from aura_spec.errors import Code
from aura_vectors.case import Case, Groups, refused
from aura_vectors.flags import Flag
from aura_vectors.forms.message import NOTHING, Messages, valid


def groups() -> Groups:
    """All groups of the chapter."""

    def case(text: bytes, comment: str) -> Case:
        return valid(comment, ("STO-1",), message.encode_stored(text), text, {"method": "stored"})

    texts = [(b"", "nothing"), (b"\0", "a zero"), ("Grüße 🚲".encode(), "text"), (b"\xff\xfe", "not UTF-8")]
    yield NOTHING, [case(text, comment) for text, comment in texts]
    limit = Messages(max_size=3)
    yield (
        limit,
        [
            case(b"abc", "as long as the limit"),
            refused(
                Code.LIMIT_EXCEEDED, "LIM-1", "0761626364", "one byte over the limit", Flag.IGNORES_LIMIT
            ),
        ],
    )
