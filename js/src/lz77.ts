// Matches: finding them, and copying them (rules LZ-1 and LZ-2).
import { LZ77_MAX_LENGTH, LZ77_MIN_LENGTH, LZ77_WINDOW } from './constants.js';
import { DecodeError } from './errors.js';

/** Earlier places that the finder tries; it bounds the work on hostile input. */
const MAX_CANDIDATES = 32;

/** Finds the longest earlier occurrence of what stands at a position; of equally long ones the nearest. */
export class Finder {
  readonly #data: Uint8Array;
  readonly #places = new Map<number, number[]>();

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  #key(at: number): number {
    const data = this.#data;
    return (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
  }

  /** Remember a position as the start of a possible match. */
  add(position: number): void {
    if (position + LZ77_MIN_LENGTH > this.#data.length) return;
    const places = this.#places.get(this.#key(position));
    if (places) places.push(position);
    else this.#places.set(this.#key(position), [position]);
  }

  /** Distance and length of the best match at a position; both 0 if there is none. */
  find(position: number): { distance: number; length: number } {
    const data = this.#data;
    let best = { distance: 0, length: 0 };
    if (position + LZ77_MIN_LENGTH > data.length) return best;
    const longest = Math.min(LZ77_MAX_LENGTH, data.length - position);
    const places = this.#places.get(this.#key(position)) ?? [];
    for (let at = places.length - 1; at >= 0 && at >= places.length - MAX_CANDIDATES; at--) {
      const place = places[at];
      if (position - place > LZ77_WINDOW) break;
      let length = LZ77_MIN_LENGTH;
      while (length < longest && data[place + length] === data[position + length]) length++;
      if (length > best.length) best = { distance: position - place, length };
    }
    return best;
  }
}

/** Copy bytes to `at` from `distance` before, byte by byte (rules LZ-1 and LZ-2). */
export function copyMatch(output: Uint8Array, at: number, distance: number, length: number): void {
  if (distance > at) throw new DecodeError('Malformed', 'a match begins before the output');
  for (let to = at; to < at + length; to++) output[to] = output[to - distance];
}
