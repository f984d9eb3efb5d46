// Typed template frames (rules TYP-1 to TYP-3).
import { LIMITS_MAX_TEMPLATE_ID } from './constants.js';
import { readValue, sizeOf, spell, valueOf, writeValue } from './slot/slot.js';
import { findTemplate, type Template } from './template.js';
import { Reader, varintSize, Writer } from './wire.js';

/** Read a body and fill its template. */
export function decodeTyped(
  body: Uint8Array, templates: ReadonlyMap<number, Template>, maxSize: number,
): Uint8Array {
  const reader = new Reader(body, 1);
  const template = findTemplate(reader.varint(LIMITS_MAX_TEMPLATE_ID), templates);
  const last = template.slots.length - 1;
  const spelt = template.slots.map((slot, index) => readValue(slot, reader, index === last));
  reader.end();
  return template.renderWithin(spelt.map((value, index) => valueOf(template.slots[index], value)), maxSize);
}

/** Write a body with one value a slot, in the order of rule TPL-2. */
export function encodeTyped(id: number, template: Template, values: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer();
  writer.varint(id);
  const last = values.length - 1;
  template.slots.forEach((slot, index) => {
    writeValue(slot, spell(slot, values[index]), writer, index === last);
  });
  return writer.toBytes();
}

/** Bytes of the message that a frame makes, marker included. */
export function typedSize(id: number, template: Template, values: readonly Uint8Array[]): number {
  const last = values.length - 1;
  return template.slots.reduce(
    (size, slot, index) => size + sizeOf(slot, values[index], index === last),
    1 + varintSize(id),
  );
}
