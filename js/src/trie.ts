// Reading a trie, level by level (rules TRI-3 to TRI-9).
//
// The numbers of a batch are read at once: first the tables that they take are listed, then their symbols take the
// places of these.
import {
  CONTEXT_MODEL_CODES, CONTEXT_MODEL_END, CONTEXT_MODEL_SYMBOLS, TRIE_FAMILIES, TRIE_SIZE_BOUNDS,
} from './constants.js';
import { PLACE_BITS, PLACE_MASK, SYMBOL_BITS, SYMBOL_MASK, type Trie } from './context_model.js';
import { DecodeError } from './errors.js';
import type { LaneReader, TableSet } from './interleaved_rans.js';
import { countSteps } from './match.js';

/** Where the tables of each family begin (rule TRI-2). */
const [COUNT, RANK, CODE, ONE, MANY, CHILD] = TRIE_FAMILIES.map((_, family) =>
  TRIE_FAMILIES.slice(0, family).reduce((sum, count) => sum + count, 0),
);

/** The class of the length of a list (rule TRI-3). */
const SIZE_CLASSES = new Uint8Array(CONTEXT_MODEL_SYMBOLS + 1).map((_, length) => countSteps(TRIE_SIZE_BOUNDS, length));

/** Entries of a list that are sorted by insertion; in longer ones they are counted. */
const MAX_LENGTH_BY_INSERTION = 24;

function malformed(reason: string): DecodeError {
  return new DecodeError('Malformed', reason);
}

/** A row of integers that grows. */
function grown<Row extends Int32Array | Uint8Array>(row: Row, length: number, limit: number): Row {
  if (length <= row.length) return row;
  const larger = new (row.constructor as new (size: number) => Row)(
    Math.min(Math.max(length, row.length + (row.length >> 1)), Math.max(length, limit)),
  );
  larger.set(row);
  return larger;
}

/** The contexts of an order, from `first` to before `end`, and where their entries begin. */
interface Level {
  readonly order: number;
  readonly first: number;
  readonly end: number;
}

/** Reads a trie from the words of interleaved rANS. */
export class TrieReader {
  readonly #lanes: LaneReader;
  readonly #tables: TableSet;
  readonly #limit: number;
  readonly #order: number;
  #contexts = 1;
  #size = CONTEXT_MODEL_SYMBOLS;
  #starts = new Int32Array(1024);
  #suffixes = new Int32Array(1024);
  #entries: Int32Array;
  #codes: Uint8Array;
  /**
   * For each entry of the level at hand, from its first on, the entry with the same symbol in the suffix's list; once
   * the lists are sorted, the context that follows that one. It is looked up once, as such places are all over memory.
   */
  #links = new Int32Array(CONTEXT_MODEL_SYMBOLS);
  /** For each context of the level at hand how long its suffix's list is. */
  #mosts = new Uint16Array(1);
  /** The numbers of the tables of a batch, and then its symbols. */
  #batch = new Uint16Array(CONTEXT_MODEL_SYMBOLS);
  readonly #ends = [1];
  readonly #sortEnds = new Int32Array(CONTEXT_MODEL_CODES);
  readonly #sortLinks = new Int32Array(CONTEXT_MODEL_SYMBOLS);
  readonly #sortCodes = new Uint8Array(CONTEXT_MODEL_SYMBOLS);

  constructor(order: number, rootCodes: Uint8Array, tables: TableSet, lanes: LaneReader, limit: number) {
    this.#order = order;
    this.#tables = tables;
    this.#lanes = lanes;
    this.#limit = limit;
    const symbols = Array.from({ length: CONTEXT_MODEL_SYMBOLS }, (_, symbol) => symbol);
    symbols.sort((one, other) => rootCodes[one] - rootCodes[other] || one - other);
    this.#entries = Int32Array.from(symbols);
    this.#codes = Uint8Array.from(symbols, (symbol) => rootCodes[symbol]);
    this.#starts[1] = CONTEXT_MODEL_SYMBOLS;
  }

  read(): Trie {
    let level: Level = { order: 0, first: 0, end: 1 };
    let initial = 0;
    while (level.order < this.#order) {
      this.#readChildren(level);
      if (level.order === 0) {
        initial = this.#contexts;
        this.#addContext(0);
      }
      level = { order: level.order + 1, first: level.end, end: this.#contexts };
      if (level.first === level.end) throw malformed(`level ${String(level.order)} has no contexts`);
      this.#ends.push(level.end);
      this.#readLists(level);
    }
    this.#endEntries(level);
    this.#lanes.finish();
    return {
      starts: this.#starts.slice(0, this.#contexts + 1),
      suffixes: this.#suffixes.slice(0, this.#contexts),
      entries: this.#entries.slice(0, this.#size),
      codes: this.#codes.slice(0, this.#size),
      initial,
      ends: this.#ends,
    };
  }

  #addContext(suffix: number): void {
    const context = this.#contexts++;
    this.#suffixes = grown(this.#suffixes, this.#contexts, this.#limit);
    this.#suffixes[context] = suffix;
  }

  #length(context: number): number {
    return (this.#starts[context + 1] - this.#starts[context]) & PLACE_MASK;
  }

  /** Room for the tables of a batch of so many symbols. */
  #batchOf(count: number): Uint16Array {
    if (this.#batch.length < count) this.#batch = new Uint16Array(count);
    return this.#batch;
  }

  #read(count: number): void {
    this.#lanes.readBatch(this.#tables, this.#batch, count);
  }

  /** Refuse a batch with a symbol above `most` (rule TRI-9). */
  #check(count: number, most: number): void {
    const batch = this.#batch;
    for (let at = 0; at < count; at++) if (batch[at] > most) throw malformed(`a symbol is above ${String(most)}`);
  }

  /** Read CHILD for the entries of a level, and so what follows them (rules CTX-3 and TRI-4 to TRI-6). */
  #readChildren({ order, first, end }: Level): void {
    const starts = this.#starts;
    const entries = this.#entries;
    const codes = this.#codes;
    const links = this.#links;
    const base = starts[first] & PLACE_MASK;
    const orderIndex = CHILD + Math.min(order, 11);
    const batch = this.#batchOf(this.#size - base);
    let count = 0;
    for (let context = first; context < end; context++) {
      const start = starts[context] & PLACE_MASK;
      const stop = starts[context + 1] & PLACE_MASK;
      const isMany = stop - start > 1;
      const alone = 24 * (25 + ((starts[context] >>> PLACE_BITS) >> 3)) + orderIndex;
      for (let place = start; place < stop; place++) {
        // contexts of this level are children of entries of the level before
        if (entries[place] === CONTEXT_MODEL_END || (order > 0 && links[place - base] < first)) continue;
        batch[count++] = isMany ? 24 * Math.min(codes[place] >> 1, 24) + 12 + orderIndex : alone;
      }
    }
    this.#read(count);
    this.#check(count, 1);
    let contexts = this.#contexts;
    for (let at = 0; at < count; at++) contexts += batch[at];
    this.#suffixes = grown(this.#suffixes, contexts, this.#limit);
    const suffixes = this.#suffixes;
    contexts = this.#contexts;
    count = 0;
    for (let place = base; place < this.#size; place++) {
      const symbol = entries[place];
      const suffix = order === 0 ? 0 : links[place - base];
      const isAsked = symbol !== CONTEXT_MODEL_END && (order === 0 || suffix >= first);
      if (isAsked && batch[count++] > 0) {
        entries[place] = symbol | (contexts << SYMBOL_BITS);
        suffixes[contexts++] = suffix;
      } else {
        entries[place] = symbol | (suffix << SYMBOL_BITS);
      }
    }
    this.#contexts = contexts;
  }

  /** What follows the entries of the last level, which have no children. */
  #endEntries({ first, end }: Level): void {
    const base = this.#starts[first] & PLACE_MASK;
    const stop = this.#starts[end] & PLACE_MASK;
    for (let place = base; place < stop; place++) {
      this.#entries[place] |= this.#links[place - base] << SYMBOL_BITS;
    }
  }

  /** Read COUNT to MANY of a level (rule TRI-6). */
  #readLists({ order, first, end }: Level): void {
    this.#starts = grown(this.#starts, end + 1, this.#limit + 1);
    const base = this.#size;
    this.#readCounts(first, end);
    this.#entries = grown(this.#entries, this.#size, this.#limit);
    this.#codes = grown(this.#codes, this.#size, this.#limit);
    if (this.#links.length < this.#size - base) this.#links = new Int32Array(this.#size - base);
    this.#readRanks(first, end, base);
    this.#readCodes(first, end, base);
    this.#readEscapesOfOne(first, end, base, Math.min(order, 10));
    this.#readEscapesOfMany(first, end);
    for (let context = first; context < end; context++) this.#sort(context, base);
  }

  #readCounts(first: number, end: number): void {
    const starts = this.#starts;
    const suffixes = this.#suffixes;
    const batch = this.#batchOf(end - first);
    if (this.#mosts.length < end - first) this.#mosts = new Uint16Array(end - first);
    const mosts = this.#mosts;
    let count = 0;
    for (let context = first; context < end; context++) {
      const suffix = suffixes[context];
      const most = (starts[suffix + 1] - starts[suffix]) & PLACE_MASK;
      mosts[context - first] = most;
      if (most > 1) batch[count++] = COUNT + SIZE_CLASSES[most];
    }
    this.#read(count);
    count = 0;
    let total = this.#size;
    let isOutside = false;
    for (let context = first; context < end; context++) {
      const most = mosts[context - first];
      const length = most > 1 ? 1 + batch[count++] : 1;
      isOutside ||= length > most;
      total += length;
      starts[context + 1] = Math.min(total, PLACE_MASK);
    }
    if (isOutside) throw malformed("a list is longer than its suffix's");
    if (total > this.#limit) throw new DecodeError('LimitExceeded', 'the model has too many entries');
    this.#size = total;
  }

  #readRanks(first: number, end: number, base: number): void {
    const starts = this.#starts;
    const suffixes = this.#suffixes;
    const links = this.#links;
    const batch = this.#batchOf(this.#size - base);
    const mosts = this.#mosts;
    let count = 0;
    for (let context = first; context < end; context++) {
      const most = mosts[context - first];
      const length = (starts[context + 1] - starts[context]) & PLACE_MASK;
      if (length === most) continue;
      const indices = RANK + 20 * SIZE_CLASSES[most];
      for (let left = length; left > 0; left--) {
        batch[count++] = indices + 2 * SIZE_CLASSES[left] + (left === length ? 1 : 0);
      }
    }
    this.#read(count);
    count = 0;
    let isOutside = false;
    for (let context = first; context < end; context++) {
      const from = starts[suffixes[context]] & PLACE_MASK;
      const most = mosts[context - first];
      const length = (starts[context + 1] - starts[context]) & PLACE_MASK;
      let at = (starts[context] & PLACE_MASK) - base;
      const isWhole = length === most;
      for (let left = length, rank = 0; left > 0; left--, rank++) {
        if (!isWhole) rank += batch[count++];
        isOutside ||= rank >= most;
        links[at++] = from + rank;
      }
    }
    if (isOutside) throw malformed("an entry is beyond the suffix's list");
  }

  #readCodes(first: number, end: number, base: number): void {
    const starts = this.#starts;
    const codes = this.#codes;
    const links = this.#links;
    const batch = this.#batchOf(this.#size - base);
    let count = 0;
    for (let context = first; context < end; context++) {
      const start = starts[context] & PLACE_MASK;
      const stop = starts[context + 1] & PLACE_MASK;
      if (stop - start === 1) continue;
      const index = CODE + Math.min(SIZE_CLASSES[stop - start], 7);
      for (let place = start; place < stop; place++) {
        batch[count++] = index + 8 * Math.min(codes[links[place - base]], 49);
      }
    }
    this.#read(count);
    this.#check(count, CONTEXT_MODEL_CODES - 1);
    count = 0;
    for (let context = first; context < end; context++) {
      const start = starts[context] & PLACE_MASK;
      const stop = starts[context + 1] & PLACE_MASK;
      if (stop - start === 1) codes[start] = 0;
      else for (let place = start; place < stop; place++) codes[place] = batch[count++];
    }
  }

  /** Read ONE. */
  #readEscapesOfOne(first: number, end: number, base: number, orderIndex: number): void {
    const starts = this.#starts;
    const suffixes = this.#suffixes;
    const batch = this.#batchOf(end - first);
    const codes = this.#codes;
    const links = this.#links;
    const mosts = this.#mosts;
    let count = 0;
    for (let context = first; context < end; context++) {
      if (((starts[context + 1] - starts[context]) & PLACE_MASK) > 1) continue;
      const hint = mosts[context - first] > 1
        ? Math.min(codes[links[(starts[context] & PLACE_MASK) - base]], 49)
        : 50 + (starts[suffixes[context]] >>> PLACE_BITS);
      batch[count++] = ONE + 11 * hint + orderIndex;
    }
    this.#setEscapes(first, end, count, false);
  }

  /** Read MANY. */
  #readEscapesOfMany(first: number, end: number): void {
    const starts = this.#starts;
    const batch = this.#batchOf(end - first);
    let count = 0;
    for (let context = first; context < end; context++) {
      const length = this.#length(context);
      if (length === 1) continue;
      const suffix = this.#suffixes[context];
      const hint = suffix === 0 ? 64 : starts[suffix] >>> PLACE_BITS;
      batch[count++] = MANY + 8 * hint + Math.min(SIZE_CLASSES[length], 7);
    }
    this.#setEscapes(first, end, count, true);
  }

  #setEscapes(first: number, end: number, count: number, isMany: boolean): void {
    this.#read(count);
    this.#check(count, CONTEXT_MODEL_CODES - 1);
    const starts = this.#starts;
    const batch = this.#batch;
    let at = 0;
    for (let context = first; context < end; context++) {
      if (this.#length(context) > 1 === isMany) starts[context] |= batch[at++] << PLACE_BITS;
    }
  }

  /** Sort the codes of a long list, and the links with them; equal codes stay in their order. */
  #countingSort(start: number, stop: number, base: number): void {
    const ends = this.#sortEnds.fill(0);
    for (let place = start; place < stop; place++) ends[this.#codes[place]]++;
    for (let code = 1; code < CONTEXT_MODEL_CODES; code++) ends[code] += ends[code - 1];
    const links = this.#sortLinks;
    links.set(this.#links.subarray(start - base, stop - base));
    const codes = this.#sortCodes;
    codes.set(this.#codes.subarray(start, stop));
    for (let at = stop - start - 1; at >= 0; at--) {
      const to = start + --ends[codes[at]];
      this.#codes[to] = codes[at];
      this.#links[to - base] = links[at];
    }
  }

  /** Put the entries of a list in their order, and give them their symbols (rule CTX-7). */
  #sort(context: number, base: number): void {
    const codes = this.#codes;
    const entries = this.#entries;
    const links = this.#links;
    const start = this.#starts[context] & PLACE_MASK;
    const stop = this.#starts[context + 1] & PLACE_MASK;
    if (stop - start > MAX_LENGTH_BY_INSERTION) {
      this.#countingSort(start, stop, base);
    } else {
      for (let place = start + 1; place < stop; place++) {
        const code = codes[place];
        const link = links[place - base];
        let to = place;
        for (; to > start && codes[to - 1] > code; to--) {
          codes[to] = codes[to - 1];
          links[to - base] = links[to - 1 - base];
        }
        codes[to] = code;
        links[to - base] = link;
      }
    }
    for (let place = start; place < stop; place++) {
      const entry = entries[links[place - base]];
      entries[place] = entry & SYMBOL_MASK;
      links[place - base] = entry >>> SYMBOL_BITS;
    }
  }
}
