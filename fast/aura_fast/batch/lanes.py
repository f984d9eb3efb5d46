"""How far messages are that are decoded in step, and what they share.

A message that is not done is a lane: it has a value in each array of the state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from aura_fast.batch.lists import words_of
from aura_fast.batch.tuning import Tuning
from aura_fast.context_model import Contexts
from aura_fast.ragged import Flags, Numbers
from aura_fast.range_coder import Decoder
from aura_spec import range_coder
from aura_spec.match import SLOTS
from aura_spec.range_coder import LOWER_BOUND, MAX_OMITTED, WINDOW

NOTHING: Final = -1

_NO_SLOT: Final = 0xFFFF


@dataclass(slots=True)
class State:
    """How far messages are.

    All arrays are (lanes,): flags bool, all others int64.

    Attributes:
        numbers: of the messages among all.
        rows: of the messages in the table of text.
        bases: where their strings begin in the tails.
        sizes: of their strings, with the zeros that continue them.
        windows: as in ``range_coder.Decoder``.
        offsets: as there.
        spans: as there.
        contexts: whose lists the next choices are of.
        char_runs: the states of the character runs.
        is_new: whether no choice of the next symbol is read yet.
        has_exclusions: whether symbols of the current list are excluded: those of the list of ``escaped_from``, and
            ``predicted``.
        escaped_from: the context that an escape led from to the current one; -1 if there was none.
        predicted: the byte that a match predicted in vain in place of the next symbol; -1 if there was none.
        positions: how many symbols are decoded.
        fours: the last four bytes, as rule MAT-1 reads them.
        lengths: of the active matches; 0 if there is none.
        pointers: of the matches in their messages; of those in the prefix counted from its end, below 0.
        misses: of the messages so far, at most 2.
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
    char_runs: Numbers
    is_new: Flags
    has_exclusions: Flags
    escaped_from: Numbers
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


class Batch:
    """Messages that are decoded in step.

    Attributes:
        messages: those that are done, by number.
        wires: the strings, by number.
        model: the packed model.
        max_size: bytes that a message may have.
        tuning: how much is done at once.
        words: of the model, (words,) int64.
        hits: the tables of hits of the model, (hits,) int64.
        text: the table of what is decoded, (rows, width) uint8.
        slots: the slot before each position (rule MAT-1), (rows, width) uint16.
        seen: whether a message had a slot, a bit for each, (rows, SLOTS / 8) uint8.
        steps: that are done.
        state: how far messages are.
        symbols: that were read in this step, (lanes,) int64; of use where there is one.
        is_symbol: whether there is, (lanes,) bool.
    """

    symbols: Numbers
    is_symbol: Flags

    def __init__(self, wires: Sequence[bytes], model: Contexts, max_size: int, tuning: Tuning) -> None:
        count = len(wires)
        self.messages: list[bytes | None] = [None] * count
        self.wires = wires
        self._decoders: list[Decoder | None] = [None] * count
        self.steps = 0
        self.model = model
        self.max_size = max_size
        self.tuning = tuning
        self.words = words_of(model)
        self.hits = np.array(model.hits)
        self._bounds = np.array(model.bounds)
        zeros = bytes(MAX_OMITTED)
        tails = np.frombuffer(zeros.join([*wires, zeros]), np.uint8).astype(np.int64)
        # at each place the number that four bytes are
        self._tails = tails[:-3] << 24 | tails[1:-2] << 16 | tails[2:-1] << 8 | tails[3:]
        sizes = np.array([len(wire) for wire in wires]) + MAX_OMITTED
        bases = np.cumsum(sizes) - sizes
        self.text = np.zeros((count, tuning.width), np.uint8)
        self.slots = np.full((count, tuning.width), _NO_SLOT, np.uint16)
        self.seen = np.zeros((count, SLOTS // 8), np.uint8)  # a bit for each slot
        self.state = State(
            numbers=np.arange(count),
            rows=np.arange(count),
            bases=bases,
            sizes=sizes,
            windows=np.full(count, WINDOW),
            offsets=self._tails[bases] - range_coder.START,
            spans=np.full(count, range_coder.START),
            contexts=np.full(count, model.initial),
            char_runs=np.zeros(count, np.int64),
            is_new=np.ones(count, np.bool_),
            has_exclusions=np.zeros(count, np.bool_),
            escaped_from=np.full(count, NOTHING),
            predicted=np.full(count, NOTHING),
            positions=np.zeros(count, np.int64),
            fours=np.zeros(count, np.int64),
            lengths=np.zeros(count, np.int64),
            pointers=np.zeros(count, np.int64),
            misses=np.zeros(count, np.int64),
            is_active=np.ones(count, np.bool_),
        )

    def fits(self) -> bool:
        """Make room for one more symbol of each message; whether there is."""
        rows = self.state.rows
        width = self.text.shape[1]
        if self.steps < width:  # no message has more symbols
            return True
        if 2 * width * len(rows) > self.tuning.max_table:
            return False
        more = ((0, 0), (0, width))
        self.text = np.pad(self.text[rows], more)
        self.slots = np.pad(self.slots[rows], more, constant_values=_NO_SLOT)
        self.seen = self.seen[rows]
        self.state.rows = np.arange(len(rows))
        return True

    def in_char_runs(self, lanes: Numbers) -> Numbers:
        """Those of some lanes where a list for character runs stands in for that of the context (rule RUN-4)."""
        if not self.model.has_char_runs:
            return lanes[:0]
        state = self.state
        return lanes[state.contexts[lanes] < self._bounds[state.char_runs[lanes]]]

    def text_of(self, lane: int) -> bytes:
        """What is decoded of a message."""
        return self.text[self.state.rows[lane], : self.state.positions[lane]].tobytes()

    def values(self, lanes: Numbers, totals: Numbers, units: Numbers) -> Numbers:
        """The cumulative frequencies that strings name (rule RNG-5): (lanes,) int64.

        Messages whose string names no option are given up; their value is 0.

        Args:
            lanes: the messages, (lanes,) int64.
            totals: of their choices, (lanes,) int64.
            units: spans div totals, (lanes,) int64.
        """
        state = self.state
        values = state.offsets[lanes] // units
        beyond = (values >= totals).nonzero()[0]
        if len(beyond):
            state.is_active[lanes[beyond]] = False
            # so that they are harmless until they are dropped
            state.offsets[lanes[beyond]] = values[beyond] = 0
        return values

    def shift(self, lanes: Numbers) -> None:
        """Shift the windows of messages whose spans are too small (rules RNG-3 and RNG-6)."""
        state = self.state
        spans, windows = state.spans[lanes], state.windows[lanes]
        shifts = 1 + (spans < LOWER_BOUND >> 8) + (spans < LOWER_BOUND >> 16)
        state.is_active[lanes[windows + shifts > state.sizes[lanes]]] = False
        bits = 8 * shifts
        tails = self._tails.take(state.bases[lanes] + windows, mode="clip")
        state.offsets[lanes] = state.offsets[lanes] << bits | tails >> 32 - bits
        state.spans[lanes] = spans << bits
        state.windows[lanes] = np.minimum(windows + shifts, state.sizes[lanes])

    def decoder_of(self, lane: int) -> Decoder:
        """The decoder of a message, where it is now."""
        state = self.state
        number = state.numbers.item(lane)
        decoder = self._decoders[number]
        if decoder is None:
            decoder = self._decoders[number] = Decoder(self.wires[number])
        decoder.window = state.windows.item(lane)
        decoder.offset = state.offsets.item(lane)
        decoder.span = state.spans.item(lane)
        return decoder
