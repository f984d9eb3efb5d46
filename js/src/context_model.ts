// The context model in packed arrays (rules CTX-1 to CTX-7), and what follows a symbol in it (rule AUR-2).
import type { CharRunList } from './char_runs.js';
import { CONTEXT_MODEL_ESCAPES, CONTEXT_MODEL_FREQUENCIES, CONTEXT_MODEL_TOTAL_OF_ONE } from './constants.js';
import type { Prefix } from './prefix.js';

/** The bits of an entry that have its symbol; those above have the context that follows. */
export const SYMBOL_BITS = 9;
export const SYMBOL_MASK = (1 << SYMBOL_BITS) - 1;

/** The bits of a start that have a place; those above have the code of the escape. */
export const PLACE_BITS = 24;
export const PLACE_MASK = (1 << PLACE_BITS) - 1;

/** What codes stand for (rules CTX-4 and CTX-5), in arrays that are quick to read. */
export const FREQUENCIES = Int32Array.from(CONTEXT_MODEL_FREQUENCIES);
export const ESCAPES = Int32Array.from(CONTEXT_MODEL_ESCAPES);

/** A trie of contexts. A context is a number; those of a lower order have lower numbers, and the root is 0. */
export interface Trie {
  /** For each context the place of its first entry and the code of its escape; one more for the end of the last list. */
  readonly starts: Int32Array;
  /** For each context its suffix; 0 for the root. */
  readonly suffixes: Int32Array;
  /** For each entry its symbol and the context that follows. */
  readonly entries: Int32Array;
  /** For each entry its code; 0 and unused in lists of one entry. */
  readonly codes: Uint8Array;
  /** The context at the start of a message. */
  readonly initial: number;
  /** For each order the number behind its contexts. */
  readonly ends: readonly number[];
}

/** A trie and all that goes with it. */
export interface ContextModel {
  readonly trie: Trie;
  /** The probabilities of a hit of the match model, of 4096. */
  readonly hits: Uint16Array;
  /** Lists for character runs, by state. */
  readonly charRuns: ReadonlyMap<number, CharRunList>;
  readonly prefix: Prefix | null;
}

/** The place of the entry for a symbol in the list of a context; -1 if it has none. */
export function find(trie: Trie, context: number, symbol: number): number {
  const { starts, entries } = trie;
  const end = starts[context + 1] & PLACE_MASK;
  for (let place = starts[context] & PLACE_MASK; place < end; place++) {
    if ((entries[place] & SYMBOL_MASK) === symbol) return place;
  }
  return -1;
}

/** The context that follows a symbol, by the first list along the suffixes that has it (rule AUR-2). */
export function follow(trie: Trie, context: number, symbol: number): number {
  for (let at = context; ; at = trie.suffixes[at]) {
    const place = find(trie, at, symbol);
    if (place >= 0) return trie.entries[place] >>> SYMBOL_BITS;
  }
}

/** The sum of the frequencies of a list, its escape's included (rule CTX-6). */
export function totalOf(trie: Trie, context: number): number {
  const { starts, codes } = trie;
  const end = starts[context + 1] & PLACE_MASK;
  let place = starts[context] & PLACE_MASK;
  if (end - place === 1) return CONTEXT_MODEL_TOTAL_OF_ONE;
  let total = context === 0 ? 0 : FREQUENCIES[starts[context] >>> PLACE_BITS];
  for (; place < end; place++) total += FREQUENCIES[codes[place]];
  return total;
}

/** The frequency of an entry in the list of a context (rule CTX-6). */
export function frequencyAt(trie: Trie, context: number, place: number): number {
  const { starts, codes } = trie;
  const isOne = ((starts[context + 1] - starts[context]) & PLACE_MASK) === 1;
  return isOne ? CONTEXT_MODEL_TOTAL_OF_ONE - ESCAPES[starts[context] >>> PLACE_BITS] : FREQUENCIES[codes[place]];
}
