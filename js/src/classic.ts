// Classic template frames (rules CLS-1 to CLS-4).
import { EncodeError } from './errors.js';
import { findTemplateFor, isUtf8, type Template } from './template.js';
import { Reader, Writer } from './wire.js';

/** A template id and values. */
export interface Fields {
  readonly id: number;
  readonly values: readonly Uint8Array[];
}

/** Read the fields that classic frames and the token stream of BRIO share (rules CLS-1, CLS-3 and TOK-1). */
export function readFields(reader: Reader, isRight: (value: Uint8Array) => boolean): Fields {
  const id = reader.uint(1);
  const values = Array.from({ length: reader.uint(1) }, () => {
    const length = reader.uint(2);
    const start = reader.at;
    const value = reader.bytes(length);
    reader.check(isRight(value), 'Malformed', 'a slot value is not UTF-8', start);
    return value;
  });
  return { id, values };
}

/** Read a body and fill its template. */
export function decodeClassic(
  body: Uint8Array, templates: ReadonlyMap<number, Template>, maxSize: number,
): Uint8Array {
  const reader = new Reader(body, 1);
  const { id, values } = readFields(reader, isUtf8);
  reader.end();
  return findTemplateFor(id, values, templates).renderWithin(values, maxSize);
}

/**
 * Write a body.
 *
 * @throws EncodeError The id is above 255, or a value is longer than 65,535 bytes or not UTF-8.
 */
export function encodeClassic({ id, values }: Fields): Uint8Array {
  const fits = id <= 255 && values.every((value) => value.length < 2 ** 16 && isUtf8(value));
  if (!fits) throw new EncodeError('the values do not fit the fields of a classic frame');
  const writer = new Writer();
  writer.byte(id);
  writer.byte(values.length);
  for (const value of values) {
    writer.uint(value.length, 2);
    writer.bytes(value);
  }
  return writer.toBytes();
}
