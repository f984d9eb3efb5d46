"""Damages streams at random, and counts what is given out wrongly.

``python bench/stream_faults.py MESSAGES [FAULTS [CHECK]] [--seed N] [--backend NAME]``: MESSAGES is a file as for
``aura bench``; each source is a connection with the default model. 100,000 faults by default, of all kinds in turn,
and the default check. A text is wrong if it is not the next one of its stream. Every fault ends where the receiver
refuses something, or some messages later.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from aura import Model, backends
from aura.backends import StreamReceiver
from aura.files.corpus import read
from aura_spec.errors import DecodeError
from aura_spec.stream import DEFAULT_CHECK, MIN_MEMORY, Terms, Text

FAULTS: Final = 100_000
SEED: Final = 20261121
BEHIND: Final = 6
"""Messages that are delivered after a fault, if nothing is refused."""

MAX_SIZE: Final = 1 << 20

Damage = Callable[[list[bytes], random.Random], list[bytes]]
"""What becomes of a message and those after it. The list has two or more."""


def flip(wire: bytes, places: Sequence[int]) -> bytes:
    """The message with some bits flipped."""
    damaged = bytearray(wire)
    for place in places:
        damaged[place >> 3] ^= 1 << (place & 7)
    return bytes(damaged)


def flips(count: int) -> Damage:
    """So many different bits are flipped."""
    return lambda wires, draw: [
        flip(wires[0], draw.sample(range(8 * len(wires[0])), min(count, 8 * len(wires[0])))),
        *wires[1:],
    ]


def _drop(wires: list[bytes], draw: random.Random) -> list[bytes]:
    return wires[draw.randint(1, len(wires) - 1) :]


def _repeat(wires: list[bytes], draw: random.Random) -> list[bytes]:
    place = draw.randrange(len(wires))
    return [*wires[: place + 1], wires[draw.randrange(place + 1)], *wires[place + 1 :]]


def _swap(wires: list[bytes], draw: random.Random) -> list[bytes]:
    other = draw.randint(1, len(wires) - 1)
    return [wires[other], *wires[1:other], wires[0], *wires[other + 1 :]]


def _cut(wires: list[bytes], draw: random.Random) -> list[bytes]:
    return [wires[0][: draw.randrange(len(wires[0]))], *wires[1:]]


def _byte(wires: list[bytes], draw: random.Random) -> list[bytes]:
    place = draw.randrange(len(wires[0]))
    other = bytes((wires[0][place] ^ draw.randrange(1, 256),))
    return [wires[0][:place] + other + wires[0][place + 1 :], *wires[1:]]


def _longer(wires: list[bytes], draw: random.Random) -> list[bytes]:
    return [wires[0] + draw.randbytes(draw.randint(1, 4)), *wires[1:]]


def _noise(wires: list[bytes], draw: random.Random) -> list[bytes]:
    return [draw.randbytes(len(wires[0])), *wires[1:]]


KINDS: Final[dict[str, Damage]] = {
    "cut": _cut,
    "dropped": _drop,
    "repeated": _repeat,
    "out of order": _swap,
    "1 bit flipped": flips(1),
    "2 bits flipped": flips(2),
    "3 bits flipped": flips(3),
    "a byte changed": _byte,
    "bytes behind": _longer,
    "random bytes": _noise,
}


def given_out(receiver: StreamReceiver, wires: Sequence[bytes], texts: Sequence[bytes]) -> tuple[int, bool]:
    """Wrong texts, and whether a message was refused. ``texts`` come next in the stream."""
    for number, wire in enumerate(wires):
        try:
            text = receiver.decode(wire, MAX_SIZE, _refuse)
        except DecodeError:
            return 0, True
        if number >= len(texts) or text.data != texts[number]:
            return 1, False
    return 0, False


def _refuse(_message: bytes, _max_size: int) -> bytes:
    raise ValueError("only strings are sent")


def main() -> None:
    """Print, for each kind of fault, how many there were, how many texts were wrong, and what went unnoticed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("messages", type=Path)
    parser.add_argument("faults", type=int, nargs="?", default=FAULTS)
    parser.add_argument("check", type=int, nargs="?", default=DEFAULT_CHECK)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--backend", default="auto")
    options = parser.parse_args()
    messages = list(read(options.messages))
    # less memory is quicker to copy; conversations of this length do not fill it
    terms = Terms(Model.load_default().context_model, 1, MIN_MEMORY, options.check, server=False)
    conversations = [[one.data for one in some] for _, some in groupby(messages, key=lambda one: one.source)]
    conversations = [texts for texts in conversations if len(texts) > 1]
    backend = backends.get(options.backend)
    draw = random.Random(options.seed)  # noqa: S311
    done: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    while done.total() < options.faults:
        for texts in conversations:
            sender, receiver = backend.stream_sender(terms), backend.stream_receiver(terms)
            wires = [sender.encode(Text(text, is_text=True)) for text in texts]
            for place in range(len(texts) - 1):
                for kind, damage in KINDS.items():
                    behind = slice(place, place + BEHIND)
                    hostile = damage(wires[behind], draw)
                    found, refused = given_out(receiver.copy(), hostile, texts[behind])
                    done[kind] += 1
                    wrong[kind] += found
                    silent[kind] += not refused and not found and hostile != wires[behind]
                receiver.decode(wires[place], MAX_SIZE, _refuse)
            if done.total() >= options.faults:
                break
    for kind in KINDS:
        print(f"{kind:16} {done[kind]:8,} faults {wrong[kind]:6,} wrong texts {silent[kind]:6,} unnoticed")
    print(f"{'all':16} {done.total():8,} faults {wrong.total():6,} wrong texts {silent.total():6,} unnoticed")


if __name__ == "__main__":
    main()
