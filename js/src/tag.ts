// Tagged messages (rules TAG-2 to TAG-7).
import { TAG_SIZE } from './constants.js';
import { crc32 } from './crc32.js';
import { DecodeError, withOffset } from './errors.js';
import { decodeMessage, type SharedState } from './message.js';
import type { Model } from './model.js';
import { concat } from './wire.js';

/** The model tag of an implied model, or of none (rule TAG-3). */
function modelTag(model: Model | null): number {
  return model === null ? 0 : parseInt(model.id.slice(0, 2), 16);
}

/** The check of a content (rule TAG-4). */
function checkOf(content: Uint8Array): number {
  const crc = crc32(content);
  return (crc ^ (crc >>> 8) ^ (crc >>> 16) ^ (crc >>> 24)) & 0xff;
}

/** A tagged message (rule TAG-2): the content, and the message that says it. */
export function buildTagged(message: Uint8Array, content: Uint8Array, model: Model | null): Uint8Array {
  return concat([Uint8Array.of(modelTag(model), checkOf(content)), message]);
}

/** Read a tagged message (rules TAG-5 to TAG-7). */
export function decodeTagged(wire: Uint8Array, held: SharedState, maxSize: number): Uint8Array {
  if (wire.length < TAG_SIZE) throw new DecodeError('Truncated', 'the message ends inside its tag', wire.length);
  const isOwn = wire[0] === modelTag(held.model);
  if (!isOwn && wire[0] > 0) throw new DecodeError('UnknownModel', 'the tag is of another model');
  const usable = isOwn ? held : { ...held, model: null };
  const content = withOffset((offset) => offset + TAG_SIZE, () =>
    decodeMessage(wire.subarray(TAG_SIZE), usable, maxSize),
  );
  if (checkOf(content) !== wire[1]) {
    throw new DecodeError('ChecksumMismatch', 'the check of the content differs from the tag', 1);
  }
  return content;
}
