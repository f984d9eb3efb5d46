// The match model (rules MAT-1 to MAT-8 and HIS-1 to HIS-3).
import {
  MATCH_HITS, MATCH_LENGTH_STEPS, MATCH_MAX_LENGTH, MATCH_MIN_LENGTH, MATCH_MISS_CLASSES, MATCH_MULTIPLIER,
  MATCH_PROBABILITY_CLASSES, MATCH_PROBABILITY_STEPS, MATCH_SLOTS, MATCH_SLOT_SHIFT, MATCH_TOTAL, PREFIX_LENGTH,
} from './constants.js';
import type { Prefix } from './prefix.js';
import type { Reader } from './wire.js';

/** Read a table of probabilities, each 1 to 4095 of 4096. */
export function readHits(reader: Reader, count: number): Uint16Array {
  const start = reader.at;
  const hits = Uint16Array.from({ length: count }, () => reader.uint(2));
  const isRight = hits.every((hit) => hit >= 1 && hit < MATCH_TOTAL);
  reader.check(isRight, 'Malformed', 'a probability is not in 1..4095', start);
  return hits;
}

/** Read the table of the match model. */
export function readMatchTable(reader: Reader): Uint16Array {
  const hits = readHits(reader, MATCH_HITS);
  reader.end();
  return hits;
}

/** How many of some ascending steps are at most a value. */
export function countSteps(steps: readonly number[], value: number): number {
  let count = 0;
  while (count < steps.length && steps[count] <= value) count++;
  return count;
}

const LENGTH_CLASSES = new Uint8Array(MATCH_MAX_LENGTH + 1).map((_, length) =>
  countSteps(MATCH_LENGTH_STEPS, length),
);

/** Rule MAT-6, for a byte that the list has. */
function probabilityClass(frequency: number, total: number): number {
  let passed = 0;
  const of1000 = 1000 * frequency;
  while (passed < MATCH_PROBABILITY_STEPS.length && of1000 >= MATCH_PROBABILITY_STEPS[passed] * total) passed++;
  return 1 + passed;
}

/** The slot of position `at` (rule MAT-1). */
export function slotOf(bytes: Uint8Array, at: number): number {
  const four = bytes[at - 4] | (bytes[at - 3] << 8) | (bytes[at - 2] << 16) | (bytes[at - 1] << 24);
  return Math.imul(four, MATCH_MULTIPLIER) >>> MATCH_SLOT_SHIFT;
}

/** The table of rule MAT-1, which messages take in turn: it holds positions of the current one above `base`. */
export class MatchTable {
  readonly #slots = new Int32Array(MATCH_SLOTS);
  #base = 0;
  #used = 0;

  /** Let a message of at most `size` bytes begin. */
  begin(size: number): void {
    this.#base += this.#used;
    this.#used = size + 1;
    if (this.#base + this.#used < 2 ** 31) return;
    this.#slots.fill(0);
    this.#base = 0;
  }

  /** The position in a slot, above 0; 0 if it is empty. */
  get(slot: number): number {
    return Math.max(0, this.#slots[slot] - this.#base);
  }

  put(slot: number, position: number): void {
    this.#slots[slot] = this.#base + position;
  }
}

/** The bytes of a message so far, and the match that predicts the next, in them or in the prefix of the model. */
export class Matcher {
  /** The message so far is the first `size` of these bytes. */
  bytes: Uint8Array;
  size = 0;
  /** Of the active match; 0 if none is active. */
  length = 0;
  #pointer = 0;
  #misses = 0;
  #isInPrefix = false;
  readonly #hits: Uint16Array;
  readonly #prefix: Prefix | null;
  readonly #table: MatchTable;

  /** `capacity` is the most bytes that the message may have. */
  constructor(hits: Uint16Array, prefix: Prefix | null, table: MatchTable, capacity: number) {
    this.#hits = hits;
    this.#prefix = prefix;
    this.#table = table;
    this.bytes = new Uint8Array(Math.min(capacity, 256));
    table.begin(capacity);
  }

  append(byte: number): void {
    if (this.size === this.bytes.length) {
      const grown = new Uint8Array(2 * this.size + 1);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[this.size++] = byte;
  }

  /** Look for a match if none is active; the byte that it predicts, or -1 (rules MAT-1 to MAT-3 and HIS-1). */
  predict(): number {
    const { bytes, size } = this;
    if (size >= MATCH_MIN_LENGTH) {
      const slot = slotOf(bytes, size);
      if (this.length === 0) this.#lookBack(this.#table.get(slot));
      this.#table.put(slot, size);
      if (this.length === 0 && this.#prefix !== null) this.#lookInPrefix(this.#prefix);
    }
    return this.length === 0 ? -1 : this.#source()[this.#pointer];
  }

  #source(): Uint8Array {
    return this.#isInPrefix && this.#prefix !== null ? this.#prefix.text : this.bytes;
  }

  #lookBack(place: number): void {
    const { bytes, size } = this;
    const longest = Math.min(MATCH_MAX_LENGTH, place);
    let length = 0;
    while (length < longest && bytes[place - 1 - length] === bytes[size - 1 - length]) length++;
    if (length < MATCH_MIN_LENGTH) return;
    this.length = length;
    this.#pointer = place;
    this.#isInPrefix = false;
  }

  #lookInPrefix(prefix: Prefix): void {
    const place = prefix.find(this.bytes, this.size);
    if (place === 0) return;
    this.length = PREFIX_LENGTH;
    this.#pointer = place;
    this.#isInPrefix = true;
  }

  /** Go past a byte that is not coded (rule FRS-8); {@link append} comes next. */
  feed(): void {
    if (this.size >= MATCH_MIN_LENGTH) this.#table.put(slotOf(this.bytes, this.size), this.size);
    this.length = 0;
  }

  /** The frequency of a hit (rules MAT-4 to MAT-6 and HIS-2); that of the predicted byte is 0 if no entry has it. */
  hits(frequency: number, total: number): number {
    const probability = frequency === 0 ? 0 : probabilityClass(frequency, total);
    const misses = Math.min(this.#misses, MATCH_MISS_CLASSES - 1);
    if (this.#isInPrefix && this.#prefix !== null) return this.#prefix.hits[probability * MATCH_MISS_CLASSES + misses];
    const classes = LENGTH_CLASSES[this.length] * MATCH_PROBABILITY_CLASSES + probability;
    return this.#hits[classes * MATCH_MISS_CLASSES + misses];
  }

  /** The prediction was right (rules MAT-7 and HIS-3). */
  hit(): void {
    this.#pointer++;
    if (this.length < MATCH_MAX_LENGTH) this.length++;
    if (this.#isInPrefix && this.#pointer === this.#prefix?.text.length) this.length = 0;
  }

  /** The prediction was wrong (rule MAT-8). */
  miss(): void {
    this.length = 0;
    this.#misses++;
  }
}
