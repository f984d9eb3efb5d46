// What the choices for each symbol cost, in the same order and of the same size as in `aura_reference`.
import type { Walk } from '../auralite.js';
import { workspaceOf } from '../auralite.js';
import { CHAR_RUNS_MAX_LENGTH, CONTEXT_MODEL_END } from '../constants.js';
import { type ContextModel, find } from '../context_model.js';
import type { LocalMemory } from '../local_memory.js';
import type { Predictor } from '../local_model.js';
import { CONTEXT, FIELD, LENGTH, MATCH, MISS, NUMBER, SET } from '../mixer.js';
import type { Coder } from '../range_coder.js';

/** How a symbol of an AURALITE message, or of a text in a modelled frame, was coded. */
export interface AuraliteStep {
  readonly kind: 'auralite';
  /** Bytes before it. */
  readonly position: number;
  /** A byte, or 256 for the end. */
  readonly symbol: number;
  /** What all choices for it cost. */
  readonly bits: number;
  /** Of the context whose list has its entry. */
  readonly order: number;
  /** Escapes that were coded on the way there. */
  readonly escapes: number;
  /** Whether a match was active, and right. */
  readonly match: 'none' | 'hit' | 'miss';
  /** Of the match, before the symbol; 0 without one. */
  readonly length: number;
  /** Length of the character run if its list was used (rule RUN-4); else 0. */
  readonly charRun: number;
}

/** How a symbol of an adaptive message, a fuzzy frame or a stream was coded. */
export interface AdaptiveStep {
  readonly kind: 'adaptive';
  readonly position: number;
  readonly symbol: number;
  readonly bits: number;
  /** Candidates that were tried; only the last one may have hit. */
  readonly tried: number;
  /** What spoke loudest for the candidate that hit: a table of biases, a context, or `share`; empty without a hit. */
  readonly reason: string;
}

/** How a symbol was coded. */
export type Step = AuraliteStep | AdaptiveStep;

/** Adds up what choices cost, and counts them. */
export class Meter implements Coder {
  bits = 0;
  choices = 0;

  encode(_cumulative: number, frequency: number, total: number): void {
    this.bits += Math.log2(total / frequency);
    this.choices++;
  }
}

/** How the next symbol of a walk, which is this one, is coded. */
export function measure(model: ContextModel, walk: Walk, symbol: number): AuraliteStep {
  const { context, charRun, matcher } = walk;
  const position = matcher.size;
  const predicted = matcher.predict();
  const { length } = matcher;
  const match = predicted < 0 ? 'none' : predicted === symbol ? 'hit' : 'miss';
  const meter = new Meter();
  walk.encodePredicted(meter, symbol, predicted);
  const order = orderOf(model, context, symbol);
  const instead = model.charRuns.get(charRun);
  const isInRun = instead !== undefined && order <= instead.order && match !== 'hit';
  return {
    kind: 'auralite', position, symbol, bits: meter.bits, order,
    escapes: meter.choices - 1 - (match === 'miss' ? 1 : 0),
    match, length,
    charRun: isInRun ? ((charRun - 1) % CHAR_RUNS_MAX_LENGTH) + 1 : 0,
  };
}

/** The order of the first context along the suffixes whose list has a symbol. */
function orderOf({ trie }: ContextModel, context: number, symbol: number): number {
  let at = context;
  while (find(trie, at, symbol) < 0) at = trie.suffixes[at];
  return trie.ends.findIndex((end) => at < end);
}

const TABLES: readonly (readonly [number, string])[] = [
  [LENGTH, 'length'], [MISS, 'miss'], [FIELD, 'field'], [NUMBER, 'number'], [MATCH, 'match'],
];
const CONTEXT_NAMES = ['four', 'place', 'row', 'two'];
/** Biases of each context. */
const OF_A_CONTEXT = (MATCH - CONTEXT) / CONTEXT_NAMES.length;

/** The name of the table of a bias, by its place; -1 is the share. */
function nameOf(place: number): string {
  if (place < SET) return 'share';
  if (place < CONTEXT) return 'set';
  if (place < MATCH) return CONTEXT_NAMES[Math.floor((place - CONTEXT) / OF_A_CONTEXT)];
  return (TABLES.find(([start]) => place >= start) as (typeof TABLES)[number])[1];
}

/** How each symbol of a message is coded by the local model with a memory, the end included. */
export function adaptiveSteps(
  data: Uint8Array, predictor: Predictor, model: ContextModel, memory: LocalMemory,
): AdaptiveStep[] {
  const { symbols } = workspaceOf(model);
  return Array.from([...data, CONTEXT_MODEL_END], (symbol, position) => {
    const meter = new Meter();
    predictor.encode(meter, symbol);
    const isHit = predictor.hit >= 0;
    return {
      kind: 'adaptive', position, symbol, bits: meter.bits,
      tried: symbols.predictedCount + (isHit ? 1 : 0),
      reason: isHit ? nameOf(memory.mixer.loudest) : '',
    };
  });
}

/** One line about how a symbol was coded, for people. */
export function noteOf(step: Step): string {
  if (step.kind === 'adaptive') {
    if (step.tried === 0) return 'no guess';
    const guesses = step.tried === 1 ? '1 guess' : `${String(step.tried)} guesses`;
    return `${guesses}, ${step.reason === '' ? 'none right' : `right by ${step.reason}`}`;
  }
  const where = step.charRun > 0 ? `run of ${String(step.charRun)}` : `order ${String(step.order)}`;
  const escapes = step.escapes === 1 ? '1 escape' : `${String(step.escapes)} escapes`;
  const match = step.match === 'none' ? 'no match' : `match ${step.match}`;
  return `${where}, ${escapes}, ${match}`;
}
