"""Plain JSON files: an object of ids, as decimal keys, and patterns, without version or digest.

>>> import pathlib, tempfile
>>> folder = tempfile.TemporaryDirectory()
>>> path = pathlib.Path(folder.name) / "plain.json"
>>> path.write_bytes(dump({300: "Order {0}"})) > 0
True
>>> load(path)
{300: 'Order {0}'}
>>> folder.cleanup()
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from aura_spec import strict_json
from aura_spec.errors import TemplateError
from aura_spec.limits import MAX_TEMPLATE_ID


def load(path: Path) -> dict[int, str]:
    """Read patterns by id, in ascending order of ids.

    Raises:
        TemplateError: the file is not such an object.
        OSError: the file cannot be read.
    """
    return patterns_of(load_object(path), path)


def dump(patterns: Mapping[int, str]) -> bytes:
    """Patterns by id as such an object, in UTF-8, in ascending order of ids, with a final line feed."""
    return text_of({str(number): patterns[number] for number in sorted(patterns)})


def load_object(path: Path) -> dict[str, object]:
    """Read a JSON object.

    Raises:
        TemplateError: the file has something else.
        OSError: the file cannot be read.
    """
    try:
        content = strict_json.loads(path.read_bytes())
    except TemplateError as error:
        raise TemplateError(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise TemplateError(f"{path} is not a JSON object")
    return content


def text_of(content: Mapping[str, object]) -> bytes:
    """A JSON object as a person reads it, in UTF-8."""
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def patterns_of(entries: Mapping[str, object], path: Path) -> dict[int, str]:
    """Patterns by id, in ascending order of ids, of a JSON object.

    Args:
        entries: ids, as decimal keys without leading zeros, and patterns.
        path: of the file, for errors.

    Raises:
        TemplateError: a key is no id, or its value is no text.
    """
    patterns: dict[int, str] = {}
    for key, pattern in entries.items():
        if not (key.isascii() and key.isdecimal() and len(key) <= 10 and str(int(key)) == key):
            raise TemplateError(f"{key!r} is not a template id, in {path}")
        patterns[int(key)] = checked(int(key), pattern, path)
    return dict(sorted(patterns.items()))


def checked(template_id: int, pattern: object, path: Path) -> str:
    """A pattern that has a type and an id as they must be; its syntax is not looked at.

    Raises:
        TemplateError: it has not.
    """
    if template_id > MAX_TEMPLATE_ID:
        raise TemplateError(f"template id {template_id} is above {MAX_TEMPLATE_ID}, in {path}")
    if not isinstance(pattern, str):
        raise TemplateError(f"template {template_id} is not a text, in {path}")
    try:
        pattern.encode()
    except UnicodeEncodeError:
        raise TemplateError(f"template {template_id} has a lone surrogate, in {path}") from None
    return pattern
