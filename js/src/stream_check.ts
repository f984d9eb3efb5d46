// The check of a stream: which string codes a message and leaves the demanded remainder (rules STR-5 to STR-7).
import { STREAM_COUNTERS } from './constants.js';
import type { Interval } from './range_coder.js';
import { toHex } from './wire.js';

/** Bits of check. */
export type Check = 4 | 8 | 16;

const GENERATORS: Readonly<Record<Check, number>> = { 4: 0x13, 8: 0x107, 16: 0x11021 };
const TABLES = new Map<Check, Uint16Array>();

/** For each byte the remainder of what it stands for behind the bits of the check. */
function tableOf(bits: Check): Uint16Array {
  let table = TABLES.get(bits);
  if (table === undefined) {
    table = new Uint16Array(256).map((_, byte) => {
      let value = byte << bits;
      for (let place = bits + 7; place >= bits; place--) {
        if ((value >> place) & 1) value ^= GENERATORS[bits] << (place - bits);
      }
      return value;
    });
    TABLES.set(bits, table);
  }
  return table;
}

/** The remainder of bytes, which may go on from that of bytes before (rule STR-5). */
export function remainder(bytes: Uint8Array, bits: Check, before = 0): number {
  const table = tableOf(bits);
  const mask = (1 << bits) - 1;
  let value = before;
  for (const byte of bytes) {
    const shifted = (value << 8) | byte;
    value = (shifted & mask) ^ table[shifted >>> bits];
  }
  return value;
}

/** Rule STR-5. */
export function checkBits(size: number, least: Check, hasHead: boolean): Check {
  if (hasHead || size >= 128) return 16;
  return size >= 32 && least < 8 ? 8 : least;
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
    const least = (first + (1n << shift) - 1n) >> shift;
    const most = (end >> shift) - 1n;
    const bits = checkBits(head.length + length, terms.check, head.length > 0);
    const free = BigInt(Math.min(bits, 8 * length)); // the low bits of the string, which make any remainder
    const start = (least >> free) << free;
    for (const base of [start, start + (1n << free)]) {
      if (base > most) break;
      const string = bytesOf(base, length);
      const change = BigInt(remainder(string, bits, remainder(head, bits)) ^ demanded(terms, counter, bits));
      const value = base + change;
      if (change < 1n << free && value >= least && value <= most) return bytesOf(value, length);
    }
  }
}
