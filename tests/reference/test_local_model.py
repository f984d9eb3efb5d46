"""What a message predicts of itself, rule by rule, with a model that predicts nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import pytest
from hypothesis import given
from tests.adaptive import ADAPTIVE
from tests.models import MODELS, NO_CONTEXTS, PAST, TRAINED, WITH_PREFIX
from tests.searches import sampled

from aura_reference.auralite import Writer
from aura_reference.local_memory import Memory, Size, Slot
from aura_reference.local_model import Match, Predictor, decode, encode
from aura_reference.mixer import Evidence, Sum
from aura_reference.range_coder import Decoder
from aura_spec import local_model as spec
from aura_spec import mixer, range_coder
from aura_spec.context_model import END, ContextModel
from aura_spec.errors import DecodeError, Malformed, NonCanonical, Truncated
from aura_spec.local_model import Context
from aura_spec.mixer import PROB_ONE

FIRST = range_coder.ADAPTIVE_START, range_coder.ADAPTIVE_END


class Watched(Predictor):
    """Keeps the candidates of the last symbol, and the match."""

    def __init__(self, model: ContextModel = NO_CONTEXTS, memory: Memory | None = None) -> None:
        super().__init__(model, memory)
        self.candidates: Sequence[int] = ()
        self.found: Match | None = None

    def _try(self, candidates: Sequence[int], *given: object) -> int:
        self.candidates = candidates
        self.found = self.match
        return super()._try(candidates, *given)  # type: ignore[arg-type]

    @property
    def misses(self) -> int:
        return self._misses


def follow(text: Iterable[int]) -> Watched:
    """The predictor after the last of these symbols was coded."""
    watched, writer = Watched(), Writer(*FIRST)
    for writer.symbol in text:
        watched.code(writer)
    return watched


def tables(watched: Watched, symbol: int) -> list[tuple[int, ...]]:
    """Entries of context biases that spoke for or against a candidate that was tried."""
    trial = next(trial for trial in watched.trials if trial.symbol == symbol)
    return [one.index for one in trial.evidence if one.table == "CONTEXT_BIASES"]


@sampled()
@given(ADAPTIVE)
def test_round_trip(data: bytes) -> None:
    for model in (NO_CONTEXTS, TRAINED):
        wire = encode(data, model)
        assert 0x10 <= wire[0] < 0x20
        assert decode(wire, model, len(data)) == data


@sampled()
@given(ADAPTIVE)
def test_damage_is_refused_or_reads_as_what_it_stands_for(data: bytes) -> None:
    wire = encode(data, TRAINED)
    for other in (wire[:-1], wire + b"\1", bytes((wire[0] ^ 2, *wire[1:]))):
        try:
            text = decode(other, TRAINED, 4000)
        except DecodeError:
            continue
        assert encode(text, TRAINED) == other


def test_what_repeats_costs_little() -> None:
    rows = b"".join(b'{"id":%d,"on":true},' % number for number in range(995, 1020))
    assert len(encode(rows, NO_CONTEXTS)) < len(rows) / 5


def test_nothing_is_predicted_before_anything_came() -> None:
    """Rules LOC-4 and LOC-8."""
    assert follow(b"ab").candidates == []


def test_contexts_propose_what_followed_in_their_order() -> None:
    """Rules LOC-3 and LOC-8: FOUR has x, TWO has y."""
    assert follow(b"1abcdx.cdy.2abcd?").candidates[:2] == [*b"xy"]


def test_the_symbol_before_the_last_is_proposed_last() -> None:
    """Rules LOC-8 and LOC-11."""
    assert follow(b".ab1.ab2.ab?").candidates == [*b"21"]


def test_a_place_is_told_by_signs_and_bytes_since_the_last() -> None:
    """Rules LOC-2 and LOC-3: other bytes came, but after the same signs."""
    assert follow(b"(,;:abx(,;:cd?").candidates == [*b"x"]
    assert follow(b"(,;:abx(,;.cd?").candidates == []
    assert follow(b"(,;:aBx(,;:cd?").candidates == []  # the class of the last byte is another one


def test_a_row_begins_anew() -> None:
    """Rule LOC-2: words are alike in a row's form, and a line feed forgets it."""
    assert follow(b"q\nab,c|\nxyz,d?").candidates == [*b"|"]
    assert follow(b"q.ab,c|.xyz,d?").candidates == []


def test_a_slot_counts_how_often_its_symbol_came() -> None:
    """Rules LOC-4 and LOC-11."""
    slot = Slot()
    for byte, run, other in (
        (97, 1, None),
        (97, 2, None),
        (97, 3, None),
        (97, 3, None),
        (98, 1, 97),
        (99, 1, 98),
    ):
        slot.learn(byte, 7)
        assert (slot.last, slot.run, slot.other, slot.position) == (byte, run, other, 7)


@pytest.mark.parametrize(("text", "found"), [(b"1bcde+2bcde?", None), (b"bcdef+xbcdef?", Match(5, 5))])
def test_a_match_needs_five_bytes(text: bytes, found: Match | None) -> None:
    """Rule LOC-5."""
    assert follow(text).found == found


def test_a_match_goes_on_where_it_began_and_grows_to_its_bound() -> None:
    """Rules LOC-5 and LOC-11."""
    text = bytes(range(64, 110))
    watched = follow(text + text[:-1] + b"?")
    assert watched.found == Match(len(text) - 1, spec.MAX_MATCH_LENGTH)
    before, again = b"qwertyuABC\0Dxy1", b"--ABC\0Dzz.."
    found = follow(before + again + before[:-4] + b"?").found
    assert found is not None
    assert found.pointer == len(before) - 4


def test_a_byte_0_is_a_candidate_like_others() -> None:
    """Rule LOC-8."""
    assert follow(b".ab\0.ab?").candidates == [0]
    assert decode(encode(b".ab\0.ab\0.ab", NO_CONTEXTS), NO_CONTEXTS, 11) == b".ab\0.ab\0.ab"


def test_a_match_in_the_prefix_ends_with_it() -> None:
    """Rule LOC-13: the window comes first, then the last place in the prefix."""
    watched, writer = Watched(WITH_PREFIX), Writer(*FIRST)
    for writer.symbol in PAST[:30]:
        watched.code(writer)
    assert watched.found == Match(29, 29, in_prefix=True)
    for writer.symbol in PAST[30:] + PAST[:25]:
        watched.code(writer)
    assert watched.found == Match(24, 24)
    ending, writer = Watched(WITH_PREFIX), Writer(*FIRST)
    for writer.symbol in PAST[-30:]:
        ending.code(writer)
    assert ending.found is not None
    assert ending.found.in_prefix
    assert ending.match is None


def test_the_window_forgets() -> None:
    """Rule LOC-1."""
    memory = Memory(Size(10, 1024))
    predictor = Predictor(NO_CONTEXTS, memory)
    for byte in b"0123456789" * 300:
        predictor.learn(byte)
    assert memory.end == 3000
    assert memory.match_length(memory.end - 10) == spec.MAX_MATCH_LENGTH
    assert memory.match_length(memory.end - 1020) == 4
    assert memory.match_length(memory.end - 1030) == 0


def test_places_beyond_16_bits() -> None:
    """Rule LOC-5."""
    memory = Memory(Size(10, 1024))
    memory.end = 0xFFFE
    predictor = Predictor(NO_CONTEXTS, memory)
    for byte in b"abcdefghabcd":
        predictor.learn(byte)
    slot = predictor._slots()[Context.FOUR]
    assert memory.end == 0x1000A
    assert memory.place(slot) == 0x10002
    assert memory[0x10002] == ord("e")


def test_a_byte_0_stands_for_the_end_in_a_stream() -> None:
    """Rules LOC-1 and LOC-11."""
    memory, writer = Memory(Size(10, 1024)), Writer(*FIRST)
    for _ in range(2):
        watched = Watched(memory=memory)
        for writer.symbol in (*b"xyz", END):
            watched.code(writer)
    assert watched.candidates[0] == END
    assert watched.trials[0].hit
    assert memory.symbol(0) == END
    assert Memory().symbol(0) == 0


def test_a_copy_goes_on_by_itself() -> None:
    memory = Memory(Size(10, 1024))
    predictor = Predictor(TRAINED, memory)
    for byte in b"id 5, id 6, id 7":
        predictor.learn(byte)
    other = memory.copy()
    assert [other[place] for place in range(16)] == [memory[place] for place in range(16)]
    before = encode_with(memory.copy(), b"id 8, id 9")
    Predictor(TRAINED, other).learn(0)
    encode_with(other, b"something else, 8, 9 and 10, 11")
    assert encode_with(memory, b"id 8, id 9") == before


def encode_with(memory: Memory, text: bytes) -> bytes:
    """What a message takes with a memory, which learns it."""
    predictor, writer = Predictor(TRAINED, memory), Writer(*FIRST)
    for writer.symbol in (*text, END):
        predictor.code(writer)
    return writer.encoder.finish()


def test_misses_are_of_the_first_candidate() -> None:
    """Rule LOC-11: symbols without candidates change nothing."""
    watched, writer, misses, seen = Watched(), Writer(*FIRST), 0, set[tuple[bool, int]]()
    for writer.symbol in b"abcab1ab2ab3abcabcab4ab5ab6ab7ab8xyz" * 2:
        watched.code(writer)
        if watched.candidates:
            misses = 0 if watched.candidates[0] == writer.symbol else min(misses + 1, spec.MAX_MISSES)
        seen.add((bool(watched.candidates), misses))
        assert watched.misses == misses
    assert seen >= {(False, 0), (False, 1), (True, 0), (True, 1), (True, spec.MAX_MISSES)}


def test_evidence_of_contexts() -> None:
    """Rule MIX-3: FOUR, PLACE and TWO had 1 twice; ROW is another one each time."""
    watched = follow(b".ab1.ab1.ab1.ab1")
    for context, kind, run, other in tables(watched, ord("1")):
        assert (kind, other) == (0, 0)
        assert run in range(spec.MAX_RUN)
        assert context in list(Context)
    assert (Context.TWO, 0, spec.MAX_RUN - 1, 0) in tables(watched, ord("1"))


def test_the_sum_learns_from_errors_that_are_not_small() -> None:
    """Rules MIX-4, MIX-5 and MIX-6."""
    evidence = (Evidence("SET_BIASES", (0, 0, 0, 1)), Evidence("MISS_BIASES", (0, 0, 1)))
    one = Sum()
    assert one.bias(evidence[1]) == mixer.MISS_BIASES[0][0][1] << 12
    assert one.weight((0, 0, 0, 1)) == mixer.WEIGHTS[0][0][0][1] << 10
    first = one.probability(9000, evidence)
    one.learn(mixer.MIN_ERROR - 1, 9000, evidence)
    one.learn(1 - mixer.MIN_ERROR, 9000, evidence)
    assert one.probability(9000, evidence) == first
    one.learn(PROB_ONE - first, 9000, evidence)
    assert one.bias(evidence[1]) == (mixer.MISS_BIASES[0][0][1] << 12) + PROB_ONE - first
    assert one.probability(9000, evidence) > first
    one.learn(-mixer.MIN_ERROR, 9000, evidence)
    assert one.bias(evidence[1]) == (mixer.MISS_BIASES[0][0][1] << 12) + PROB_ONE - first - mixer.MIN_ERROR
    for _ in range(1000):
        one.learn(PROB_ONE - 1, 9000, evidence)
    assert one.probability(9000, evidence) == PROB_ONE - mixer.MIN_PROBABILITY


def test_candidates_are_tried_until_one_hits() -> None:
    """Rule LOC-9."""
    watched = follow(b".abX.abY.abX.abY.abZ")
    assert [trial.hit for trial in watched.trials] == [False] * len(watched.trials)
    assert 0 < len(watched.trials) <= spec.MAX_TRIED
    assert all(trial.probability >= spec.MIN_TRIED for trial in watched.trials)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda wire: b"\x3f" + wire[1:], Malformed),
        (lambda wire: b"\x80" + wire[1:], Malformed),
        (lambda _wire: b"", Truncated),
        (lambda wire: wire + b"\0", NonCanonical),
        (lambda wire: wire + bytes(9), Malformed),
    ],
)
def test_other_strings_are_refused(change: object, error: type[DecodeError]) -> None:
    """Rules RNG-5 to RNG-7 and AUR-10."""
    for model in MODELS[:2]:
        with pytest.raises(error):
            decode(change(encode(b"abab", model)), model, 9)  # type: ignore[operator]


def test_hits_are_choices_of_two() -> None:
    """Rules LOC-9 and MIX-6: the first string by hand, of an escape-free list of the start, and no candidates."""
    decoder = Decoder(encode(b"", NO_CONTEXTS), *FIRST)
    assert decoder.value(2) == 0
    assert list(chain(encode(b"", NO_CONTEXTS))) == [0x10]
