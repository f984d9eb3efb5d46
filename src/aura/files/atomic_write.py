"""Writing a file in one step.

Whoever reads the file meanwhile, or after a crash, has its old content or its new content, never a part. Two kinds
of outputs cannot be replaced, and are written in place: what is not a regular file, such as a device or a FIFO, and
a file whose directory takes no new file beside it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_NO_NEW_FILE: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY})
"""Errors of a directory that takes no new file, or of a file that is a mount point, as in containers."""

_MAX_LINKS: Final = 40
"""Symbolic links that are followed, as in Linux."""


def write(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Let ``path`` hold ``content``. A file that can be replaced is as it was before if that fails.

    Content that comes in chunks may come from anywhere but from ``path``, which may be written in place.

    Symbolic links are followed. A file that was there keeps its permissions, its owner and its group. A path that
    names a descriptor of this process, such as ``/dev/stdout``, is written to where that stands.

    Raises:
        OSError: the file cannot be written; ``filename`` is ``path``.
    """
    try:
        _write(path, (content,) if isinstance(content, bytes) else content)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error


def check(path: Path) -> None:
    """Find out whether ``path`` could be written, before the work that makes its content; nothing is changed.

    Raises:
        OSError: it could not; ``filename`` is what stands in the way: the path, or its directory.
    """
    if _descriptor(path) is not None:
        return
    target = Path(os.path.realpath(path))
    try:
        kind = target.stat().st_mode
    except FileNotFoundError:
        directory = target.parent
        if not stat.S_ISDIR(directory.stat().st_mode):
            raise _error(errno.ENOTDIR, directory) from None
        if not os.access(directory, os.W_OK | os.X_OK):
            raise _error(errno.EACCES, directory) from None
        return
    if stat.S_ISDIR(kind):
        raise _error(errno.EISDIR, path)
    if not os.access(target, os.W_OK):
        raise _error(errno.EACCES, path)


def _error(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    own = _descriptor(path)
    if own is not None:
        with os.fdopen(os.dup(own), "wb") as file:
            file.writelines(chunks)
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        _replace(Path(os.path.realpath(path)), chunks, None)
        return
    with os.fdopen(descriptor, "wb") as file:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            try:
                _replace(Path(os.path.realpath(path)), chunks, status)
            except OSError as error:
                if error.errno not in _NO_NEW_FILE:
                    raise
            else:
                return
            file.truncate(0)
        file.writelines(chunks)


def _replace(path: Path, chunks: Iterable[bytes], status: os.stat_result | None) -> None:
    """Put a new file into the place of ``path``, whose status is given if it is there."""
    # The name has nothing of the path's, which may be as long as a name can be.
    temporary = path.with_name(f".aura-{os.urandom(8).hex()}")
    try:
        with temporary.open("xb") as file:
            if status is not None and os.name == "posix":
                if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                    os.chown(file.fileno(), status.st_uid, status.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        _move(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _move(temporary: Path, path: Path) -> None:
    """Give a file that is written another place, or its content where the file there cannot be replaced.

    The chunks of the content are gone by then.
    """
    try:
        temporary.replace(path)
    except OSError as error:
        if error.errno not in _NO_NEW_FILE:
            raise
        import shutil  # noqa: PLC0415  # takes the modules of all archives, and is rarely needed

        with temporary.open("rb") as source, path.open("r+b") as target:
            target.truncate(0)
            shutil.copyfileobj(source, target)
        temporary.unlink()


def _descriptor(path: Path) -> int | None:
    """The descriptor of this process that a path such as ``/dev/stdout`` or ``/dev/fd/3`` names, or None.

    Opening such a path anew would begin at the start of the file behind it, over what is there.
    """
    own = {os.path.realpath(place) for place in ("/dev/fd", "/proc/self/fd")}
    for _ in range(_MAX_LINKS):
        if path.name.isdecimal() and os.path.realpath(path.parent) in own:
            return int(path.name)
        if not path.is_symlink():
            break
        path = path.parent / path.readlink()
    return None
