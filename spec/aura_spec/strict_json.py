"""JSON that a person may have written: a repeated key is an error, not a silent loss."""

from __future__ import annotations

import json

from aura_spec.errors import TemplateError


def loads(text: str | bytes) -> object:
    """Parse JSON.

    Raises:
        TemplateError: the text is not JSON, is nested too deeply, or an object has a key twice.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise TemplateError(f"not JSON: {error}") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return entries
