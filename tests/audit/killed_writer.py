"""A process that writes to an audit log until it is killed, and says which messages are in it for certain."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from aura.audit import AuditLog, AuditOptions
from aura.observation import Direction, Labels, MessageEvent


def main(path: Path, first: int) -> None:
    log = AuditLog(path, AuditOptions(max_bytes=1 << 14, fsync="never"))
    print("begun", flush=True)  # noqa: T201
    for start in count(first, 20):
        for number in range(start, start + 20):
            message = f"message {number} " + "x" * (number % 700)
            labels = Labels("ada")
            log.on_message(
                MessageEvent(1.0, Direction.OUT, message.encode(), 9, 0.001, "stored", labels=labels)
            )
        log.flush()
        print(start + 20, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
