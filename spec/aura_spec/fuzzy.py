"""Marker 0x0A, the fuzzy template frame: a message that is close to a template but does not match it.

Translation memories call this a fuzzy match. The message is coded as a delta against the template's text, as VCDIFF
(RFC 3284) codes a file against an earlier version of it. There is no list of corrections: the local model, which
codes each message of a stream with the memory of those before it, codes this one as if the text of the template had
come before it. Where the message goes along with that text, a byte costs a small part of a bit.

FUZ-1: The body begins with the id of the template, a canonical varint. A string of the range coder follows, to the
end of the message.

FUZ-2: Without a model the message is ``UnknownModel``; this is checked before the id is read. A template that is
not held is ``UnknownTemplate``, before anything behind its id is read.

FUZ-3: The string is that of rules RNG-1 to RNG-7, but at the start low is ``START`` and range is 2^32 - ``START``.
So its first byte is not 0; a string with the first byte 0 is ``Malformed``.

FUZ-4: The example of a template is what it renders to with ``FILLING`` as the value of every slot.

FUZ-5: The local model codes the message with the memory of a stream of one earlier message, which is the example.
The memory has the size of that of a single message. A byte 0 stands for ``END`` in it, as in any stream (rule
LOC-1)::

    code_message()
        begin as rule LOC-12 says, with b = SLOT_BITS and W = 2^16
        let the example enter the window, with the byte 0 behind it (rule STR-11)
        begin as rule LOC-10 says
        repeat
            code a symbol (rule LOC-9): the next byte of the message, or END after the last
        until the symbol is END

FUZ-6: A decoder stops with ``LimitExceeded`` as soon as it has decoded more bytes than its output limit or
``limits.MAX_ADAPTIVE`` allows. An example is never longer than its pattern, at most ``limits.MAX_PATTERN`` bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import construct as c

from aura_spec import typed
from aura_spec.errors import Truncated
from aura_spec.template import Template
from aura_spec.typed import parse_template_id
from aura_spec.wire import Checked, Field, Span, build, parse_from

START: Final = 1 << 24
END: Final = 1 << 32
"""The first interval of the string (rule FUZ-3)."""

FILLING: Final = b"12"
"""Stands in the slots of an example (rule FUZ-4)."""

FOOT: Final = c.Struct(
    Field(
        "string",
        Checked(
            Checked(c.GreedyBytes, lambda string: len(string) > 0, "the string is missing", Truncated),
            lambda string: string[0] != 0,
            "the string begins with 0",
        ),
        "symbols of the message, range coded",
    )
)


@dataclass(frozen=True, slots=True)
class FuzzyFrame:
    """A template id, and the string that codes the message."""

    template_id: int
    string: bytes


def parse_body(body: bytes, templates: Mapping[int, Template], trace: list[Span] | None = None) -> FuzzyFrame:
    """Read a frame, but not its string (rules FUZ-1 to FUZ-3).

    Raises:
        DecodeError: as the rules say.
    """
    stream = io.BytesIO(body)
    template_id = parse_template_id(stream, templates, trace)
    return FuzzyFrame(template_id, parse_from(FOOT, stream, base=1, trace=trace).string)


def build_body(frame: FuzzyFrame) -> bytes:
    r"""Write a frame (rules FUZ-1 and FUZ-3).

    Raises:
        EncodeError: the id is out of range, or the string does not begin as one.

    >>> build_body(FuzzyFrame(300, b"\x12\x34")).hex()
    'ac021234'
    """
    return build(typed.HEAD, {"template_id": frame.template_id}) + build(FOOT, {"string": frame.string})


def example_of(template: Template) -> bytes:
    """The example of a template (rule FUZ-4).

    >>> from aura_spec.template import parse_pattern
    >>> example_of(parse_pattern("Job {id:int} on {host} is done."))
    b'Job 12 on 12 is done.'
    """
    return template.render((FILLING,) * len(template.slots))
