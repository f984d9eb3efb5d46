// BRIO version 2: units and matches in four adaptive streams (rules BII-1 to BII-10).
import { AFTER, type AdaptiveStream, batchesOf, readStream, writeBatches } from './adaptive.js';
import {
  BRIO2_DIRECT, BRIO2_MAX_LENGTH, BRIO2_MIN_LANES, BRIO2_MIN_MATCH, BRIO2_NEAR, BRIO2_RECENT,
  BRIO2_SYMBOLS_PER_BYTE, BRIO2_VERSION, INTERLEAVED_RANS_MAX_LANES_EXPONENT,
} from './constants.js';
import { crc32 } from './crc32.js';
import { DecodeError, EncodeError, withOffset } from './errors.js';
import { LaneReader } from './interleaved_rans.js';
import { copyMatch } from './lz77.js';
import { countSteps } from './match.js';
import { type Parse, parse } from './parse.js';
import { type Coded, codeUnit, firstUnit, unitBits, type Units } from './unit.js';
import { equal, Reader, Writer } from './wire.js';

/** AURA, with which containers of both versions begin (rule BRI-1). */
export const BRIO_MAGIC = Uint8Array.of(0x41, 0x55, 0x52, 0x41);

const NOTHING: Uint8Array = new Uint8Array(0);
const RECENT = BRIO2_RECENT.length;

/** A container without its words (rule BII-1). */
interface Head {
  readonly length: number;
  readonly crc: number;
  readonly sequences: number;
  readonly units: number;
}

/** The number of lanes for a message of `length` bytes (rule BII-4). */
function lanesOf(length: number): number {
  const digits = length === 0 ? 0 : length.toString(2).length;
  const exponent = Math.max(0, (digits >> 1) - 2);
  return Math.min(Math.max(2 ** exponent, BRIO2_MIN_LANES), 2 ** INTERLEAVED_RANS_MAX_LANES_EXPONENT);
}

/** The symbol of a number (rule BII-6). */
export function codeNumber(number: number): Coded {
  if (number < BRIO2_DIRECT) return { symbol: number, extra: 0, bits: 0 };
  const shifted = number - BRIO2_DIRECT + 4;
  const top = 31 - Math.clz32(shifted);
  const bits = top - 1;
  const symbol = BRIO2_DIRECT + 2 * (top - 2) + ((shifted >>> bits) & 1);
  return { symbol, extra: shifted & (2 ** bits - 1), bits };
}

/** A least value, and how many extra bits follow. */
interface Open {
  readonly least: number;
  readonly bits: number;
}

/** What the symbol of a number stands for (rule BII-6). */
export function openNumber(symbol: number): Open {
  if (symbol < BRIO2_DIRECT) return { least: symbol, bits: 0 };
  const bits = ((symbol - BRIO2_DIRECT) >> 1) + 1;
  return { least: (2 + ((symbol - BRIO2_DIRECT) & 1)) * 2 ** bits - 4 + BRIO2_DIRECT, bits };
}

function openDistance(symbol: number): Open {
  return symbol < RECENT ? { least: symbol, bits: 0 } : openNumber(symbol - RECENT);
}

/** Extra bits as words (rule BII-8). */
function pack(coded: readonly Coded[]): number[] {
  const words: number[] = [];
  let [held, count] = [0, 0];
  for (const { extra, bits } of coded) {
    held += extra * 2 ** count;
    for (count += bits; count >= 16; count -= 16) {
      words.push(held % 2 ** 16);
      held = Math.floor(held / 2 ** 16);
    }
  }
  if (count > 0) words.push(held);
  return words;
}

/** Values from their least ones and extra bits; there are at least as many words as `lanes` (rule BII-8). */
function unpack(open: readonly Open[], words: readonly number[], lanes: number): number[] {
  let position = 0;
  const bitsOf = (count: number) => {
    let value = 0;
    for (let bit = 0; bit < count; position++, bit++) {
      value += (((words[position >> 4] ?? 0) >> (position & 15)) & 1) * 2 ** bit;
    }
    return value;
  };
  const values = open.map(({ least, bits }) => least + bitsOf(bits));
  let isRight = words.length === Math.max(lanes, Math.ceil(position / 16));
  for (let at = position; at < 16 * words.length; at++) isRight &&= ((words[at >> 4] >> (at & 15)) & 1) === 0;
  if (!isRight) throw new DecodeError('Malformed', 'the extra bits do not end where the words do');
  return values;
}

/** The contexts of distances (rule BII-5). */
function distanceContexts(literalRuns: Uint16Array): Uint8Array {
  return Uint8Array.from(literalRuns, (symbol) => (symbol > 0 ? 1 : 0));
}

/** The contexts of lengths (rule BII-5). */
function lengthContexts(literalRuns: Uint16Array, distances: Uint16Array): Uint8Array {
  return Uint8Array.from(
    literalRuns, (symbol, at) => (symbol > 0 ? 1 : 0) + 2 * countSteps(BRIO2_NEAR, distances[at]),
  );
}

/** The contexts of units (rule BII-5). */
function unitContexts(literalRuns: ArrayLike<number>, count: number, lanes: number): Uint8Array {
  const contexts = new Uint8Array(count).fill(AFTER);
  const steps = Math.ceil(count / lanes);
  for (let index = 0; index < count; index += steps) contexts[index] = 0;
  let start = 0;
  for (let at = 0; at < literalRuns.length && start < count; at++) {
    start += literalRuns[at];
    if (start < count) contexts[start] = 0;
  }
  return contexts;
}

/** Keeps the latest different distances (rule BII-7). */
class RecentDistances {
  readonly #recent = [...BRIO2_RECENT];

  code(distance: number): Coded {
    const place = this.#recent.indexOf(distance);
    this.#take(distance);
    if (place >= 0) return { symbol: place, extra: 0, bits: 0 };
    const coded = codeNumber(distance - 1);
    return { ...coded, symbol: RECENT + coded.symbol };
  }

  read(symbol: number, value: number): number {
    return this.#take(symbol < RECENT ? this.#recent[symbol] : value + 1);
  }

  #take(distance: number): number {
    const place = this.#recent.indexOf(distance);
    this.#recent.splice(place < 0 ? RECENT - 1 : place, 1);
    this.#recent.unshift(distance);
    return distance;
  }
}

/** Reads and writes bodies with the units of the specification. */
export class Brio2 {
  readonly #units: Units;

  constructor(units: Units) {
    this.#units = units;
  }

  #stream(kind: keyof Units['counts'], lanes: number, contexts: Uint8Array): AdaptiveStream {
    const { counts, contextAfter } = this.#units;
    return { lanes, counts: counts[kind], contexts, after: contextAfter };
  }

  /** Read a body that stands by itself, its magic and version included. */
  decodeContainer(body: Uint8Array, maxSize: number, window: Uint8Array): Uint8Array {
    const reader: Reader = new Reader(body, 1);
    reader.check(equal(reader.bytes(BRIO_MAGIC.length), BRIO_MAGIC), 'Malformed', 'the body does not begin with AURA');
    reader.check(reader.uint(1) === BRIO2_VERSION, 'Unsupported', "the container's version is not 2", 4);
    return this.decode(body, maxSize, window);
  }

  /** Read a body whose magic and version were looked at. Matches may begin in the `window` before the message (rule CHK-4). */
  decode(body: Uint8Array, maxSize: number, window = NOTHING): Uint8Array {
    const reader: Reader = new Reader(body, 1);
    reader.at = 5;
    const length = reader.varint(BRIO2_MAX_LENGTH);
    const crc = reader.uint(4);
    const head = {
      length, crc, sequences: reader.varint(BRIO2_MAX_LENGTH), units: reader.varint(BRIO2_MAX_LENGTH),
    };
    const start = reader.at;
    const words = reader.rest();
    reader.check(length <= maxSize, 'LimitExceeded', `${String(length)} bytes claimed`, 5);
    const symbols = 3 * head.sequences + head.units;
    const mayBe = symbols <= Math.min(length, BRIO2_SYMBOLS_PER_BYTE * words.length);
    reader.check(mayBe, 'Malformed', 'more sequences and units are claimed than there can be', 5);
    reader.check(words.length % 2 === 0, 'Malformed', 'half a word is left', 0);
    const message = withOffset((offset) => 1 + start + offset, () => this.#expand(head, words, window));
    reader.check(crc32(message) === crc, 'ChecksumMismatch', 'the CRC-32 of the message is wrong', 5);
    return message;
  }

  /** Read the words, and carry them out (rules BII-4 to BII-9). */
  #expand({ length, sequences, units: unitCount }: Head, words: Uint8Array, window: Uint8Array): Uint8Array {
    const lanes = lanesOf(length);
    const reader = new LaneReader(words, lanes);
    const runSymbols = readStream(reader, this.#stream('literal_runs', lanes, new Uint8Array(sequences)), sequences);
    const openRuns = Array.from(runSymbols, openNumber);
    const runWords = reader.words(Math.ceil(openRuns.reduce((sum, { bits }) => sum + bits, 0) / 16));
    const literalRuns = unpack(openRuns, runWords, 0);
    if (literalRuns.reduce((sum, run) => sum + run, 0) > unitCount) {
      throw new DecodeError('Malformed', 'the literal runs are longer than the units');
    }
    const far = this.#stream('distances', lanes, distanceContexts(runSymbols));
    const distanceSymbols = readStream(reader, far, sequences);
    const long = this.#stream('lengths', lanes, lengthContexts(runSymbols, distanceSymbols));
    const lengthSymbols = readStream(reader, long, sequences);
    const contexts = unitContexts(literalRuns, unitCount, lanes);
    const unitSymbols = readStream(reader, this.#stream('units', lanes, contexts), unitCount);
    const values = unpack(
      [
        ...Array.from(distanceSymbols, openDistance),
        ...Array.from(lengthSymbols, openNumber),
        ...Array.from(unitSymbols, (symbol) => ({ least: firstUnit(symbol), bits: unitBits(symbol) })),
      ],
      reader.rest(), lanes,
    );
    const recent = new RecentDistances();
    const distances = Array.from(distanceSymbols, (symbol, at) => recent.read(symbol, values[at]));
    const lengths = values.slice(sequences, 2 * sequences).map((value) => BRIO2_MIN_MATCH + value);
    const units = values.slice(2 * sequences);
    return this.#carryOut(length, window, { literalRuns, distances, lengths, units });
  }

  /** Rule BII-9. */
  #carryOut(
    length: number, window: Uint8Array,
    { literalRuns, distances, lengths, units }: Record<'literalRuns' | 'distances' | 'lengths' | 'units', number[]>,
  ): Uint8Array {
    const size =
      lengths.reduce((sum, one) => sum + one, 0) + units.reduce((sum, unit) => sum + this.#units.sizeOf(unit), 0);
    if (size !== length) throw new DecodeError('Malformed', 'units and matches do not make up the message');
    const output = new Uint8Array(window.length + length);
    output.set(window);
    let at = window.length;
    let taken = 0;
    const append = (end: number) => {
      for (; taken < end; taken++) {
        const unit = units[taken];
        if (unit < 256) output[at] = unit;
        else output.set(this.#units.phrases[unit - 256], at);
        at += this.#units.sizeOf(unit);
      }
    };
    literalRuns.forEach((run, sequence) => {
      append(taken + run);
      copyMatch(output, at, distances[sequence], lengths[sequence]);
      at += lengths[sequence];
    });
    append(units.length);
    return output.subarray(window.length);
  }

  /**
   * Write a body; level 1 takes more time than 0 and gives less (rule PAR-1).
   *
   * @throws EncodeError The message is longer than `MAX_LENGTH`.
   */
  encode(data: Uint8Array, level: number): Uint8Array {
    if (data.length > BRIO2_MAX_LENGTH) throw new EncodeError('the message is longer than a container can hold');
    return this.encodeParse(data, parse(data, { level, begin: 0, units: this.#units }));
  }

  /** Write a body of a message that is cut already (rules BII-4 to BII-8). */
  encodeParse(data: Uint8Array, { units, sequences }: Parse): Uint8Array {
    const recent = new RecentDistances();
    const runs = sequences.map(({ literalRun }) => codeNumber(literalRun));
    const distances = sequences.map(({ distance }) => recent.code(distance));
    const lengths = sequences.map(({ length }) => codeNumber(length - BRIO2_MIN_MATCH));
    const coded = units.map(codeUnit);
    const [runSymbols, distanceSymbols, lengthSymbols, unitSymbols] = [runs, distances, lengths, coded].map((row) =>
      Uint16Array.from(row, ({ symbol }) => symbol),
    );
    const lanes = lanesOf(data.length);
    const literalRuns = sequences.map(({ literalRun }) => literalRun);
    const first = batchesOf(this.#stream('literal_runs', lanes, new Uint8Array(runs.length)), runSymbols);
    const far = this.#stream('distances', lanes, distanceContexts(runSymbols));
    const long = this.#stream('lengths', lanes, lengthContexts(runSymbols, distanceSymbols));
    const contexts = unitContexts(literalRuns, units.length, lanes);
    const batches = [
      ...first,
      ...batchesOf(far, distanceSymbols),
      ...batchesOf(long, lengthSymbols),
      ...batchesOf(this.#stream('units', lanes, contexts), unitSymbols),
    ];
    const writer = new Writer();
    writer.bytes(BRIO_MAGIC);
    writer.byte(BRIO2_VERSION);
    writer.varint(data.length);
    writer.uint(crc32(data), 4);
    writer.varint(sequences.length);
    writer.varint(units.length);
    const rest = pack([...distances, ...lengths, ...coded]);
    writer.bytes(writeBatches(batches, lanes, rest, { at: first.length, words: pack(runs) }));
    return writer.toBytes();
  }
}
