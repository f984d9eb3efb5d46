// One symbol, down the escapes (rules AUR-2 to AUR-4, RUN-4 and RUN-5).
//
// The lists of a context and of its suffixes contain each other. So what is excluded in a list is what the list before
// it holds, and the symbols that were predicted and did not come; a list of the same length as the one before it has
// nothing left to code.
import type { CharRunList } from './char_runs.js';
import { CHAR_RUNS_STATES, CONTEXT_MODEL_SYMBOLS, CONTEXT_MODEL_TOTAL_OF_ONE } from './constants.js';
import {
  type ContextModel, ESCAPES, follow, FREQUENCIES, PLACE_BITS, PLACE_MASK, SYMBOL_BITS, SYMBOL_MASK, type Trie,
} from './context_model.js';
import { DecodeError } from './errors.js';
import type { Coder, RangeDecoder } from './range_coder.js';

/** The symbol that stands for none. */
const NONE = CONTEXT_MODEL_SYMBOLS;

function excludesAll(): DecodeError {
  return new DecodeError('Malformed', 'the string excludes all symbols');
}

/** Codes symbols in the contexts of a model, one at a time. */
export class SymbolCoder {
  /** The context that follows the last symbol that was coded. */
  following = 0;
  /** Symbols that are excluded from the start; only the first `predictedCount` count. */
  readonly predicted = new Uint16Array(8);
  predictedCount = 0;
  readonly #trie: Trie;
  readonly #charRuns: readonly (CharRunList | undefined)[];
  /** By state of a character run, the number before which contexts give way to its list. */
  readonly #bounds = new Int32Array(CHAR_RUNS_STATES);
  /** Symbols are excluded whose mark is the current stamp. */
  readonly #marks = new Uint32Array(CONTEXT_MODEL_SYMBOLS + 1);
  #stamp = 0;

  // what is left of a list, after #measure
  #total = 0;
  #cumulative = 0;
  #frequency = 0;
  #place = -1;

  constructor(model: ContextModel) {
    this.#trie = model.trie;
    const { ends } = model.trie;
    this.#charRuns = Array.from({ length: CHAR_RUNS_STATES }, (_, state) => model.charRuns.get(state));
    this.#charRuns.forEach((list, state) => {
      if (list) this.#bounds[state] = ends[Math.min(list.order, ends.length - 1)];
    });
  }

  #begin(): void {
    if (++this.#stamp === 2 ** 32) {
      this.#marks.fill(0);
      this.#stamp = 1;
    }
    for (let at = 0; at < this.predictedCount; at++) this.#marks[this.predicted[at]] = this.#stamp;
  }

  #excludeList(context: number): void {
    const { starts, entries } = this.#trie;
    const end = starts[context + 1] & PLACE_MASK;
    for (let place = starts[context] & PLACE_MASK; place < end; place++) {
      this.#marks[entries[place] & SYMBOL_MASK] = this.#stamp;
    }
  }

  /** Measure the options of the list of a context, of several entries, and where `symbol` is among them. */
  #measure(start: number, end: number, symbol: number): void {
    const { entries, codes } = this.#trie;
    const marks = this.#marks;
    const stamp = this.#stamp;
    let total = 0;
    this.#place = -1;
    for (let place = start; place < end; place++) {
      const entry = entries[place] & SYMBOL_MASK;
      if (marks[entry] === stamp) continue;
      const frequency = FREQUENCIES[codes[place]];
      if (entry === symbol) {
        this.#place = place;
        this.#cumulative = total;
        this.#frequency = frequency;
      }
      total += frequency;
    }
    this.#total = total;
  }

  /** The same for a list for character runs; its places count from 0. */
  #measureCharRun(list: CharRunList, symbol: number): void {
    let total = 0;
    this.#place = -1;
    list.symbols.forEach((entry, place) => {
      if (this.#marks[entry] === this.#stamp) return;
      const frequency = FREQUENCIES[list.codes[place]];
      if (entry === symbol) {
        this.#place = place;
        this.#cumulative = total;
        this.#frequency = frequency;
      }
      total += frequency;
    });
    this.#total = total;
  }

  #excludeCharRun(list: CharRunList): void {
    for (const symbol of list.symbols) this.#marks[symbol] = this.#stamp;
  }

  /** Encode a symbol, which is not excluded; {@link following} is the context after it. */
  encode(encoder: Coder, context: number, state: number, symbol: number): void {
    const { starts, suffixes, entries, codes } = this.#trie;
    const bound = this.#bounds[state];
    this.#begin();
    const marks = this.#marks;
    const stamp = this.#stamp;
    let before = 0; // entries of the list that was left
    for (let at = context; ; at = suffixes[at]) {
      if (at < bound) {
        this.#encodeCharRun(encoder, context, state, symbol);
        return;
      }
      const word = starts[at];
      const start = word & PLACE_MASK;
      const end = starts[at + 1] & PLACE_MASK;
      if (end - start === before) continue;
      before = end - start;
      if (before === 1) {
        const entry = entries[start];
        if (this.#marks[entry & SYMBOL_MASK] !== this.#stamp) {
          const escape = ESCAPES[word >>> PLACE_BITS];
          const frequency = CONTEXT_MODEL_TOTAL_OF_ONE - escape;
          if ((entry & SYMBOL_MASK) === symbol) {
            encoder.encode(0, frequency, CONTEXT_MODEL_TOTAL_OF_ONE);
            this.following = entry >>> SYMBOL_BITS;
            return;
          }
          encoder.encode(frequency, escape, CONTEXT_MODEL_TOTAL_OF_ONE);
          this.#marks[entry & SYMBOL_MASK] = this.#stamp;
        }
        continue;
      }
      // in one pass, that measures the options and excludes them; nothing is excluded any more once the symbol is found
      let total = 0;
      let cumulative = 0;
      let frequency = 0;
      let found = -1;
      for (let place = start; place < end; place++) {
        const entry = entries[place] & SYMBOL_MASK;
        if (marks[entry] === stamp) continue;
        const weight = FREQUENCIES[codes[place]];
        if (entry === symbol) {
          found = place;
          cumulative = total;
          frequency = weight;
        } else {
          marks[entry] = stamp;
        }
        total += weight;
      }
      const escape = at === 0 ? 0 : FREQUENCIES[word >>> PLACE_BITS];
      if (found >= 0) {
        encoder.encode(cumulative, frequency, total + escape);
        this.following = entries[found] >>> SYMBOL_BITS;
        return;
      }
      if (total > 0) encoder.encode(total, escape, total + escape);
    }
  }

  #encodeCharRun(encoder: Coder, context: number, state: number, symbol: number): void {
    const list = this.#charRuns[state] as CharRunList;
    const escape = FREQUENCIES[list.codes[list.symbols.length]];
    this.#measureCharRun(list, symbol);
    if (this.#place >= 0) {
      encoder.encode(this.#cumulative, this.#frequency, this.#total + escape);
    } else {
      if (this.#total > 0) encoder.encode(this.#total, escape, this.#total + escape);
      this.#excludeCharRun(list);
      this.#measure(0, CONTEXT_MODEL_SYMBOLS, symbol);
      encoder.encode(this.#cumulative, this.#frequency, this.#total);
    }
    this.following = follow(this.#trie, context, symbol);
  }

  /** The share of a symbol that is not excluded, of `one` (rule MIX-1); {@link following} is the context after it. */
  share(one: number, context: number, state: number, symbol: number): number {
    const { starts, suffixes, entries, codes } = this.#trie;
    const bound = this.#bounds[state];
    this.#begin();
    const marks = this.#marks;
    const stamp = this.#stamp;
    let share = one;
    let before = 0;
    for (let at = context; ; at = suffixes[at]) {
      if (at < bound) return this.#shareInCharRun(share, context, state, symbol);
      const word = starts[at];
      const start = word & PLACE_MASK;
      const end = starts[at + 1] & PLACE_MASK;
      if (end - start === before) continue;
      before = end - start;
      if (before === 1) {
        const entry = entries[start];
        if (this.#marks[entry & SYMBOL_MASK] !== this.#stamp) {
          const escape = ESCAPES[word >>> PLACE_BITS];
          if ((entry & SYMBOL_MASK) === symbol) {
            this.following = entry >>> SYMBOL_BITS;
            return (share * (CONTEXT_MODEL_TOTAL_OF_ONE - escape)) >>> 12;
          }
          share = (share * escape) >>> 12;
          this.#marks[entry & SYMBOL_MASK] = this.#stamp;
        }
        continue;
      }
      let total = 0;
      let frequency = 0;
      let found = -1;
      for (let place = start; place < end; place++) {
        const entry = entries[place] & SYMBOL_MASK;
        if (marks[entry] === stamp) continue;
        const weight = FREQUENCIES[codes[place]];
        if (entry === symbol) {
          found = place;
          frequency = weight;
        } else {
          marks[entry] = stamp;
        }
        total += weight;
      }
      const escape = at === 0 ? 0 : FREQUENCIES[word >>> PLACE_BITS];
      if (found >= 0) {
        this.following = entries[found] >>> SYMBOL_BITS;
        return ((share * frequency) / (total + escape)) >>> 0;
      }
      if (total > 0) share = ((share * escape) / (total + escape)) >>> 0;
    }
  }

  #shareInCharRun(before: number, context: number, state: number, symbol: number): number {
    const list = this.#charRuns[state] as CharRunList;
    const escape = FREQUENCIES[list.codes[list.symbols.length]];
    let share = before;
    this.following = follow(this.#trie, context, symbol);
    this.#measureCharRun(list, symbol);
    if (this.#place >= 0) return ((share * this.#frequency) / (this.#total + escape)) >>> 0;
    if (this.#total > 0) share = ((share * escape) / (this.#total + escape)) >>> 0;
    this.#excludeCharRun(list);
    this.#measure(0, CONTEXT_MODEL_SYMBOLS, symbol);
    return ((share * this.#frequency) / this.#total) >>> 0;
  }

  /** Decode a symbol; {@link following} is the context after it. */
  decode(decoder: RangeDecoder, context: number, state: number): number {
    const { starts, suffixes, entries } = this.#trie;
    const bound = this.#bounds[state];
    this.#begin();
    let before = 0;
    for (let at = context; ; at = suffixes[at]) {
      if (at < bound) return this.#decodeCharRun(decoder, context, state);
      const word = starts[at];
      const start = word & PLACE_MASK;
      const end = starts[at + 1] & PLACE_MASK;
      if (end - start === before) {
        if (at === 0) throw excludesAll();
        continue;
      }
      before = end - start;
      if (before === 1) {
        const entry = entries[start];
        if (this.#marks[entry & SYMBOL_MASK] !== this.#stamp) {
          const escape = ESCAPES[word >>> PLACE_BITS];
          const frequency = CONTEXT_MODEL_TOTAL_OF_ONE - escape;
          if (decoder.value(CONTEXT_MODEL_TOTAL_OF_ONE) < frequency) {
            decoder.take(0, frequency);
            this.following = entry >>> SYMBOL_BITS;
            return entry & SYMBOL_MASK;
          }
          decoder.take(frequency, escape);
          this.#marks[entry & SYMBOL_MASK] = this.#stamp;
        }
        continue;
      }
      this.#measure(start, end, NONE);
      if (this.#total > 0) {
        const escape = at === 0 ? 0 : FREQUENCIES[word >>> PLACE_BITS];
        const place = this.#decodeIn(decoder, start, end, escape);
        if (place >= 0) {
          this.following = entries[place] >>> SYMBOL_BITS;
          return entries[place] & SYMBOL_MASK;
        }
      } else if (at === 0) {
        throw excludesAll();
      }
      this.#excludeList(at);
    }
  }

  /** Decode a choice in a list that was measured; the place of the entry, or -1 for the escape. */
  #decodeIn(decoder: RangeDecoder, start: number, end: number, escape: number): number {
    const { entries, codes } = this.#trie;
    const value = decoder.value(this.#total + escape);
    let cumulative = 0;
    for (let place = start; place < end; place++) {
      if (this.#marks[entries[place] & SYMBOL_MASK] === this.#stamp) continue;
      const frequency = FREQUENCIES[codes[place]];
      if (value < cumulative + frequency) {
        decoder.take(cumulative, frequency);
        return place;
      }
      cumulative += frequency;
    }
    decoder.take(cumulative, escape);
    return -1;
  }

  #decodeCharRun(decoder: RangeDecoder, context: number, state: number): number {
    const list = this.#charRuns[state] as CharRunList;
    this.#measureCharRun(list, NONE);
    let symbol = this.#total > 0 ? this.#decodeInCharRun(decoder, list) : NONE;
    if (symbol === NONE) {
      this.#excludeCharRun(list);
      this.#measure(0, CONTEXT_MODEL_SYMBOLS, NONE);
      if (this.#total === 0) throw excludesAll();
      const place = this.#decodeIn(decoder, 0, CONTEXT_MODEL_SYMBOLS, 0);
      symbol = this.#trie.entries[place] & SYMBOL_MASK;
    }
    this.following = follow(this.#trie, context, symbol);
    return symbol;
  }

  #decodeInCharRun(decoder: RangeDecoder, list: CharRunList): number {
    const { symbols, codes } = list;
    const escape = FREQUENCIES[codes[symbols.length]];
    const value = decoder.value(this.#total + escape);
    let cumulative = 0;
    for (let place = 0; place < symbols.length; place++) {
      if (this.#marks[symbols[place]] === this.#stamp) continue;
      const frequency = FREQUENCIES[codes[place]];
      if (value < cumulative + frequency) {
        decoder.take(cumulative, frequency);
        return symbols[place];
      }
      cumulative += frequency;
    }
    decoder.take(cumulative, escape);
    return NONE;
  }
}
