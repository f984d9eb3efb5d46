// What the golden vectors ask of chunked files, whatever codes their blocks.
import { type ChunkedFormat, readIndex } from '../src/chunked_format.js';
import { sha256 } from '../src/sha256.js';
import { fromHex } from '../src/slot/value.js';
import { concat, toHex } from '../src/wire.js';
import type { CaseType, Fields } from './protocol.js';

/** Chunked files and their indexes. */
export function chunkedTypes(files: ChunkedFormat): Readonly<Record<string, CaseType>> {
  const write = (content: Uint8Array, told: Fields) => {
    const frameSize = told['frame_size'] as string | undefined;
    const how = { windowBits: Number(told['window_bits']), level: Number(told['level']) as 0 | 1 };
    return files.compress(content, frameSize === undefined ? how : { ...how, frameSize: Number(frameSize) });
  };
  const contentOf = (rows: { hex: string; times: string }[]) =>
    concat(rows.map(({ hex, times }) => fromHex(hex.repeat(Number(times)))));
  return {
    'chunked file': {
      read: (wire, told) => ({ content_hex: toHex(files.decompress(wire, Number(told['max_size']))) }),
      write: ({ content_hex: digits }, told) => write(fromHex(digits as string), told),
    },
    'long chunked file': {
      read: (wire, told) => {
        const content = files.decompress(wire, Number(told['max_size']));
        return { length: String(content.length), sha256: toHex(sha256(content)) };
      },
      write: (_, told) => write(contentOf(told['content'] as { hex: string; times: string }[]), told),
    },
    'index of a chunked file': {
      read: (wire) => ({ frames: readIndex(wire).map(({ size, length }) => [size, length]) }),
    },
  };
}
