// The pieces of a message as people see them: characters, and longer pieces that cost something together.
import { fromUtf8 } from '../text.js';
import type { Explanation } from './message.js';

/** A character, or a longer piece of a message. */
export interface Cell {
  readonly text: string;
  readonly bits: number;
  /** How it was coded, for people. */
  readonly note: string;
}

/** Bytes of a character by its first byte; 1 for bytes that begin none. */
function lengthOf(byte: number): number {
  if (byte >= 0xf0 && byte < 0xf5) return 4;
  if (byte >= 0xe0) return 3;
  return byte >= 0xc2 ? 2 : 1;
}

/** A piece as text; bytes that are no UTF-8 as digits. */
function textOf(bytes: Uint8Array): string {
  return fromUtf8(bytes) ?? Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** The cells of a message, in order. Pieces of one byte that make up a character are one cell. */
export function cellsOf({ message, parts }: Pick<Explanation, 'message' | 'parts'>): Cell[] {
  const cells: Cell[] = [];
  for (let at = 0; at < parts.length; ) {
    const { start, end } = parts[at];
    let count = end - start === 1 ? lengthOf(message[start]) : 1;
    const isWhole = parts.slice(at, at + count).every((part, place) => part.end === start + place + 1);
    if (count > 1 && (!isWhole || fromUtf8(message.subarray(start, start + count)) === null)) count = 1;
    const joined = parts.slice(at, at + count);
    const notes = new Set(joined.map(({ note }) => note));
    cells.push({
      text: textOf(message.subarray(start, joined[count - 1].end)),
      bits: joined.reduce((sum, { bits }) => sum + bits, 0),
      note: [...notes].join('; '),
    });
    at += count;
  }
  return cells;
}
