r"""The versions of a configuration file: what it held, numbered, with digest and time.

They are kept in a file beside it, ``aura.toml.versions``, a line of JSON for each, the oldest first. That file is
written in one step, under a lock, and has at most ``MAX_VERSIONS`` lines; numbers go on when old ones go. There are
no secrets in it, as there are none in the configuration file.

>>> import tempfile
>>> folder = tempfile.TemporaryDirectory()
>>> path = Path(folder.name, "aura.toml")
>>> for level in (1, 1, 3):
...     _ = path.write_text(f"level = {level}\n")
...     print(keep(path, time=0.0).number)
1
1
2
>>> roll_back(path, 1, time=1.0).number, path.read_text()
(3, 'level = 1\n')
>>> folder.cleanup()
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aura.configuration.errors import ConfigurationError, Problem
from aura.configuration.places import Kind, Place
from aura.files import atomic_write
from aura.files.file_lock import exclusive

MAX_VERSIONS: Final = 50
"""Versions that are kept; the oldest goes first."""

MAX_CONTENT: Final = 1 << 20
"""Bytes of the largest configuration file of which versions are kept."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a configuration file.

    Attributes:
        number: from 1.
        time: when it was kept, in UTC, as ISO 8601 spells it.
        digest: SHA-256 of the content, in hexadecimal digits.
        content: of the file.
    """

    number: int
    time: str
    digest: str
    content: str


def versions_path(path: Path) -> Path:
    """The file of the versions of a configuration file."""
    return path.with_name(f"{path.name}.versions")


def versions(path: Path) -> list[Version]:
    """The versions that are kept, the oldest first.

    Raises:
        ConfigurationError: a line of their file is damaged.
        OSError: the file cannot be read.
    """
    file = versions_path(path)
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return []
    found: list[Version] = []
    for number, line in enumerate(text.splitlines(), 1):
        version = _parsed(line)
        if version is None or (found and version.number <= found[-1].number):
            place = Place(Kind.FILE, str(file), number)
            raise ConfigurationError([Problem("", place, "is not a version, or is damaged")])
        found.append(version)
    return found


def version(path: Path, number: int) -> Version:
    """A version by its number.

    Raises:
        ConfigurationError: it is not kept, or the file of versions is damaged.
        OSError: the file cannot be read.
    """
    kept = versions(path)
    for one in kept:
        if one.number == number:
            return one
    there = f"{kept[0].number} to {kept[-1].number} are" if kept else "none is"
    place = Place(Kind.FILE, str(versions_path(path)))
    raise ConfigurationError([Problem("", place, f"has no version {number}: {there} kept")])


def keep(path: Path, *, time: float) -> Version:
    """Keep the content of a configuration file as its newest version, unless it is that already.

    Args:
        path: of the configuration file.
        time: seconds since 1970.

    Raises:
        ConfigurationError: the file is too large or not UTF-8, or the file of versions is damaged.
        OSError: a file cannot be read or written.
    """
    with exclusive(versions_path(path)):
        return _keep(path, _content(path), time)


def roll_back(
    path: Path, number: int, *, time: float, check: Callable[[str], object] = lambda _content: None
) -> Version:
    """Let a configuration file hold what it held in a version, and keep that as the newest one.

    The content that it has now is kept before.

    Args:
        path: of the configuration file.
        number: of the version.
        time: seconds since 1970.
        check: is called with the content, and raises if it is not to be taken.

    Raises:
        ConfigurationError: the version is not kept, or a file is damaged.
        OSError: a file cannot be read or written.
    """
    with exclusive(versions_path(path)):
        wanted = version(path, number)
        check(wanted.content)
        if path.exists():
            _keep(path, _content(path), time)
        atomic_write.write(path, wanted.content.encode())
        return _keep(path, wanted.content, time)


def _content(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_CONTENT + 1)
    place = Place(Kind.FILE, str(path))
    if len(content) > MAX_CONTENT:
        raise ConfigurationError([Problem("", place, f"has more than {MAX_CONTENT} bytes")])
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ConfigurationError([Problem("", place, "is not UTF-8")]) from None


def _keep(path: Path, content: str, time: float) -> Version:
    kept = versions(path)
    digest = _digest(content)
    if kept and kept[-1].digest == digest:
        return kept[-1]
    moment = datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds")
    newest = Version(kept[-1].number + 1 if kept else 1, moment, digest, content)
    lines = [json.dumps(asdict(one)).encode() + b"\n" for one in [*kept, newest][-MAX_VERSIONS:]]
    atomic_write.write(versions_path(path), lines)
    return newest


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _parsed(line: bytes) -> Version | None:
    """A version as its line has it; None if that is none, or its digest is another."""
    try:
        members: dict[str, Any] = json.loads(line)
        if not isinstance(members["number"], int) or not isinstance(members["time"], str):
            return None
        found = Version(**members)
        return found if found.number > 0 and _digest(found.content) == found.digest else None
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return None
