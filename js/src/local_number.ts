// The numbers of a message, and what the one before in its field says of the next (rules LOC-6 and LOC-7).
//
// A number may have more digits than a double holds, so it is kept as two parts of base 10^8.
import {
  LOCAL_MODEL_FIELDS, LOCAL_MODEL_HASH_MULTIPLIER, LOCAL_MODEL_HASH_MULTIPLIER_2, LOCAL_MODEL_MAX_CONFIDENCE,
  LOCAL_MODEL_MAX_DIGITS, LOCAL_MODEL_RELATION_EQUAL as EQUAL, LOCAL_MODEL_RELATION_GREATER as GREATER,
  LOCAL_MODEL_RELATION_LESS as LESS, LOCAL_MODEL_RELATION_LONGER as LONGER, LOCAL_MODEL_RELATION_NONE as NONE,
} from './constants.js';

const BASE = 1e8;
const ZERO = 48;
const NINE = 57;

/** Whether a symbol is a digit. */
export function isDigit(symbol: number): boolean {
  return symbol >= ZERO && symbol <= NINE;
}

/** The fields that numbers may belong to: the last number of each, its count of digits, step and confidence. */
export class Fields {
  readonly high = new Float64Array(LOCAL_MODEL_FIELDS);
  readonly low = new Float64Array(LOCAL_MODEL_FIELDS);
  readonly step = new Float64Array(LOCAL_MODEL_FIELDS);
  readonly digits = new Uint8Array(LOCAL_MODEL_FIELDS);
  readonly confidence = new Uint8Array(LOCAL_MODEL_FIELDS);

  /** Take over what others have. */
  set(other: Fields): void {
    this.high.set(other.high);
    this.low.set(other.low);
    this.step.set(other.step);
    this.digits.set(other.digits);
    this.confidence.set(other.confidence);
  }

  reset(): void {
    for (const row of [this.high, this.low, this.step, this.digits, this.confidence]) row.fill(0);
  }
}

/** The digits of high · 10^8 + low, as many as `count` or more. */
function digitsOf(high: number, low: number, count: number): string {
  const digits = high > 0 ? String(high) + String(low).padStart(8, '0') : String(low);
  return digits.padStart(count, '0');
}

/** A number that may begin here, or has begun. */
export class LocalNumber {
  /** The digits of the last number of the field; none without one. */
  before = '';
  /** To the number before, so far. */
  relation = NONE;
  /** How many digits there are, at most `MAX_DIGITS`. */
  digits = 0;
  #expected = '';
  #expectedAt = 0;
  #high = 0;
  #low = 0;
  #field = 0;
  #labelHigh = 0;
  #labelLow = 0;
  readonly #fields: Fields;

  /** Let a message begin (rule LOC-10). */
  constructor(fields: Fields) {
    this.#fields = fields;
    this.#begin();
  }

  /** The digit that is expected next; -1 if none is. */
  get expected(): number {
    return this.#expectedAt < this.#expected.length ? this.#expected.charCodeAt(this.#expectedAt) : -1;
  }

  /** The confidence of the field. */
  get confidence(): number {
    return this.#fields.confidence[this.#field];
  }

  /** The digit of the number before at the same position, as long as all were equal; -1 without one. */
  get #digitBefore(): number {
    const isThere = this.relation === EQUAL && this.digits < this.before.length;
    return isThere ? this.before.charCodeAt(this.digits) : -1;
  }

  /** The digit after that one, a candidate (rule LOC-8); -1 without one. */
  get nextDigit(): number {
    const digit = this.#digitBefore;
    return digit < 0 || digit === NINE ? -1 : digit + 1;
  }

  /** The row of `FIELD_BIASES` for a candidate (rule MIX-3). */
  relationOf(symbol: number): number {
    const isOne = isDigit(symbol);
    if (this.relation !== EQUAL) return 5 + 2 * this.relation + (isOne ? 1 : 0);
    const digit = this.#digitBefore;
    if (digit < 0) return isOne ? 0 : 1;
    if (!isOne) return 2;
    if (symbol === digit || symbol === digit + 1) return 3 + symbol - digit;
    return symbol > digit ? 5 : 6;
  }

  /** Take in a byte of the message (rule LOC-7). */
  pass(byte: number): void {
    if (isDigit(byte)) {
      this.#read(byte);
      return;
    }
    this.#end();
    this.#labelHigh = (this.#labelHigh << 8) | (this.#labelLow >>> 24);
    this.#labelLow = (this.#labelLow << 8) | byte;
    this.#begin();
  }

  /** Rule LOC-6. */
  #begin(): void {
    let x = (Math.imul(this.#labelHigh, LOCAL_MODEL_HASH_MULTIPLIER) + this.#labelLow) | 0;
    x ^= x >>> 15;
    const field = Math.imul(x, LOCAL_MODEL_HASH_MULTIPLIER_2) >>> 24;
    this.#field = field;
    this.digits = 0;
    this.#high = 0;
    this.#low = 0;
    this.before = '';
    this.#expected = '';
    this.#expectedAt = 0;
    this.relation = NONE;
    const count = this.#fields.digits[field];
    if (count === 0) return;
    this.relation = EQUAL;
    const { high, low, step } = this.#fields;
    this.before = digitsOf(high[field], low[field], count);
    if (step[field] === 0) return;
    const sum = low[field] + step[field];
    const carry = Math.floor(sum / BASE);
    if (high[field] + carry >= 0) this.#expected = digitsOf(high[field] + carry, sum - carry * BASE, count);
  }

  #read(digit: number): void {
    if (this.relation === EQUAL) {
      const before = this.#digitBefore;
      if (before < 0) this.relation = LONGER;
      else if (digit !== before) this.relation = digit > before ? GREATER : LESS;
    }
    if (this.digits < LOCAL_MODEL_MAX_DIGITS) {
      const low = 10 * this.#low + digit - ZERO;
      const carry = Math.floor(low / BASE);
      this.#high = 10 * this.#high + carry;
      this.#low = low - carry * BASE;
      this.digits++;
    }
    if (this.expected === digit) this.#expectedAt++;
    else this.#expectedAt = this.#expected.length;
  }

  /** Let the field learn (rule LOC-7). */
  #end(): void {
    if (this.digits === 0 || this.digits >= LOCAL_MODEL_MAX_DIGITS) return;
    const field = this.#field;
    const fields = this.#fields;
    if (fields.digits[field] > 0) {
      // where this is not exact, it is far too large to be learned
      const step = (this.#high - fields.high[field]) * BASE + (this.#low - fields.low[field]);
      if (step !== 0 && step === fields.step[field]) {
        fields.confidence[field] = Math.min(fields.confidence[field] + 1, LOCAL_MODEL_MAX_CONFIDENCE);
      } else {
        fields.step[field] = Math.abs(step) < 2 ** 31 ? step : 0;
        fields.confidence[field] = 0;
      }
    }
    fields.high[field] = this.#high;
    fields.low[field] = this.#low;
    fields.digits[field] = this.digits;
  }
}
