"""Faults on sessions: frames cut, lost, repeated, swapped and damaged; does a wrong text ever come out?

Usage: python bench/session_faults.py [--faults N] [--corpus FILE.jsonl.gz] [--memory BYTES] [--seed N]

Each trial is a session of its own with a few messages of a conversation; one fault befalls its frames, control
frames among them, and everything that was sent before and after is delivered. Every cut of a message is tried
first, then faults are drawn at random. A trial ends right if the texts delivered are the first ones sent, in order,
each once, until an error ends the session; an error has to be one of the declared ones. What a transport would
notice, as WebSocket runs over TCP, is given to the session on purpose.

Where messages are coded by themselves (``--memory 0``) nothing tells that one is lost, repeated or swapped; then
only the texts that belong to no message sent are counted as wrong.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from aura.connections.session import Message, Models, Session, Settings
from aura.errors import DecodeError
from aura.models.model import Model
from aura.server import conversation

FAULTS = ("cut", "lost", "repeated", "swapped", "one bit", "some bits", "a byte", "a burst", "inserted")
MESSAGES = 4
PREPARED = 200
"""Sessions whose frames are made; each is used for many faults."""


def record(settings: Settings, texts: Sequence[str]) -> list[bytes]:
    """All frames of a client that says this, hello first."""
    client, server = Session(settings, role="client"), Session(settings, role="server")
    frames = client.data_to_send()
    for frame in server.data_to_send():
        client.receive_data(frame)
    for text in texts:
        client.send(text)
        frames += client.data_to_send()
    return frames


def deliver(settings: Settings, frames: Sequence[bytes]) -> tuple[list[str | bytes], str]:
    """The texts that come out, and the error that ended it, if there was one."""
    server = Session(settings, role="server")
    out: list[str | bytes] = []
    for frame in frames:
        try:
            events = server.receive_data(frame)
        except DecodeError as error:
            return out, str(error.code)
        out += [event.data for event in events if isinstance(event, Message)]
    return out, ""


def break_frames(rng: random.Random, frames: Sequence[bytes], fault: str) -> list[bytes]:
    """The frames after a fault."""
    broken = list(frames)
    place = rng.randrange(len(broken))
    frame = bytearray(broken[place])
    if fault == "lost":
        del broken[place]
        return broken
    if fault == "repeated":
        broken.insert(rng.randrange(place, len(broken)) + 1, broken[place])
        return broken
    if fault == "swapped":
        other = rng.randrange(len(broken))
        broken[place], broken[other] = broken[other], broken[place]
        return broken
    if fault == "cut":
        del frame[rng.randrange(len(frame)) :]
    elif fault == "inserted":
        at = rng.randrange(len(frame) + 1)
        frame[at:at] = rng.randbytes(rng.randrange(1, 5))
    elif fault == "a byte":
        frame[rng.randrange(len(frame))] = rng.randrange(256)
    elif fault == "a burst":
        at = rng.randrange(len(frame))
        frame[at : at + 4] = rng.randbytes(len(frame[at : at + 4]))
    else:
        for _ in range(1 if fault == "one bit" else rng.randrange(2, 9)):
            frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
    broken[place] = bytes(frame)
    return broken


def cuts(frames: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Every cut of every frame, and the end of the connection after each."""
    for place, frame in enumerate(frames):
        yield list(frames[:place])
        for size in range(len(frame)):
            yield [*frames[:place], frame[:size], *frames[place + 1 :]]


def judge(sent: Sequence[str], out: Sequence[str | bytes], *, in_order: bool) -> bool:
    """Whether nothing wrong came out."""
    return list(out) == list(sent[: len(out)]) if in_order else set(out) <= set(sent)


def main() -> None:
    """Count what becomes of faults."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=100_000)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--memory", type=int, default=1 << 15)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311  # the same faults each time
    settings = Settings(Models([Model.load_default()]), memory=options.memory)
    texts = load(options.corpus)
    sessions = []
    for _ in range(PREPARED):
        start = rng.randrange(max(1, len(texts) - MESSAGES))
        said = texts[start : start + MESSAGES]
        sessions.append((said, record(settings, said)))
    in_order = options.memory > 0
    ends: Counter[tuple[str, str]] = Counter()
    wrong = 0
    for said, frames in sessions[:20]:
        for broken in cuts(frames):
            out, error = deliver(settings, broken)
            ends["every cut", error] += 1
            wrong += not judge(said, out, in_order=in_order)
    for number in range(options.faults):
        said, frames = sessions[number % len(sessions)]
        fault = rng.choice(FAULTS)
        out, error = deliver(settings, break_frames(rng, frames, fault))
        ends[fault, error] += 1
        if not judge(said, out, in_order=in_order):
            wrong += 1
            print(json.dumps({"wrong": fault, "sent": said, "out": list(map(str, out))}), flush=True)
    table = [
        {"fault": fault, "end": end or "none", "count": count} for (fault, end), count in sorted(ends.items())
    ]
    for row in table:
        print(json.dumps(row))
    print(json.dumps({"trials": sum(ends.values()), "wrong texts": wrong}))


def load(corpus: Path | None) -> list[str]:
    """Texts to send."""
    if corpus is None:
        return [turn.text for turn in conversation.load()]
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


if __name__ == "__main__":
    main()
