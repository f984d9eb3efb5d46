"""Many AURALITE messages at once, with numpy: decoding.

All messages take one choice a step, each where it is: at the first list of a symbol, after an escape, at a match.
Those that are at the same kind of choice take it together, in a few vector operations, unless they are so few that
one after the other is quicker, which is left to ``auralite``. So is a choice of which a list for runs is an option,
and the rest of the last few messages, which would leave the vectors nearly empty. Any message in which something is
wrong is decoded anew by ``auralite``, so that there is one place that says what.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from aura_fast import auralite, search
from aura_fast.context_model import (
    CODE_MASK,
    END_SHIFT,
    PLACE_BITS,
    PLACE_MASK,
    SINGLETON_CODE,
    SUM_MASK,
    SYMBOL_MASK,
    Contexts,
)
from aura_fast.match import BASES, HISTORY_BASE
from aura_fast.prefix import FILTER_SHIFT
from aura_fast.range_coder import Decoder, check_end
from aura_fast.run import NEXT
from aura_fast.search import SINGLETON_NUMBERS, Flags, Numbers, words_of
from aura_spec.context_model import END, ROOT, TOTAL_OF_ONE
from aura_spec.errors import DecodeError
from aura_spec.match import MAX_LENGTH, MIN_LENGTH, MISS_CLASSES, MULTIPLIER, SLOT_SHIFT, SLOTS, TOTAL
from aura_spec.prefix import LENGTH
from aura_spec.range_coder import LOWER_BOUND, MAX_OMITTED, START, WINDOW

_BASES: Final = np.array(BASES)
_NEXT_AFTER: Final = np.frombuffer(NEXT, np.uint8)
_BITS: Final = np.left_shift(1, np.arange(8)).astype(np.uint8)

_MAX_TABLE: Final = 1 << 24
"""Symbols in the table of what is decoded; beyond that, messages are decoded one at a time."""

_WIDTH: Final = 64
"""Of this table at first."""

_LAST: Final = 64
"""Messages for which the steps are not worth it any more."""

_FEW: Final = 16
"""Messages for which a step of another kind is taken one after the other."""

_NO_SLOT: Final = 0xFFFF

_NOTHING: Final = -1


def decode(wires: Sequence[bytes], contexts: Contexts, max_size: int) -> list[bytes | None]:
    """The messages of strings that begin as they should; None for those that are left to ``auralite``."""
    batch = _Batch(wires, contexts, max_size)
    while len(batch.state.numbers) > _LAST and batch.fits():
        batch.step()
    batch.go_on_alone()
    return batch.messages


@dataclass(slots=True)
class _State:
    """How far messages are; arrays, each with a value for each message that is not done.

    Attributes:
        numbers: which message it is.
        rows: of the message in the table of text.
        bases: where its string is in the tails.
        sizes: of its string with the zeros that continue it.
        windows, offsets, spans: as in ``range_coder.Decoder``.
        contexts, runs: where the next choice is; the state of the run.
        is_new: whether no choice of the next symbol is coded yet.
        is_less: whether symbols of the current list are excluded: those of ``lefts``, and ``predicted``.
        lefts: the context that was left by an escape for the current one; -1 if there was none.
        predicted: a byte that a match predicted in vain in place of the next symbol; or -1.
        positions: how many symbols there are.
        fours: the last four bytes, as rule MAT-1 reads them.
        lengths: of the active match; 0 if there is none.
        pointers: of the match in the message; of one in the prefix counted from its end, below 0.
        misses: of the message so far, at most 2.
        is_active: false if the message is done, or something is wrong with it.
    """

    numbers: Numbers
    rows: Numbers
    bases: Numbers
    sizes: Numbers
    windows: Numbers
    offsets: Numbers
    spans: Numbers
    contexts: Numbers
    runs: Numbers
    is_new: Flags
    is_less: Flags
    lefts: Numbers
    predicted: Numbers
    positions: Numbers
    fours: Numbers
    lengths: Numbers
    pointers: Numbers
    misses: Numbers
    is_active: Flags

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
        symbols: that were read in this step; of use where there is one.
        is_symbol: whether there is.
    """

    def __init__(self, wires: Sequence[bytes], model: Contexts, max_size: int) -> None:
        count = len(wires)
        self.messages: list[bytes | None] = [None] * count
        self._wires = wires
        self._decoders: list[Decoder | None] = [None] * count
        self._steps = 0
        self._model = model
        self._max_size = max_size
        self._words = words_of(model)
        self._hits = np.array(model.hits)
        self._bounds = np.array(model.bounds)
        zeros = bytes(MAX_OMITTED)
        tails = np.frombuffer(zeros.join([*wires, zeros]), np.uint8).astype(np.int64)
        # at each place the number that four bytes are
        self._tails = tails[:-3] << 24 | tails[1:-2] << 16 | tails[2:-1] << 8 | tails[3:]
        sizes = np.array([len(wire) for wire in wires]) + MAX_OMITTED
        bases = np.cumsum(sizes) - sizes
        self._text = np.zeros((count, _WIDTH), np.uint8)
        self._slots = np.full((count, _WIDTH), _NO_SLOT, np.uint16)
        self._seen = np.zeros((count, SLOTS // 8), np.uint8)  # a bit for each slot
        self.state = _State(
            numbers=np.arange(count),
            rows=np.arange(count),
            bases=bases,
            sizes=sizes,
            windows=np.full(count, WINDOW),
            offsets=self._tails[bases] - START,
            spans=np.full(count, START),
            contexts=np.full(count, model.initial),
            runs=np.zeros(count, np.int64),
            is_new=np.ones(count, np.bool_),
            is_less=np.zeros(count, np.bool_),
            lefts=np.full(count, _NOTHING),
            predicted=np.full(count, _NOTHING),
            positions=np.zeros(count, np.int64),
            fours=np.zeros(count, np.int64),
            lengths=np.zeros(count, np.int64),
            pointers=np.zeros(count, np.int64),
            misses=np.zeros(count, np.int64),
            is_active=np.ones(count, np.bool_),
        )

    def fits(self) -> bool:
        """Make room for one more symbol of each; whether there is."""
        rows = self.state.rows
        width = self._text.shape[1]
        if self._steps < width:  # no message has more symbols
            return True
        if 2 * width * len(rows) > _MAX_TABLE:
            return False
        more = ((0, 0), (0, width))
        self._text = np.pad(self._text[rows], more)
        self._slots = np.pad(self._slots[rows], more, constant_values=_NO_SLOT)
        self._seen = self._seen[rows]
        self.state.rows = np.arange(len(rows))
        return True

    def step(self) -> None:
        """Go on with each by a choice, and by another after it if it is an escape or a miss."""
        state = self.state
        self._steps += 1
        self.symbols = np.zeros(len(state.numbers), np.int64)
        self.is_symbol = np.zeros(len(state.numbers), np.bool_)
        self._look_for_matches()
        is_matched = state.is_new & (state.lengths > 0)
        matched = is_matched.nonzero()[0]
        plain = (~(is_matched | state.is_less)).nonzero()[0]
        if len(matched) > _FEW:
            self._read_predicted(matched)
        else:
            self._read_predicted_alone(matched)
        in_runs = self._in_runs(plain)
        if len(in_runs):
            self._read_alone(in_runs)
            plain = plain[~self.is_symbol[plain]]
        self._read_plain(plain)
        self._shift((state.spans < LOWER_BOUND).nonzero()[0])
        after_escape = (state.is_less & ~self.is_symbol).nonzero()[0]
        self._read_after_escape(after_escape)
        self._take_symbols()

    def _read_after_escape(self, lanes: Numbers) -> None:
        """Go on with messages at a list of which symbols are excluded."""
        in_runs = self._in_runs(lanes) if len(lanes) > _FEW else lanes
        self._read_alone(in_runs)
        if len(in_runs):
            lanes = lanes[~self.is_symbol[lanes]]
        if len(lanes):
            self._read_less(lanes)
            self._shift(lanes[self.state.spans[lanes] < LOWER_BOUND])

    def _in_runs(self, lanes: Numbers) -> Numbers:
        """The messages of which a list for runs stands in for that of the context (rule RUN-4)."""
        if not self._model.has_runs:
            return lanes[:0]
        state = self.state
        return lanes[state.contexts[lanes] < self._bounds[state.runs[lanes]]]

    def _take_symbols(self) -> None:
        """Append symbols to the messages."""
        state, symbols, is_symbol = self.state, self.symbols, self.is_symbol
        # what is not a symbol yet is written over later
        self._text.reshape(-1)[state.rows * self._text.shape[1] + state.positions] = symbols
        np.copyto(state.fours, state.fours >> 8 | symbols << 24, where=is_symbol)
        if self._model.has_runs:
            np.copyto(state.runs, _NEXT_AFTER[state.runs << 8 | symbols], where=is_symbol)
        np.putmask(state.predicted, is_symbol, _NOTHING)
        state.is_new = is_symbol
        state.is_less &= state.is_active & ~is_symbol
        self._finish(((symbols == END) & is_symbol & state.is_active).nonzero()[0])
        state.positions += is_symbol
        state.is_active &= state.positions <= self._max_size
        if 8 * np.count_nonzero(state.is_active) < 7 * len(state.is_active):
            state.drop()

    def _look_for_matches(self) -> None:
        """Rules MAT-1 to MAT-3 and HIS-1."""
        state, prefix = self.state, self._model.prefix
        mixed = state.fours * MULTIPLIER & 0xFFFFFFFF
        slots = mixed >> SLOT_SHIFT
        is_held = state.positions >= MIN_LENGTH
        places = state.rows * (SLOTS // 8) + (slots >> 3)
        bits = _BITS[slots & 7] * is_held
        seen = self._seen.reshape(-1)
        bytes_seen = seen[places]
        is_free = state.is_new & (state.lengths == 0)
        repeated = ((bytes_seen & bits > 0) & is_free).nonzero()[0]
        if len(repeated):
            self._match(repeated, slots[repeated])
        seen[places] = bytes_seen | bits
        self._slots.reshape(-1)[state.rows * self._slots.shape[1] + state.positions] = slots
        if prefix:
            known = np.frombuffer(prefix.ends, np.bool_)[mixed >> FILTER_SHIFT]
            known &= is_free & (state.lengths == 0) & (state.positions >= LENGTH)
            for lane in known.nonzero()[0].tolist():
                place = prefix.find(self._text_of(lane)[-LENGTH:])
                if place:
                    state.lengths[lane] = LENGTH
                    state.pointers[lane] = place - len(prefix.text)

    def _match(self, lanes: Numbers, slots: Numbers) -> None:
        """Compare with what stands before the last place that has the same slot (rule MAT-2)."""
        state = self.state
        rows, positions = state.rows[lanes], state.positions[lanes]
        behind = int(positions.max())
        held = self._slots[rows, MIN_LENGTH:behind] == slots[:, None]
        pointers = behind - 1 - held[:, ::-1].argmax(axis=1)
        back = np.arange(1, MAX_LENGTH + 1)
        ends = (rows * self._text.shape[1])[:, None] - back
        text = self._text.reshape(-1)
        is_equal = np.zeros((len(lanes), MAX_LENGTH + 1), np.bool_)
        is_equal[:, :-1] = text[ends + pointers[:, None]] == text[ends + positions[:, None]]
        is_equal[:, :-1] &= back <= pointers[:, None]
        lengths = is_equal.argmin(axis=1)
        state.lengths[lanes] = np.where(lengths >= MIN_LENGTH, lengths, 0)
        state.pointers[lanes] = pointers

    def _text_of(self, lane: int) -> bytes:
        return self._text[self.state.rows[lane], : self.state.positions[lane]].tobytes()

    def _read_plain(self, lanes: Numbers) -> None:
        """Read choices of lists of which nothing is excluded: most are the likeliest of theirs."""
        state, words = self.state, self._words
        contexts = state.contexts[lanes]
        heads = words[contexts]
        is_singleton = heads >= 0
        firsts = contexts + ~is_singleton
        entries = words[firsts]
        totals = np.where(is_singleton, TOTAL_OF_ONE, ~heads & SUM_MASK)
        units = state.spans[lanes] // totals
        ends = np.where(
            is_singleton, SINGLETON_NUMBERS[entries >> SINGLETON_CODE & CODE_MASK], entries >> END_SHIFT
        )
        spans = ends * units
        is_first = state.offsets[lanes] < spans
        state.spans[lanes] = spans
        state.contexts[lanes] = entries & PLACE_MASK
        self.symbols[lanes] = entries >> PLACE_BITS & SYMBOL_MASK
        self.is_symbol[lanes] = is_first
        other = (~is_first).nonzero()[0]
        if len(other):  # a search for the value in the list; the entry of a singleton was seen already
            asked, singleton, heads, firsts = lanes[other], is_singleton[other], heads[other], firsts[other]
            totals, units = totals[other], units[other]
            values = self._values(asked, totals, units)
            sizes = search.sizes_of(heads)
            places = firsts + search.ranks(self._model, firsts, sizes, values)
            is_listed = places < firsts + sizes
            entries = words[places]
            lower = np.where(singleton, ends[other], words[places - 1] >> END_SHIFT)
            upper = np.where(is_listed, entries >> END_SHIFT, totals)
            state.offsets[asked] -= lower * units
            state.spans[asked] = (upper - lower) * units
            state.contexts[asked] = np.where(is_listed, entries & PLACE_MASK, search.suffix(heads))
            self.symbols[asked] = entries >> PLACE_BITS & SYMBOL_MASK
            self.is_symbol[asked] = is_listed
            is_escape = ~is_listed
            state.is_less[asked] = is_escape
            state.lefts[asked[is_escape]] = contexts[other[is_escape]]

    def _values(self, lanes: Numbers, totals: Numbers, units: Numbers) -> Numbers:
        """Where fractions lie; those that name no option are given up (rule RNG-5)."""
        state = self.state
        values = state.offsets[lanes] // units
        beyond = (values >= totals).nonzero()[0]
        if len(beyond):
            state.is_active[lanes[beyond]] = False
            state.offsets[lanes[beyond]] = values[beyond] = (
                0  # so that they are harmless until they are dropped
            )
        return values

    def _read_less(self, lanes: Numbers) -> None:
        """Read choices of lists of which symbols are excluded (rules AUR-3 and AUR-4)."""
        state, words = self.state, self._words
        contexts = state.contexts[lanes]
        rest = search.rest(self._model, contexts, state.lefts[lanes], state.predicted[lanes])
        sums, listed = rest.sums, rest.listed
        state.is_active[lanes[(listed == 0) & (contexts == ROOT)]] = False
        units = state.spans[lanes] // rest.totals
        values = self._values(lanes, rest.totals, units)
        is_listed = values < listed
        bases = sums[rest.starts]
        places = np.where(is_listed, sums.searchsorted(bases + values, side="right") - 1, 0)
        lower = np.where(is_listed, sums[places] - bases, listed)
        upper = np.where(is_listed, sums[places + 1] - bases, rest.totals)
        entries = rest.entries[places]
        state.offsets[lanes] -= lower * units
        state.spans[lanes] = (upper - lower) * units
        state.contexts[lanes] = np.where(is_listed, entries & PLACE_MASK, search.suffix(words[contexts]))
        state.lefts[lanes] = contexts
        self.symbols[lanes] = entries >> PLACE_BITS & SYMBOL_MASK
        self.is_symbol[lanes] = is_listed

    def _prediction(self, lanes: Numbers) -> tuple[Numbers, Numbers]:
        """What matches predict, and the index of rule MAT-4 without the probability class."""
        state, prefix = self.state, self._model.prefix
        pointers = state.pointers[lanes]
        places = state.rows[lanes] * self._text.shape[1] + pointers
        bases = _BASES[state.lengths[lanes]]
        if prefix:
            is_past = pointers < 0
            past = np.frombuffer(prefix.text, np.uint8)
            predicted = np.where(
                is_past,
                past[np.where(is_past, pointers, 0)],
                self._text.reshape(-1)[np.where(is_past, 0, places)],
            )
            bases = np.where(is_past, HISTORY_BASE, bases)
        else:
            predicted = self._text.reshape(-1)[places]
        return predicted.astype(np.int64), bases + state.misses[lanes]

    def _read_predicted(self, lanes: Numbers) -> None:
        """Read whether matches predict the symbols (rules MAT-4 to MAT-6)."""
        state = self.state
        contexts = state.contexts[lanes]
        predicted, indices = self._prediction(lanes)
        is_listed, entries, likelihoods = search.predict(self._model, contexts, predicted)
        hits = self._hits[indices + likelihoods]
        units = state.spans[lanes] // TOTAL
        is_hit = self._values(lanes, np.full(len(lanes), TOTAL), units) < hits
        state.offsets[lanes] -= np.where(is_hit, 0, hits * units)
        state.spans[lanes] = np.where(is_hit, hits, TOTAL - hits) * units
        following = entries & PLACE_MASK
        for place in (is_hit & ~is_listed).nonzero()[0].tolist():
            suffix = self._model.suffix(int(contexts[place]))
            following[place] = self._model.follow(suffix, int(predicted[place]))
        self._go_on(lanes, predicted, following, is_hit, is_listed)

    def _read_predicted_alone(self, lanes: Numbers) -> None:
        """The same, one message after the other."""
        state, model, prefix = self.state, self._model, self._model.prefix
        for lane in lanes.tolist():
            context, pointer, length = (
                part.item(lane) for part in (state.contexts, state.pointers, state.lengths)
            )
            if prefix and pointer < 0:
                predicted, base = prefix.text[pointer], HISTORY_BASE
            else:
                predicted, base = self._text.item(state.rows.item(lane), pointer), BASES[length]
            likelihood, following = model.predict(context, predicted)
            hit = model.hits[base + state.misses.item(lane) + likelihood]
            offset, unit = state.offsets.item(lane), state.spans.item(lane) // TOTAL
            is_hit = offset < hit * unit
            if is_hit:
                state.spans[lane], state.contexts[lane] = hit * unit, following
                self.symbols[lane], self.is_symbol[lane] = predicted, True
            else:
                state.is_active[lane] &= offset < TOTAL * unit  # rule RNG-5
                state.offsets[lane], state.spans[lane] = offset - hit * unit, (TOTAL - hit) * unit
                state.predicted[lane], state.is_less[lane] = predicted, likelihood > 0
                state.lefts[lane] = _NOTHING
                if likelihood and model.words[context] >= 0:  # a list of one entry, which is excluded
                    state.lefts[lane], state.contexts[lane] = context, model.suffix(context)
                state.misses[lane] = min(state.misses.item(lane) + 1, MISS_CLASSES - 1)
            state.pointers[lane] = pointer + 1
            state.lengths[lane] = min(length + 1, MAX_LENGTH) if is_hit and pointer != -1 else 0

    def _go_on(
        self, lanes: Numbers, predicted: Numbers, following: Numbers, is_hit: Flags, is_listed: Flags
    ) -> None:
        """Go on after hits and misses (rules MAT-7, MAT-8, HIS-3 and AUR-5).

        Args:
            lanes: the messages.
            predicted: the bytes that matches predicted.
            following: the contexts after them.
            is_hit: whether they are the symbols.
            is_listed: whether they are in the lists.
        """
        state, words = self.state, self._words
        contexts = state.contexts[lanes]
        heads = words[contexts]
        # after a miss on with the list, unless that is of one entry, which is excluded
        is_over = (heads >= 0) & is_listed
        state.contexts[lanes] = np.where(is_hit, following, np.where(is_over, search.suffix(heads), contexts))
        state.predicted[lanes] = predicted
        state.is_less[lanes] = is_listed
        state.lefts[lanes] = np.where(is_over, contexts, _NOTHING)
        self.symbols[lanes] = predicted
        self.is_symbol[lanes] = is_hit
        pointers = state.pointers[lanes]
        is_on = is_hit & (pointers != -1)
        state.lengths[lanes] = np.where(is_on, np.minimum(state.lengths[lanes] + 1, MAX_LENGTH), 0)
        state.pointers[lanes] = pointers + 1
        state.misses[lanes] = np.minimum(state.misses[lanes] + ~is_hit, MISS_CLASSES - 1)

    def _read_alone(self, lanes: Numbers) -> None:
        """Read the rest of what codes symbols, one message after the other."""
        state = self.state
        for lane in lanes.tolist():
            decoder = self._decoder(lane)
            self.is_symbol[lane] = True
            try:
                self.symbols[lane], state.contexts[lane] = self._read_rest(lane, decoder)
            except DecodeError:
                state.is_active[lane] = False
                continue
            state.windows[lane], state.offsets[lane] = decoder.window, decoder.offset
            state.spans[lane] = decoder.span

    def _read_rest(self, lane: int, decoder: Decoder) -> tuple[int, int]:
        """The symbol whose choices a message is amid, and the context that follows."""
        state, run = self.state, int(self.state.runs[lane])
        predicted = int(state.predicted[lane])
        letter = "" if predicted == _NOTHING else chr(predicted)
        if state.is_less[lane] and state.lefts[lane] != _NOTHING:
            at = int(state.lefts[lane]), run
            return auralite.read_after_escape(decoder, self._model, at, predicted=letter)
        return auralite.read_unpredicted(
            decoder, self._model, (int(state.contexts[lane]), run), predicted=letter
        )

    def _decoder(self, lane: int) -> Decoder:
        """The decoder of a message, as it is now."""
        state = self.state
        number = state.numbers.item(lane)
        decoder = self._decoders[number]
        if decoder is None:
            decoder = self._decoders[number] = Decoder(self._wires[number])
        decoder.window = state.windows.item(lane)
        decoder.offset = state.offsets.item(lane)
        decoder.span = state.spans.item(lane)
        return decoder

    def _shift(self, lanes: Numbers) -> None:
        """Rules RNG-3 and RNG-6, where spans are too small."""
        state = self.state
        spans, windows = state.spans[lanes], state.windows[lanes]
        shifts = 1 + (spans < LOWER_BOUND >> 8) + (spans < LOWER_BOUND >> 16)
        state.is_active[lanes[windows + shifts > state.sizes[lanes]]] = False
        bits = 8 * shifts
        tails = self._tails.take(state.bases[lanes] + windows, mode="clip")
        state.offsets[lanes] = state.offsets[lanes] << bits | tails >> 32 - bits
        state.spans[lanes] = spans << bits
        state.windows[lanes] = np.minimum(windows + shifts, state.sizes[lanes])

    def _finish(self, lanes: Numbers) -> None:
        """Check the ends of messages (rule RNG-7)."""
        state = self.state
        state.is_active[lanes] = False
        parts = state.windows[lanes], state.offsets[lanes], state.spans[lanes]
        for lane, *end in zip(lanes.tolist(), *(part.tolist() for part in parts), strict=True):
            number = int(state.numbers[lane])
            wire = self._wires[number]
            try:
                check_end(len(wire), wire[-1], *end)
            except DecodeError:
                continue
            self.messages[number] = self._text_of(lane)

    def go_on_alone(self) -> None:
        """Decode the rest of messages, one after the other."""
        state = self.state
        for lane in state.is_active.nonzero()[0].tolist():
            with suppress(DecodeError):
                self.messages[state.numbers[lane]] = self._go_on_alone(lane)

    def _go_on_alone(self, lane: int) -> bytes | None:
        state = self.state
        decoder = self._decoder(lane)
        text = bytearray(self._text_of(lane))
        context, run = int(state.contexts[lane]), int(state.runs[lane])
        if not state.is_new[lane]:
            symbol, context = self._read_rest(lane, decoder)
            if symbol == END:
                decoder.finish()
                return bytes(text)
            text.append(symbol)
            run = NEXT[run << 8 | symbol]
            if len(text) > self._max_size:
                return None
        match = int(state.pointers[lane]), int(state.lengths[lane]), int(state.misses[lane])
        return auralite.go_on(decoder, self._model, self._max_size, text, (context, run), match)
