// Adaptive tables, one symbol at a time (rules ADA-1 to ADA-4).
import { ADAPTIVE_FIRST_ROUND, ADAPTIVE_INCREMENT, INTERLEAVED_RANS_TOTAL } from './constants.js';
import { type LaneReader, type Table, tableOf } from './interleaved_rans.js';

/** The context that stands for the one after the symbol before. */
export const AFTER = 255;

/** Frequencies from counts (rule ADA-2). */
export function frequenciesFrom(counts: ArrayLike<number>): Uint16Array {
  let total = 0;
  let largest = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    total += counts[symbol];
    if (counts[symbol] > counts[largest]) largest = symbol;
  }
  const spare = INTERLEAVED_RANS_TOTAL - counts.length;
  const frequencies = Uint16Array.from(counts, (count) => 1 + Math.floor((count * spare) / total));
  frequencies[largest] += INTERLEAVED_RANS_TOTAL - frequencies.reduce((sum, frequency) => sum + frequency, 0);
  return frequencies;
}

/** The tables of one kind of symbol, one a context. */
class Tables {
  readonly #counts: readonly Uint32Array[];
  #made: (Table | undefined)[] = [];

  constructor(counts: readonly Uint16Array[]) {
    this.#counts = counts.map((row) => Uint32Array.from(row));
  }

  /** The table of a context as it was last made. */
  table(context: number): Table {
    return (this.#made[context] ??= tableOf(frequenciesFrom(this.#counts[context])));
  }

  count(context: number, symbol: number): void {
    this.#counts[context][symbol] += ADAPTIVE_INCREMENT;
  }

  /** Have the tables made anew. */
  forget(): void {
    this.#made = [];
  }
}

/** A stream of symbols, each coded in a context; `AFTER` stands for that which `after` has for the symbol before. */
export interface AdaptiveStream {
  readonly lanes: number;
  readonly counts: readonly Uint16Array[];
  readonly contexts: Uint8Array;
  readonly after: Uint8Array;
}

/** Go through a stream, step by step (rules ADA-3 and ADA-4); `code` gives the symbol at an index. */
function traverse(
  { lanes, counts, contexts, after }: AdaptiveStream, symbols: Uint16Array,
  begin: () => void, code: (table: Table, index: number) => number,
): void {
  const count = symbols.length;
  const steps = Math.ceil(count / lanes);
  const tables = new Tables(counts);
  const used = new Uint8Array(count);
  let first = 0;
  let stop = ADAPTIVE_FIRST_ROUND;
  for (let step = 0; step < steps; step++) {
    if (step === stop) {
      for (let seen = first; seen < stop; seen++) {
        for (let index = seen; index < count; index += steps) tables.count(used[index], symbols[index]);
      }
      tables.forget();
      first = stop;
      stop *= 2;
    }
    begin();
    for (let index = step; index < count; index += steps) {
      used[index] = contexts[index] === AFTER ? after[symbols[index - 1]] : contexts[index];
      symbols[index] = code(tables.table(used[index]), index);
    }
  }
}

/** Read a stream of `count` symbols. */
export function readStream(reader: LaneReader, stream: AdaptiveStream, count: number): Uint16Array {
  const symbols = new Uint16Array(count);
  traverse(stream, symbols, () => { reader.begin(); }, (table) => reader.next(table));
  return symbols;
}

/** What a symbol narrows its lane by. */
export interface Step {
  readonly below: number;
  readonly frequency: number;
}

/** The batches of a stream to be written. */
export function batchesOf(stream: AdaptiveStream, symbols: Uint16Array): Step[][] {
  const batches: Step[][] = [];
  traverse(
    stream, symbols,
    () => { batches.push([]); },
    ({ cumulatives }, index) => {
      const symbol = symbols[index];
      const below = cumulatives[symbol];
      batches[batches.length - 1].push({ below, frequency: cumulatives[symbol + 1] - below });
      return symbol;
    },
  );
  return batches;
}

/** Write batches, in the order in which they will be read (rules IRN-6, IRN-8 and IRN-9). */
export function writeBatches(
  batches: readonly (readonly Step[])[], lanes: number, rest: readonly number[],
  between: { readonly at: number; readonly words: readonly number[] },
): Uint8Array {
  const states = Array.from({ length: lanes }, (_, lane) => 2 ** 16 + (rest[lane] ?? 0));
  const backwards = rest.slice(lanes).reverse();
  for (let number = batches.length; number >= 0; number--) {
    const batch = number < batches.length ? batches[number] : [];
    for (let index = batch.length - 1; index >= 0; index--) {
      const { below, frequency } = batch[index];
      let state = states[index % lanes];
      if (state >= frequency * 2 ** 20) {
        backwards.push(state % 2 ** 16);
        state = Math.floor(state / 2 ** 16);
      }
      states[index % lanes] = Math.floor(state / frequency) * 4096 + (state % frequency) + below;
    }
    if (number === between.at) backwards.push(...[...between.words].reverse());
  }
  const heads = states.flatMap((state) => [Math.floor(state / 2 ** 16), state % 2 ** 16]);
  return Uint8Array.from([...heads, ...backwards.reverse()].flatMap((word) => [word & 255, word >> 8]));
}
