// The pieces of a message, and what each of them costs.
import { CONTEXT_MODEL_END } from '../constants.js';
import { noteOf, type Step } from './steps.js';

/** A piece of a message: bytes that follow each other, and what they cost together. */
export interface Part {
  /** Bytes before it. */
  readonly start: number;
  /** Bytes before it and in it. */
  readonly end: number;
  readonly bits: number;
  /** How it was coded, for people. */
  readonly note: string;
}

/** What a message takes beside its pieces, such as its marker. */
export interface Overhead {
  readonly name: string;
  /** Below 0 where the string is shorter than what its choices cost: it ends as early as possible. */
  readonly bits: number;
}

/** A piece that has bytes of its own on the wire, or none. */
export interface Piece {
  readonly length: number;
  readonly bits: number;
  readonly note: string;
}

/** Pieces and their costs, and what comes on top. */
export interface Breakdown {
  readonly parts: readonly Part[];
  readonly overhead: readonly Overhead[];
}

/** The sum of what steps cost. */
export function sumOf(steps: readonly { readonly bits: number }[]): number {
  return steps.reduce((sum, { bits }) => sum + bits, 0);
}

/** A message of pieces, where bytes that steps stand for cost what these say. */
export function partsOf(pieces: readonly Piece[], steps: readonly Step[] = []): Part[] {
  const coded = new Map(steps.filter(({ symbol }) => symbol !== CONTEXT_MODEL_END).map((step) => [step.position, step]));
  const parts: Part[] = [];
  let start = 0;
  for (const { length, bits, note } of pieces) {
    const end = start + length;
    let at = start;
    for (let place = start; place < end; place++) {
      const step = coded.get(place);
      if (step === undefined) continue;
      if (at < place) parts.push({ start: at, end: place, bits, note });
      parts.push({ start: place, end: place + 1, bits: step.bits, note: noteOf(step) });
      at = place + 1;
    }
    if (at < end) parts.push({ start: at, end, bits, note });
    start = end;
  }
  return parts;
}

/** What a string takes beside the bytes that it stands for: its ends, and what is lost or won by whole bytes. */
export function overheadOf(steps: readonly Step[], stringBits: number): Overhead[] {
  const ends = steps.filter(({ symbol }) => symbol === CONTEXT_MODEL_END);
  return [
    { name: 'end', bits: sumOf(ends) },
    { name: 'rounding', bits: stringBits - sumOf(steps) },
  ];
}
