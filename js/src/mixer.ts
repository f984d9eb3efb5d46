// How likely a candidate of the local model hits (rules MIX-1 to MIX-6).
//
// Weights and biases are integers in doubles, which hold them exactly: none moves by more than 2^16 at a time.
import {
  MIXER_CONTEXT_BIASES, MIXER_FIELD_BIASES, MIXER_KNOTS, MIXER_LENGTH_BIASES, MIXER_LIMIT, MIXER_MATCH_BIASES,
  MIXER_MIN_ERROR, MIXER_MIN_PROBABILITY, MIXER_MISS_BIASES, MIXER_NUMBER_BIASES, MIXER_PROB_ONE, MIXER_SET_BIASES,
  MIXER_WEIGHTS,
} from './constants.js';

const TABLES = [
  MIXER_SET_BIASES, MIXER_CONTEXT_BIASES, MIXER_MATCH_BIASES, MIXER_NUMBER_BIASES, MIXER_FIELD_BIASES,
  MIXER_MISS_BIASES, MIXER_LENGTH_BIASES,
];

/** Where the biases of each table begin. */
export const [SET, CONTEXT, MATCH, NUMBER, FIELD, MISS, LENGTH] = TABLES.map((_, place) =>
  TABLES.slice(0, place).reduce((sum, { length }) => sum + length, 0),
);

const BIASES = Float64Array.from(TABLES.flat(), (bias) => bias * 2 ** 12);
const WEIGHTS = Float64Array.from(MIXER_WEIGHTS, (weight) => weight * 2 ** 10);
const MAX_EVIDENCE = 16;

/** Rule MIX-2, by x + `LIMIT`. */
const SQUASH = new Uint16Array(2 * MIXER_LIMIT + 1).map((_, y) => {
  const [knot, rest] = [y >> 7, y & 127];
  const next = rest > 0 ? MIXER_KNOTS[knot + 1] * rest : 0;
  return (MIXER_KNOTS[knot] * (128 - rest) + next) >> 7;
});

/** Rule MIX-2, by p div 16. */
const STRETCH = makeStretch();

function makeStretch(): Int16Array {
  let y = 0;
  return new Int16Array(MIXER_PROB_ONE >> 4).map((_, place) => {
    while (y < 2 * MIXER_LIMIT && SQUASH[y] < 16 * place) y++;
    return y - MIXER_LIMIT;
  });
}

/** Weights and biases, and what is summed of them. */
export class Mixer {
  readonly #biases = BIASES.slice();
  readonly #weights = WEIGHTS.slice();
  /** The biases that are summed, by their places; the first names the set. */
  readonly #evidence = new Int32Array(MAX_EVIDENCE);
  #count = 0;
  #stretched = 0;
  #probability = 0;

  /** Take over what another one has learned. */
  set(other: Mixer): void {
    this.#biases.set(other.#biases);
    this.#weights.set(other.#weights);
  }

  /** Forget all that was learned (rule MIX-6). */
  reset(): void {
    this.#biases.set(BIASES);
    this.#weights.set(WEIGHTS);
  }

  /** Begin a list of evidence with its set. */
  begin(set: number): void {
    this.#evidence[0] = set;
    this.#count = 1;
  }

  /** Add a bias to the evidence. */
  add(bias: number): void {
    this.#evidence[this.#count++] = bias;
  }

  /** The probability of a hit, out of `PROB_ONE` (rule MIX-4). */
  probability(share: number): number {
    const biases = this.#biases;
    const evidence = this.#evidence;
    this.#stretched = STRETCH[share >> 4];
    let sum = Math.floor((this.#weights[evidence[0]] * this.#stretched) / 16);
    for (let at = 0; at < this.#count; at++) sum += biases[evidence[at]];
    const x = Math.max(-MIXER_LIMIT, Math.min(Math.floor(sum / 4096), MIXER_LIMIT));
    const least = MIXER_MIN_PROBABILITY;
    this.#probability = Math.min(Math.max(least, SQUASH[x + MIXER_LIMIT]), MIXER_PROB_ONE - least);
    return this.#probability;
  }

  /** The place of the bias that speaks loudest in what was summed last; -1 if the share speaks as loudly. */
  get loudest(): number {
    const said = Array.from(this.#evidence.subarray(0, this.#count), (place) => this.#biases[place]);
    const most = Math.max(...said);
    const ofShare = Math.floor((this.#weights[this.#evidence[0]] * this.#stretched) / 16);
    return ofShare >= most ? -1 : this.#evidence[said.indexOf(most)];
  }

  /** Let what was summed last learn whether it hit (rule MIX-5). */
  learn(isHit: boolean): void {
    const error = isHit ? MIXER_PROB_ONE - this.#probability : -this.#probability;
    if (Math.abs(error) < MIXER_MIN_ERROR) return;
    const biases = this.#biases;
    const evidence = this.#evidence;
    this.#weights[evidence[0]] += Math.floor((error * this.#stretched) / 2 ** 14);
    for (let at = 0; at < this.#count; at++) biases[evidence[at]] += error;
  }
}
