"""Messages that are close to a template, through the public interface."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.messages import MESSAGES
from tests.models import knowing_nothing

import aura
from aura import Method, selection
from aura.backend import get
from aura.connections.session.coding import Single
from aura.estimates import is_worth_approximating
from aura.explanation.page import page
from aura.policy import LEVELS, Policy
from aura.templates import Near
from aura.templates.near import nearest
from aura_spec.limits import MAX_PATTERN
from aura_spec.marker import Marker
from aura_spec.session_negotiation import ALL_METHODS
from aura_spec.template import parse_pattern

MODEL = knowing_nothing()
PATTERNS = {
    300: "The flange of pump {n:int} in hall {hall} is too warm.",
    301: "Detach the left flange, then wait for the signal.",
    302: "Drehzahl {n:int} am Aggregat {a} zu niedrig",
}
CODEC = aura.Codec(model=MODEL, templates=PATTERNS)
CLOSE = [
    ("Detach the left flange, then wait for the signal", 301),
    ("detach the left flange, then wait for the signal.", 301),
    ("Detach the left flange and wait for the signal.", 301),
    ("Please detach the left flange, then wait for the signal!", 301),
    ("The flange of pump 7 in hall 3 isn't too warm.", 300),
    ("the flange of pump 7 in hall 3 is too warm", 300),
]


@pytest.mark.parametrize(("text", "number"), CLOSE)
def test_what_is_close_to_a_template_takes_less_than_half(text: str, number: int) -> None:
    wire = CODEC.compress(text)
    assert aura.peek(wire) == aura.Peek(Method.FUZZY, template_id=number)
    assert 2 * len(wire) < len(CODEC.without_template(text.encode()).wire)
    assert CODEC.decompress(wire).decode() == text
    reference = aura.Codec(model=MODEL, templates=PATTERNS, backend="reference")
    assert reference.compress(text) == wire
    assert reference.decompress(wire).decode() == text
    tagged = aura.Codec(model=MODEL, templates=PATTERNS, check=True)
    assert tagged.decompress(tagged.compress(text)).decode() == text
    assert CODEC.compress_batch([text, "other", text])[::2] == [wire, wire]


@pytest.mark.parametrize("level", [0, 1])
def test_low_levels_do_not_look_for_what_is_close(level: int) -> None:
    class Unread(aura.TemplateLibrary):
        def nearest(self, _message: object) -> None:
            raise AssertionError("looked up")

    codec = aura.Codec(model=MODEL, level=level, templates=Unread(PATTERNS))
    assert aura.peek(codec.compress(CLOSE[0][0])).method is not Method.FUZZY


def test_a_message_that_matches_or_is_long_is_not_compared() -> None:
    class Counted(aura.TemplateLibrary):
        count = 0

        def nearest(self, message: str | bytes) -> Near | None:  # type: ignore[override]
            self.count += 1
            return super().nearest(message)

    library = Counted(PATTERNS)
    codec = aura.Codec(model=MODEL, templates=library, backend="fast")  # the native core looks by itself
    codec.compress("The flange of pump 7 in hall 3 is too warm.")
    codec.compress("Detach the left flange, then wait for the signal." * 30)
    codec.compress("abc")  # no frame can be shorter
    assert library.count == 0
    codec.compress("Detach the right flange, then wait for the signal.")
    assert library.count == 1
    aura.Codec(model=MODEL, templates=library, backend="fast", explicit_model=True).compress(CLOSE[0][0])
    assert library.count == 1


def test_a_template_that_says_little_of_a_message_is_not_tried() -> None:
    assert is_worth_approximating(Near(300, 30, 40), 10)
    assert not is_worth_approximating(Near(300, 15, 40), 10)
    assert is_worth_approximating(Near(7, 17, 40), 10)
    text = b"Detach the left flange" + b"".join(b", n=%d" % number for number in range(100, 180))
    for level, expected in ((2, False), (3, True)):
        found = selection.search(
            text,
            backend=get("fast"),
            policy=Policy(level),
            shared_state=CODEC.shared_state,
            templates=CODEC.templates,
        )
        assert (Method.FUZZY in {candidate.method for candidate in found}) is expected


def test_a_template_that_was_added_just_now_is_left_alone() -> None:
    library = aura.TemplateLibrary()
    codec = aura.Codec(model=MODEL, templates=library)
    before = codec.shared_state
    library.update(PATTERNS)
    found = selection.search(
        CLOSE[0][0].encode(), backend=get("fast"), policy=Policy(3), shared_state=before, templates=library
    )
    assert Method.FUZZY not in {candidate.method for candidate in found}


@pytest.mark.parametrize("level", LEVELS)
def test_a_peer_that_does_not_read_them_gets_none(level: int) -> None:
    """Rule SES-5: an end of an older version sets no bit 10."""
    model = MODEL.with_sections(templates=PATTERNS)
    reads, old = ALL_METHODS, ALL_METHODS & ~(1 << Marker.FUZZY)
    assert (reads >> 10 & 1, old >> 10 & 1) == (1, 0)
    for text, _ in CLOSE:
        wires = [
            Single(model, level=level, methods=methods).compress(text.encode()) for methods in (reads, old)
        ]
        assert (wires[0][0] == Marker.FUZZY) is (level > 1)
        assert wires[1][0] != Marker.FUZZY
        assert all(Single(model).decompress(wire, max_size=100) == text.encode() for wire in wires)


def test_a_compressor_sends_them_where_they_beat_the_threshold() -> None:
    text, number = CLOSE[0]
    compressor = aura.HybridCompressor(model=MODEL, templates=PATTERNS)
    result = compressor.compress(text)
    assert (result.method, result.template_id) == (Method.FUZZY, number)
    assert compressor.decompress(result.compressed_data) == text
    assert compressor.decompress_binary_semantic(result.compressed_data) == text
    picky = aura.HybridCompressor(binary_advantage_threshold=1e9, model=MODEL, templates=PATTERNS)
    assert picky.compress(text).template_id is None


@given(
    MESSAGES | st.sampled_from([text.encode() for text, _ in CLOSE]),
    st.integers(0, 60),
    st.binary(max_size=3),
)
def test_any_message_comes_back(message: bytes, place: int, added: bytes) -> None:
    message = message[:place] + added + message[place:]
    assert CODEC.decompress(CODEC.compress(message)) == message


def test_an_explanation_tells_the_template_and_adds_up() -> None:
    wire = CODEC.compress(CLOSE[2][0])
    explanation = aura.explain(wire, model=MODEL, templates=PATTERNS)
    assert [row.field for row in explanation.rows] == ["marker", "template_id", "string"]
    assert b"".join(row.data for row in explanation.rows) == wire
    assert explanation.rows[1].value == "301 'Detach the left flange, then wait for the signal.'"
    assert (explanation.method, explanation.slots) == ("fuzzy", ())
    assert bytes(step.symbol for step in explanation.steps[:-1]).decode() == CLOSE[2][0]
    bits, size = sum(step.bits for step in explanation.steps), len(explanation.rows[-1].data)
    assert size - 1 <= bits / 8 <= size + 1
    pieces = (*explanation.breakdown.parts, *explanation.breakdown.overhead)
    assert sum(piece.bits for piece in pieces) == pytest.approx(8 * len(wire))
    assert "Detach" in page(explanation)
    broken = aura.explain(wire[:-1], model=MODEL, templates=PATTERNS)
    assert broken.error is not None


def test_the_nearest_template_shares_the_most() -> None:
    parsed = {number: parse_pattern(pattern) for number, pattern in PATTERNS.items()}
    message = b"Detach the left flange."
    near = nearest(message, parsed.items())
    assert near == Near(301, len(message) - 4, len(message) - 3)
    assert nearest(b"", parsed.items()) is None
    assert nearest(b"abcd", []) is None
    assert nearest(b"zzzz", parsed.items()) is None


def test_templates_are_found_by_other_text_than_what_was_changed() -> None:
    library = aura.TemplateLibrary(
        {300: "one flange, two pumps and three signals of {n:int}", 301: PATTERNS[301]}
    )
    for message in (
        "one flange, two PUMPS and three signals of 7",
        "ONE flange, two pumps and three signals of 7",
        "one flange, two pumps and three SIGNALS",
    ):
        near = library.nearest(message)
        assert near is not None
        assert near.template_id == 300
    assert library.nearest("short") is None
    assert library.nearest("nothing of all that is in it") is None


HOSTILE = [
    "{a}" + "a" * 24 + "b" + "a" * 24 + "{b%d}",
    "common words that all have, number %d, and more {x}",
    "".join(f"{place:03} of them, " for place in range(300)) + "%d",
]


def test_what_matched_the_builtin_templates_before_does_not_show() -> None:
    message = b"Request 41 com\npleted in 41ms with status 41 for 41"
    aura.TemplateLibrary().match(message)  # files them
    library = aura.TemplateLibrary(
        {
            300: "Request {id:uuid} completed in {ms:int}ms with status {status:int} for {client:ipv4}",
            301: "Worker {n:int} picked up job {job} from the queue of {tenant:word} and gave up.",
        }
    )
    assert library.nearest(message) == Near(300, 27, 47)


@pytest.mark.parametrize("pattern", HOSTILE)
def test_no_library_makes_looking_slow(pattern: str) -> None:
    """Far below 10 ms on any machine that is not busy."""
    library = aura.TemplateLibrary(
        {300 + n: pattern.replace("%d", str(n))[:MAX_PATTERN] for n in range(4000)}
    )
    message = "".join(f"{place:03} of them, number {place}, and more" for place in range(160)).encode()[:4096]
    library.nearest(message)
    times = []
    for _ in range(5):
        start = time.process_time()
        library.nearest(message)
        times.append(time.process_time() - start)
    assert min(times) < 0.05
