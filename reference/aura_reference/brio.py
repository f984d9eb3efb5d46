"""BRIO version 1: tokens, entropy coded in a container (rules BRI-1 to BRI-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aura_reference import rans
from aura_reference.token import carry_out, choose
from aura_spec import brio as spec
from aura_spec.brio import Container, Metadata, build_body, parse_body
from aura_spec.errors import DecodeError
from aura_spec.rans import frequencies_of
from aura_spec.shared_state import SharedState
from aura_spec.token import Literal, Match, Phrase, TemplateEvent, Token, build_tokens


def encode(data: bytes, phrases: Mapping[int, bytes], *, metadata: bool = False) -> bytes:
    """Write ``data`` as a BRIO body (rule BRI-2); with ``metadata``, an entry for each token."""
    return encode_tokens(choose(data, phrases), metadata=metadata)


def encode_tokens(tokens: Iterable[Token], *, metadata: bool = False) -> bytes:
    """Write tokens of the caller's choice as a BRIO body (rule BRI-2)."""
    tokens = tuple(tokens)
    stream = build_tokens(tokens)
    frequencies = frequencies_of(stream)
    payload = rans.encode(stream, frequencies)
    entries = tuple(describe(tokens)) if metadata else ()
    return build_body(Container(len(stream), frequencies, entries, payload))


def describe(tokens: Iterable[Token]) -> Iterable[Metadata]:
    """Metadata entries for tokens, as many as fit (rule BRI-3).

    A template event has an entry only at index 0, where kind 1 stands for it.
    """
    for index, token in zip(range(spec.MAX_METADATA), tokens, strict=False):
        match token:
            case Literal(byte):
                yield Metadata(index, 0, byte)
            case Phrase(phrase_id):
                yield Metadata(index, 1, phrase_id)
            case Match(distance, _):
                yield Metadata(index, 2, distance)
            case TemplateEvent(template_id, _) if index == 0:
                yield Metadata(index, 1, template_id)
            case _:
                pass


def decode_tokens(container: Container) -> bytes:
    """The token stream of a container (rules RNS-5 and RNS-6).

    Offsets of errors count from the start of the message.
    """
    start = 1 + 527 + 6 * len(container.metadata)
    try:
        return rans.decode(container.payload, container.token_length, container.frequencies)
    except DecodeError as error:
        raise type(error)(error.reason, start + error.offset, error.path) from None


def decode(body: bytes, shared_state: SharedState, max_size: int) -> bytes:
    """Read a BRIO body.

    Errors inside the token stream have the offset of the payload that it came from, and a path that
    begins with ``tokens``.

    Raises:
        DecodeError: as the rules say.
    """
    container = parse_body(body, max_size)
    stream = decode_tokens(container)
    try:
        return carry_out(stream, shared_state, max_size)
    except DecodeError as error:
        start = 1 + len(body) - len(container.payload)
        path = f"tokens.{error.path}".rstrip(".")
        raise type(error)(error.reason, start, path) from None
