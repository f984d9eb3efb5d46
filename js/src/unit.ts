// Units: the literals of BRIO version 2, namely bytes and phrases (rules UNI-1 to UNI-3).
import { UNIT_BUCKETS, UNIT_PHRASES, UNIT_TIERS } from './constants.js';
import { frequenciesOf } from './interleaved_rans.js';
import { fromHex } from './slot/value.js';
import { fromLatin1 } from './text.js';

/** The content of `units.json` of the specification, parsed. */
export interface UnitsFile {
  readonly phrases: readonly string[];
  readonly codes: Readonly<Record<StreamKind, readonly string[]>>;
  readonly contexts: string;
}

/** The four streams of BRIO version 2. */
export type StreamKind = 'literal_runs' | 'distances' | 'lengths' | 'units';

/** Phrases, the contexts of units, and the counts with which tables begin. */
export class Units {
  /** By unit from 256 on. */
  readonly phrases: readonly Uint8Array[];
  /** For each symbol of a unit the context of the next. */
  readonly contextAfter: Uint8Array;
  /** For each kind the counts of each context. */
  readonly counts: Readonly<Record<StreamKind, readonly Uint16Array[]>>;
  /** Phrases by their texts; see {@link numbers}. */
  #numbers: ReadonlyMap<string, number> | null = null;

  /** @throws RangeError The content is not that of the specification. */
  constructor({ phrases, codes, contexts }: UnitsFile) {
    if (phrases.length !== UNIT_PHRASES) throw new RangeError('the units are not those of the specification');
    this.phrases = phrases.map(fromLatin1);
    this.contextAfter = Uint8Array.from(contexts, (digit) => parseInt(digit, 16));
    const countsOf = (tables: readonly string[]) => tables.map((table) => frequenciesOf(fromHex(table)));
    this.counts = {
      literal_runs: countsOf(codes.literal_runs),
      distances: countsOf(codes.distances),
      lengths: countsOf(codes.lengths),
      units: countsOf(codes.units),
    };
  }

  /** The units by their texts, as Latin-1. */
  get numbers(): ReadonlyMap<string, number> {
    this.#numbers ??= new Map(this.phrases.map((phrase, at) => [String.fromCharCode(...phrase), 256 + at]));
    return this.#numbers;
  }

  /** Bytes of a unit. */
  sizeOf(unit: number): number {
    return unit < 256 ? 1 : this.phrases[unit - 256].length;
  }
}

/** A symbol, its extra bits, and how many of them. */
export interface Coded {
  readonly symbol: number;
  readonly extra: number;
  readonly bits: number;
}

/** How many extra bits follow the symbol of a unit. */
export function unitBits(symbol: number): number {
  return symbol < 256 ? 0 : Math.floor((symbol - 256) / UNIT_BUCKETS);
}

/** The first unit of a symbol. */
export function firstUnit(symbol: number): number {
  if (symbol < 256) return symbol;
  const tier = unitBits(symbol);
  return 256 + UNIT_BUCKETS * (2 ** tier - 1) + ((symbol - 256) % UNIT_BUCKETS) * 2 ** tier;
}

/** The symbol of a unit. */
export function codeUnit(unit: number): Coded {
  if (unit < 256) return { symbol: unit, extra: 0, bits: 0 };
  let tier = 0;
  while (tier + 1 < UNIT_TIERS && unit >= 256 + UNIT_BUCKETS * (2 ** (tier + 1) - 1)) tier++;
  const within = unit - 256 - UNIT_BUCKETS * (2 ** tier - 1);
  return { symbol: 256 + UNIT_BUCKETS * tier + (within >> tier), extra: within & (2 ** tier - 1), bits: tier };
}
