// Interleaved rANS (rules IRN-1 to IRN-9): tables, and a reader.
import { INTERLEAVED_RANS_LOWER_BOUND, INTERLEAVED_RANS_SCALE_BITS, INTERLEAVED_RANS_TOTAL } from './constants.js';
import { FREQUENCIES } from './context_model.js';
import { DecodeError } from './errors.js';
import { cumulativesOf } from './rans.js';

const BUCKET_BITS = 6;

/** Frequencies that sum to 4096 (rule IRN-2). */
export interface Table {
  /** For each symbol the sum of the frequencies below it, and last 4096. */
  readonly cumulatives: Uint16Array;
  /** For each 64 slots the symbol of the first. */
  readonly firsts: Uint16Array;
}

/** A table from its frequencies. */
export function tableOf(frequencies: ArrayLike<number>): Table {
  const cumulatives = cumulativesOf(frequencies);
  let symbol = 0;
  const firsts = new Uint16Array(INTERLEAVED_RANS_TOTAL >> BUCKET_BITS).map((_, bucket) => {
    while (cumulatives[symbol + 1] <= bucket << BUCKET_BITS) symbol++;
    return symbol;
  });
  return { cumulatives, firsts };
}

/** The frequencies of a table from its codes, not all of which are 0 (rule IRN-7). */
export function frequenciesOf(codes: Uint8Array): Uint16Array {
  const weights = Array.from(codes, (code) => (code > 0 ? FREQUENCIES[code - 1] : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const frequencies = Uint16Array.from(weights, (weight) =>
    weight > 0 ? Math.max(1, Math.floor((weight * INTERLEAVED_RANS_TOTAL) / total)) : 0,
  );
  let missing = INTERLEAVED_RANS_TOTAL - frequencies.reduce((sum, frequency) => sum + frequency, 0);
  for (; missing !== 0; missing -= Math.sign(missing)) {
    let largest = 0;
    for (let symbol = 1; symbol < frequencies.length; symbol++) {
      if (frequencies[symbol] > frequencies[largest]) largest = symbol;
    }
    frequencies[largest] += Math.sign(missing);
  }
  return frequencies;
}

/** Tables by number, side by side in memory. */
export class TableSet {
  /** Where the cumulatives of each table begin; -1 for a table without symbols. */
  readonly offsets: Int32Array;
  readonly cumulatives: Uint16Array;
  /** For each table, and each 64 slots, the symbol of the first. */
  readonly firsts: Uint16Array;

  constructor(tables: readonly (Table | null)[]) {
    this.offsets = new Int32Array(tables.length).fill(-1);
    this.cumulatives = new Uint16Array(tables.reduce((sum, table) => sum + (table?.cumulatives.length ?? 0), 0));
    this.firsts = new Uint16Array(tables.length << (INTERLEAVED_RANS_SCALE_BITS - BUCKET_BITS));
    let end = 0;
    tables.forEach((table, number) => {
      if (table === null) return;
      this.offsets[number] = end;
      this.cumulatives.set(table.cumulatives, end);
      this.firsts.set(table.firsts, number << (INTERLEAVED_RANS_SCALE_BITS - BUCKET_BITS));
      end += table.cumulatives.length;
    });
  }
}

/** Decodes batches of symbols. Offsets of errors count from the first word. */
export class LaneReader {
  readonly #words: Uint16Array;
  readonly #states: Uint32Array;
  readonly #mask: number;
  #position: number;
  #lane = 0;

  /** `bytes` is a whole number of words; `lanes` is a power of two. */
  constructor(bytes: Uint8Array, lanes: number) {
    const words = new Uint16Array(bytes.length >> 1);
    for (let at = 0; at < words.length; at++) words[at] = bytes[2 * at] | (bytes[2 * at + 1] << 8);
    this.#words = words;
    if (words.length < 2 * lanes) {
      throw new DecodeError('Truncated', 'the payload is too short for its lanes', bytes.length);
    }
    this.#states = new Uint32Array(lanes).map((_, lane) => words[2 * lane] * 65536 + words[2 * lane + 1]);
    if (this.#states.some((state) => state < INTERLEAVED_RANS_LOWER_BOUND)) {
      throw new DecodeError('Malformed', 'a state is out of range');
    }
    this.#mask = lanes - 1;
    this.#position = 2 * lanes;
  }

  /** Let a batch begin, at lane 0 (rule IRN-1). */
  begin(): void {
    this.#lane = 0;
  }

  /** The next symbol of the batch (rule IRN-4). */
  next(table: Table | null): number {
    if (table === null) throw new DecodeError('Malformed', 'a table without symbols is used');
    const lane = this.#lane;
    const state = this.#states[lane];
    const slot = state & (INTERLEAVED_RANS_TOTAL - 1);
    const { cumulatives } = table;
    let symbol = table.firsts[slot >> BUCKET_BITS];
    while (cumulatives[symbol + 1] <= slot) symbol++;
    const below = cumulatives[symbol];
    let next = Math.imul(cumulatives[symbol + 1] - below, state >>> INTERLEAVED_RANS_SCALE_BITS) + slot - below;
    if (next >>> 16 === 0) next = (next << 16) | this.#word();
    this.#states[lane] = next;
    this.#lane = (lane + 1) & this.#mask;
    return symbol;
  }

  /** Decode a batch in place: symbols take the places of the numbers of their tables (rule IRN-4). */
  readBatch(tables: TableSet, batch: Uint16Array, count: number): void {
    const { offsets, cumulatives, firsts } = tables;
    const words = this.#words;
    const states = this.#states;
    const mask = this.#mask;
    let position = this.#position;
    for (let at = 0; at < count; at++) {
      const number = batch[at];
      const offset = offsets[number];
      if (offset < 0) throw new DecodeError('Malformed', 'a table without symbols is used');
      const state = states[at & mask];
      const slot = state & 0xfff;
      let place = offset + firsts[(number << 6) | (slot >> 6)];
      while (cumulatives[place + 1] <= slot) place++;
      const below = cumulatives[place];
      let next = Math.imul(cumulatives[place + 1] - below, state >>> 12) + slot - below;
      if (next >>> 16 === 0) {
        if (position === words.length) {
          throw new DecodeError('Truncated', 'the payload runs out of words', 2 * words.length);
        }
        next = (next << 16) | words[position++];
      }
      states[at & mask] = next;
      batch[at] = place - offset;
    }
    this.#position = position;
  }

  #word(): number {
    if (this.#position === this.#words.length) {
      throw new DecodeError('Truncated', 'the payload runs out of words', 2 * this.#words.length);
    }
    return this.#words[this.#position++];
  }

  /** The next words, which are not of symbols (rule IRN-9). */
  words(count: number): number[] {
    return Array.from({ length: count }, () => this.#word());
  }

  /** Check that everything was read (rule IRN-5). */
  finish(): void {
    const isAtEnd = this.#position === this.#words.length;
    if (!isAtEnd || this.#states.some((state) => state !== INTERLEAVED_RANS_LOWER_BOUND)) {
      const reason = 'the payload does not end where its symbols do';
      throw new DecodeError('Malformed', reason, 2 * this.#position);
    }
  }

  /** End where a format has words of its own, and give them (rule IRN-8). */
  rest(): number[] {
    if (this.#states.some((state) => state >= 2 * INTERLEAVED_RANS_LOWER_BOUND)) {
      throw new DecodeError('Malformed', 'a state ends out of range', 2 * this.#position);
    }
    const inStates = Array.from(this.#states, (state) => state - INTERLEAVED_RANS_LOWER_BOUND);
    return inStates.concat(Array.from(this.#words.subarray(this.#position)));
  }
}
