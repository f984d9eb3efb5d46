// rANS of order 0 with twelve-bit frequencies (rules RNS-1 to RNS-6).
import { RANS_LOWER_BOUND, RANS_SCALE_BITS, RANS_STATE_BYTES, RANS_SYMBOLS, RANS_TOTAL, RANS_UPPER_BOUND } from './constants.js';
import { DecodeError } from './errors.js';
import type { Reader } from './wire.js';

/** For each symbol the sum of the frequencies below it, and last the sum of all (rule RNS-2). */
export function cumulativesOf(frequencies: ArrayLike<number>): Uint16Array {
  const cumulatives = new Uint16Array(frequencies.length + 1);
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    cumulatives[symbol + 1] = cumulatives[symbol] + frequencies[symbol];
  }
  return cumulatives;
}

/** Read the 256 frequencies of bytes (rule RNS-1). */
export function readFrequencies(reader: Reader): Uint16Array {
  const start = reader.at;
  const frequencies = Uint16Array.from({ length: RANS_SYMBOLS }, () => reader.uint(2));
  const sum = frequencies.reduce((total, frequency) => total + frequency, 0);
  const isRight = sum === RANS_TOTAL && !frequencies.includes(0);
  reader.check(isRight, 'Malformed', 'the frequencies are not all positive with sum 4096', start);
  return frequencies;
}

/** Code symbols backwards into a payload (rules RNS-3 and RNS-4). */
export function encodeRans(symbols: Uint8Array, frequencies: ArrayLike<number>): Uint8Array {
  const cumulatives = cumulativesOf(frequencies);
  const payload: number[] = [];
  let state = RANS_LOWER_BOUND;
  for (let at = symbols.length - 1; at >= 0; at--) {
    const frequency = frequencies[symbols[at]];
    for (; state >= frequency * 2 ** 16; state = Math.floor(state / 256)) payload.push(state % 256);
    state = Math.floor(state / frequency) * RANS_TOTAL + (state % frequency) + cumulatives[symbols[at]];
  }
  for (let byte = 0; byte < RANS_STATE_BYTES; byte++) {
    payload.push(state % 256);
    state = Math.floor(state / 256);
  }
  return Uint8Array.from(payload);
}

/** Read `count` symbols from a payload (rules RNS-5 and RNS-6). */
export function decodeRans(payload: Uint8Array, count: number, frequencies: ArrayLike<number>): Uint8Array {
  let position = payload.length - RANS_STATE_BYTES;
  if (position < 0) throw new DecodeError('Truncated', 'the payload is too short for a state', payload.length);
  const cumulatives = cumulativesOf(frequencies);
  const symbolOfSlot = new Uint8Array(RANS_TOTAL);
  for (let s = 0; s < RANS_SYMBOLS; s++) symbolOfSlot.fill(s, cumulatives[s], cumulatives[s + 1]);
  let state = 0;
  for (let byte = RANS_STATE_BYTES - 1; byte >= 0; byte--) state = state * 256 + payload[position + byte];
  if (state < RANS_LOWER_BOUND || state >= RANS_UPPER_BOUND) {
    throw new DecodeError('Malformed', 'the state is out of range', position);
  }
  const symbols = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const slot = state & (RANS_TOTAL - 1);
    const symbol = symbolOfSlot[slot];
    state = frequencies[symbol] * (state >>> RANS_SCALE_BITS) + slot - cumulatives[symbol];
    while (state < RANS_LOWER_BOUND) {
      if (position === 0) throw new DecodeError('Truncated', 'the payload runs out of bytes');
      state = (state << 8) | payload[--position];
    }
    symbols[at] = symbol;
  }
  if (state !== RANS_LOWER_BOUND || position > 0) {
    throw new DecodeError('Malformed', 'the payload does not end where its symbols do', position);
  }
  return symbols;
}
