// Fields of messages and files: strict reading, and writing. Integers are big endian.
import { DecodeError, type ErrorCode } from './errors.js';

/** The greatest value of a varint (rule VAR-3). */
export const MAX_VARINT = 2n ** 64n - 1n;

/** Reads fields one after the other. */
export class Reader {
  readonly data: Uint8Array;
  /** Of the next byte. */
  at = 0;
  readonly #base: number;

  /** `base` is added to the offsets of errors. */
  constructor(data: Uint8Array, base = 0) {
    this.data = data;
    this.#base = base;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.data.length - this.at;
  }

  /** Refuse the message unless `holds`; `at` is the offset of the field. */
  check(holds: boolean, code: ErrorCode, reason: string, at = this.at): asserts holds {
    if (!holds) throw new DecodeError(code, reason, this.#base + at);
  }

  /** The next bytes, which share memory with the message. */
  bytes(count: number): Uint8Array {
    this.check(count <= this.left, 'Truncated', 'the message ends inside a field', this.data.length);
    return this.data.subarray(this.at, (this.at += count));
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.bytes(this.left);
  }

  /** An unsigned integer of at most four bytes. */
  uint(size: number): number {
    let value = 0;
    for (const byte of this.bytes(size)) value = value * 256 + byte;
    return value;
  }

  /** A varint of at most `maximum`, which is below 2^53 (rules VAR-1 to VAR-3). */
  varint(maximum: number): number {
    const byte = this.at < this.data.length ? this.data[this.at] : 0x80;
    if (byte >= 0x80 || byte > maximum) return Number(this.bigVarint(BigInt(maximum)));
    this.at++;
    return byte;
  }

  /** A varint of any bound (rules VAR-1 to VAR-3). */
  bigVarint(maximum: bigint): bigint {
    const start = this.at;
    const bits = maximum.toString(2).length;
    let value = 0n;
    for (let shift = 0; ; shift += 7) {
      const byte = this.uint(1);
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      const isInside = value <= maximum && (byte === 0 || shift <= bits);
      this.check(isInside, 'LimitExceeded', `an integer is larger than ${String(maximum)}`, start);
      if (byte >= 0x80) continue;
      this.check(byte > 0 || shift === 0, 'NonCanonical', 'an integer is not in its shortest spelling', start);
      return value;
    }
  }

  /** Nothing may follow (rule MSG-3). */
  end(): void {
    this.check(this.left === 0, 'Malformed', 'bytes follow the end of the structure');
  }
}

/** Collects bytes. */
export class Writer {
  #bytes = new Uint8Array(64);
  length = 0;

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + count));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  bytes(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.length);
    this.length += values.length;
  }

  /** An unsigned integer of at most four bytes. */
  uint(value: number, size: number): void {
    for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) this.byte(value >>> shift);
  }

  /** A varint (rules VAR-1 and VAR-2). */
  varint(value: number | bigint): void {
    let rest = BigInt(value);
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  /** A copy of all bytes. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }
}

/** Bytes that the varint of `value` takes. */
export function varintSize(value: number | bigint): number {
  return Math.max(1, Math.ceil(value.toString(2).length / 7));
}

/** Fold a signed integer onto the unsigned ones (rule VAR-4). */
export function zigzag(value: bigint): bigint {
  return value >= 0n ? 2n * value : -2n * value - 1n;
}

/** The inverse of {@link zigzag}. */
export function unzigzag(value: bigint): bigint {
  return value & 1n ? -((value + 1n) >> 1n) : value >> 1n;
}

/** Whether two rows have the same bytes. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

/** All bytes of the parts, in order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += byte.toString(16).padStart(2, '0');
  return digits;
}
