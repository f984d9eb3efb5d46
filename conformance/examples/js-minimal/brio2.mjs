// BRIO version 2 (BII-1 to BII-10), with units (UNI-1 to UNI-3) and adaptive tables (ADA-1 to ADA-4).
import { crc32 } from 'node:zlib';
import { Reader } from './core.mjs';
import { readData } from './data.mjs';
import { frequenciesOf, Lanes, tableOf } from './rans.mjs';

const MAX_LENGTH = 2 ** 26;
const DIRECT = 16;
const RECENT = 3;
const NEAR = [3, 31, 41];

// Units are bytes and phrases; a row of codes for each context of literal runs, distances, lengths and units.
const { phrases, contexts, codes } = readData('units.json');
const BYTES = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte));
const UNITS = [...BYTES, ...phrases.map((phrase) => Buffer.from(phrase))];

function countsOf(kind) { // ADA-1
  return codes[kind].map((row) => frequenciesOf(Buffer.from(row, 'hex')));
}

// The least number or unit of a symbol, and how many extra bits follow (UNI-2, BII-6).
function unitOf(symbol) {
  const tier = (symbol - 256) >> 4;
  return symbol < 256 ? [symbol, 0] : [256 + 16 * (2 ** tier - 1) + (symbol % 16) * 2 ** tier, tier];
}

function numberOf(symbol) {
  const extra = 1 + ((symbol - DIRECT) >> 1);
  return symbol < DIRECT ? [symbol, 0] : [(2 + (symbol % 2)) * 2 ** extra + DIRECT - 4, extra];
}

const distanceOf = (symbol) => (symbol < RECENT ? [0, 0] : numberOf(symbol - RECENT));

function adapted(counts) { // ADA-2
  const sum = counts.reduce((a, b) => a + b);
  const frequencies = counts.map((count) => 1 + Math.floor((count * (4096 - counts.length)) / sum));
  frequencies[counts.indexOf(Math.max(...counts))] += 4096 - frequencies.reduce((a, b) => a + b);
  return tableOf(frequencies);
}

function readStream(lanes, count, kind, contextOf = () => 0) { // ADA-3, ADA-4; a context may look at the symbol before
  const [symbols, steps] = [new Uint16Array(count), Math.ceil(count / lanes.states.length)];
  const counts = countsOf(kind);
  let tables;
  for (let step = 0, renewal = 0; step < steps; step++) {
    if (step === renewal) [tables, renewal] = [counts.map(adapted), Math.max(4, 2 * step)];
    lanes.begin();
    for (let i = step; i < count; i += steps) symbols[i] = lanes.next(tables[contextOf(i, symbols, step)]);
    for (let i = step; i < count; i += steps) counts[contextOf(i, symbols, step)][symbols[i]] += 32;
  }
  return symbols;
}

// Extra bits (BII-8): words from the states, then those behind the last one that the symbols took.
function restOf(lanes, reader) {
  reader.check(lanes.states.every((state) => state < 2 ** 17));
  const words = Buffer.alloc(2 * lanes.states.length);
  lanes.states.forEach((state, i) => words.writeUInt16LE(state % 65536, 2 * i));
  return Buffer.concat([words, lanes.words.subarray(lanes.at)]);
}

const countOf = (symbols, leastOf) => symbols.reduce((sum, symbol) => sum + leastOf(symbol)[1], 0);

function checkBits(bits, count, reader, least = 0) {
  reader.check(bits.length === 2 * Math.max(least, Math.ceil(count / 16)));
  reader.check(bits.subarray(count >> 3).every((byte, i) => byte >> (i === 0 ? count % 8 : 0) === 0));
}

function addBits(symbols, leastOf, bits, at = { bit: 0 }) {
  return Array.from(symbols, (symbol) => {
    let [value, extra] = leastOf(symbol);
    for (let i = 0; i < extra; i++, at.bit++) value += ((bits[at.bit >> 3] >> at.bit % 8) & 1) * 2 ** i;
    return value;
  });
}

function readLiteralRuns(lanes, symbols, reader) {
  const count = countOf(symbols, numberOf);
  const bits = Buffer.alloc(2 * Math.ceil(count / 16));
  for (let i = 0; i < bits.length; i += 2) bits.writeUInt16LE(lanes.word(), i);
  checkBits(bits, count, reader);
  return addBits(symbols, numberOf, bits);
}

function unitContexts(literalRuns, count) { // BII-5
  const starts = new Set([0]);
  let at = 0;
  for (const literalRun of literalRuns) starts.add((at += literalRun));
  return (i, symbols, step) => (step === 0 || starts.has(i) ? 0 : parseInt(contexts[symbols[i - 1]], 16));
}

function resolve(symbols, numbers) { // BII-7
  let recent = [1, 2, 4];
  return numbers.map((number, i) => {
    const distance = symbols[i] < RECENT ? recent[symbols[i]] : number + 1;
    recent = [distance, ...recent.filter((one) => one !== distance)].slice(0, RECENT);
    return distance;
  });
}

function join(length, [literalRuns, distances, lengths, places], reader) { // BII-9
  const out = Buffer.alloc(length);
  let [at, used] = [0, 0];
  const append = (count) => {
    for (const end = used + count; used < end; used++) {
      const unit = UNITS[places[used]];
      reader.check(unit.length <= length - at);
      at += unit.copy(out, at);
    }
  };
  literalRuns.forEach((literalRun, i) => {
    append(literalRun);
    const end = at + lengths[i] + 3;
    reader.check(end <= length && distances[i] <= at);
    for (; at < end; at++) out[at] = out[at - distances[i]];
  });
  append(places.length - used);
  reader.check(at === length);
  return out;
}

export function decodeBrio2(reader, { maxSize }) {
  const length = reader.varint(MAX_LENGTH);
  reader.check(length <= maxSize, 'LimitExceeded');
  const [crc, sequences, count] = [reader.uint(4), reader.varint(MAX_LENGTH), reader.varint(MAX_LENGTH)];
  const stream = new Reader(reader.data, reader.at, reader.at);
  const words = reader.rest();
  stream.check(count + 3 * sequences <= Math.min(1024 * words.length, length));
  const exponent = (length.toString(2).length >> 1) - 2;
  const lanes = new Lanes(words, 2 ** Math.min(11, Math.max(2, exponent)), stream);
  const runSymbols = readStream(lanes, sequences, 'literal_runs');
  const literalRuns = readLiteralRuns(lanes, runSymbols, stream);
  stream.check(literalRuns.reduce((a, b) => a + b, 0) <= count);
  const distances = readStream(lanes, sequences, 'distances', (i) => +(runSymbols[i] > 0));
  const classOf = (distance) => NEAR.filter((near) => distance >= near).length;
  const lengths = readStream(lanes, sequences, 'lengths', (i) => (runSymbols[i] > 0) + 2 * classOf(distances[i]));
  const rows = [distances, lengths, readStream(lanes, count, 'units', unitContexts(literalRuns, count))];
  const leasts = [distanceOf, numberOf, unitOf];
  const [bits, at] = [restOf(lanes, stream), { bit: 0 }];
  checkBits(bits, rows.reduce((sum, row, k) => sum + countOf(row, leasts[k]), 0), stream, lanes.states.length);
  const [numbers, matches, places] = rows.map((row, k) => addBits(row, leasts[k], bits, at));
  const out = join(length, [literalRuns, resolve(distances, numbers), matches, places], stream);
  stream.check(crc32(out) === crc, 'ChecksumMismatch');
  return out;
}
