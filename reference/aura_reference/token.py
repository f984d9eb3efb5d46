"""The token stream of BRIO version 1: choosing tokens, and carrying them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aura_reference.lz77 import Finder, copy
from aura_spec.errors import LimitExceeded, UnknownModel
from aura_spec.shared_state import SharedState
from aura_spec.template import find_for
from aura_spec.token import Literal, Match, Phrase, TemplateEvent, Token, parse_tokens


def choose(data: bytes, phrases: Mapping[int, bytes]) -> Iterator[Token]:
    """Cut ``data`` into tokens, greedily.

    At each position the longest of match and phrase is taken; a phrase wins a tie, since its token is
    shorter. Where there is neither, a literal.
    """
    longest_first = sorted(phrases.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    by_first_byte: dict[int, list[tuple[int, bytes]]] = {}
    for phrase_id, phrase in longest_first:
        by_first_byte.setdefault(phrase[0], []).append((phrase_id, phrase))
    finder = Finder(data)
    position = 0
    while position < len(data):
        distance, length = finder.find(position)
        token: Token = Match(distance, length) if length else Literal(data[position])
        step = length or 1
        for phrase_id, phrase in by_first_byte.get(data[position], ()):
            if len(phrase) >= max(length, 2) and data.startswith(phrase, position):
                token, step = Phrase(phrase_id), len(phrase)
                break
        yield token
        for place in range(position, position + step):
            finder.add(place)
        position += step


def carry_out(stream: bytes, shared_state: SharedState, max_size: int) -> bytes:
    """Decode a token stream (rules TOK-1 to TOK-3, LZ-1 and LZ-2).

    Raises:
        DecodeError: as the rules say, or ``LimitExceeded`` before the output outgrows ``max_size``.
    """
    output = bytearray()
    for token in parse_tokens(stream):
        match token:
            case Literal(byte):
                _grow(output, 1, max_size)
                output.append(byte)
            case Phrase(phrase_id):
                phrase = shared_state.phrases.get(phrase_id)
                if phrase is None:
                    raise UnknownModel(f"no phrase has the id {phrase_id}", 0, "phrase_id")
                _grow(output, len(phrase), max_size)
                output += phrase
            case Match(distance, length):
                _grow(output, length, max_size)
                copy(output, distance, length)
            case TemplateEvent(template_id, values):  # pragma: no branch  # there is no fifth
                template = find_for(template_id, values, shared_state.templates)
                _grow(output, template.rendered_size(values), max_size)
                output += template.render(values)
    return bytes(output)


def _grow(output: bytearray, size: int, max_size: int) -> None:
    """Refuse output beyond the limit (rule LIM-1)."""
    if len(output) + size > max_size:
        raise LimitExceeded(f"the message decodes to more than {max_size} bytes")
