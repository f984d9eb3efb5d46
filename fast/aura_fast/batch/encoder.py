"""Many AURALITE messages at once, with numpy: encoding.

All that a message's choices depend on is known before any is coded. So the work is done one stage after the other
for all messages: the path through the model, on which each message looks at one entry a step; the choices, all at
once; the intervals, in which each message takes one choice a step; and the sums that the strings are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from aura_fast import match, range_coder
from aura_fast.batch.choices import choose
from aura_fast.batch.intervals import add, narrow
from aura_fast.batch.path import walk
from aura_fast.batch.tuning import Tuning
from aura_fast.char_runs import NEXT
from aura_fast.context_model import PLACE_MASK, Choice, Contexts
from aura_spec.context_model import END


def encode(messages: Sequence[bytes], contexts: Contexts, tuning: Tuning) -> list[bytes]:
    """The strings of the messages; there is at least one."""
    sizes = np.array([len(message) + 1 for message in messages])
    starts = np.cumsum(sizes) - sizes
    flat = np.frombuffer(b"\0".join([*messages, b""]), np.uint8).astype(np.int64)
    flat[starts + sizes - 1] = END
    path = walk(contexts, flat, starts, (contexts.initial, 0), tuning)
    predicted = match.predict_many(messages, contexts.prefix, flat, starts, reach=tuning.reach)
    firsts, (cumulatives, frequencies, totals) = choose(path, flat, predicted).joined(starts)
    units, shifts, spans = narrow(firsts, frequencies, totals, tuning.few)
    lows = add(firsts, cumulatives * units, shifts)
    return [range_coder.shortest(low, span) for low, span in zip(lows, spans.tolist(), strict=True)]


def encode_one(message: bytes, contexts: Contexts, tuning: Tuning) -> bytes:
    """The string of a message that is long; in sections, so that little memory is needed."""
    return range_coder.encode(chain.from_iterable(_sections(message, contexts, tuning)))


def _sections(message: bytes, contexts: Contexts, tuning: Tuning) -> Iterator[Iterator[Choice]]:
    """The choices of a message, section by section."""
    start = np.zeros(1, np.int64)
    at = contexts.initial, 0
    size = tuning.section
    sections = match.predict_sections(message, contexts.prefix, size, reach=tuning.reach)
    for number, predictions in enumerate(sections):
        section = message[number * size : (number + 1) * size]
        flat = np.frombuffer(section, np.uint8).astype(np.int64)
        if len(flat) < size:
            flat = np.append(flat, END)
        path = walk(contexts, flat, start, at, tuning)
        _, columns = choose(path, flat, predictions).joined(start)
        yield zip(*(column.tolist() for column in columns), strict=True)
        at = (
            path.words.item(path.places.item(-1)) & PLACE_MASK,
            NEXT[path.states.item(-1) << 8 | flat.item(-1)],
        )
