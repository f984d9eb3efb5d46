// What both ends of a stream agree on (rules STR-1 and STR-6).
import { crc32 } from './crc32.js';
import { fromHex } from './slot/value.js';
import type { Check } from './stream_check.js';
import { Writer } from './wire.js';

/** The number *agreed* of rule STR-6, for a model with an id. */
export function agreedOn(modelId: string, memory: number, check: Check): number {
  const writer = new Writer();
  writer.bytes(fromHex(modelId));
  writer.uint(memory, 4);
  writer.uint(check, 4);
  return crc32(writer.toBytes());
}
