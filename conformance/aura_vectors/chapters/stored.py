"""Stored messages, and the output limit."""

from __future__ import annotations

from aura_reference import message
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.message import NOTHING, valid
from aura_vectors.derive import limits


def groups() -> Groups:
    """All groups of the chapter."""

    def case(text: bytes, comment: str) -> Case:
        return valid(comment, ("STO-1",), message.encode_stored(text), text, {"method": "stored"})

    texts = [(b"", "nothing"), (b"\0", "a zero"), ("Grüße 🚲".encode(), "text"), (b"\xff\xfe", "not UTF-8")]
    yield NOTHING, [case(text, comment) for text, comment in texts]
    yield from limits(NOTHING, case(b"abc", "three bytes"))
