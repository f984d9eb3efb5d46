"""Context models that are small enough to see through, and a strategy for them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import strategies as st

from aura.models.model import Model
from aura_spec import match, prefix
from aura_spec.char_runs import Kind, state_of
from aura_spec.context_model import (
    CODES,
    END,
    ESCAPES,
    FREQUENCIES,
    SYMBOLS,
    CharRunList,
    ContextModel,
    Prefix,
)
from aura_vectors.models import (
    EXHAUSTED,
    HAND_MADE,
    HIT_TABLE,
    NEVER_ENDING,
    NO_CONTEXTS,
    START,
    Context,
    assemble,
)

__all__ = ["EXHAUSTED", "HAND_MADE", "NEVER_ENDING", "NO_CONTEXTS", "START"]
"""Those of the vectors, beside what follows."""


def build(
    messages: Iterable[bytes], max_order: int = 3, base: int = 0, hits: tuple[int, ...] = HIT_TABLE
) -> ContextModel:
    """Count what follows each context of at most ``max_order`` symbols in ``messages``.

    ``base`` is added to the count of every symbol at the root, which has all of them anyway.
    """
    counts: defaultdict[Context, Counter[int]] = defaultdict(Counter)
    counts[()] = Counter(dict.fromkeys(range(SYMBOLS), base))
    counts[START,] = Counter({END: 1})
    for message in messages:
        symbols = (START, *message, END)
        for place in range(1, len(symbols)):
            for order in range(min(max_order, place) + 1):
                counts[symbols[place - order : place]][symbols[place]] += 1
    return assemble(
        {
            context: {
                symbol: _code(count, sum(counter.values()) + len(counter))
                for symbol, count in counter.items()
            }
            for context, counter in counts.items()
        },
        {context: _escape(counter) for context, counter in counts.items()},
        hits,
    )


def _code(count: int, total: int) -> int:
    return next(code for code in range(CODES) if FREQUENCIES[code] * total <= max(8192 * count, total))


def _escape(counter: Counter[int]) -> int:
    if len(counter) > 1:
        return _code(len(counter), sum(counter.values()) + len(counter))
    return next(
        code
        for code in range(CODES)
        if ESCAPES[code] * (counter.total() + 1) <= max(4096, counter.total() + 1)
    )


SAMPLES = (
    b"Yes, I can help with that.",
    b"Yes, please.",
    b"No, thank you.",
    b"I can help you with that. Could you tell me more?",
    b"Thank you for your help!",
    b'{"id":1,"name":"get_weather","city":"Berlin"}',
    b'{"id":2,"name":"get_time","city":"Rome"}',
    "Größe: 12 €".encode(),
    b"",
)

TRAINED = build(SAMPLES, max_order=4)
TRAINED_WITH_BASE = build(SAMPLES, max_order=3, base=1)

_DIGITS, _LETTERS_TO_F = tuple(b"0123456789"), tuple(b"abcdef")

CHAR_RUNS = {
    state_of(Kind.DIGITS, length): CharRunList(2, (*_DIGITS, END), (8,) * 10 + (20 - length,), 24)
    for length in (2, 3, 4)
} | {state_of(Kind.LETTERS_TO_F, length): CharRunList(0, _LETTERS_TO_F, (9,) * 6, 8) for length in (1, 2)}
"""Lists that know how long a number is, and one that gives way only where no context helps."""

WITH_CHAR_RUNS = replace(TRAINED, char_runs=CHAR_RUNS)
HAND_MADE_WITH_CHAR_RUNS = replace(HAND_MADE, char_runs=CHAR_RUNS)
CHAR_RUNS_EXHAUSTED = replace(
    NO_CONTEXTS,
    char_runs={state_of(Kind.DIGITS, 1): CharRunList(0, tuple(range(SYMBOLS)), (32,) * SYMBOLS, 0)},
)
"""An escape from the list for character runs leaves no symbol; no message needs it."""

PAST = b'The quick brown fox jumps over a lazy dog {"type":"message","id":null}'
WITH_PREFIX = replace(
    NO_CONTEXTS, prefix=Prefix(PAST, tuple(1 + 100 * index for index in range(prefix.HITS)))
)
WITH_ALL = replace(WITH_CHAR_RUNS, prefix=WITH_PREFIX.prefix)

MODELS = (
    HAND_MADE,
    EXHAUSTED,
    NO_CONTEXTS,
    TRAINED,
    TRAINED_WITH_BASE,
    WITH_CHAR_RUNS,
    HAND_MADE_WITH_CHAR_RUNS,
    CHAR_RUNS_EXHAUSTED,
    WITH_PREFIX,
    WITH_ALL,
)

ALPHABET = st.sampled_from(
    [
        b"a",
        b"b",
        b"c",
        b"ab",
        b"abc",
        b"Yes",
        b" ",
        b"help",
        b'{"id":',
        b"12",
        b"3af",
        b"-",
        PAST[:30],
        PAST[20:60],
        b"\0",
        b"\xff",
    ]
)

TEXTS = st.lists(ALPHABET, max_size=40).map(b"".join) | st.binary(max_size=60)
"""Messages of which the models above predict some part, with repetitions."""


@st.composite
def models(draw: st.DrawFn) -> ContextModel:
    """A model of any of the kinds above, or counted from a few messages, with any table of hits."""
    if draw(st.booleans()):
        return draw(st.sampled_from(MODELS))
    hits = draw(
        st.sampled_from([HIT_TABLE, HIT_TABLE[::-1], (1,) * match.HITS, (match.TOTAL - 1,) * match.HITS])
    )
    return build(draw(st.lists(TEXTS, max_size=4)), draw(st.integers(0, 6)), draw(st.integers(0, 2)), hits)


def knowing_nothing() -> Model:
    """A model that predicts nothing but an empty message, so that other methods win."""
    return Model.from_context_model(build([]), {})


FIELDS = (
    "starts",
    "symbols",
    "codes",
    "following",
    "suffixes",
    "escapes",
    "initial",
    "hits",
    "char_runs",
    "prefix",
)


def plain(model: ContextModel) -> dict[str, object]:
    """A model as plain lists, whatever holds its numbers."""
    return {
        name: v if name in {"initial", "char_runs", "prefix"} else list(v)
        for name in FIELDS
        for v in (getattr(model, name),)
    }
