// How the value of a slot is spelt: a head and parts, or a text.

/** A slot as spelt (rules SLT-1 to SLT-4). */
export interface SlotValue {
  /** As the type defines it; 0 for a text. */
  readonly head: bigint;
  /** The bytes of a text; empty otherwise. */
  readonly text: Uint8Array;
  /** The bytes after the head of `hex`, `uuid`, `ipv4` and `ipv6`. */
  readonly content: Uint8Array;
  /** The varints after the head of `decimal` and `timestamp`. */
  readonly numbers: readonly bigint[];
}

const EMPTY = new Uint8Array(0);

/** A text. */
export function textValue(text: Uint8Array): SlotValue {
  return { head: 0n, text, content: EMPTY, numbers: [] };
}

/** A head and parts. */
export function typedValue(
  head: bigint | number, parts: Partial<Pick<SlotValue, 'content' | 'numbers'>> = {},
): SlotValue {
  return { head: BigInt(head), text: EMPTY, content: parts.content ?? EMPTY, numbers: parts.numbers ?? [] };
}

/** The bytes of pairs of hexadecimal digits. */
export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}
