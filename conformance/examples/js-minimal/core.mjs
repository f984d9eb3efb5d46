// AURA: markers, stored messages, classic and typed template frames, and AURALITE. Bytes are Buffers.
import { isUtf8 } from 'node:buffer';
import { constants } from './data.mjs';
import { nextState } from './char_runs.mjs';
import { readSlot } from './slot.mjs';
import { builtin } from './template.mjs';

// Refusals (ERR-1, ERR-2): the offset counts from the marker.
export class DecodeError extends Error {
  constructor(code, offset) {
    super(`${code} at offset ${offset}`);
    Object.assign(this, { code, offset });
  }
}

// Strict reading of fields. In an entropy-coded `stream`, all errors have the offset of the stream.
export class Reader {
  constructor(data, at = 0, stream = undefined) { Object.assign(this, { data, at, stream }); }
  get left() { return this.data.length - this.at; }
  check(holds, code = 'Malformed') { if (!holds) throw new DecodeError(code, this.stream ?? this.at); }
  end() { this.check(this.left === 0); }
  rest() { return this.bytes(this.left); }
  uint(size) { return this.bytes(size).readUIntBE(0, size); }

  bytes(count) {
    this.check(count <= this.left, 'Truncated');
    this.at += count;
    return this.data.subarray(this.at - count, this.at);
  }

  varint(maximum) { // VAR-1 to VAR-3; a BigInt, if the bound is one
    const bits = maximum.toString(2).length;
    for (let value = 0n, k = 0; ; k++) {
      const byte = this.uint(1);
      value += BigInt(byte % 128) << BigInt(7 * k);
      this.check(value <= maximum && (byte === 0 || 7 * k <= bits), 'LimitExceeded');
      this.check(byte > 0 || k === 0, 'NonCanonical');
      if (byte < 128) return typeof maximum === 'bigint' ? value : Number(value);
    }
  }
}

// Template frames: classic (CLS-1 to CLS-4), whose fields BRIO has too (TOK-3), and typed (TYP-1 to TYP-3).
export function templateOf(id, reader, { templates }) {
  reader.check(templates.has(id), 'UnknownTemplate');
  return templates.get(id);
}

function render({ parts }, values, reader, { maxSize }) { // LIM-1
  const filled = parts.map((part) => (typeof part === 'number' ? values[part] : part));
  reader.check(filled.reduce((size, part) => size + part.length, 0) <= maxSize, 'LimitExceeded');
  return Buffer.concat(filled);
}

export function readFields(reader, isRight = () => true) {
  const fields = { id: reader.uint(1), values: [] };
  for (let left = reader.uint(1); left > 0; left--) {
    fields.values.push(reader.bytes(reader.uint(2)));
    reader.check(isRight(fields.values.at(-1)));
  }
  return fields;
}

export function renderFields({ id, values }, reader, held) {
  const template = templateOf(id, reader, held);
  reader.check(template.slots.length === values.length);
  return render(template, values, reader, held);
}

function decodeClassic(reader, held) {
  const fields = readFields(reader, isUtf8);
  reader.end();
  return renderFields(fields, reader, held);
}

function decodeTyped(reader, held) {
  const template = templateOf(reader.varint(2 ** 32 - 1), reader, held);
  const values = template.slots.map((slot, i, { length }) => readSlot(slot, reader, i === length - 1));
  reader.end();
  return render(template, values, reader, held);
}

function decodeStored(reader, { maxSize }) { // STO-1
  reader.check(reader.left <= maxSize, 'LimitExceeded');
  return reader.rest();
}

// The range coder (RNG-1 to RNG-7): a window of four bytes; at most eight bytes are omitted.
export class RangeDecoder {
  constructor(string, reader) {
    Object.assign(this, { string, reader, taken: 0, range: 2 ** 31, offset: 0 });
    reader.check(string.length > 0, 'Truncated');
    reader.check(string[0] >= 0x80);
    while (this.taken < 4) this.shift();
    this.offset -= 2 ** 31;
  }

  shift() {
    this.offset = 256 * this.offset + (this.string[this.taken++] ?? 0);
    this.reader.check(this.taken <= this.string.length + 8, 'Truncated');
  }

  value(total) { // where in a total the string points; `take` follows
    this.unit = Math.floor(this.range / total);
    const value = Math.floor(this.offset / this.unit);
    this.reader.check(value < total);
    return value;
  }

  take(cumulative, frequency) {
    this.offset -= cumulative * this.unit;
    for (this.range = frequency * this.unit; this.range < 2 ** 24; this.range *= 256) this.shift();
  }

  end() {
    const { string: { length }, taken, offset, range } = this;
    this.reader.check(length <= taken);
    const [scale, last] = [256 ** (taken - length), this.string[length - 1]];
    const isShort = length === Math.max(1, taken - 8) || (last > 0 && (256 - last) * scale + offset >= range);
    this.reader.check(offset < scale && isShort, 'NonCanonical');
  }
}

// AURALITE (AUR-1 to AUR-9), with matches (MAT-1 to MAT-8), a prefix (HIS-1 to HIS-3), character runs (RUN-4, RUN-5).
export const END = 256;
const { ESCAPES, FREQUENCIES } = constants.context_model; // what codes stand for (CTX-4, CTX-5)
const { LENGTH_STEPS, PROBABILITY_STEPS } = constants.match;

export const slotOf = (bytes, at) => Math.imul(bytes.readUInt32LE(at - 4), 2654435761) >>> 18; // MAT-1

export class Message {
  constructor(model, { maxSize }, reader) {
    Object.assign(this, { model, reader, limit: Math.min(maxSize, 2 ** 20) });
    Object.assign(this, { buffer: Buffer.alloc(256), length: 0, slots: new Int32Array(2 ** 14).fill(-1) });
    Object.assign(this, { context: model.trie.initial, charRun: 0, match: null, misses: 0 });
    Object.assign(this, { lists: new Map(), excluded: new Uint8Array(257) });
  }

  get bytes() { return this.buffer.subarray(0, this.length); }

  append(byte) {
    this.reader.check(this.length < this.limit, 'LimitExceeded');
    if (this.length === this.buffer.length) this.buffer = Buffer.concat([this.buffer], 2 * this.length);
    this.buffer[this.length++] = byte;
    this.context = this.follow(byte);
    this.charRun = nextState(this.charRun, byte);
  }

  // Named by the entry for the byte in the first context that has one (AUR-2, AUR-5, RUN-5, FRS-8).
  follow(byte) {
    const { starts, suffixes, following } = this.model.trie;
    for (let context = this.context; ; context = suffixes[context]) {
      const place = this.list(context).symbols.indexOf(byte);
      if (place >= 0) return following[starts[context] + place];
    }
  }

  list(context) {
    if (!this.lists.has(context)) this.lists.set(context, this.makeList(context));
    return this.lists.get(context);
  }

  makeList(context) { // CTX-4 to CTX-6
    const { starts, symbols: all, codes, escapes } = this.model.trie;
    const symbols = all.subarray(starts[context], starts[context + 1]);
    const alone = ESCAPES[escapes[context]];
    if (symbols.length === 1) return { symbols, frequencies: [4096 - alone], escape: alone };
    const frequencies = Array.from(symbols, (_, i) => FREQUENCIES[codes[starts[context] + i]]);
    return { symbols, frequencies, escape: context === 0 ? 0 : FREQUENCIES[escapes[context]] };
  }

  // The next symbol; a byte is appended.
  decode(coder) {
    this.enter();
    this.excluded.fill(0);
    const symbol = (this.match && this.decodeMatch(coder)) ?? this.decodeSymbol(coder);
    if (symbol !== END) this.append(symbol);
    return symbol;
  }

  feed(byte) { // FRS-8
    if (this.length >= 4) this.slots[slotOf(this.buffer, this.length)] = this.length;
    this.match = null;
    this.append(byte);
  }

  enter() { // MAT-2, MAT-3, HIS-1
    if (this.length < 4) return;
    const slot = slotOf(this.buffer, this.length);
    this.match ??= this.findEarlier(this.slots[slot]) ?? this.findInPrefix();
    this.slots[slot] = this.length;
  }

  findEarlier(place) {
    let length = 0;
    const agrees = () => this.buffer[place - 1 - length] === this.buffer[this.length - 1 - length];
    while (length < 32 && length < place && agrees()) length++;
    return length >= 4 ? { place, length, source: null, hits: this.model.hits } : null;
  }

  findInPrefix() {
    const { prefix } = this.model;
    const place = prefix?.find(this.bytes);
    const isInside = place !== undefined && place < prefix.text.length;
    return isInside ? { place, length: 0, source: prefix.text, hits: prefix.hits } : null;
  }

  hitsOf({ hits, length, source }, byte) { // MAT-4 to MAT-6, HIS-2
    const { symbols, frequencies, escape } = this.list(this.context);
    const frequency = frequencies[symbols.indexOf(byte)];
    const total = frequencies.reduce((a, b) => a + b, escape);
    const passed = PROBABILITY_STEPS.filter((step) => 1000 * frequency >= step * total).length;
    const lengthClass = source ? 0 : LENGTH_STEPS.filter((step) => step <= length).length;
    return hits[(lengthClass * 12 + (frequency ? 1 + passed : 0)) * 3 + Math.min(this.misses, 2)];
  }

  decodeMatch(coder) { // the byte after a hit, null after a miss
    const { match } = this;
    const byte = (match.source ?? this.buffer)[match.place];
    const hits = this.hitsOf(match, byte);
    if (coder.value(4096) < hits) {
      coder.take(0, hits);
      match.place++;
      match.length = Math.min(match.length + 1, 32);
      if (match.place === match.source?.length) this.match = null;
      return byte;
    }
    coder.take(hits, 4096 - hits);
    this.match = null;
    this.misses++;
    this.excluded[byte] = 1;
    return null;
  }

  decodeSymbol(coder) {
    const { orders, suffixes } = this.model.trie;
    const instead = this.model.charRuns.get(this.charRun);
    for (let context = this.context, inCharRun = false; ; context = inCharRun ? 0 : suffixes[context]) {
      inCharRun = !inCharRun && instead !== undefined && orders[context] <= instead.order;
      const list = inCharRun ? instead : this.list(context);
      const symbol = this.choose(coder, list);
      if (symbol !== null) return symbol;
      this.reader.check(inCharRun || context !== 0);
      for (const s of list.symbols) this.excluded[s] = 1;
    }
  }

  // A symbol of a list, or null after an escape or if nothing remains (AUR-3, AUR-4).
  choose(coder, { symbols, frequencies, escape }) {
    const total = symbols.reduce((sum, symbol, i) => sum + (this.excluded[symbol] ? 0 : frequencies[i]), 0);
    if (total === 0) return null;
    const value = coder.value(total + escape);
    let [i, cumulative] = [0, 0];
    for (; i < symbols.length; i++) {
      const frequency = this.excluded[symbols[i]] ? 0 : frequencies[i];
      if (value < cumulative + frequency) break;
      cumulative += frequency;
    }
    coder.take(cumulative, i < symbols.length ? frequencies[i] : escape);
    return symbols[i] ?? null;
  }
}

function decodeString(reader, model, held) {
  const stream = new Reader(reader.data, reader.at, reader.at);
  const coder = new RangeDecoder(reader.rest(), stream);
  const message = new Message(model, held, stream);
  while (message.decode(coder) !== END);
  coder.end();
  return message.bytes;
}

function decodeCompact(reader, held) { // AUR-6: the marker is the first byte of the string
  reader.check(held.model, 'UnknownModel');
  return decodeString(new Reader(reader.data), held.model, held);
}

function decodeExplicit(reader, held) { // AUR-7, AUR-8
  const id = reader.bytes(8).toString('hex');
  reader.check(reader.left > 0, 'Truncated');
  reader.check(reader.data[reader.at] >= 0x80);
  const model = held.models.find((one) => one.id === id);
  reader.check(model, 'UnknownModel');
  return decodeString(reader, model, held);
}

// Messages and markers (MSG-1 to MSG-3). Other modules add their methods.
export const METHODS = { 0x00: decodeClassic, 0x03: decodeExplicit, 0x06: decodeTyped, 0x07: decodeStored };

// Held are Maps of templates and phrases by id, the implied model, and further ones.
export function decode(wire, { templates = builtin(), phrases, model, models = [], maxSize = 2 ** 26 } = {}) {
  const reader = new Reader(wire);
  const marker = reader.uint(1);
  const method = marker >= 0x80 ? decodeCompact : METHODS[marker];
  if (!method) throw new DecodeError('Unsupported', 0);
  const named = [model, ...models].filter(Boolean);
  const all = new Map([...templates, ...(model?.templates ?? [])]);
  return method(reader, { templates: all, phrases: phrases ?? new Map(), model, models: named, maxSize });
}
