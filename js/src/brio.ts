// BRIO containers of both versions (rules BRI-1 to BRI-5, and chapter brio2).
import { BRIO_MAGIC, Brio2 } from './brio2.js';
import { BRIO2_VERSION, BRIO_HEADER_SIZE, BRIO_TOKENS_PER_PAYLOAD_BYTE, BRIO_VERSION, MARKER_BRIO, RANS_TOTAL } from './constants.js';
import { DecodeError, withOffset } from './errors.js';
import { type BodyCodec, brioMessage, type SharedState } from './message.js';
import { MAX_CONTAINED, MAX_CONTAINED_LAST, MIN_CONTAINED } from './policy.js';
import { decodeRans, encodeRans, readFrequencies } from './rans.js';
import { carryOut, writeTokens } from './token.js';
import { Units, type UnitsFile } from './unit.js';
import { equal, Reader, Writer } from './wire.js';

export type { UnitsFile } from './unit.js';

const KINDS = 3;

/** What containers need that no message says. */
export interface BrioOptions {
  /** The content of `units.json`, parsed; without it, version 2 is not read. */
  readonly units?: UnitsFile;
  /** Phrases of version 1, by id from 0 to 255. */
  readonly phrases?: ReadonlyMap<number, Uint8Array>;
}

/** Reads and writes BRIO containers; codecs take it among their `bodies`. */
export class Brio implements BodyCodec {
  readonly marker = MARKER_BRIO;
  readonly #phrases: ReadonlyMap<number, Uint8Array>;
  readonly #version2: Brio2 | null;

  constructor({ units, phrases }: BrioOptions = {}) {
    this.#phrases = phrases ?? new Map<number, Uint8Array>();
    this.#version2 = units === undefined ? null : new Brio2(new Units(units));
  }

  /** Read a body. */
  decode(body: Uint8Array, held: SharedState, maxSize: number): Uint8Array {
    const reader: Reader = new Reader(body, 1);
    reader.check(equal(reader.bytes(BRIO_MAGIC.length), BRIO_MAGIC), 'Malformed', 'the body does not begin with AURA');
    const version = reader.uint(1);
    if (version === BRIO2_VERSION && this.#version2 !== null) return this.#version2.decode(body, maxSize);
    reader.check(version === BRIO_VERSION, 'Unsupported', "the container's version is not read here", 4);
    return this.#decode1(reader, held, maxSize);
  }

  /** Version 2 instead of a model, from 1 to 64 KiB; at level 3 everything. */
  readonly tries = (data: Uint8Array, level: number, isModelled: boolean): readonly Uint8Array[] => {
    const isWithin = (most: number) =>
      this.#version2 !== null && data.length >= MIN_CONTAINED && data.length <= most;
    const found = level > 1 && !isModelled && isWithin(MAX_CONTAINED) ? [this.encode2(data)] : [];
    if (level < 3) return found;
    if (data.length > BRIO_HEADER_SIZE) found.push(this.encode1(data));
    if (isWithin(MAX_CONTAINED_LAST)) found.push(this.encode2(data, 1));
    return found;
  };

  #decode1(reader: Reader, held: SharedState, maxSize: number): Uint8Array {
    const tokenLength = reader.uint(4);
    const payloadLength = reader.uint(4);
    const metadataCount = reader.uint(2);
    const frequencies = readFrequencies(reader);
    for (let left = metadataCount; left > 0; left--) {
      reader.bytes(2);
      if (reader.uint(1) >= KINDS) throw new DecodeError('Malformed', 'no metadata has this kind', reader.at);
      reader.bytes(3);
    }
    const start = 1 + reader.at;
    const payload = reader.bytes(payloadLength);
    reader.end();
    if (tokenLength > 4 * maxSize + 4096) {
      throw new DecodeError('LimitExceeded', `${String(tokenLength)} bytes of tokens claimed`, 6);
    }
    if (tokenLength > BRIO_TOKENS_PER_PAYLOAD_BYTE * payloadLength) {
      throw new DecodeError('Malformed', 'the payload is too short for its tokens', 6);
    }
    const stream = withOffset((offset) => start + offset, () => decodeRans(payload, tokenLength, frequencies));
    const { templates } = held;
    return withOffset(() => start, () => carryOut(stream, { templates, phrases: this.#phrases }, maxSize));
  }

  /** A message of version 1 (rule BRI-2). */
  encode1(data: Uint8Array): Uint8Array {
    const stream = writeTokens(data, this.#phrases);
    const frequencies = frequenciesOfBytes(stream);
    const payload = encodeRans(stream, frequencies);
    const writer = new Writer();
    writer.bytes(BRIO_MAGIC);
    writer.byte(BRIO_VERSION);
    writer.uint(stream.length, 4);
    writer.uint(payload.length, 4);
    writer.uint(0, 2);
    for (const frequency of frequencies) writer.uint(frequency, 2);
    writer.bytes(payload);
    return brioMessage(writer.toBytes());
  }

  /**
   * A message of version 2, of level 0 or 1 (rule PAR-1).
   *
   * @throws RangeError There are no units.
   * @throws EncodeError The message is too long.
   */
  encode2(data: Uint8Array, level: 0 | 1 = 0): Uint8Array {
    if (this.#version2 === null) throw new RangeError('BRIO version 2 needs units');
    return brioMessage(this.#version2.encode(data, level));
  }
}

/** The frequencies that fit bytes best: 256 positive integers with sum 4096. */
function frequenciesOfBytes(symbols: Uint8Array): Uint16Array {
  const counts = new Uint32Array(256);
  if (symbols.length === 0) return new Uint16Array(256).fill(RANS_TOTAL / 256);
  for (const symbol of symbols) counts[symbol]++;
  const spare = RANS_TOTAL - 256;
  const frequencies = Uint16Array.from(counts, (count) => 1 + Math.floor((count * spare) / symbols.length));
  const left = RANS_TOTAL - frequencies.reduce((sum, frequency) => sum + frequency, 0);
  const remainder = (symbol: number) => (counts[symbol] * spare) % symbols.length;
  const byRemainder = Array.from(counts, (_, symbol) => symbol).sort(
    (one, other) => remainder(other) - remainder(one) || one - other,
  );
  for (const symbol of byRemainder.slice(0, left)) frequencies[symbol]++;
  return frequencies;
}
