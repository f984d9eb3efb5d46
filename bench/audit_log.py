"""What an audit log costs a message, and how long a user takes to be exported and erased from a large one.

    python bench/audit_log.py [--messages 100000] [--records 10000000] [--folder /tmp]

The first part counts the processor time of the whole process, so that of the thread that writes, too. The second
part fills a log with records of 10,000 users, and reads, erases and verifies it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from importlib import resources
from itertools import cycle, islice
from pathlib import Path

from aura.audit import AuditLog, AuditOptions, erase, export, verify
from aura.audit.appending import Appender
from aura.audit.entries import entry_of
from aura.audit.rotation import compress_closed
from aura.observation import Direction, Labels, MessageEvent, Observer, tell

USERS = 10_000
BATCH = 5_000


def events() -> Iterator[MessageEvent]:
    """Messages of a conversation, over and over, of one user after another."""
    lines = (
        resources.files("aura").joinpath("data/conversation.jsonl").read_text(encoding="utf-8").splitlines()
    )
    texts = [json.loads(line)["text"].encode() for line in lines]
    for number, text in enumerate(cycle(texts)):
        labels = Labels(f"user-{number % USERS}", f"{number // 20}", "assistant")
        yield MessageEvent(time.time(), Direction.OUT, text, 9, 0.0001, "auralite", None, "0" * 16, labels)


def cost(observer: Observer, count: int) -> float:
    """Microseconds of processor time that an observer takes for a message."""
    made = list(islice(events(), count))
    start = time.process_time()
    for place, event in enumerate(made):
        tell(observer.on_message, event)
        if place % 20 == 0:
            time.sleep(0)  # as a service does something else in between
    if isinstance(observer, AuditLog):
        observer.close()
    return (time.process_time() - start) / count * 1e6


def fill(path: Path, count: int) -> None:
    """Write records as a log does, but without its thread; those of a user are alike, but far apart."""
    appender = Appender(path)
    made = [entry_of(event) for event in islice(events(), USERS)]
    options = AuditOptions()
    for start in range(0, count, BATCH):
        entries = made[start % USERS :][: min(BATCH, count - start)]
        if appender.append(entries, time.time(), max_bytes=options.max_bytes, daily=False):
            compress_closed(path)
    appender.close()


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        nothing = min(cost(Observer(), arguments.messages) for _ in range(3))
        log = min(cost(AuditLog(f"{folder}/cost{number}.jsonl"), arguments.messages) for number in range(3))
        print(f"an observer that does nothing: {nothing:.2f} us a message; an audit log: {log:.2f} us")
        path = Path(folder) / "audit.jsonl"
        start = time.perf_counter()
        fill(path, arguments.records)
        size = sum(file.stat().st_size for file in path.parent.glob("audit.jsonl*"))
        print(
            f"{arguments.records} records written in {time.perf_counter() - start:.1f} s, {size / 1e6:.0f} MB"
        )
        for name, work in (
            ("export", lambda: sum(1 for _ in export(path, "user-77"))),
            ("erase", lambda: erase(path, "user-77")),
            ("verify", lambda: verify(path)),
        ):
            start = time.perf_counter()
            result = work()
            print(f"{name}: {time.perf_counter() - start:.1f} s, {str(result)[:100]}")


if __name__ == "__main__":
    main()
