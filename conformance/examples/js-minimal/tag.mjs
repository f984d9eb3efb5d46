// Tagged messages (TAG-2 to TAG-7): a model tag and a check, then a message.
import { crc32 } from 'node:zlib';
import { decode, DecodeError, Reader } from './core.mjs';

function checkOf(content) { // TAG-4
  const crc = crc32(content);
  return (crc ^ (crc >>> 8) ^ (crc >>> 16) ^ (crc >>> 24)) & 0xff;
}

function heldFor(tag, held) { // TAG-5
  if (tag === (held.model ? parseInt(held.model.id.slice(0, 2), 16) : 0)) return held;
  if (tag === 0) return { ...held, model: undefined, models: [held.model, ...(held.models ?? [])] };
  throw new DecodeError('UnknownModel', 0);
}

export function decodeTagged(wire, held) {
  const [tag, check] = new Reader(wire).bytes(2);
  const content = decode(wire.subarray(2), heldFor(tag, held));
  if (checkOf(content) !== check) throw new DecodeError('ChecksumMismatch', 1);
  return content;
}
