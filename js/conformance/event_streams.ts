// Event streams of the golden vectors: the parts that come with each piece of the content.
import { buildRecord, EventStreamReader, type RecordCodec } from '../src/event_stream.js';
import { fromHex } from '../src/slot/value.js';
import { concat, toHex } from '../src/wire.js';
import type { Fields } from './protocol.js';

/** The parts of an event stream, a row for each piece that comes. */
export function readEventStream(wire: Uint8Array, told: Fields, codec: RecordCodec): Fields {
  const reader = new EventStreamReader(codec, Number(told['max_size']));
  const step = Number(told['step']);
  const parts: string[][] = [];
  for (let start = 0; start < wire.length; start += step) {
    parts.push(reader.receive(wire.subarray(start, start + step)).map(toHex));
  }
  reader.end();
  return { parts };
}

/** The content of parts, each of which a function codes. */
export function writeEventStream({ parts }: Fields, encode: (part: Uint8Array) => Uint8Array): Uint8Array {
  return concat((parts as string[][]).flat().map((digits) => buildRecord(encode(fromHex(digits)))));
}
