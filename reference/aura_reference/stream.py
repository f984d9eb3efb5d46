"""Streams."""

from __future__ import annotations

from itertools import chain

from aura_reference.auralite import Reader, Walk, Writer
from aura_reference.match import slot_of
from aura_spec.context_model import END, ContextModel
from aura_spec.errors import EncodeError, LimitExceeded, Malformed, NonCanonical, StreamDesync, Truncated
from aura_spec.limits import MAX_FORESEEN
from aura_spec.match import MIN_LENGTH
from aura_spec.range_coder import WINDOW
from aura_spec.stream import Head, residue

_HEAD_SIZE = 3
_COUNT = 1 << 16
_KINDS = (4064, 32)


class State:
    """What one direction remembers."""

    def __init__(self, model: ContextModel, memory: int) -> None:
        self.model = model
        self.memory = memory
        self.history = bytearray()

    def walk(self) -> Walk:
        walk = Walk(self.model)
        matcher = walk.matcher
        for place in range(MIN_LENGTH, len(self.history)):
            matcher._places[slot_of(self.history[place - MIN_LENGTH : place])] = place
        matcher.message.extend(self.history)
        return walk

    def learn(self, text: bytes) -> None:
        self.history += text
        del self.history[: max(0, len(self.history) - self.memory // 2)]


def _string(head: bytes, low: int, span: int, window: int, target: int, bits: int) -> bytes:
    """The shortest string, then the smallest, all continuations of which lie in the interval."""
    length = max(1, window - WINDOW)
    while True:
        shift = 8 * (window - length)
        least = -(-low >> shift)
        greatest = (low + span >> shift) - 1
        low_bits = min(bits, 8 * length)
        base = least >> low_bits << low_bits
        for start in (base, base + (1 << low_bits)):
            if start <= greatest:
                rest = residue(head + start.to_bytes(length, "big"), bits) ^ target
                if not rest >> low_bits and least <= start | rest <= greatest:
                    return head + (start | rest).to_bytes(length, "big")
        length += 1


class Sender:
    """One direction, at the end that sends."""

    def __init__(self, model: ContextModel, *, memory: int, check: int, salt: int) -> None:
        self.state = State(model, memory)
        self.check = check
        self.salt = salt
        self.count = 0
        self.head = b""

    def reset(self, head: Head) -> None:
        self.state = State(self.state.model, self.state.memory)
        self.head = bytes((head,))

    def encode(self, text: bytes, *, binary: bool) -> bytes:
        if len(text) > MAX_FORESEEN:
            raise EncodeError(f"a message of a stream has at most {MAX_FORESEEN} bytes")
        head = b""
        if self.head:
            head = self.head + self.count.to_bytes(2, "big")
        target = self.salt + self.count & (1 << self.check) - 1
        walk, writer = self.state.walk(), Writer()
        writer.symbol = int(binary)
        writer.choose((0, 1), _KINDS)
        for writer.symbol in chain(text, (END,)):
            walk.code(writer)
        encoder = writer.encoder
        window = len(encoder._front) + WINDOW
        low = int.from_bytes(encoder._front, "big") << 8 * WINDOW | encoder._low
        wire = _string(head, low, encoder._range, window, target, self.check)
        self.state.learn(text)
        self.count = (self.count + 1) % _COUNT
        self.head = b""
        return wire


class Receiver:
    """One direction, at the end that receives."""

    def __init__(self, model: ContextModel, *, memory: int, check: int, salt: int) -> None:
        self.state = State(model, memory)
        self.check = check
        self.salt = salt
        self.count = 0
        self.lost = False
        self.asked = False

    def decode(self, wire: bytes, max_size: int) -> tuple[bytes, bool]:
        lost, self.lost = self.lost, True
        self.asked = False
        if not wire:
            raise Truncated("the message is empty", 0, "head")
        count, state = self.count, self.state
        head = b""
        asked = False
        if wire[0] in (Head.RESET, Head.RESET_BOTH):
            head, string = wire[:_HEAD_SIZE], wire[_HEAD_SIZE:]
            if len(head) < _HEAD_SIZE:
                raise Truncated("the message ends inside its head", len(wire), "head")
            count = int.from_bytes(head[1:], "big")
            if (count - self.count) % _COUNT >= _COUNT // 2:
                raise StreamDesync("the reset is an old one", 1, "count")
            state = State(state.model, state.memory)
            asked = wire[0] == Head.RESET_BOTH
        else:
            string = wire
            if lost:
                raise StreamDesync("the stream is lost until it is reset", 0)
        target = self.salt + count & (1 << self.check) - 1
        if residue(wire, self.check) != target:
            raise StreamDesync("the message is not the next one", len(head))
        walk, reader = state.walk(), Reader(string)
        binary = reader.choose((0, 1), _KINDS) == 1
        max_size = min(max_size, MAX_FORESEEN)
        begin = len(walk.matcher.message)
        while walk.code(reader) != END:
            if len(walk.matcher.message) - begin > max_size:
                raise LimitExceeded(f"the message decodes to more than {max_size} bytes", 0, "string")
        decoder = reader.decoder
        length, window = len(string), decoder._window
        if length > window:
            raise Malformed("bytes follow the end of the string", len(head), "string")
        low = (int.from_bytes(string, "big") << 8 * (window - length)) - decoder._offset
        if window - length > WINDOW or _string(head, low, decoder._range, window, target, self.check) != wire:
            raise NonCanonical("the string is not the shortest and smallest", len(head), "string")
        text = bytes(walk.matcher.message[begin:])
        state.learn(text)
        self.state, self.count, self.lost, self.asked = state, (count + 1) % _COUNT, False, asked
        return text, binary
