"""A lock that processes take in turn, for what they read, change and write back to one file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

try:
    import fcntl
except ImportError:  # no POSIX: writes are atomic, but do not wait for each other
    fcntl = None  # type: ignore[assignment]


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock of ``path``; wait until no other process and no other thread does.

    The lock is a file beside ``path``, which goes when the lock is given up. One that a killed process left holds
    nobody up.

    Raises:
        OSError: the directory takes no file, or its file system knows no locks; ``filename`` is ``path``.
    """
    target = Path(os.path.realpath(path))
    # The name has nothing of the path's but a digest, since that may be as long as a name can be.
    lock = target.with_name(f".aura-{sha256(os.fsencode(target.name)).hexdigest()[:16]}.lock")
    try:
        descriptor = _acquire(lock)
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), str(path)) from error
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()  # while it is held: whoever waits for this file then makes a new one
        os.close(descriptor)


def _acquire(lock: Path) -> int:
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), lock.stat()):
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
