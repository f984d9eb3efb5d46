"""The digest of a set of patterns (rule TPL-11), from the patterns alone: nothing is parsed for it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from aura_fast.varint import varint


def digest_of(patterns: Mapping[int, str]) -> str:
    """The digest of patterns by id, in 64 hexadecimal digits; what ``aura_spec.template.digest`` gives for them.

    >>> digest_of({300: "Order {0}"})[:8]
    '6e2342d7'
    """
    state = sha256()
    for template_id in sorted(patterns):
        pattern = patterns[template_id].encode()
        state.update(varint(template_id) + varint(len(pattern)) + pattern)
    return state.hexdigest()
