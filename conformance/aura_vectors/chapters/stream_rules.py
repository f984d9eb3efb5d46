"""Streams at the edges of single rules: what one mistake would read otherwise, and every other reader the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from aura_fast import model as model_file
from aura_reference import brio2
from aura_reference import stream as reference
from aura_reference.auralite import Writer
from aura_reference.local_model import Predictor
from aura_reference.parse import Parse, Repeat
from aura_spec import stream
from aura_spec.context_model import END, Prefix
from aura_spec.errors import Code
from aura_spec.marker import Marker, build_message
from aura_spec.mixer import PROB_ONE
from aura_spec.stream import SAME_KIND, Flag, Text, check_bits, expected, remainder
from aura_vectors.case import Case, Groups, refusal
from aura_vectors.case_types.stream import Streams
from aura_vectors.chapters.prefix import HITS, PAST
from aura_vectors.flags import Flag as Mistake
from aura_vectors.models import NO_CONTEXTS

_CLIENT: Final = Streams(8)
_FLAT: Final = Streams(4, model=model_file.write(NO_CONTEXTS))
"""A byte takes about a byte."""
_NOISE: Final = "".join(f"{number * number * 40503 % 65521:04x}" for number in range(90))
_RARE: Final = "".join(chr(0x4E00 + number * number * 7919 % 20000) for number in range(8))
"""A text that no model predicts, so that it is shorter as a stored message."""


def groups() -> Groups:
    """All groups."""
    yield _CLIENT, list(_flags())
    yield _FLAT, list(_checks())
    yield Streams(4), list(_other_strings(Streams(4)))
    yield _CLIENT, list(_other_strings(_CLIENT))
    yield _CLIENT, [_too_long()]
    yield _CLIENT, list(_counters())
    yield _CLIENT, _stories(_KINDS, "STR-9")
    yield _CLIENT, list(_long_messages())
    yield _CLIENT, _stories(_FORGOTTEN, "LOC-1", "LOC-5", "STR-12")
    for numbers in _NUMBERS:
        yield _CLIENT, _stories(numbers, "LOC-6", "LOC-7", "LOC-10")
    yield _CLIENT, _stories(_BEGINNINGS, "LOC-1", "LOC-10")
    yield _CLIENT, _stories(_ZEROS, "LOC-1", "LOC-11")
    for memory in (stream.LARGE_MEMORY - 1, stream.LARGE_MEMORY):
        held = Streams(8, memory=memory)
        yield held, held.story([("", text) for text in _MANY], ["STR-12", "LOC-4"])
    with_prefix = Streams(8, model=_model(PAST + b"1" + PAST + b"2"))
    yield with_prefix, with_prefix.story([("", text) for text in _PAST], ["LOC-13"])


def _stories(texts: Iterable[str | bytes | tuple[str, str | bytes]], *rules: str) -> list[Case]:
    """A story of texts, each alone or with what happens before it."""
    return _CLIENT.story([text if isinstance(text, tuple) else ("", text) for text in texts], rules)


_KINDS: Final = (
    b"\xff\xfe bytes",
    ("reset", "text after a reset"),
    b"\xff\xfe bytes",
    ("reset", b"\xff\xfe bytes"),
)

_FORGOTTEN: Final = (
    "The code is swordfish-4711, remember it.",
    "na" * 520,
    "The code is swordfish-4711, remember it.",
)
"""The second takes 1,040 bytes of a window of 1,024."""

_NUMBERS: Final = (
    # The end of a message ends its last number.
    ("n 10", "Well.", "n 20", "Hmm?", "n 30", "So!", "n 40"),
    # A number at the beginning has one field, whatever the message before ended with.
    ("10 apples", "Well.", "20 pears", "Hmm?", "30 plums", "So!", "40 nuts"),
    # Nor is it a part of the number before.
    ("1 of 1", "2 of 2", "3 of 3", "4 of 4", "5 of 5"),
)

_BEGINNINGS: Final = (
    "{a: one, b: two}",
    "{a: six, b: ten}",
    "two}",
    "{a: one, b: ten}",
    "b: two}",
    "{a: six, b: two}",
)
"""Each begins anew: not in the row, between the signs or after the bytes with which the one before ended."""

_ZEROS: Final = (
    *(b"ab\0cd\0\0", b"ab\0cd\0\0", b"\0", b"ab\0cd", b"ab", b"ab\0cd\0\0"),
    *(b"abcdefghijkl", b"zabcdefghijkl", b"abcdefghijkl\0abcdefghijkl\0zab"),
)
"""A byte 0 of a message looks like an end where it is remembered. A match that predicts an end misses there."""

_MANY: Final = (
    " ".join(f"{number * number * 40503 % 65521:x}" for number in range(120)),
    " ".join(f"{number * number * 40503 % 65521:x}" for number in range(40, 80)),
)
"""More contexts than there are slots; the more slots, the more of them are known again."""

_PAST: Final = (
    PAST[:40],
    PAST[:23] + b"!",
    PAST[-24:] + b"2",
    PAST[-24:] + b"1",
    b"Q" + PAST[:24] + b"A",
    b"R" + PAST[:24] + b"B",
    b"SR" + PAST[:24] + b"C",
    PAST[:30],
)
"""The last place counts, from 24 bytes on, unless the window has a match."""


def _model(prefix: bytes) -> bytes:
    return model_file.write(replace(NO_CONTEXTS, prefix=Prefix(prefix, HITS)))


def _flags() -> Iterator[Case]:
    """Texts that go as messages of their own, with each combination of flags (rules STR-2 and STR-4)."""
    steps = [
        (happens, _RARE + letter) for happens, letter in (("", "a"), ("reset", "b"), ("reset and ask", "c"))
    ]
    yield from _CLIENT.story([*steps, ("", "and a string"), ("", _RARE.encode()[1:])], ["STR-2", "STR-4"])
    for flags in (8, 9, 10, 11, 16, 32, 64, 128, 255):
        comment = f"flags of {flags:#04x}"
        yield _CLIENT.refused(
            comment, Code.MALFORMED, bytes((0, flags, 0, 0)), [], "STR-2", flag=Mistake.ACCEPTS_RESERVED
        )
    asks = reference.Sender(_CLIENT.terms())
    asks._flags = Flag.ASK  # noqa: SLF001  # no encoder of this project asks without a reset
    wire = asks.encode(Text(b"Who is there?", True))
    yield _CLIENT.taken("a string that asks without a reset", wire, [], "STR-2", "STR-10")
    asks._flags = Flag.ASK  # noqa: SLF001
    other = asks.encode(Text(_RARE.encode(), True), lambda data: b"\x07" + data)
    yield _CLIENT.taken("a message that asks without a reset", other, [wire], "STR-2", "STR-10")


def _checks() -> Iterator[Case]:
    """Strings of the lengths at which the check gets longer, with the shortest check (rule STR-5)."""
    noise = bytes(number * number * 40503 % 65521 >> 8 for number in range(200))
    for size in (31, 32, 33, 127, 128, 129):
        for length in range(size - 8, size + 8):
            case = _FLAT.story([("", noise[:length])], ["STR-5"])[0]
            if len(case.wire) == size:
                yield replace(case, comment=f"a string of {size} bytes")
                break


def _other_strings(case_type: Streams) -> Iterator[Case]:
    """Strings beside that of a text, with the right remainder (rule STR-7)."""
    for text in ("Hi", "Is there parking?", _NOISE[:30]):
        terms = case_type.terms()
        wire = reference.Sender(terms).encode(Text(text.encode(), True))
        for size in (0, 1, 2, 3):
            bits = check_bits(len(wire) + size, terms.check, head=False)
            number = int.from_bytes(wire, "big") << 8 * size >> bits
            for more in (1, 2):
                start = number + more << bits
                other = with_remainder(case_type, start.to_bytes(len(wire) + size, "big"))
                case = case_type.refused(
                    f"{size} bytes longer, the {more}. after: {text:.20}",
                    Code.NON_CANONICAL,
                    other,
                    [],
                    "STR-7",
                )
                if refusal(case, case_type) is Code.NON_CANONICAL:
                    yield replace(case, flag=Mistake.ANY_IN_INTERVAL)
        for size in (8, 12):
            other = with_remainder(case_type, wire[:-1] + bytes((wire[-1] ^ 1,)) + bytes(size))
            case = case_type.refused(f"{size} bytes behind: {text:.20}", Code.MALFORMED, other, [], "STR-7")
            yield replace(case, code=refusal(case, case_type), flag=Mistake.IGNORES_TRAILING_BYTES)


def with_remainder(case_type: Streams, wire: bytes, counter: int = 0) -> bytes:
    """The message with other last bits, that leaves the right remainder."""
    terms = case_type.terms()
    bits = check_bits(len(wire), terms.check, head=wire[:1] == b"\0")
    wanted = expected(terms.agreed, counter, bits, server=terms.server)
    return (int.from_bytes(wire, "big") ^ remainder(wire, bits) ^ wanted).to_bytes(len(wire), "big")


def _too_long() -> Case:
    """A string that codes a byte more than rule STR-3 allows."""
    terms = _CLIENT.terms()
    writer = Writer(stream.START)
    writer.symbol = 0
    writer.choose((0,), (SAME_KIND, PROB_ONE - SAME_KIND))
    predictor = Predictor(terms.model, reference.Memory(terms).state)
    for writer.symbol in (*b"a" * (stream.MAX_STRING + 1), END):
        predictor.code(writer)
    wire = reference.find_string(writer.encoder.interval(), b"", terms, 0)
    comment, flag = f"a string of {stream.MAX_STRING + 1} bytes", Mistake.IGNORES_LIMIT
    return _CLIENT.refused(comment, Code.LIMIT_EXCEEDED, wire, [], "STR-3", flag=flag)


def _counters() -> Iterator[Case]:
    """Resets that are as late as they may be, or later, and counters beyond 2^16 (rules STR-6 and STR-9)."""

    def reset_at(counter: int) -> tuple[bytes, bytes]:
        sender = reference.Sender(_CLIENT.terms(), counter % (1 << 16))
        sender.reset(ask=False)
        return sender.encode(Text(b"A new start.", True)), sender.encode(Text(b"And on.", True))

    late, after_late = reset_at(stream.LATEST)
    yield _CLIENT.taken("a reset that is as late as it may be", late, [], "STR-9")
    yield _CLIENT.taken("the message after it", after_late, [late], "STR-6", "STR-9")
    too_late, _ = reset_at(stream.LATEST + 1)
    for wire, before, comment in (
        (too_late, [], "a reset that is too late by one"),
        (reset_at(-1)[0], [], "a reset that is old by one"),
        (reset_at(2 * stream.LATEST + 2)[0], [late], "after another, too late by one"),
    ):
        yield _CLIENT.refused(comment, Code.STREAM_DESYNC, wire, before, "STR-9")
    later, last = reset_at(2 * stream.LATEST + 1)
    yield _CLIENT.taken("a reset with the largest counter", later, [late], "STR-9")
    yield _CLIENT.taken("the message after it has the counter 0", last, [late, later], "STR-6", "STR-9")


def _long_messages() -> Iterator[Case]:
    """Messages beyond the window, of which its last bytes enter (rule STR-11)."""
    content = b"." * 65_533 + b"qxA" + b"." * 364 + b"qxB" + b"." * 97
    # If all of it entered, slots that were never filled would lead to the A.
    cut = Parse(tuple(b".qxA.qxB."), (Repeat(1, 65_532, 1), Repeat(4, 363, 1), Repeat(4, 96, 1)))
    message = build_message(Marker.BRIO, brio2.encode_parse(content, cut))
    sender = reference.Sender(_CLIENT.terms())
    wires = [sender.encode(Text(content, True), lambda _: message)]
    for text in (b"zzzzqxB", b"....qxB", b"zzqx"):
        wires.append(sender.encode(Text(text, True)))
        yield _CLIENT.taken(f"after 66,000 bytes: {text.decode()}", wires[-1], wires[:-1], "STR-11")
