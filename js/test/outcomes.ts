// Messages that are drawn, damage to them, and what comes of a call, so that one can be compared with another.
import fc from 'fast-check';
import * as core from '../src/core.js';

export const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
export const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

const PIECES = [
  'Order ', '17', ' was packed by ', 'Ana', '.', 'Dear ', ', your parcel ', 'c0ffee', ' from ', '10.0.0.1', 'Thanks!',
  'We could not find any reservation', ' for that name; could you please', '{"id": ', '2024-05-06T07:08:09Z', 'é', '  ',
];
export const sentence = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.nat().map(String), fc.string({ maxLength: 6 })), { maxLength: 40 })
  .map((parts) => new TextEncoder().encode(parts.join('')));
export const message = fc.oneof(sentence, fc.uint8Array({ maxLength: 200 }));

/** What a call gives: bytes or text, or the class, the code and the offset of its error. */
export function outcomeOf(call: () => unknown): unknown {
  try {
    const result = call();
    return result instanceof Uint8Array ? hex(result) : result;
  } catch (error) {
    if (error instanceof core.DecodeError) return `${error.code} at ${String(error.offset)}`;
    if (error instanceof core.AuraError) return error.name;
    throw error;
  }
}

/** Change a byte of a message, or leave out its last one. */
export function damage(wire: Uint8Array, place: number, value: number): Uint8Array {
  if (place >= wire.length) return wire.slice(0, -1);
  const damaged = wire.slice();
  damaged[place] ^= value;
  return damaged;
}

export const damages = fc.tuple(fc.nat({ max: 80 }), fc.integer({ min: 1, max: 255 }));
