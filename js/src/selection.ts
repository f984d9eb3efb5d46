// Which methods are tried for a message, and which result is taken (chapter "Encoding" of the specification).
import {
  MARKER_ADAPTIVE_EXPLICIT, MARKER_AURALITE_EXPLICIT, SESSION_NEGOTIATION_ADAPTIVE, SESSION_NEGOTIATION_COMPACT,
} from './constants.js';
import { EncodeError } from './errors.js';
import type { Match } from './library.js';
import { encodeAs, type SharedState } from './message.js';
import {
  CLASSIC, FRAMES, FUZZY, FUZZY_HEAD, MANY_REPEATS, MAX_ADAPTIVE, MAX_AURALITE, MAX_FUZZY, MODELLED, type Policy, REPEATS,
  SETTLED, TYPED,
} from './policy.js';
import { isTextOnly } from './slot/slot.js';
import type { Template } from './template.js';
import { typedSize } from './typed.js';
import { varintSize } from './wire.js';

/** A template that a message is close to, though it does not match. */
export interface Near {
  readonly id: number;
  readonly template: Template;
  /** How many different four bytes in a row the message has, and how many of them the template's example has, too. */
  readonly grams: number;
  readonly shared: number;
}

/** Looks for such a template. */
export type FindNear = (message: Uint8Array, templates: ReadonlyMap<number, Template>) => Near | null;

/** How a message finds its template. */
export interface TemplateSearch {
  readonly match: (message: Uint8Array) => Match | null;
  /** Null if fuzzy frames are not written. */
  readonly near: FindNear | null;
}

/** Whether at least `least` trigrams of a message occurred in it before. */
function repeats(message: Uint8Array, least: number): boolean {
  if (message.length - 2 < least) return false;
  const seen = new Set<number>();
  let count = 0;
  for (let at = 2; at < message.length && count < least; at++) {
    const trigram = (message[at - 2] << 16) | (message[at - 1] << 8) | message[at];
    if (seen.has(trigram)) count++;
    else seen.add(trigram);
  }
  return count >= least;
}

function triesAdaptive(message: Uint8Array, { level, methods }: Policy): boolean {
  if (message.length > MAX_ADAPTIVE[level]) return false;
  if ((methods & (SESSION_NEGOTIATION_ADAPTIVE | (1 << MARKER_ADAPTIVE_EXPLICIT))) === 0) return false;
  if (level === 3) return true;
  const least = level === 1 ? Math.max(2 * REPEATS, Math.floor(message.length / MANY_REPEATS)) : REPEATS;
  return repeats(message, least);
}

/** Whether the policy tries any template frame, so that a match is worth looking for. */
export function triesFrames({ level, methods }: Policy): boolean {
  return (methods & FRAMES[level]) !== 0;
}

/** Whether an estimate says that a modelled frame may have less than `size` bytes, which the message takes without. */
function isWorthModelling({ id, template, values }: Match, size: number): boolean {
  const whole = template.renderedSize(values);
  const texts = template.slots.reduce((sum, slot, at) => sum + (isTextOnly(slot) ? values[at].length : 0), 0);
  const cost = typedSize(id, template, values) - texts + 1;
  return 3 * size * (whole - texts) > 2 * cost * whole;
}

/** The smallest of the messages that were tried, the first of equals. */
class Search {
  best: Uint8Array;
  /** Whether a model coded one of them. */
  isModelled = false;
  readonly #message: Uint8Array;
  readonly #policy: Policy;
  readonly #held: SharedState;

  constructor(message: Uint8Array, policy: Policy, held: SharedState) {
    this.#message = message;
    this.#policy = policy;
    this.#held = held;
    this.best = encodeAs.stored(message);
  }

  get halves(): boolean {
    return 2 * this.best.length <= this.#message.length;
  }

  /** Whether the message is short and halved. */
  get settled(): boolean {
    return this.halves && this.#message.length <= SETTLED;
  }

  #reads(bits: number): boolean {
    return (this.#policy.methods & bits) !== 0;
  }

  #triesFrame(bit: number): boolean {
    return this.#reads(FRAMES[this.#policy.level] & bit);
  }

  offer(wire: Uint8Array): void {
    if (wire.length < this.best.length) this.best = wire;
  }

  /** AURALITE for the implied model, if such messages are read, else for a named one. */
  auralite(): void {
    this.#withModel(SESSION_NEGOTIATION_COMPACT, MARKER_AURALITE_EXPLICIT, encodeAs.auralite, encodeAs.auraliteExplicit);
  }

  /** An adaptive message, in the same way. */
  adaptive(): void {
    this.#withModel(
      SESSION_NEGOTIATION_ADAPTIVE, MARKER_ADAPTIVE_EXPLICIT, encodeAs.adaptive, encodeAs.adaptiveExplicit,
    );
  }

  #withModel(
    compact: number, marker: number, encode: typeof encodeAs.auralite, encodeExplicit: typeof encodeAs.auralite,
  ): void {
    const { model, models } = this.#held;
    if (model !== null && this.#reads(compact)) this.offer(encode(this.#message, model));
    else if (models.length > 0 && this.#reads(1 << marker)) this.offer(encodeExplicit(this.#message, models[0]));
    else return;
    this.isModelled = true;
  }

  /** The typed frame for a match, if it has less than `size` bytes. */
  typed({ id, template, values }: Match, size: number): void {
    if (!this.#triesFrame(TYPED) || typedSize(id, template, values) >= size) return;
    this.offer(encodeAs.typed(id, template, values));
  }

  /** A modelled frame, below level 3 only if it may have less than `size` bytes; a classic one. */
  otherFrames(match: Match, size: number): void {
    const { id, template, values } = match;
    const { level } = this.#policy;
    const { model } = this.#held;
    const isShort = this.#message.length <= MAX_AURALITE[level];
    if (model !== null && this.#triesFrame(MODELLED) && isShort && (level === 3 || isWorthModelling(match, size))) {
      this.#offerIfThere(() => encodeAs.modelled(id, template, values, model));
    }
    if (this.#triesFrame(CLASSIC)) this.#offerIfThere(() => encodeAs.classic(id, values));
  }

  /** A fuzzy frame, below level 3 only if it may have less than `size` bytes. */
  fuzzy(find: FindNear, size: number): void {
    const { level } = this.#policy;
    const { model, templates } = this.#held;
    const isLast = level === 3;
    if (model === null || !this.#triesFrame(FUZZY) || this.#message.length > MAX_FUZZY[level]) return;
    if (size < FUZZY_HEAD + 2 && !isLast) return;
    const near = find(this.#message, templates);
    if (near === null) return;
    const { id, template, grams, shared } = near;
    const isWorthIt = size * shared > (FUZZY_HEAD + varintSize(id)) * grams;
    if (isLast || isWorthIt) this.offer(encodeAs.fuzzy(this.#message, id, template, model));
  }

  #offerIfThere(encode: () => Uint8Array): void {
    try {
      this.offer(encode());
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error; // the match has no such frame
    }
  }

  /** What other modules write. */
  bodies(): void {
    for (const { marker, tries } of this.#held.bodies) {
      if (tries === undefined || !this.#reads(1 << marker)) continue;
      for (const wire of tries(this.#message, this.#policy.level, this.isModelled)) this.offer(wire);
    }
  }
}

/** The smallest message of those that a policy tries. */
export function choose(
  message: Uint8Array, policy: Policy, held: SharedState, { match, near }: TemplateSearch,
): Uint8Array {
  const { level } = policy;
  const search = new Search(message, policy, held);
  const found = triesFrames(policy) ? match(message) : null;
  if (level === 1 && found !== null) {
    search.typed(found, search.best.length);
    if (search.halves) return search.best;
  }
  const adapts = triesAdaptive(message, policy);
  if (level === 1 && adapts) search.adaptive();
  if (message.length <= MAX_AURALITE[level] && !(level === 1 && search.isModelled)) search.auralite();
  if (level > 1 && adapts) search.adaptive();
  let { settled } = search;
  if (level > 1 && found !== null) {
    const size = search.best.length;
    search.typed(found, size);
    ({ settled } = search); // by no modelled frame: level 1, which has none, may try more
    search.otherFrames(found, size);
  } else if (near !== null) {
    search.fuzzy(near, search.best.length);
  }
  if (level === 3 || (level > 1 && !settled)) search.bodies();
  return search.best;
}
