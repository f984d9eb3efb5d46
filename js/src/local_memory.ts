// What the local model remembers: of a message, or of all messages of a stream (rules LOC-1, LOC-4 and LOC-12).
import {
  CONTEXT_MODEL_END, LOCAL_MODEL_HASH_MULTIPLIER, LOCAL_MODEL_HASH_MULTIPLIER_2, LOCAL_MODEL_MAX_MATCH_LENGTH,
  LOCAL_MODEL_MAX_RUN, LOCAL_MODEL_SLOT_BITS,
} from './constants.js';
import { Fields } from './local_number.js';
import { Mixer } from './mixer.js';

/** The contexts of rule LOC-3: the last four bytes, the place, the row, and the last two bytes. */
export const CONTEXTS = 4;

/** A step of the hash in rule LOC-2. */
export function hashByte(value: number, byte: number): number {
  const product = Math.imul(value + byte + 1, LOCAL_MODEL_HASH_MULTIPLIER);
  return product ^ (product >>> 15);
}

/** How much is remembered. */
export interface MemorySize {
  /** Of each table of slots, the b of rule LOC-4. */
  readonly slotBits: number;
  /** Bytes that are held, the W of rule LOC-1. */
  readonly window: number;
}

const SINGLE: MemorySize = { slotBits: LOCAL_MODEL_SLOT_BITS, window: 2 ** 16 };

/** All that the local model remembers. */
export class LocalMemory {
  readonly isStream: boolean;
  readonly size: MemorySize;
  /** The number of the next byte, n. */
  end = 0;
  readonly fields = new Fields();
  readonly mixer = new Mixer();
  /** What followed the context of a slot: the byte that did last, and how often in succession; 0 if none did. */
  readonly last: Uint8Array;
  readonly run: Uint8Array;
  /** The byte before the last one that differs; -1 without one. */
  readonly other: Int16Array;
  readonly #check: Uint8Array;
  /** Of the slots of the first context, the low 16 bits of where the last byte stands. */
  readonly #position: Uint16Array;
  /** Slots count only if their stamp is the current one. */
  readonly #stamps: Uint32Array;
  #stamp = 1;
  /** The bytes that are held, by their number modulo its length. */
  readonly #window: Uint8Array;

  /** Of a stream if a size is given, else of a single message. */
  constructor(size?: MemorySize) {
    this.size = size ?? SINGLE;
    this.isStream = size !== undefined;
    const slots = CONTEXTS << this.size.slotBits;
    this.last = new Uint8Array(slots);
    this.run = new Uint8Array(slots);
    this.other = new Int16Array(slots);
    this.#check = new Uint8Array(slots);
    this.#position = new Uint16Array(slots / CONTEXTS);
    this.#stamps = new Uint32Array(slots);
    this.#window = new Uint8Array(2 ** Math.ceil(Math.log2(this.size.window)));
  }

  /** Another one, which remembers the same so far. */
  copy(): LocalMemory {
    const copy = new LocalMemory(this.isStream ? this.size : undefined);
    copy.end = this.end;
    copy.fields.set(this.fields);
    copy.mixer.set(this.mixer);
    copy.last.set(this.last);
    copy.run.set(this.run);
    copy.other.set(this.other);
    copy.#check.set(this.#check);
    copy.#position.set(this.#position);
    copy.#stamps.set(this.#stamps);
    copy.#stamp = this.#stamp;
    copy.#window.set(this.#window);
    return copy;
  }

  /** Forget all (rule LOC-12). */
  reset(): void {
    if (++this.#stamp === 2 ** 32) {
      this.#stamps.fill(0);
      this.#stamp = 1;
    }
    this.end = 0;
    this.fields.reset();
    this.mixer.reset();
  }

  /** The symbol of a byte (rule LOC-1). */
  symbol(byte: number): number {
    return this.isStream && byte === 0 ? CONTEXT_MODEL_END : byte;
  }

  /** A byte that is held. */
  byteAt(number: number): number {
    return this.#window[number & (this.#window.length - 1)];
  }

  /** Let the next byte join the window (rule LOC-11). */
  append(byte: number): void {
    this.#window[this.end & (this.#window.length - 1)] = byte;
    this.end++;
  }

  /** The slot of a context with this number (rule LOC-4). */
  find(context: number, number: number): number {
    const { slotBits } = this.size;
    const x = Math.imul(number, LOCAL_MODEL_HASH_MULTIPLIER_2);
    const slot = (context << slotBits) | (x >>> (32 - slotBits));
    const check = (x >>> (24 - slotBits)) & 0xff;
    if (this.#check[slot] !== check || this.#stamps[slot] !== this.#stamp) {
      this.#stamps[slot] = this.#stamp;
      this.#check[slot] = check;
      this.run[slot] = 0;
      this.other[slot] = -1;
    }
    return slot;
  }

  /** Let a slot learn the byte that followed (rule LOC-11). */
  learn(slot: number, byte: number): void {
    if (slot < this.#position.length) this.#position[slot] = this.end;
    const run = this.run[slot];
    if (run > 0 && this.last[slot] === byte) {
      if (run < LOCAL_MODEL_MAX_RUN) this.run[slot] = run + 1;
      return;
    }
    if (run > 0) this.other[slot] = this.last[slot];
    this.last[slot] = byte;
    this.run[slot] = 1;
  }

  /** The place of the last byte of a slot of the first context (rule LOC-5). */
  placeOf(slot: number): number {
    return this.end - 1 - ((this.end - 1 - this.#position[slot]) & 0xffff);
  }

  /** How many bytes before a place equal the last ones (rule LOC-5). */
  matchLength(place: number): number {
    const oldest = Math.max(0, this.end - this.size.window);
    let length = 0;
    while (
      length < LOCAL_MODEL_MAX_MATCH_LENGTH &&
      place - 1 - length >= oldest &&
      this.byteAt(place - 1 - length) === this.byteAt(this.end - 1 - length)
    ) {
      length++;
    }
    return length;
  }
}
