"""Streams with a check of 32 bits: strings beyond their window, and heads with as many bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from aura_reference import stream as reference
from aura_reference.auralite import Reader
from aura_reference.local_model import Predictor
from aura_spec import stream
from aura_spec.context_model import END
from aura_spec.errors import Code
from aura_spec.mixer import PROB_ONE
from aura_spec.stream import LONG_CHECK, SAME_KIND, Flag, Text, expected, remainder
from aura_vectors.case import Case, Groups, refusal
from aura_vectors.case_types.stream import Streams
from aura_vectors.chapters.stream_rules import with_remainder
from aura_vectors.flags import Flag as Mistake

_CLIENT: Final = Streams(LONG_CHECK)
_SERVER: Final = Streams(LONG_CHECK, server=True)
_RULES: Final = ("STR-5", "STR-6", "STR-7")

Steps = Sequence[tuple[str, str | bytes]]


def groups(talk: Steps, resets: Steps) -> Groups:
    """All groups.

    Args:
        talk: a conversation.
        resets: another one, with resets, and messages that are no strings.
    """
    said = _CLIENT.story(talk, _RULES)
    yield _CLIENT, said
    yield _SERVER, _SERVER.story(talk[:2], _RULES)
    yield _CLIENT, _CLIENT.story(resets, [*_RULES, "STR-4", "STR-9"])
    yield _CLIENT, list(_beyond())
    yield _CLIENT, list(_others())
    yield _CLIENT, [*_faults([case.wire for case in said]), _cut_before_check(), *_short_checks()]


def _window(wire: bytes) -> int:
    """The T of the string of a first message (rule RNG-1)."""
    terms = _CLIENT.terms()
    reader = Reader(wire, stream.START)
    reader.choose((0,), (SAME_KIND, PROB_ONE - SAME_KIND))
    predictor = Predictor(terms.model, reference.Memory(terms).state)
    while predictor.code(reader) != END:
        pass
    return reader.decoder.interval().window


def _beyond() -> Iterator[Case]:
    """A string for each number of bytes more than its window has (rule STR-7)."""
    seen: set[int] = set()
    for number in range(1000):
        text = f"No. {number}"
        wire = reference.Sender(_CLIENT.terms()).encode(Text(text.encode(), True))
        beyond = len(wire) - _window(wire)
        if beyond in seen or beyond < 0:
            continue
        seen.add(beyond)
        [case] = _CLIENT.story([("", text)], ["STR-7"])
        yield replace(case, comment=f"a string of {beyond} bytes beyond its window")
        if beyond == stream.BEYOND:
            other = with_remainder(_CLIENT, wire + b"\0")
            comment = "a string of 3 bytes beyond its window"
            yield _CLIENT.refused(
                comment, Code.MALFORMED, other, [], "STR-7", flag=Mistake.IGNORES_TRAILING_BYTES
            )
    if seen != {0, 1, 2}:
        raise ValueError(f"no string has another number of bytes beyond its window than {sorted(seen)}")


def _others() -> Iterator[Case]:
    """Strings of the right remainder beside that of a text, longer ones and larger ones (rule STR-7)."""
    for text in ("Hi", "Is there parking?"):
        wire = reference.Sender(_CLIENT.terms()).encode(Text(text.encode(), True))
        for size, more in ((0, 1), (1, 0), (1, 1), (2, 0), (2, 1)):
            number = (int.from_bytes(wire, "big") << 8 * size >> LONG_CHECK) + more << LONG_CHECK
            other = with_remainder(_CLIENT, number.to_bytes(len(wire) + size, "big"))
            comment = f"{size} bytes longer, the {more}. after: {text:.20}"
            case = _CLIENT.refused(comment, Code.NON_CANONICAL, other, [], "STR-7")
            if refusal(case, _CLIENT) is Code.NON_CANONICAL:
                yield replace(case, flag=Mistake.ANY_IN_INTERVAL)


def _faults(wires: Sequence[bytes]) -> Iterator[Case]:
    desync = Code.STREAM_DESYNC
    yield _CLIENT.refused("a lost message", desync, wires[2], wires[:1], "STR-8")
    yield _CLIENT.refused("a repeated message", desync, wires[1], wires[:2], "STR-8")
    for place in (0, len(wires[0]) // 2, len(wires[0]) - 1):
        wire = bytearray(wires[0])
        wire[place] ^= 0x10
        yield _CLIENT.refused(f"a bit of byte {place} flipped", desync, bytes(wire), [], "STR-8")
    for size in range(1, len(wires[0])):
        yield _CLIENT.refused(f"cut after {size} bytes", desync, wires[0][:size], [], "STR-7")


def _cut_before_check() -> Case:
    """A reset with three bytes for a check of four, which leave the right remainder all the same."""
    terms = _CLIENT.terms()
    for counter in range(stream.LATEST):
        head = bytes((0, Flag.RESET | Flag.MESSAGE)) + counter.to_bytes(2, "big")
        change = remainder(head + bytes(3), LONG_CHECK) ^ expected(
            terms.agreed, counter, LONG_CHECK, server=False
        )
        if change < 1 << 24:
            wire, comment = head + change.to_bytes(3, "big"), "a message that ends before its check does"
            return _CLIENT.refused(
                comment, Code.TRUNCATED, wire, [], "STR-2", flag=Mistake.READS_BEFORE_START
            )
    raise ValueError("no counter leaves the remainder")


def _short_checks() -> Iterator[Case]:
    """Messages with a head whose check has 16 bits, as with other least checks."""
    shorter = Streams(16)
    for is_string in (True, False):
        sender = reference.Sender(replace(shorter.terms(), agreed=_CLIENT.terms().agreed))
        sender.reset(ask=False)
        wire = sender.encode(Text(b"Hi", True), None if is_string else lambda _: b"\x07Hi")
        comment = f"a {'string' if is_string else 'message'} with a head and 16 bits of check"
        yield _CLIENT.refused(comment, Code.STREAM_DESYNC, wire, [], "STR-5")
