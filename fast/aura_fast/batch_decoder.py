"""Many AURALITE messages at once, with numpy: decoding.

All messages decode one symbol a step. Where the list of the context has it, and after escapes, that takes a few
vector operations for all of them; where a match is active or a list for runs is used, which has many cases and is
not frequent, it is left to ``auralite``. So is any message from its start in which something is wrong, so that
there is one place that says what; and the last few messages, which would leave the vectors nearly empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura_fast import auralite, search
from aura_fast.context_model import (
    CODE_MASK,
    END_SHIFT,
    LONE,
    LONE_CODE,
    PLACE_BITS,
    PLACE_MASK,
    SUM_BITS,
    SUM_MASK,
    SYMBOL_MASK,
    Contexts,
)
from aura_fast.history import FILTER_SHIFT
from aura_fast.match import BASES, HISTORY_BASE, length_before
from aura_fast.range_coder import Decoder
from aura_fast.run import NEXT
from aura_fast.search import Numbers, words_of
from aura_spec.context_model import END, TOTAL_OF_ONE
from aura_spec.errors import DecodeError
from aura_spec.history import LENGTH
from aura_spec.match import MAX_LENGTH, MIN_LENGTH, MISS_CLASSES, MULTIPLIER, SLOT_SHIFT
from aura_spec.range_coder import LOWER_BOUND, START, WINDOW

_LONE: Final = np.array(LONE)
_NEXT: Final = np.frombuffer(NEXT, np.uint8)

_MAX_TABLE: Final = 1 << 24
"""Symbols in the table of what is decoded; beyond that, messages are decoded one at a time."""

_WIDTH: Final = 64
"""Of this table at first."""

_NO_SLOT: Final = 0xFFFF


def decode(wires: Sequence[bytes], contexts: Contexts, max_size: int) -> list[bytes | None]:
    """The messages of strings that begin as they should; None for those that are left to ``auralite``."""
    batch = _Batch(wires, contexts)
    while len(batch.state.numbers) > search.FEW and batch.position <= max_size and batch.fits():
        batch.step()
    return batch.messages


@dataclass(slots=True)
class _State:
    """How far messages are; arrays, each with a value for each message that is not done.

    Attributes:
        numbers: which message it is.
        bases: where its string is in the tails.
        sizes: of its string with the zeros that continue it.
        windows, offsets, spans: as in ``range_coder.Decoder``.
        contexts, runs: where the next symbol is coded; the state of the run.
        fours: the last four bytes, as rule MAT-1 reads them.
        lengths: of the active match; 0 if there is none.
        pointers: of the match in the message; of one in the history counted from its end, below 0.
        misses: of the message so far, at most 2.
        text: the message so far.
        slots: those of rule MAT-1 at each position.
        is_active: false if the message is done, or something is wrong with it.
    """

    numbers: Numbers
    bases: Numbers
    sizes: Numbers
    windows: Numbers
    offsets: Numbers
    spans: Numbers
    contexts: Numbers
    runs: Numbers
    fours: Numbers
    lengths: Numbers
    pointers: Numbers
    misses: Numbers
    text: NDArray[np.uint8]
    slots: NDArray[np.uint16]
    is_active: NDArray[np.bool_]

    def drop(self) -> None:
        """Forget the messages that are not active."""
        kept = self.is_active.nonzero()[0]
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name)[kept])


class _Batch:
    """Messages that are decoded in step.

    Attributes:
        messages: those that are done.
        state: of the others.
        position: the number of symbols that each has so far.
    """

    def __init__(self, wires: Sequence[bytes], model: Contexts) -> None:
        count = len(wires)
        self.messages: list[bytes | None] = [None] * count
        self.position = 0
        self._model = model
        self._words = words_of(model)
        self._bounds = np.array([stand_in[0] for stand_in in model.stand_ins])
        self._decoders = [Decoder(wire) for wire in wires]
        self._tails = np.frombuffer(b"".join([decoder.tail for decoder in self._decoders]), np.uint8)
        sizes = np.array([len(decoder.tail) for decoder in self._decoders])
        runs, fours, lengths, pointers, misses = np.zeros((5, count), np.int64)
        self.state = _State(
            numbers=np.arange(count),
            bases=np.cumsum(sizes) - sizes,
            sizes=sizes,
            windows=np.full(count, WINDOW),
            offsets=np.array([decoder.offset for decoder in self._decoders]),
            spans=np.full(count, START),
            contexts=np.full(count, model.initial),
            runs=runs,
            fours=fours,
            lengths=lengths,
            pointers=pointers,
            misses=misses,
            text=np.zeros((count, _WIDTH), np.uint8),
            slots=np.full((count, _WIDTH), _NO_SLOT, np.uint16),
            is_active=np.ones(count, np.bool_),
        )

    def fits(self) -> bool:
        """Make room for one more symbol of each; whether there is."""
        state = self.state
        width = state.text.shape[1]
        if self.position < width:
            return True
        if 2 * state.text.size > _MAX_TABLE:
            return False
        state.text = np.pad(state.text, ((0, 0), (0, width)))
        state.slots = np.pad(state.slots, ((0, 0), (0, width)), constant_values=_NO_SLOT)
        return True

    def step(self) -> None:
        """Decode a symbol of each."""
        state = self.state
        self._look_for_matches()
        symbols, following = np.zeros((2, len(state.numbers)), np.int64)
        is_special = state.is_active & (state.lengths > 0)
        if self._model.has_runs:
            is_special |= state.is_active & (state.contexts < self._bounds[state.runs])
        for lane in is_special.nonzero()[0].tolist():
            self._read_special(lane, symbols, following)
        self._read_plain((state.is_active & ~is_special).nonzero()[0], symbols, following)
        self._finish(((symbols == END) & state.is_active).nonzero()[0].tolist())
        if self._model.has_runs:
            state.runs = _NEXT[state.runs << 8 | symbols].astype(np.int64)
        state.text[:, self.position] = symbols
        state.fours = state.fours >> 8 | symbols << 24
        state.contexts = following
        self.position += 1
        if 8 * np.count_nonzero(state.is_active) < 7 * len(state.is_active):
            state.drop()

    def _look_for_matches(self) -> None:
        """Rules MAT-1 to MAT-3 and HIS-1."""
        state, position, history = self.state, self.position, self._model.history
        if position < MIN_LENGTH:
            return
        mixed = state.fours * MULTIPLIER & 0xFFFFFFFF
        slots = (mixed >> SLOT_SHIFT).astype(np.uint16)
        is_free = state.is_active & (state.lengths == 0)
        repeated = (state.slots[:, :position] == slots[:, None]).any(axis=1)
        for lane in (repeated & is_free).nonzero()[0].tolist():
            pointer = int((state.slots[lane, :position] == slots[lane]).nonzero()[0][-1])
            state.lengths[lane] = length_before(self._text_of(lane), pointer, position)
            state.pointers[lane] = pointer
        state.slots[:, position] = slots
        if history and position >= LENGTH:
            known = np.frombuffer(history.ends, np.bool_)[mixed >> FILTER_SHIFT]
            for lane in (known & is_free & (state.lengths == 0)).nonzero()[0].tolist():
                place = history.find(self._text_of(lane)[-LENGTH:])
                if place:
                    state.lengths[lane] = LENGTH
                    state.pointers[lane] = place - len(history.text)

    def _text_of(self, lane: int) -> bytes:
        return self.state.text[lane, : self.position].tobytes()

    def _read_special(self, lane: int, symbols: Numbers, following: Numbers) -> None:
        """Decode a symbol where a match is active, or a list for runs stands in for the first list."""
        state = self.state
        at = int(state.contexts[lane]), int(state.runs[lane])
        pointer = int(state.pointers[lane])
        length = int(state.lengths[lane])
        with self._decoder(lane) as decoder:
            if not length:
                symbols[lane], following[lane] = auralite.read_unforeseen(decoder, self._model, at)
                return
            history = self._model.history
            if pointer < 0 and history:
                predicted, base = history.text[pointer], HISTORY_BASE
            else:
                predicted, base = int(state.text[lane, pointer]), BASES[length]
            prediction = predicted, base + int(state.misses[lane])
            symbols[lane], following[lane] = auralite.read_predicted(decoder, self._model, at, prediction)
            if symbols[lane] == predicted:
                state.pointers[lane] = pointer + 1
                state.lengths[lane] = 0 if pointer == -1 else min(length + 1, MAX_LENGTH)
            else:
                state.lengths[lane] = 0
                state.misses[lane] = min(state.misses[lane] + 1, MISS_CLASSES - 1)

    @contextmanager
    def _decoder(self, lane: int) -> Iterator[Decoder]:
        """The decoder of a message, as it is now; what it does counts, unless it finds something wrong."""
        state = self.state
        decoder = self._decoders[state.numbers[lane]]
        decoder.window = int(state.windows[lane])
        decoder.offset = int(state.offsets[lane])
        decoder.span = int(state.spans[lane])
        try:
            yield decoder
        except DecodeError:
            state.is_active[lane] = False
        state.windows[lane], state.offsets[lane] = decoder.window, decoder.offset
        state.spans[lane] = decoder.span

    def _read_plain(self, lanes: Numbers, symbols: Numbers, following: Numbers) -> None:
        """Decode symbols by the lists of their contexts: most are the likeliest of theirs."""
        state, words = self.state, self._words
        contexts = state.contexts[lanes]
        heads = words[contexts]
        is_lone = heads >= 0
        firsts = contexts + ~is_lone
        entries = words[firsts]
        totals = np.where(is_lone, TOTAL_OF_ONE, ~heads & SUM_MASK)
        units = state.spans[lanes] // totals
        ends = np.where(is_lone, _LONE[entries >> LONE_CODE & CODE_MASK], entries >> END_SHIFT)
        is_first = state.offsets[lanes] < ends * units
        symbols[lanes] = entries >> PLACE_BITS & SYMBOL_MASK
        following[lanes] = entries & PLACE_MASK
        state.spans[lanes] = ends * units
        # the others: by a search for the value in the list; a lone entry was seen already
        other = (~is_first).nonzero()[0]
        lanes_of, totals, units, firsts = lanes[other], totals[other], units[other], firsts[other]
        values = self._values(lanes_of, totals, units)
        behind = firsts + search.sizes_of(heads[other])
        places = search.search(self._model, firsts + 1, behind, values)
        is_listed = places < behind
        entries = words[np.where(is_listed, places, firsts)]
        lower = np.where(is_lone[other], ends[other], words[places - 1] >> END_SHIFT)
        upper = np.where(is_listed, entries >> END_SHIFT, totals)
        state.offsets[lanes_of] -= lower * units
        state.spans[lanes_of] = (upper - lower) * units
        symbols[lanes_of] = entries >> PLACE_BITS & SYMBOL_MASK
        following[lanes_of] = entries & PLACE_MASK
        self._shift(lanes)
        escaped = (~is_listed & state.is_active[lanes_of]).nonzero()[0]
        self._read_after_escapes(lanes_of[escaped], contexts[other[escaped]], symbols, following)

    def _values(self, lanes: Numbers, totals: Numbers, units: Numbers) -> Numbers:
        """Where fractions lie; those that name no option are given up (rule RNG-5)."""
        values = self.state.offsets[lanes] // units
        self.state.is_active[lanes[values >= totals]] = False
        return values

    def _shift(self, lanes: Numbers) -> None:
        """Rules RNG-3 and RNG-6."""
        state = self.state
        lanes = lanes[state.spans[lanes] < LOWER_BOUND]
        while len(lanes):
            ended = state.windows[lanes] == state.sizes[lanes]
            state.is_active[lanes[ended]] = False
            lanes = lanes[~ended]
            tails = self._tails[state.bases[lanes] + state.windows[lanes]]
            state.offsets[lanes] = state.offsets[lanes] << 8 | tails
            state.windows[lanes] += 1
            state.spans[lanes] <<= 8
            lanes = lanes[state.spans[lanes] < LOWER_BOUND]

    def _read_after_escapes(
        self, lanes: Numbers, left: Numbers, symbols: Numbers, following: Numbers
    ) -> None:
        """Decode symbols from the first escape on, from these contexts (rule AUR-3)."""
        state, model, words = self.state, self._model, self._words
        while len(lanes) > search.FEW:
            contexts = search.wider(words[left])
            alone = search.sizes_of(words[contexts]) == search.sizes_of(words[left])  # to be refused
            if model.has_runs:
                alone |= contexts < self._bounds[state.runs[lanes]]
            if alone.any():
                self._read_alone(lanes[alone], left[alone], symbols, following)
                lanes, left, contexts = lanes[~alone], left[~alone], contexts[~alone]
            firsts = contexts + 1
            wholes = ~words[contexts] & SUM_MASK
            behind = firsts + search.sizes_of(words[contexts])
            owners, gaps_at, gaps = search.gaps(model, left, firsts, behind)
            totals = wholes - search.sums(owners, gaps, len(lanes))
            units = state.spans[lanes] // totals
            values = self._values(lanes, totals, units)
            # in order, a gap lies before the value if what remains before the gap does not exceed the value
            order = np.argsort(owners << SUM_BITS | gaps_at)
            owners, gaps_at, gaps = owners[order], gaps_at[order], gaps[order]
            before = np.cumsum(gaps) - gaps
            before -= before[np.searchsorted(owners, owners)]
            passed = values[owners] >= gaps_at - before
            skipped = search.sums(owners, np.where(passed, gaps, 0), len(lanes))
            places = search.search(model, firsts, behind, values + skipped)
            is_listed = places < behind
            entries = words[np.where(is_listed, places, firsts)]
            lower = search.lower(words, places, firsts)
            upper = np.where(is_listed, entries >> END_SHIFT, wholes)
            state.offsets[lanes] -= (lower - skipped) * units
            state.spans[lanes] = (upper - lower) * units
            symbols[lanes] = entries >> PLACE_BITS & SYMBOL_MASK
            following[lanes] = entries & PLACE_MASK
            self._shift(lanes)
            escaped = ~is_listed & state.is_active[lanes]
            lanes, left = lanes[escaped], contexts[escaped]
        self._read_alone(lanes, left, symbols, following)

    def _read_alone(self, lanes: Numbers, left: Numbers, symbols: Numbers, following: Numbers) -> None:
        """The same, one message after the other."""
        for lane, context in zip(lanes.tolist(), left.tolist(), strict=True):
            with self._decoder(lane) as decoder:
                at = context, int(self.state.runs[lane])
                symbols[lane], following[lane] = auralite.read_after_escape(decoder, self._model, at)

    def _finish(self, lanes: list[int]) -> None:
        """Check the ends of messages (rule RNG-7)."""
        for lane in lanes:
            self.state.is_active[lane] = False
            with self._decoder(lane) as decoder:
                decoder.finish()
                self.messages[self.state.numbers[lane]] = self._text_of(lane)
