// A prefix: a text that messages are likely to repeat (rules HIS-1 and HIS-4), and what finds places in it.
import { PREFIX_HITS, PREFIX_LENGTH, PREFIX_MAX_SIZE } from './constants.js';
import { readHits } from './match.js';
import type { Reader } from './wire.js';

const HASH_BITS = 16;

/** Odd powers of this number tell stretches apart by a sum of their bytes that rolls on. */
const MULTIPLIER = 0x9e3779b1;

/** The weight of the byte that a stretch loses. */
const LAST_WEIGHT = Array.from({ length: PREFIX_LENGTH }).reduce<number>(
  (weight) => Math.imul(weight, MULTIPLIER), 1,
);

/** A prefix with an index: a hash table with chains, whose latest places come first. */
export class Prefix {
  readonly text: Uint8Array;
  /** The probabilities of a hit, of 4096 (rule HIS-2). */
  readonly hits: Uint16Array;
  readonly #heads = new Uint32Array(1 << HASH_BITS);
  readonly #before: Uint32Array;

  constructor(text: Uint8Array, hits: Uint16Array) {
    this.text = text;
    this.hits = hits;
    this.#before = new Uint32Array(text.length + 1);
    let sum = 0;
    for (let place = 1; place <= text.length; place++) {
      const lost = place > PREFIX_LENGTH ? Math.imul(text[place - 1 - PREFIX_LENGTH], LAST_WEIGHT) : 0;
      sum = (Math.imul(sum, MULTIPLIER) + text[place - 1] - lost) | 0;
      if (place < PREFIX_LENGTH) continue;
      const head = slotOf(sum);
      this.#before[place] = this.#heads[head];
      this.#heads[head] = place;
    }
  }

  /** The place behind the last occurrence of the last bytes of a message; 0 if none, or that is the end (rule HIS-1). */
  find(message: Uint8Array, length: number): number {
    if (length < PREFIX_LENGTH) return 0;
    const { text } = this;
    const start = length - PREFIX_LENGTH;
    let sum = 0;
    for (let at = start; at < length; at++) sum = (Math.imul(sum, MULTIPLIER) + message[at]) | 0;
    for (let place = this.#heads[slotOf(sum)]; place !== 0; place = this.#before[place]) {
      let same = 0;
      while (same < PREFIX_LENGTH && text[place - 1 - same] === message[length - 1 - same]) same++;
      if (same === PREFIX_LENGTH) return place < text.length ? place : 0;
    }
    return 0;
  }
}

function slotOf(sum: number): number {
  return Math.imul(sum ^ (sum >>> 15), MULTIPLIER) >>> (32 - HASH_BITS);
}

/** Read the section of a model file (rule HIS-4). */
export function readPrefix(reader: Reader): Prefix {
  const hits = readHits(reader, PREFIX_HITS);
  const isSized = reader.left > 0 && reader.left <= PREFIX_MAX_SIZE;
  reader.check(isSized, 'Malformed', `a prefix has 1 to ${String(PREFIX_MAX_SIZE)} bytes`);
  return new Prefix(reader.rest().slice(), hits);
}
