"""Random valid messages without end, which writers of messages need not write but readers must read.

A line is one message, as JSON: its number, the method, the wire and the text. It depends on the seed and the number
alone. The first line says what both ends hold. Messages of Brotli and Zstandard are left out: other projects have
corpora of them. So are fuzzy frames, whose string is coded as those of adaptive messages are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from typing import Final

from aura.backend import BACKENDS, Backend
from aura_reference import brio, brio2
from aura_reference.lz77 import copy
from aura_reference.parse import Parse, Repeat
from aura_spec.brio2 import MIN_MATCH
from aura_spec.errors import EncodeError
from aura_spec.limits import MAX_TEMPLATE_ID
from aura_spec.marker import Marker, build_message
from aura_spec.shared_state import SharedState
from aura_spec.template import Template
from aura_spec.token import Literal, Match, Phrase, TemplateEvent, Token
from aura_spec.unit import UNIT_BYTES, UNITS
from aura_vectors.case_types.message import PACKAGED, Messages, read_model
from aura_vectors.draw import Draw, rows, value_of
from aura_vectors.file import SPEC, dumps

SEED: Final = 1
COUNTS: Final = (200, 100_000)
"""How many messages have a committed digest: that of the first line, and a line each."""

DIGESTS: Final = "corpus.json"

_TOGETHER: Final = 50
"""Messages that a process makes and reads at a time."""

HELD: Final[Messages] = replace(
    PACKAGED,
    patterns={
        0: "Yes",
        7: "{0} and {1}",
        127: "{1} before {0}, not {1}",
        128: "n={n:int}, x={x:decimal}, id {id:uuid}",
        191: "[{at:timestamp}] {level:DEBUG|INFO|WARN|ERROR} {host:ipv4}: {text}",
        255: "0x{h:hex} from {ip:ipv6}",
        70000: 'say {w:word}, "{what}" and {again}.',
        (1 << 32) - 1: '{{"id":{id:int},"name":"{name}"}}',
    },
    phrases={0: b"I can help you with ", 1: b"the", 255: "Grüße".encode()},
)
"""What both ends hold."""


@dataclass(frozen=True, slots=True)
class Item:
    """A message: how it was made, its bytes, and the text."""

    method: str
    wire: bytes
    text: bytes

    def line(self, number: int) -> str:
        """As JSON."""
        fields = {
            "number": number,
            "method": self.method,
            "wire": self.wire.hex(),
            "text_hex": self.text.hex(),
        }
        return json.dumps(fields) + "\n"


def lines(seed: int, count: int) -> Iterator[str]:
    """The first line, and one for each of ``count`` messages."""
    yield first_line(seed)
    for number in range(count):
        yield item(seed, number).line(number)


def first_line(seed: int) -> str:
    """What both ends hold, as JSON."""
    return json.dumps({"seed": seed, **HELD.shared()}) + "\n"


def item(seed: int, number: int) -> Item:
    """One of the messages."""
    draw = Draw(seed, number)
    method = METHODS[draw.below(len(METHODS))]
    return method(draw)


def digests(count: int, shown: Callable[[Iterable[str]], Iterable[str]] = iter) -> str:
    """The file that has the digests of the first messages, once every backend has read each.

    All cores take part, for it takes minutes.

    Args:
        count: how many messages.
        shown: passes on what it is given, and may show how far it is.

    Raises:
        AssertionError: a backend reads something else.
        DecodeError: a backend refuses a message.
    """
    state = hashlib.sha256(first_line(SEED).encode("ascii"))
    found = {}
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as workers:
        read = workers.map(_read_line, range(count), chunksize=_TOGETHER)
        for number, line in enumerate(shown(read), 1):
            state.update(line.encode("ascii"))
            if number in COUNTS:
                found[number] = state.hexdigest()
    rows = [{"count": number, "sha256": sha256} for number, sha256 in found.items()]
    return dumps({"schema": "schemas/corpus.json", "spec": SPEC, "seed": SEED, "digests": rows})


def _read_line(number: int) -> str:
    """The line of a message, once every backend has read it."""
    one = item(SEED, number)
    for implementation in BACKENDS:
        ask(implementation, one)
    return one.line(number)


def ask(implementation: str, one: Item) -> None:
    """Have an implementation read a message.

    Raises:
        AssertionError: it reads something else.
        DecodeError: it refuses the message.
    """
    text = BACKENDS[implementation].decode(one.wire, _shared_state(), HELD.max_size)
    if text != one.text:
        raise AssertionError(f"{implementation} reads {text!r} from {one.wire.hex()}")


@cache
def _shared_state() -> SharedState:
    return HELD.shared_state()


def _auralite(draw: Draw) -> Item:
    text = draw.text(40)
    model = read_model(HELD.model).context_model
    return Item("auralite", _FAST.encode_auralite(text, model), text)


def _explicit(draw: Draw) -> Item:
    text = draw.text(16)
    held = read_model(HELD.model)
    wire = _FAST.encode_auralite_explicit(text, held.model_id, held.context_model)
    return Item("auralite explicit", wire, text)


def _adaptive(draw: Draw) -> Item:
    text = rows(draw, 12) if draw.below(2) else draw.text(40)
    return Item("adaptive", _FAST.encode_adaptive(text, read_model(HELD.model).context_model), text)


def _adaptive_explicit(draw: Draw) -> Item:
    text = draw.text(16)
    held = read_model(HELD.model)
    wire = _FAST.encode_adaptive_explicit(text, held.model_id, held.context_model)
    return Item("adaptive explicit", wire, text)


def _stored(draw: Draw) -> Item:
    text = draw.text(8)
    return Item("stored", _FAST.encode_stored(text), text)


def _filled(draw: Draw, most: int) -> tuple[int, Template, list[bytes]]:
    """A template with an id of at most ``most``, and values for it."""
    templates = _shared_state().templates
    held = [number for number in sorted(templates) if number <= most]
    number = held[draw.below(len(held))]
    return number, templates[number], [value_of(draw, slot) for slot in templates[number].slots]


def _classic(draw: Draw) -> Item:
    number, template, values = _filled(draw, 255)
    values = [value.decode(errors="replace").encode() for value in values]
    return Item("classic", _FAST.encode_classic(number, values), template.render(values))


def _typed(draw: Draw) -> Item:
    number, template, values = _filled(draw, MAX_TEMPLATE_ID)
    return Item("typed", _FAST.encode_typed(number, values, _shared_state()), template.render(values))


def _modelled(draw: Draw) -> Item:
    """A frame with a text in it; all values of a typed one otherwise."""
    number, template, values = _filled(draw, MAX_TEMPLATE_ID)
    model = read_model(HELD.model).context_model
    try:
        wire = _FAST.encode_modelled(number, values, _shared_state().templates, model)
    except EncodeError:
        return Item("typed", _FAST.encode_typed(number, values, _shared_state()), template.render(values))
    return Item("modelled", wire, template.render(values))


def _fuzzy(draw: Draw) -> Item:
    """A text in which a few bytes differ from what a template renders to."""
    number, template, values = _filled(draw, MAX_TEMPLATE_ID)
    text = template.render(values)
    for _ in range(draw.below(3)):
        place = draw.below(len(text) + 1)
        text = text[:place] + draw.text(2) + text[place + draw.size(6) :]
    model = read_model(HELD.model).context_model
    return Item("fuzzy", _FAST.encode_fuzzy(text, number, _shared_state().templates, model), text)


def _brio(draw: Draw) -> Item:
    """Tokens of every kind, in an order that no encoder would choose."""
    phrases = sorted(HELD.phrases)
    tokens: list[Token] = []
    text = bytearray()
    for _ in range(draw.size(30)):
        kind = draw.below(8)
        if kind == 0:
            number, template, values = _filled(draw, 255)
            values = [value.decode(errors="replace").encode() for value in values]
            tokens.append(TemplateEvent(number, tuple(values)))
            text += template.render(values)
        elif kind == 1:
            number = phrases[draw.below(len(phrases))]
            tokens.append(Phrase(number))
            text += HELD.phrases[number]
        elif kind < 4 and text:
            match = Match(1 + draw.below(len(text)), 4 + draw.size(251))
            tokens.append(match)
            copy(text, match.distance, match.length)
        else:
            byte = draw.text(1)[:1] or b"\0"
            tokens.append(Literal(byte[0]))
            text += byte
    body = brio.encode_tokens(tokens, metadata=draw.below(2) == 0)
    return Item("brio", build_message(Marker.BRIO, body), bytes(text))


def _brio2(draw: Draw) -> Item:
    """Literal runs of any units, and matches, in an order that no encoder would choose."""
    units: list[int] = []
    repeats: list[Repeat] = []
    text = bytearray()
    for _ in range(1 + draw.size(12)):
        literal_run = [draw.below(256 if draw.below(2) else UNITS) for _ in range(draw.size(8))]
        units += literal_run
        text += b"".join(UNIT_BYTES[unit] for unit in literal_run)
        if text and draw.below(4):
            repeat = Repeat(len(literal_run), MIN_MATCH + draw.size(300), 1 + draw.size(len(text) - 1))
            repeats.append(repeat)
            copy(text, repeat.distance, repeat.length)
        else:
            break
    parse = Parse(tuple(units), tuple(repeats))
    return Item("brio2", build_message(Marker.BRIO, brio2.encode_parse(bytes(text), parse)), bytes(text))


_FAST: Final[Backend] = BACKENDS["fast"]

METHODS: Final[Sequence[Callable[[Draw], Item]]] = (
    *(_auralite,) * 8,
    *(_explicit,) * 2,
    *(_adaptive,) * 3,
    _adaptive_explicit,
    *(_typed,) * 4,
    *(_modelled,) * 2,
    *(_fuzzy,) * 2,
    _classic,
    _stored,
    _brio,
    _brio2,
)
"""How messages are made, as often as they are."""
