from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.messages import MESSAGES, rendered
from tests.searches import part

import aura
from aura import backend as backends
from aura import selection
from aura.connections.session.coding import Single
from aura.methods import ANY_ADAPTIVE, WITHOUT_GENERAL, Candidate, Method
from aura.policy import LEVELS, Policy
from aura.server import conversation
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker
from aura_spec.session_negotiation import ADAPTIVE, ALL_METHODS, COMPACT

SMALL = aura.Model.load_small()
CODECS = [aura.Codec(level=level, model=SMALL) for level in LEVELS]

STORED = 1 << Marker.STORED
BITS = [COMPACT, ADAPTIVE, *(1 << marker for marker in Marker if marker != Marker.STORED)]
MASKS = st.sets(st.sampled_from(BITS)).map(lambda bits: STORED | sum(bits))

CSV = "id,name,price,stock\n" + "".join(f"{number},item-{number},9.99,true\n" for number in range(120))
ROWS = "".join(f'<rect x="{number * 10}" y="0" height="{number * 7 % 90}"/>' for number in range(40))
REPLY = "I am not sure, but you could restart the lamp, and then look at the light again."

ANY = MESSAGES | st.sampled_from([CSV.encode(), ROWS.encode(), REPLY.encode(), bytes(5000)])


def bit_of(wire: bytes) -> int:
    """The bit that a peer sets if it reads a message (rule SES-5)."""
    if wire[0] in ADAPTIVE_COMPACT:
        return ADAPTIVE
    return COMPACT if wire[0] in AURALITE_COMPACT else 1 << wire[0]


def send(message: bytes, *, level: int, methods: int, model: aura.Model | None = SMALL) -> bytes:
    """A message as a session codes it for a peer."""
    return Single(model, level=level, methods=methods).compress(message)


@pytest.mark.parametrize("level", LEVELS)
@given(message=ANY, methods=MASKS)
def test_a_peer_gets_what_it_reads(level: int, message: bytes, methods: int) -> None:
    """Rules SES-5 and SES-6."""
    wire = send(message, level=level, methods=methods)
    assert bit_of(wire) & methods
    assert Single(SMALL).decompress(wire, max_size=1 << 20) == message
    assert len(wire) <= len(message) + 1


@pytest.mark.parametrize("level", LEVELS)
@given(message=ANY)
def test_a_session_codes_as_a_codec_does(level: int, message: bytes) -> None:
    assert send(message, level=level, methods=ALL_METHODS) == CODECS[level].compress(message)


@given(message=ANY | rendered())
@example(message=CSV.encode())
@example(message=ROWS.encode())
def test_a_higher_level_never_makes_a_message_longer(message: bytes) -> None:
    sizes = [len(codec.compress(message)) for codec in CODECS]
    assert sizes == sorted(sizes, reverse=True)


@given(message=ANY, methods=MASKS)
def test_a_higher_level_never_makes_a_message_longer_for_any_peer(message: bytes, methods: int) -> None:
    sizes = [len(send(message, level=level, methods=methods)) for level in LEVELS]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("missing", [Marker.BROTLI, Marker.ZSTANDARD])
def test_a_peer_without_a_method_gets_the_other_one(level: int, missing: Marker) -> None:
    """Rather than a stored message."""
    methods = ALL_METHODS & ~(COMPACT | 1 << Marker.AURALITE_EXPLICIT | 1 << Marker.BRIO | 1 << missing)
    assert len(send(CSV.encode(), level=level, methods=methods)) * 5 < len(CSV)


def test_a_peer_that_knows_no_compact_messages_gets_the_model_named() -> None:
    """Rule AUR-7."""
    wire = send(REPLY.encode(), level=2, methods=ALL_METHODS & ~COMPACT)
    assert (wire[0], wire[1:9].hex()) == (Marker.AURALITE_EXPLICIT, SMALL.id)


@pytest.mark.parametrize("text", [CSV, ROWS], ids=["csv", "svg"])
def test_what_repeats_is_left_to_general_methods_even_if_the_model_halves_it(text: str) -> None:
    """AURALITE takes two to four times as many bytes for tables."""
    codec = aura.Codec()
    auralite = codec.without_template(text.encode(), WITHOUT_GENERAL)
    assert auralite.method is Method.AURALITE
    assert 2 * len(auralite.wire) < len(text)
    assert 3 * len(codec.compress(text)) < 2 * len(auralite.wire)


def tried(message: str, level: int, pattern: str) -> set[Method]:
    """What is tried for a message that a template matches."""
    codec = aura.Codec(level=level, model=SMALL, templates={300: pattern})
    match = codec.templates.match(message.encode())
    assert match is not None
    found = selection.search(
        message.encode(),
        backend=aura.backend.get("fast"),
        policy=Policy(level),
        shared_state=codec.shared_state,
        match=match,
    )
    return {candidate.method for candidate in found}


def test_modelled_frames_are_tried_where_they_may_be_smaller() -> None:
    """Where the template says little of the message, all the work would be done twice for nothing."""
    assert Method.MODELLED not in tried(REPLY, 2, "I {0}.")
    assert Method.MODELLED in tried(REPLY, 3, "I {0}.")
    order = "Order 1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b was packed by Ann"
    assert Method.MODELLED in tried(order, 2, "Order {id:uuid} was packed by {who}")


def test_hardly_anything_is_tried_beside_a_short_message_that_is_halved() -> None:
    wire = CODECS[2].compress("Yes, I can help with that, of course.")
    assert wire[0] in AURALITE_COMPACT
    found = selection.search(
        b"Yes, I can help with that, of course.",
        backend=aura.backend.get("fast"),
        policy=Policy(2),
        shared_state=CODECS[2].shared_state,
    )
    assert [candidate.method for candidate in found] == [Method.STORED, Method.AURALITE]


def test_general_methods_at_their_best_are_tried_only_near_the_smallest() -> None:
    """Brotli 11 takes as long as AURALITE, so the quick setting goes ahead."""

    def methods(message: bytes) -> list[Method]:
        policy, shared_state = Policy(2), CODECS[2].shared_state
        backend = aura.backend.get("fast")
        found = selection.search(message, backend=backend, policy=policy, shared_state=shared_state)
        return [candidate.method for candidate in found][2:]

    mixed = random.Random(7).choices(REPLY.split(), k=60)
    assert methods(CSV.encode()) == [Method.ADAPTIVE, Method.BROTLI]
    near = [Method.ADAPTIVE, Method.BROTLI, Method.ZSTD, Method.BROTLI]
    assert methods(b"ab" * 500) == near
    assert methods(" ".join(mixed).encode())[:2] == [Method.ADAPTIVE, Method.BROTLI]
    assert methods(random.Random(2).randbytes(400)) == []


GROUPS = [ADAPTIVE | 1 << Marker.ADAPTIVE_EXPLICIT, *(bit for bit in BITS if bit & ~ANY_ADAPTIVE)]
ALL_MASKS = [STORED | sum(bits) for count in range(len(GROUPS) + 1) for bits in combinations(GROUPS, count)]

FACTS = "Where are the keys? The keys are under the mat, behind the door. "
HOLDING = SMALL.with_sections(dictionary=FACTS.encode(), templates={300: "The keys are {0}."})

FIXED = [
    *(b"", b"Yes.", REPLY.encode(), REPLY.encode() * 4, CSV.encode(), ROWS.encode(), FACTS.encode()),
    *(b"The keys are under the stone.", bytes(700), random.Random(3).randbytes(90)),
    b"Request 1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b completed in 12ms",
    (CSV * 30).encode(),  # too long for AURALITE at level 2
]
SAMPLE = [turn.text.encode() for turn in conversation.load()]


class Remembering:
    """A backend that codes and decodes each message once by each method, however often it is asked."""

    def __init__(self) -> None:
        self._done: dict[tuple[object, ...], Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(backends.get("fast"), name)

        def remembered(*arguments: Any) -> Any:
            key = name, *(one if isinstance(one, int | bytes | tuple) else id(one) for one in arguments)
            if key not in self._done:
                self._done[key] = call(*arguments)
            return self._done[key]

        return remembered


def chosen(message: bytes, codec: aura.Codec, backend: Any) -> Callable[[Policy], Candidate]:
    """Chooses for a message with what a codec holds."""
    held, templates = codec.shared_state, codec.templates
    return lambda policy: selection.choose(
        message, backend=backend, policy=policy, shared_state=held, templates=templates
    )


@pytest.mark.sampled
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("model", "messages"), [(HOLDING, FIXED), (SMALL, SAMPLE)], ids=["fixed", "conversation"]
)
def test_every_mask_at_every_level(model: aura.Model, messages: list[bytes]) -> None:
    """Rules SES-5 and SES-6: whatever a peer reads, it can read what is chosen for it."""
    codecs = [aura.Codec(level=level, model=model) for level in LEVELS]
    for message in messages:
        backend = Remembering()
        choose = chosen(message, codecs[0], backend)
        held = codecs[0].shared_state
        for methods in part(ALL_MASKS):
            wires = [choose(Policy(level, methods)).wire for level in LEVELS]
            assert all(bit_of(wire) & methods for wire in wires)
            assert all(backend.decode(wire, held, 1 << 20) == message for wire in wires)
            sizes = [len(wire) for wire in wires]
            assert sizes == sorted(sizes, reverse=True)
            assert sizes[0] == len(message) + 1
            if methods == ALL_METHODS:
                assert wires == [codec.compress(message) for codec in codecs]


@pytest.mark.parametrize("level", LEVELS)
@given(message=ANY, methods=MASKS)
def test_any_message_is_chosen_from_what_the_peer_reads(level: int, message: bytes, methods: int) -> None:
    """Nothing else is even tried. Rules SES-5 and SES-6."""
    codec = CODECS[level]
    found = selection.search(
        message,
        backend=backends.get("fast"),
        policy=Policy(level, methods),
        shared_state=codec.shared_state,
        match=codec.templates.match(message),
    )
    assert all(bit_of(candidate.wire) & methods for candidate in found)
    assert all(codec.decompress(candidate.wire) == message for candidate in found)


@pytest.mark.parametrize(
    ("level", "methods"),
    [(0, ALL_METHODS), (1, ALL_METHODS & ~(1 << Marker.TYPED)), (2, STORED | 1 << Marker.CLASSIC)],
)
def test_no_template_is_looked_up_where_no_frame_may_be_tried(level: int, methods: int) -> None:
    class Unread(aura.TemplateLibrary):
        def match(self, _message: object) -> None:
            raise AssertionError("looked up")

    candidate = selection.choose(
        REPLY.encode(),
        backend=backends.get("fast"),
        policy=Policy(level, methods),
        shared_state=CODECS[0].shared_state,
        templates=Unread(),
    )
    assert candidate.template_id is None


COMPRESSORS = [aura.HybridCompressor(1, 0, level=level, model=SMALL) for level in LEVELS]


@pytest.mark.parametrize("level", LEVELS)
@given(message=ANY | rendered())
def test_a_compressor_whose_templates_need_no_advantage_is_no_worse_than_a_codec(
    level: int, message: bytes
) -> None:
    compressor = COMPRESSORS[level]
    assert compressor.compress(message).compressed_size <= len(CODECS[level].compress(message))


@given(message=ANY | rendered())
def test_a_higher_level_never_makes_a_compressor_s_message_longer(message: bytes) -> None:
    sizes = [compressor.compress(message).compressed_size for compressor in COMPRESSORS]
    assert sizes == sorted(sizes, reverse=True)
