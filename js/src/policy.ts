// How much is tried, in numbers (chapter "Encoding" of the specification).
import {
  LIMITS_MAX_ADAPTIVE, LIMITS_MAX_MODELLED, MARKER_CLASSIC, MARKER_FUZZY, MARKER_MODELLED, MARKER_TYPED,
} from './constants.js';

/** How much is tried: 0 stores, 1 is a quick decision tree, 2 the usual, 3 everything. */
export type Level = 0 | 1 | 2 | 3;

/** What may be tried. */
export interface Policy {
  readonly level: Level;
  /** The methods that the reader reads, by bits as in a hello (rule SES-5). Storing is read by all. */
  readonly methods: number;
}

/** All methods that this package writes, by their bits. */
export const ALL_METHODS = 0xffff;

/** For each level the longest message that AURALITE, an adaptive message, and a fuzzy frame, is tried on. */
export const MAX_AURALITE = [-1, 2 ** 10, 2 ** 16, LIMITS_MAX_MODELLED] as const;
export const MAX_ADAPTIVE = [-1, 2 ** 10, 2 ** 14, LIMITS_MAX_ADAPTIVE] as const;
export const MAX_FUZZY = [-1, -1, 2 ** 10, LIMITS_MAX_ADAPTIVE] as const;
/** Bytes that a fuzzy frame takes beside the id of its template where a message differs a little. */
export const FUZZY_HEAD = 3;

/** Trigrams of a message that occurred in it before, from which level 2 tries an adaptive message. */
export const REPEATS = 8;
/** The share of a message, as one in so many trigrams, from which level 1 takes an adaptive message unseen. */
export const MANY_REPEATS = 4;
/** Bytes up to which a message halved is settled. */
export const SETTLED = 2 ** 8;

export const TYPED = 1 << MARKER_TYPED;
export const MODELLED = 1 << MARKER_MODELLED;
export const CLASSIC = 1 << MARKER_CLASSIC;
export const FUZZY = 1 << MARKER_FUZZY;
/** For each level the bits of the template frames that it tries. */
export const FRAMES = [0, TYPED, TYPED | MODELLED | FUZZY, TYPED | MODELLED | FUZZY | CLASSIC] as const;

/** The lengths for which BRIO version 2 is tried at level 2, and at its own level 1 at level 3. */
export const MIN_CONTAINED = 2 ** 10;
export const MAX_CONTAINED = 2 ** 16;
export const MAX_CONTAINED_LAST = 2 ** 20;
