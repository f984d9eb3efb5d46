"""The JSON file of a template library.

An object with ``version`` (1), ``templates`` (ids, as decimal keys, to patterns) and ``digest`` (rule TPL-11
of the spec, over these entries). A file is replaced in one step, so that a reader sees the old one or the
new one, and never loses or changes an id that it published. Processes that save at the same time take turns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aura.files import atomic_write, file_lock
from aura_spec import strict_json
from aura_spec.errors import TemplateError
from aura_spec.template import digest, parse_patterns

VERSION: Final = 1


def load(path: Path) -> dict[int, str]:
    """Read patterns by id.

    Raises:
        TemplateError: the file is not such an object, or its digest does not fit.
        OSError: the file cannot be read.
    """
    try:
        content = strict_json.loads(path.read_bytes())
    except TemplateError as error:
        raise TemplateError(f"{path}: {error}") from None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise TemplateError(f"{path} is not a template store of version {VERSION}")
    entries = content.get("templates")
    if not isinstance(entries, dict):
        raise TemplateError(f"{path} holds no templates")
    patterns: dict[int, str] = {}
    for key, pattern in entries.items():
        if not (key.isascii() and key.isdecimal() and len(key) <= 10 and str(int(key)) == key):
            raise TemplateError(f"{key!r} is not a template id, in {path}")
        if not isinstance(pattern, str):
            raise TemplateError(f"template {key} is not a text, in {path}")
        patterns[int(key)] = pattern
    if content.get("digest") != digest(parse_patterns(patterns).items()):
        raise TemplateError(f"{path} was changed: its digest does not match its templates")
    return patterns


def save(path: Path, patterns: Mapping[int, str]) -> None:
    """Write patterns by id, atomically, after any other process that saves to the file.

    Raises:
        TemplateError: the file is there and has a published id that would be changed or lost.
        OSError: the file cannot be written.
    """
    content = {
        "version": VERSION,
        "digest": digest(parse_patterns(patterns).items()),
        "templates": {str(number): patterns[number] for number in sorted(patterns)},
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    with file_lock.exclusive(path):
        _check_published(path, patterns)
        atomic_write.write(path, text.encode())


def _check_published(path: Path, patterns: Mapping[int, str]) -> None:
    """Refuse to change or lose what the file has published, by this process or by another one."""
    try:
        published = load(path)
    except FileNotFoundError:
        return
    for number, pattern in published.items():
        if patterns.get(number) != pattern:
            raise TemplateError(f"{path} holds published template {number}; saving would change or drop it")
