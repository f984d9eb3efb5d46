"""Dictionary phrases: the texts that tokens 0x01 of BRIO version 1 name.

PHR-1: The dictionary is not part of the format; both ends hold it. It is a JSON object that maps ids, decimal
numbers from 0 to 255, to phrases, non-empty texts taken as UTF-8.

>>> parse_phrases('{"7": "I can help with "}')
mappingproxy({7: b'I can help with '})
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aura_spec import strict_json
from aura_spec.errors import TemplateError
from aura_spec.template import encode_text


def parse_phrases(text: str) -> Mapping[int, bytes]:
    """Read a dictionary from JSON (rule PHR-1).

    Raises:
        TemplateError: the JSON is not such an object.
    """
    entries = strict_json.loads(text)
    if not isinstance(entries, dict):
        raise TemplateError("the dictionary is not a JSON object")
    phrases: dict[int, bytes] = {}
    for key, phrase in entries.items():
        if not (
            key.isascii() and key.isdecimal() and len(key) <= 3 and str(int(key)) == key and int(key) < 256
        ):
            raise TemplateError(f"{key!r} is not a phrase id from 0 to 255")
        if not isinstance(phrase, str) or not phrase:
            raise TemplateError(f"phrase {key} is not a non-empty text")
        phrases[int(key)] = encode_text(phrase)
    return MappingProxyType(phrases)
