r"""Tags: two bytes before a single message that reveal a wrong model, wrong templates and damage.

A tag is for single messages what the dictionary id and the checksum are in a Zstandard frame, or DICTID and ADLER32
in a stream of RFC 1950. A single message does not name its implied model, and carries no check unless its method
has one. A reader with another model may decode it to another text. Where the ends do not agree on the model in
another way, they may tag their single messages.

TAG-1: Both ends agree beforehand that messages are tagged. The bytes of a message do not show it, and a reader
never guesses it from them.

TAG-2: A tagged message is a model tag, a check, and a message.

TAG-3: The model tag is the first byte of the id of the model that the writer implies, or 0 if it implies none.

TAG-4: The check is the exclusive or of the four bytes of the CRC-32 of the content. The content is the decoded
message::

    tag   = the first byte of the id of the implied model; 0 without one
    crc   = CRC-32(content)
    check = (crc xor crc div 2^8 xor crc div 2^16 xor crc div 2^24) mod 2^8

>>> build_tagged(b"\x07hi", b"hi", bytes.fromhex("c0ffee0000000000")).hex(" ")
'c0 cd 07 68 69'

TAG-5: A reader compares the model tag with the tag of its own implied model before it decodes anything. If they are
equal, it decodes the message with all that it holds. Otherwise, if the model tag is 0, the writer implied no model,
and the reader decodes the message as if none were implied: a message that needs one is ``UnknownModel``. Any other
model tag is ``UnknownModel``. ``own`` is the implied model of the reader, if it has one::

    read_tagged(wire)
        if the wire has fewer than two bytes: Truncated
        tag, check, message = the first byte, the second, the rest
        if tag = the tag of own
            content = decode(message), with own implied
        else if tag = 0
            content = decode(message), with no model implied
        else: UnknownModel
        if the check of content is not check: ChecksumMismatch
        return content

TAG-6: Errors in the message come next; their offsets count from the model tag.

TAG-7: Content with another check is ``ChecksumMismatch``.

A tagged message has at most three bytes more than its content, where an untagged one has at most one. The model tag
reveals 255 of 256 other models, and the check 255 of 256 other contents. One byte of the CRC-32 would do in most
cases, but each of the four misses a bit that is flipped 7 to 36 bytes before the end of a stored message; their
exclusive or misses none in the last 85 bytes. Every reader accepts the model tag 0, because messages that name
their model, as rule AUR-7 says, are meant for readers that imply another one. Messages of streams have a check of
their own, and event streams name their model in a header: they have no tags.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from zlib import crc32

import construct as c

from aura_spec.errors import (
    QUESTION,
    ChecksumMismatch,
    DecodeError,
    Truncated,
    UnknownModel,
    UnknownTemplate,
    Unsupported,
)
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker
from aura_spec.shared_state import SharedState
from aura_spec.wire import Field

SIZE: Final = 2
"""Bytes of a tag."""

NO_MODEL: Final = 0
"""The model tag of a writer that implies no model (rule TAG-3)."""

TAGGED: Final = c.Struct(
    Field("model_tag", c.Byte, "first byte of the implied model's id; 0 without one"),
    Field("check", c.Byte, "exclusive or of the bytes of the content's CRC-32"),
    "message" / c.GreedyBytes,
)
"""Rule TAG-2."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A message with its tag.

    Attributes:
        model_tag: 0 to 255 (rule TAG-3).
        check: 0 to 255 (rule TAG-4).
        message: marker and body.
    """

    model_tag: int
    check: int
    message: bytes


def model_tag(model_id: bytes) -> int:
    """The model tag for the id of an implied model, which is empty if there is none (rule TAG-3).

    >>> model_tag(bytes.fromhex("c0ffee0000000000")), model_tag(b"")
    (192, 0)
    """
    return model_id[0] if model_id else NO_MODEL


def check_of(content: bytes) -> int:
    """The check of a content, 0 to 255 (rule TAG-4).

    >>> hex(crc32(b"hi")), hex(check_of(b"hi"))
    ('0xd8932aac', '0xcd')
    """
    crc = crc32(content)
    crc ^= crc >> 16
    return (crc ^ crc >> 8) & 0xFF


def build_tagged(message: bytes, content: bytes, model_id: bytes) -> bytes:
    """A tagged message (rule TAG-2).

    Args:
        message: marker and body.
        content: the decoded message.
        model_id: the id of the implied model, 8 bytes; empty if there is none.
    """
    return bytes((model_tag(model_id), check_of(content))) + message


def parse_tagged(wire: bytes) -> Tagged:
    r"""Split a tagged message (rule TAG-2).

    Raises:
        Truncated: there are fewer than two bytes.

    >>> parse_tagged(b"\xc0\xcd\x07hi")
    Tagged(model_tag=192, check=205, message=b'\x07hi')
    """
    if len(wire) < SIZE:
        raise Truncated("the message ends inside its tag", len(wire), "check" if wire else "model_tag")
    return Tagged(wire[0], wire[1], wire[SIZE:])


def held_for(tagged: Tagged, held: SharedState, model_id: bytes) -> SharedState:
    """The shared state with which a tagged message is decoded (rule TAG-5).

    Args:
        tagged: the message.
        held: by the reader.
        model_id: the id of the reader's implied model, 8 bytes; empty if there is none.

    Raises:
        UnknownModel: the message is for another model.
    """
    if tagged.model_tag == model_tag(model_id):
        return held
    if tagged.model_tag == NO_MODEL:
        return replace(held, model=None, dictionary=b"")
    own = f"model {model_id.hex()}" if model_id else "no model"
    raise UnknownModel(
        f"the tag is of a model 0x{tagged.model_tag:02x}…, where {own} is implied; {QUESTION}", 0, "model_tag"
    )


def check_content(tagged: Tagged, content: bytes) -> None:
    """Compare a content with the check (rule TAG-7).

    Raises:
        ChecksumMismatch: it has another one.
    """
    if check_of(content) != tagged.check:
        raise ChecksumMismatch(f"the check of the content differs from the tag; {QUESTION}", 1, "check")


def content_of(tagged: Tagged, decode: Callable[[], bytes]) -> bytes:
    """Decode the message behind a tag, and check the content (rules TAG-6 and TAG-7).

    Args:
        tagged: the tag.
        decode: decodes the message behind it.

    Raises:
        DecodeError: the message is refused, with an offset that counts from the tag; or the content has another
            check than the tag.
    """
    try:
        content = decode()
    except DecodeError as error:
        raise error.restated(error.reason, shift=SIZE) from None
    check_content(tagged, content)
    return content


def decode_tagged(
    wire: bytes, held: SharedState, model_id: bytes, decode: Callable[[bytes, SharedState], bytes]
) -> bytes:
    r"""Read a tagged message (rules TAG-5 to TAG-7). All implementations here share this.

    Args:
        wire: tag, marker and body.
        held: by the reader.
        model_id: the id of the implied model, 8 bytes; empty if there is none.
        decode: decodes marker and body with the part of ``held`` that rule TAG-5 allows.

    Raises:
        DecodeError: the tag or the message is refused.

    >>> decode_tagged(b"\0\xcd\x07hi", SharedState(), b"", lambda message, held: message[1:])
    b'hi'
    """
    tagged = parse_tagged(wire)
    usable = held_for(tagged, held, model_id)
    return content_of(tagged, lambda: decode(tagged.message, usable))


_SHARED: Final = frozenset(
    (
        *(Marker.CLASSIC, Marker.ZSTANDARD_DICTIONARY, Marker.TYPED, Marker.MODELLED, Marker.FUZZY),
        *ADAPTIVE_COMPACT,
        *AURALITE_COMPACT,
    )
)
"""Markers of messages that mean something else with another model or other templates."""


def questioned(error: DecodeError, message: bytes) -> DecodeError:
    r"""The error of a message; its reason asks whether the writer held something else, where that may be so.

    Args:
        error: with which the message was refused.
        message: marker and body.

    >>> str(questioned(Truncated("the message ends inside a field", 2), b"\x90\x12"))
    'Truncated at offset 2: the message ends inside a field; written with another model or templates?'
    """
    if isinstance(error, (UnknownModel, Unsupported)) or QUESTION in error.reason:
        return error
    if isinstance(error, UnknownTemplate) or (message and message[0] in _SHARED):
        return error.restated(f"{error.reason}; {QUESTION}")
    return error
