// The range coder (rules RNG-1 to RNG-7). Numbers are unsigned and of 32 bits; the bytes before them are in a row.
import { RANGE_CODER_END, RANGE_CODER_LOWER_BOUND, RANGE_CODER_MAX_OMITTED, RANGE_CODER_START } from './constants.js';
import { DecodeError } from './errors.js';

const WINDOW = 2 ** 32;

/** An interval of fractions: the bytes of its low end, as many as the window has, and its size in their last unit. */
export interface Interval {
  readonly low: Uint8Array;
  readonly size: number;
}

/** Takes the choices that lead to a symbol: an encoder, or what measures them. */
export interface Coder {
  /** Take an option of a choice: the sum of the frequencies before it, its own, and that of all. */
  encode(cumulative: number, frequency: number, total: number): void;
}

/** Narrows an interval, and names a fraction in it at the end. */
export class RangeEncoder implements Coder {
  #front = new Uint8Array(64);
  #length = 0;
  #low: number;
  #range: number;

  constructor(low = RANGE_CODER_START, end = RANGE_CODER_END) {
    this.#low = low;
    this.#range = end - low;
  }

  /** Code an option of a choice (rules RNG-2 and RNG-3). */
  encode(cumulative: number, frequency: number, total: number): void {
    const unit = (this.#range / total) >>> 0;
    let low = this.#low + cumulative * unit;
    let range = frequency * unit;
    if (low >= WINDOW) {
      low -= WINDOW;
      this.#carry();
    }
    while (range < RANGE_CODER_LOWER_BOUND) {
      this.#append(low >>> 24);
      low = (low << 8) >>> 0;
      range = (range << 8) >>> 0;
    }
    this.#low = low;
    this.#range = range;
  }

  #append(byte: number): void {
    if (this.#length === this.#front.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#front);
      this.#front = grown;
    }
    this.#front[this.#length++] = byte;
  }

  #carry(): void {
    let place = this.#length - 1;
    while (++this.#front[place] > 255) place--; // the value before it is cut to a byte
  }

  /** Where all that was coded lies. */
  interval(): Interval {
    const low = new Uint8Array(this.#length + 4);
    low.set(this.#front.subarray(0, this.#length));
    new DataView(low.buffer).setUint32(this.#length, this.#low);
    return { low, size: this.#range };
  }

  /** The string of all that was coded (rule RNG-4). */
  finish(): Uint8Array {
    const { low, size } = this.interval();
    let length = Math.max(1, low.length - RANGE_CODER_MAX_OMITTED);
    while (distanceToMultiple(low, length) >= size) length++;
    const string = low.slice(0, length);
    if (distanceToMultiple(low, length) > 0) increment(string);
    return string;
  }
}

/**
 * How far it is from a number of base 256 to the next multiple of the weight of the digit before place `length`;
 * any number of 2^32 or more if it is that far.
 */
function distanceToMultiple(low: Uint8Array, length: number): number {
  if (low.subarray(length).every((byte) => byte === 0)) return 0;
  let distance = 1;
  for (let place = length; place < low.length; place++) {
    const missing = 255 - low[place];
    if (missing > 0 && low.length - place > 4) return WINDOW;
    distance += missing * 256 ** (low.length - 1 - place);
  }
  return distance;
}

function increment(digits: Uint8Array): void {
  let place = digits.length - 1;
  while (++digits[place] > 255) place--;
}

/** Finds the choices that a string stands for. Errors have the offset 0, that of the string. */
export class RangeDecoder {
  readonly #string: Uint8Array;
  #window = 4;
  #offset = 0;
  #range: number;
  #unit = 0;

  constructor(string: Uint8Array, low = RANGE_CODER_START, end = RANGE_CODER_END) {
    if (string.length === 0) throw new DecodeError('Truncated', 'the string is missing');
    if (string[0] < low / 2 ** 24 || string[0] >= end / 2 ** 24) {
      throw new DecodeError('Malformed', 'the string begins outside its first interval');
    }
    this.#string = string;
    for (let at = 0; at < 4; at++) this.#offset = this.#offset * 256 + (string[at] ?? 0);
    this.#offset -= low;
    this.#range = end - low;
  }

  /** Where the fraction lies among options with this total (rule RNG-5); {@link take} comes next. */
  value(total: number): number {
    this.#unit = (this.#range / total) >>> 0;
    const value = (this.#offset / this.#unit) >>> 0;
    if (value >= total) throw new DecodeError('Malformed', 'code value outside the total frequency');
    return value;
  }

  /** Go on with the option whose interval holds the value (rules RNG-3, RNG-5 and RNG-6). */
  take(cumulative: number, frequency: number): void {
    let offset = this.#offset - cumulative * this.#unit;
    let range = frequency * this.#unit;
    while (range < RANGE_CODER_LOWER_BOUND) {
      const { length } = this.#string;
      if (this.#window === length + RANGE_CODER_MAX_OMITTED) {
        throw new DecodeError('Truncated', 'the string ends before its message does');
      }
      offset = ((offset << 8) >>> 0) + (this.#window < length ? this.#string[this.#window] : 0);
      range = (range << 8) >>> 0;
      this.#window++;
    }
    this.#offset = offset;
    this.#range = range;
  }

  /** Where all that was decoded lies. */
  interval(): Interval {
    const low = new Uint8Array(this.#window);
    low.set(this.#string.subarray(0, this.#window));
    let borrow = this.#offset;
    for (let place = low.length - 1; borrow > 0; place--) {
      const rest = low[place] - (borrow % 256);
      low[place] = rest;
      borrow = Math.floor(borrow / 256) + (rest < 0 ? 1 : 0);
    }
    return { low, size: this.#range };
  }

  /** Check that no bytes follow the end, or not more than so many (rules RNG-7 and STR-7). */
  end(beyond = 0): void {
    if (this.#string.length > this.#window + beyond) {
      throw new DecodeError('Malformed', 'bytes follow the end of the string');
    }
  }

  /** Check that the string is the one that an encoder writes (rule RNG-7). */
  finish(): void {
    this.end();
    const { length } = this.#string;
    const step = 256 ** (this.#window - length);
    const last = this.#string[length - 1];
    const isShortest =
      length === Math.max(1, this.#window - RANGE_CODER_MAX_OMITTED) ||
      (last > 0 && (256 - last) * step + this.#offset >= this.#range);
    if (this.#offset >= step || !isShortest) {
      throw new DecodeError('NonCanonical', 'the string is not the shortest and smallest');
    }
  }
}
