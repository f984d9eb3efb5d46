"""Messages that are decoded one after the other, by ``auralite``.

Two things are left to it: choices of which a list for character runs is an option, and the rest of the last few
messages, which would leave the vectors nearly empty.
"""

from __future__ import annotations

from contextlib import suppress

from aura_fast import auralite, symbols
from aura_fast.batch.lanes import NOTHING, Batch
from aura_fast.char_runs import NEXT
from aura_fast.ragged import Numbers
from aura_fast.range_coder import Decoder
from aura_spec.context_model import END
from aura_spec.errors import DecodeError


def read_singly(batch: Batch, lanes: Numbers) -> None:
    """Read the choices left of symbols, one message after the other; ``lanes`` is (messages,) int64."""
    state = batch.state
    for lane in lanes.tolist():
        decoder = batch.decoder_of(lane)
        batch.is_symbol[lane] = True
        try:
            batch.symbols[lane], state.contexts[lane] = _read_rest(batch, lane, decoder)
        except DecodeError:
            state.is_active[lane] = False
            continue
        state.windows[lane], state.offsets[lane] = decoder.window, decoder.offset
        state.spans[lane] = decoder.span


def _read_rest(batch: Batch, lane: int, decoder: Decoder) -> tuple[int, int]:
    """Read the choices left of a symbol; the symbol, and the context that follows."""
    state, char_run = batch.state, int(batch.state.char_runs[lane])
    predicted = int(state.predicted[lane])
    letter = "" if predicted == NOTHING else chr(predicted)
    if state.has_exclusions[lane] and state.escaped_from[lane] != NOTHING:
        at = int(state.escaped_from[lane]), char_run
        return symbols.decode_after_escape(decoder, batch.model, at, predicted=letter)
    return symbols.decode_symbol(
        decoder, batch.model, (int(state.contexts[lane]), char_run), predicted=letter
    )


def decode_rests(batch: Batch) -> None:
    """Decode the rest of all messages that are active, one after the other."""
    state = batch.state
    for lane in state.is_active.nonzero()[0].tolist():
        with suppress(DecodeError):
            batch.messages[state.numbers[lane]] = _decode_rest(batch, lane)


def _decode_rest(batch: Batch, lane: int) -> bytes | None:
    """Decode the rest of a message; None if it is too long."""
    state = batch.state
    decoder = batch.decoder_of(lane)
    text = bytearray(batch.text_of(lane))
    context, char_run = int(state.contexts[lane]), int(state.char_runs[lane])
    if not state.is_new[lane]:
        symbol, context = _read_rest(batch, lane, decoder)
        if symbol == END:
            decoder.finish()
            return bytes(text)
        text.append(symbol)
        char_run = NEXT[char_run << 8 | symbol]
        if len(text) > batch.max_size:
            return None
    match = auralite.ActiveMatch(int(state.pointers[lane]), int(state.lengths[lane]), int(state.misses[lane]))
    return auralite.decode_rest(decoder, batch.model, batch.max_size, text, (context, char_run), match)
