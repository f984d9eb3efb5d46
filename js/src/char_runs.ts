// Character runs: their states (rules RUN-1 and RUN-2), and lists for them (rule RUN-3).
import {
  CHAR_RUNS_MAX_LENGTH, CHAR_RUNS_STATES, CONTEXT_MODEL_CODES, CONTEXT_MODEL_MAX_ORDER, CONTEXT_MODEL_SYMBOLS,
} from './constants.js';
import type { Reader } from './wire.js';

/** A list that replaces those of contexts while a character run lasts (rules RUN-3 and RUN-4). */
export interface CharRunList {
  /** The greatest order of a context whose list is replaced. */
  readonly order: number;
  /** One for each entry, ascending. */
  readonly symbols: Uint16Array;
  /** One for each entry, and last that of the escape. */
  readonly codes: Uint8Array;
}

const KINDS = 5;
const HEXADECIMAL = 2;
const LETTERS = 3;
const MIXED = 4;

/** The kind after a digit, a letter of a to f, another letter; by the kind before, and last without one. */
const KINDS_AFTER = [
  [0, HEXADECIMAL, MIXED],
  [HEXADECIMAL, 1, LETTERS],
  [HEXADECIMAL, HEXADECIMAL, MIXED],
  [MIXED, LETTERS, LETTERS],
  [MIXED, MIXED, MIXED],
  [0, 1, LETTERS],
] as const;

const CLASSES = 6;
const OTHER = 0;
const LETTER = 3;
const HYPHEN = 4;

function classOf(byte: number): number {
  const character = String.fromCharCode(byte);
  return [/\d/, /[a-f]/, /[A-Zg-z]/, /-/, /[_+/]/].findIndex((sort) => sort.test(character)) + 1;
}

/** The state after a byte of a class (rule RUN-2). */
function stateAfter(state: number, byteClass: number): number {
  const kind = state === 0 ? KINDS : Math.floor((state - 1) / CHAR_RUNS_MAX_LENGTH);
  const length = state === 0 ? 0 : ((state - 1) % CHAR_RUNS_MAX_LENGTH) + 1;
  const to = (next: number) => CHAR_RUNS_MAX_LENGTH * next + Math.min(length + 1, CHAR_RUNS_MAX_LENGTH);
  if (byteClass > OTHER && byteClass <= LETTER) return to(KINDS_AFTER[kind][byteClass - 1]);
  if (kind === MIXED && byteClass >= HYPHEN) return to(MIXED);
  if (byteClass === HYPHEN && kind < LETTERS && [8, 13, 18, 23].includes(length)) return to(HEXADECIMAL);
  return 0;
}

const CLASSES_OF_BYTES = new Uint8Array(256).map((_, byte) => (byte < 128 ? classOf(byte) : OTHER));
const TRANSITIONS = new Uint8Array(CHAR_RUNS_STATES * 8).map((_, index) =>
  index % 8 < CLASSES ? stateAfter(index >> 3, index % 8) : 0,
);

/** The state after a byte (rule RUN-2). */
export function nextState(state: number, byte: number): number {
  return TRANSITIONS[state * 8 + CLASSES_OF_BYTES[byte]];
}

/** Read the lists, by state (rule RUN-3). */
export function readCharRuns(reader: Reader): ReadonlyMap<number, CharRunList> {
  const lists = new Map<number, CharRunList>();
  const check = (holds: boolean, reason: string, at?: number) => {
    reader.check(holds, 'Malformed', reason, at);
  };
  let isAscending = true;
  let latest = -1;
  for (let left = reader.uint(1); left > 0; left--) {
    const kind = reader.uint(1);
    check(kind < KINDS, 'the kind is unknown');
    const order = reader.uint(1);
    check(order <= CONTEXT_MODEL_MAX_ORDER, 'the order is too high');
    const first = reader.uint(1);
    check(first > 0, 'a run has no length');
    const count = reader.uint(1);
    check(count > 0, 'there are no lists');
    const bits = reader.bytes((CONTEXT_MODEL_SYMBOLS + 7) >> 3);
    const all = Array.from({ length: 8 * bits.length }, (_, symbol) => symbol);
    const symbols = Uint16Array.from(all.filter((symbol) => (bits[symbol >> 3] >> (symbol & 7)) & 1));
    const isSet = symbols.length > 0 && symbols[symbols.length - 1] < CONTEXT_MODEL_SYMBOLS;
    check(isSet, 'the set is empty, or has a bit above 256');
    for (let length = first; length < first + count; length++) {
      const codes = reader.bytes(symbols.length + 1).slice();
      check(Math.max(...codes) < CONTEXT_MODEL_CODES, 'a code has more than six bits');
      lists.set(CHAR_RUNS_MAX_LENGTH * kind + length, { order, symbols, codes });
    }
    check(first + count <= CHAR_RUNS_MAX_LENGTH + 1, 'a list is for too long a run');
    isAscending &&= kind > latest;
    latest = kind;
  }
  reader.end();
  check(isAscending, 'kinds do not ascend', 1);
  return lists;
}
