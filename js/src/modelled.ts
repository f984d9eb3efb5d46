// Modelled template frames (rules FRS-1 to FRS-13).
import { Walk } from './auralite.js';
import { CONTEXT_MODEL_END, LIMITS_MAX_MODELLED, LIMITS_MAX_TEMPLATE_ID, MODELLED_STOP_SIZE } from './constants.js';
import type { ContextModel } from './context_model.js';
import { DecodeError, EncodeError, withOffset } from './errors.js';
import { RangeDecoder, RangeEncoder } from './range_coder.js';
import { isTextOnly, readHeaded, spell, valueOf, writeHeaded } from './slot/slot.js';
import { textValue } from './slot/value.js';
import { findTemplate, type Template, tooLong } from './template.js';
import { equal, Reader, Writer } from './wire.js';

const NOTHING = new Uint8Array(0);

/** Codes a symbol on a walk. */
export type SymbolCode = (walk: Walk, symbol: number) => void;

/** A way along the message of a frame: what encoder, decoder and explanation share. */
class FrameWalk {
  readonly #walk: Walk;
  readonly #limit: number;

  constructor(model: ContextModel, limit: number) {
    this.#walk = new Walk(model, limit + 1);
    this.#limit = limit;
  }

  /** Bytes of the message so far. */
  get size(): number {
    return this.#walk.matcher.size;
  }

  /** The message from a place on. */
  from(start: number): Uint8Array {
    return this.#walk.matcher.bytes.subarray(start, this.size);
  }

  /** Go past bytes that both ends know (rule FRS-8). */
  feed(data: Uint8Array): void {
    for (const byte of data) {
      this.#walk.feed(byte);
      this.#check();
    }
  }

  /** Let `code` code a symbol. */
  encode(symbol: number, code: SymbolCode): void {
    const { context } = this.#walk;
    code(this.#walk, symbol);
    if (symbol === CONTEXT_MODEL_END) this.#walk.context = context; // which stays the same over an end
  }

  decode(decoder: RangeDecoder): number {
    const { context } = this.#walk;
    const symbol = this.#walk.decode(decoder);
    if (symbol === CONTEXT_MODEL_END) this.#walk.context = context;
    this.#check();
    return symbol;
  }

  /** Rule FRS-13. */
  #check(): void {
    if (this.size > this.#limit) throw tooLong(this.#limit);
  }
}

/** Whether bytes end with others. */
function endsWith(bytes: Uint8Array, end: Uint8Array): boolean {
  return bytes.length >= end.length && equal(bytes.subarray(bytes.length - end.length), end);
}

/** Go along the message of a frame, and return all values (rules FRS-7 and FRS-9); unknown ones are undefined. */
function traverse(
  template: Template, known: readonly (Uint8Array | undefined)[], walk: FrameWalk,
  codeText: (index: number, stop: Uint8Array) => Uint8Array,
): Uint8Array[] {
  const values = [...known];
  const { literals, places } = template;
  walk.feed(literals[0]);
  for (const [at, place] of places.entries()) {
    const literal = literals[at + 1];
    const value = values[place];
    if (value !== undefined) {
      walk.feed(value);
      walk.feed(literal);
    } else {
      values[place] = codeText(place, literal.subarray(0, MODELLED_STOP_SIZE));
      walk.feed(literal.subarray(MODELLED_STOP_SIZE));
    }
  }
  return values as Uint8Array[];
}

/** A text, after which the walk has gone past the stop (rules FRS-9 to FRS-12). */
function readText(walk: FrameWalk, decoder: RangeDecoder, stop: Uint8Array): Uint8Array {
  const start = walk.size;
  const [stopStart, last] = [stop.subarray(0, -1), stop.subarray(-1)];
  for (;;) {
    const symbol = walk.decode(decoder);
    const text = walk.from(start);
    if (symbol !== CONTEXT_MODEL_END) {
      if (stop.length > 0 && endsWith(text, stop)) return text.slice(0, text.length - stop.length);
    } else if (stop.length === 0) {
      return text.slice();
    } else if (endsWith(text, stopStart)) {
      walk.feed(last);
    } else {
      throw new DecodeError('Malformed', 'an end inside a text');
    }
  }
}

/** Code a text and its stop (rules FRS-9 to FRS-12). */
function writeText(walk: FrameWalk, code: SymbolCode, text: Uint8Array, stop: Uint8Array): void {
  const coded = new Uint8Array([...text, ...stop]);
  for (let size = 1; size <= coded.length; size++) {
    if (stop.length > 0 && size < coded.length && endsWith(coded.subarray(0, size), stop)) {
      walk.encode(CONTEXT_MODEL_END, code);
      walk.feed(stop.subarray(-1));
    } else {
      walk.encode(coded[size - 1], code);
    }
  }
  if (stop.length === 0) walk.encode(CONTEXT_MODEL_END, code);
}

/** A frame that was read. */
export interface ModelledFrame {
  readonly id: number;
  readonly template: Template;
  /** In the order of rule TPL-2. */
  readonly values: readonly Uint8Array[];
  /** For each slot, whether the string has its value. */
  readonly isText: readonly boolean[];
  /** Of the texts. */
  readonly string: Uint8Array;
}

/** Read a body. */
export function readModelled(
  body: Uint8Array, templates: ReadonlyMap<number, Template>, model: ContextModel, maxSize: number,
): ModelledFrame {
  const reader: Reader = new Reader(body, 1);
  const id = reader.varint(LIMITS_MAX_TEMPLATE_ID);
  const template = findTemplate(id, templates);
  const { slots } = template;
  const spelt = slots.map((slot) => (isTextOnly(slot) ? null : readHeaded(slot, reader)));
  reader.check(spelt.includes(null), 'NonCanonical', 'a modelled frame has no text', 0);
  const offset = 1 + reader.at;
  const string = reader.rest();
  withOffset(() => offset, () => new RangeDecoder(string)); // before the values are looked at
  const known = spelt.map((value, index) => (value === null ? undefined : valueOf(slots[index], value)));
  const values = withOffset(() => offset, () => {
    const decoder = new RangeDecoder(string);
    const walk = new FrameWalk(model, Math.min(maxSize, LIMITS_MAX_MODELLED));
    const read = traverse(template, known, walk, (_, stop) => readText(walk, decoder, stop));
    decoder.finish();
    return read;
  });
  slots.forEach((slot, index) => {
    if (spelt[index] === null) valueOf(slot, textValue(values[index])); // rule FRS-6
  });
  return { id, template, values, isText: spelt.map((value) => value === null), string };
}

/** Read a body and fill its template. */
export function decodeModelled(
  body: Uint8Array, templates: ReadonlyMap<number, Template>, model: ContextModel, maxSize: number,
): Uint8Array {
  const { template, values } = readModelled(body, templates, model, maxSize);
  return template.render(values);
}

/** Go along a message, and let `code` code each symbol of the texts in it, in order. */
export function codeTexts(
  template: Template, values: readonly Uint8Array[], isText: readonly boolean[], model: ContextModel, code: SymbolCode,
): void {
  const walk = new FrameWalk(model, LIMITS_MAX_MODELLED);
  const known = values.map((value, index) => (isText[index] ? undefined : value));
  traverse(template, known, walk, (index, stop) => {
    writeText(walk, code, values[index], stop);
    return values[index];
  });
}

/**
 * Write a body with one value a slot, in the order of rule TPL-2.
 *
 * @throws EncodeError No value is a text (rule FRS-5), or the message has more than `MAX_MODELLED` bytes.
 */
export function encodeModelled(
  id: number, template: Template, values: readonly Uint8Array[], model: ContextModel,
): Uint8Array {
  const spelt = template.slots.map((slot, index) => spell(slot, values[index]));
  if (spelt.every(({ head }) => head > 0n)) throw new EncodeError('a modelled frame needs a text');
  if (template.renderedSize(values) > LIMITS_MAX_MODELLED) {
    throw new EncodeError(`a modelled frame codes at most ${String(LIMITS_MAX_MODELLED)} bytes`);
  }
  const writer = new Writer();
  writer.varint(id);
  template.slots.forEach((slot, index) => {
    if (!isTextOnly(slot)) writeHeaded(spelt[index].head > 0n ? spelt[index] : textValue(NOTHING), writer);
  });
  const encoder = new RangeEncoder();
  const isText = spelt.map(({ head }) => head === 0n);
  codeTexts(template, values, isText, model, (walk, symbol) => { walk.encode(encoder, symbol); });
  writer.bytes(encoder.finish());
  return writer.toBytes();
}
