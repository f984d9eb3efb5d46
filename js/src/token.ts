// The token stream of BRIO version 1 (rules TOK-1 to TOK-3): choosing tokens, and carrying them out.
import { readFields } from './classic.js';
import { LZ77_MIN_LENGTH, LZ77_WINDOW } from './constants.js';
import { DecodeError } from './errors.js';
import { copyMatch, Finder } from './lz77.js';
import { findTemplateFor, type Template, tooLong } from './template.js';
import { Reader, Writer } from './wire.js';

const [LITERAL, PHRASE, MATCH, TEMPLATE] = [0, 1, 2, 3];

/** What tokens may refer to. */
export interface TokenState {
  readonly templates: ReadonlyMap<number, Template>;
  readonly phrases: ReadonlyMap<number, Uint8Array>;
}

/** Cut a message into tokens, greedily: the longest of match and phrase, which wins a tie, else a literal. */
export function writeTokens(data: Uint8Array, phrases: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const longestFirst = [...phrases].sort(([one, a], [other, b]) => b.length - a.length || one - other);
  const finder = new Finder(data);
  const writer = new Writer();
  for (let position = 0; position < data.length; ) {
    const { distance, length } = finder.find(position);
    const found = longestFirst.find(
      ([, phrase]) =>
        phrase.length >= Math.max(length, 2) && phrase.every((byte, at) => byte === data[position + at]),
    );
    let step = length || 1;
    if (found) {
      writer.byte(PHRASE);
      writer.byte(found[0]);
      step = found[1].length;
    } else if (length > 0) {
      writer.byte(MATCH);
      writer.uint(distance, 2);
      writer.byte(length);
    } else {
      writer.byte(LITERAL);
      writer.byte(data[position]);
    }
    for (; step > 0; step--) finder.add(position++);
  }
  return writer.toBytes();
}

/** Output that grows up to a limit (rule LIM-1). */
class Output {
  bytes = new Uint8Array(256);
  size = 0;
  readonly #maxSize: number;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** Where the next `count` bytes go. */
  grow(count: number): number {
    const start = this.size;
    if (start + count > this.#maxSize) throw tooLong(this.#maxSize);
    this.size += count;
    if (this.size > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.size, 2 * this.bytes.length));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    return start;
  }

  append(data: Uint8Array): void {
    const start = this.grow(data.length);
    this.bytes.set(data, start);
  }
}

/** Decode a token stream. Offsets of errors count from its start. */
export function carryOut(stream: Uint8Array, held: TokenState, maxSize: number): Uint8Array {
  const reader: Reader = new Reader(stream);
  const output = new Output(maxSize);
  while (reader.left > 0) {
    const tag = reader.uint(1);
    if (tag === LITERAL) {
      output.append(reader.bytes(1));
    } else if (tag === PHRASE) {
      const id = reader.uint(1);
      const phrase = held.phrases.get(id);
      if (phrase === undefined) throw new DecodeError('UnknownModel', `no phrase has the id ${String(id)}`);
      output.append(phrase);
    } else if (tag === MATCH) {
      const distance = reader.uint(2);
      reader.check(distance >= 1 && distance <= LZ77_WINDOW, 'Malformed', 'a distance is out of range');
      const length = reader.uint(1);
      reader.check(length >= LZ77_MIN_LENGTH, 'Malformed', 'a match length is out of range');
      const start = output.grow(length);
      copyMatch(output.bytes, start, distance, length);
    } else {
      reader.check(tag === TEMPLATE, 'Malformed', 'no token has this tag');
      const { id, values } = readFields(reader, () => true);
      const template = findTemplateFor(id, values, held.templates);
      if (template.renderedSize(values) > maxSize - output.size) throw tooLong(maxSize);
      output.append(template.render(values));
    }
  }
  return output.bytes.slice(0, output.size);
}
