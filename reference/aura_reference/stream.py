"""Streams (rules STR-1 to STR-11)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import chain

from aura_reference import local_memory, local_model
from aura_reference.auralite import Reader, Writer
from aura_reference.local_memory import Size
from aura_reference.local_model import Predictor
from aura_reference.range_coder import Interval
from aura_spec import context_model, mixer, range_coder
from aura_spec import stream as spec
from aura_spec.context_model import ContextModel
from aura_spec.errors import EncodeError, LimitExceeded, Malformed, NonCanonical, StreamDesync, Truncated
from aura_spec.stream import (
    Flag,
    Head,
    Terms,
    Text,
    build_head,
    check_bits,
    check_size,
    expected,
    max_beyond,
    parse_message,
    remainder,
)

_KINDS = (spec.SAME_KIND, mixer.PROB_ONE - spec.SAME_KIND)


class Memory:
    """All that a stream remembers."""

    def __init__(self, terms: Terms) -> None:
        self.state = local_memory.Memory(Size(terms.slot_bits, terms.window))
        self.is_text = True

    def copy(self) -> Memory:
        """Another one, which remembers the same so far."""
        other = copy.copy(self)
        other.state = self.state.copy()
        return other

    def learn(self, text: bytes, model: ContextModel) -> None:
        """Let a message enter that is no string (rule STR-11)."""
        local_model.learn(text, self.state, model)


def find_string(interval: Interval, head: bytes, terms: Terms, counter: int) -> bytes:
    """The string in an interval (rule STR-7)."""
    low, size, window = interval
    length = max(1, window - range_coder.WINDOW)
    beyond = max_beyond(terms.check)  # all is counted in units of the last byte that a string may have
    low, size, window = low << 8 * beyond, size << 8 * beyond, window + beyond
    while True:
        shift = 8 * (window - length)
        least, most = -(-low >> shift), (low + size >> shift) - 1
        bits = check_bits(len(head) + length, terms.check, head=bool(head))
        target = expected(terms.agreed, counter, bits, server=terms.server)
        free = min(bits, 8 * length)  # the low bits of the string, which make any remainder
        first = least >> free << free
        for start in (first, first + (1 << free)):
            if start <= most:
                string = start | remainder(head + start.to_bytes(length, "big"), bits) ^ target
                if string >> free == start >> free and least <= string <= most:
                    return string.to_bytes(length, "big")
        length += 1


class Sender:
    """The end of a stream that sends.

    Args:
        terms: that both ends agree on.
        counter: of the next message.
    """

    def __init__(self, terms: Terms, counter: int = 0) -> None:
        self._terms = terms
        self._memory = Memory(terms)
        self._counter = counter
        self._flags = Flag(0)

    def reset(self, *, ask: bool) -> None:
        """Forget all, and say so with the next message (rules STR-9 and STR-10)."""
        self._memory = Memory(self._terms)
        self._flags |= Flag.RESET | (Flag.ASK if ask else Flag(0))

    def encode(self, text: Text, compressed: Callable[[bytes], bytes] | None = None) -> bytes:
        """The next message.

        Args:
            text: what it says.
            compressed: gives a message that is no part of a stream; where a string does not halve the
                text, and it is smaller, it is taken. Without it, a string is.

        Raises:
            EncodeError: the text is too long for a string, and ``compressed`` is not given.
        """
        if len(text.data) > spec.MAX_STRING and compressed is None:
            raise EncodeError(f"a string codes at most {spec.MAX_STRING} bytes")
        before = self._memory
        wire = None
        if len(text.data) <= spec.MAX_STRING:
            if compressed is not None:
                self._memory = before.copy()
            wire = self._string(text)
        if compressed is not None and (wire is None or 2 * len(wire) > len(text.data)):
            other = self._message(text, compressed(text.data))
            if wire is None or len(other) < len(wire):
                wire = other
                self._memory = before
                self._memory.learn(text.data, self._terms.model)
        assert wire is not None  # noqa: S101  # one of both was made
        self._memory.is_text = text.is_text
        self._counter = (self._counter + 1) % spec.COUNTERS
        self._flags = Flag(0)
        return wire

    def _string(self, text: Text) -> bytes:
        writer = Writer(spec.START)
        writer.symbol = int(text.is_text != self._memory.is_text)
        writer.choose((0,), _KINDS)
        predictor = Predictor(self._terms.model, self._memory.state)
        for writer.symbol in chain(text.data, (context_model.END,)):
            predictor.code(writer)
        head = build_head(Head(self._flags, self._counter))
        return head + find_string(writer.encoder.interval(), head, self._terms, self._counter)

    def _message(self, text: Text, message: bytes) -> bytes:
        flags = self._flags | Flag.MESSAGE | (Flag.TEXT if text.is_text else Flag(0))
        wire = build_head(Head(flags, self._counter)) + message
        size = check_size(self._terms.check)
        target = expected(self._terms.agreed, self._counter, 8 * size, server=self._terms.server)
        return wire + (remainder(wire + bytes(size), 8 * size) ^ target).to_bytes(size, "big")


class Receiver:
    """The end of a stream that receives.

    Args:
        terms: that both ends agree on.
        predictor: reads a string with what is remembered; another one may watch how.

    Attributes:
        asked: whether the last message asked for a reset (rule STR-10).
        lost: whether nothing but a reset can be read (rule STR-8).
    """

    def __init__(
        self, terms: Terms, predictor: Callable[[ContextModel, local_memory.Memory], Predictor] = Predictor
    ) -> None:
        self.asked = False
        self.lost = False
        self._terms = terms
        self._predictor = predictor
        self._memory = Memory(terms)
        self._counter = 0

    def decode(self, wire: bytes, max_size: int, decompressed: Callable[[bytes, int], bytes]) -> Text:
        """Read the next message.

        Args:
            wire: the message.
            max_size: bytes that it may decode to.
            decompressed: reads a message that is no part of a stream, of at most so many bytes.

        Raises:
            DecodeError: as the rules say.
        """
        lost, self.lost, self.asked = self.lost, True, False
        if not wire:
            raise Truncated("the message is empty", 0, "head")
        head, body = parse_message(wire) if wire[0] == spec.HEAD_BYTE else (Head(), wire)
        place = len(wire) - len(body)
        if head.flags & Flag.RESET:
            if (head.counter - self._counter) % spec.COUNTERS > spec.LATEST:
                raise StreamDesync("the reset is an old one", 2, "counter")
            counter, memory = head.counter, None
        elif lost:
            raise StreamDesync("the stream is lost until it is reset", 0)
        else:
            counter, memory = self._counter, self._memory
        bits = check_bits(len(wire), self._terms.check, head=place > 0)
        if remainder(wire, bits) != expected(self._terms.agreed, counter, bits, server=self._terms.server):
            raise StreamDesync("the message is not the next one, or damaged", place)
        memory = memory or Memory(self._terms)
        if head.flags & Flag.MESSAGE:
            size = len(body) - bits // 8
            if size < 0:
                raise Truncated("the message ends before its check does", len(wire), "body")
            text = Text(decompressed(body[:size], max_size), bool(head.flags & Flag.TEXT))
            memory.learn(text.data, self._terms.model)
        else:
            text = self._read_string(memory, body, wire[:place], counter, max_size)
        if text.is_text:
            check_utf8(text.data)
        memory.is_text = text.is_text
        self._memory, self._counter = memory, (counter + 1) % spec.COUNTERS
        self.lost, self.asked = False, bool(head.flags & Flag.ASK)
        return text

    def _read_string(self, memory: Memory, string: bytes, head: bytes, counter: int, max_size: int) -> Text:
        reader = Reader(string, spec.START)
        is_text = memory.is_text ^ (reader.choose((0,), _KINDS) == 1)
        predictor = self._predictor(self._terms.model, memory.state)
        most = min(max_size, spec.MAX_STRING)
        while predictor.code(reader) != context_model.END:
            if len(predictor.message) > most:
                raise LimitExceeded(f"the message decodes to more than {most} bytes", len(head), "string")
        reader.decoder.end(max_beyond(self._terms.check))
        if find_string(reader.decoder.interval(), head, self._terms, counter) != string:
            raise NonCanonical("the string is not the shortest and smallest", len(head), "string")
        return Text(bytes(predictor.message), is_text)


def check_utf8(data: bytes) -> None:
    """Rule STR-3.

    Raises:
        Malformed: it is not UTF-8.
    """
    try:
        data.decode()
    except UnicodeDecodeError:
        raise Malformed("the text is not UTF-8", 0, "string") from None
