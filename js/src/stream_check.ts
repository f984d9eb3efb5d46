// The check of a stream: which string codes a message and leaves the demanded remainder (rules STR-5 to STR-7).
import { STREAM_BEYOND, STREAM_COUNTERS, STREAM_LONG_CHECK } from './constants.js';
import type { Interval } from './range_coder.js';
import { toHex } from './wire.js';

/** Bits of check. */
export type Check = 4 | 8 | 16 | 32;

/** Without the highest term. */
const GENERATORS: Readonly<Record<Check, number>> = { 4: 0x3, 8: 0x7, 16: 0x1021, 32: 0x1edc6f41 };

/** Whether a least check may have so many bits. */
export function isCheck(bits: number): bits is Check {
  return [4, 8, 16, 32].includes(bits);
}

/** For each four bits what they come to that leave the top of 32 bits, where the remainder stands. */
function tableOf(bits: Check): Int32Array {
  const table = new Int32Array(16);
  table[1] = GENERATORS[bits] << (32 - bits);
  for (let at = 2; at < 16; at++) {
    const half = table[at >> 1];
    table[at] = (half << 1) ^ (half < 0 ? table[1] : 0) ^ (at & 1 ? table[1] : 0);
  }
  return table;
}

/** The remainder of bytes, which may go on from that of bytes before (rule STR-5). */
export function remainder(bytes: Uint8Array, bits: Check, before = 0): number {
  const table = tableOf(bits);
  const below = 32 - bits;
  let value = before << below;
  for (const byte of bytes) {
    value = (value << 4) ^ table[value >>> 28] ^ ((byte >> 4) << below);
    value = (value << 4) ^ table[value >>> 28] ^ ((byte & 15) << below);
  }
  return value >>> below;
}

/** Rule STR-5. */
export function checkBits(size: number, least: Check, hasHead: boolean): Check {
  if (hasHead || size >= 128) return least > 16 ? least : 16;
  return size >= 32 && least < 8 ? 8 : least;
}

/** Bytes that a string may have beyond its window (rule STR-7). */
export function maxBeyond(least: Check): number {
  return least === STREAM_LONG_CHECK ? STREAM_BEYOND : 0;
}

/** What both ends have agreed on, as far as the check goes. */
export interface CheckTerms {
  /** The number *agreed* of rule STR-6. */
  readonly agreed: number;
  /** Least bits of check. */
  readonly check: Check;
  /** Whether it is the server's stream. */
  readonly isServer: boolean;
}

/** The remainder of the message with a counter (rule STR-6). */
export function demanded({ agreed, isServer }: CheckTerms, counter: number, bits: Check): number {
  const side = isServer ? 2 ** (bits - 1) : 0;
  return ((agreed % 2 ** bits) + (counter % STREAM_COUNTERS) + side) % 2 ** bits;
}

/** The bytes of a number of base 256. */
function bytesOf(number: bigint, length: number): Uint8Array {
  const digits = number.toString(16).padStart(2 * length, '0');
  return Uint8Array.from({ length }, (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

/** The string in an interval (rule STR-7). */
export function findString({ low, size }: Interval, head: Uint8Array, terms: CheckTerms, counter: number): Uint8Array {
  const window = low.length;
  const first = BigInt(`0x${toHex(low)}`);
  const end = first + BigInt(size);
  for (let length = Math.max(1, window - 4); ; length++) {
    const shift = BigInt(8 * (window - length));
    const least = -(-first >> shift); // rounded up; beyond the window, the shift is negative and multiplies
    const most = (end >> shift) - 1n;
    const bits = checkBits(head.length + length, terms.check, head.length > 0);
    const free = BigInt(Math.min(bits, 8 * length)); // the low bits of the string, which make any remainder
    const start = (least >> free) << free;
    for (const base of [start, start + (1n << free)]) {
      if (base > most) break;
      const string = bytesOf(base, length);
      const left = remainder(string, bits, remainder(head, bits)) ^ demanded(terms, counter, bits);
      const change = BigInt(left >>> 0);
      const value = base + change;
      if (change < 1n << free && value >= least && value <= most) return bytesOf(value, length);
    }
  }
}
