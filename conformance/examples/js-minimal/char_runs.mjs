// The states of character runs (RUN-1, RUN-2): 0, or 40 · kind + length.

const [DIGITS, TO_F, HEXADECIMAL, LETTERS, MIXED, NONE] = [0, 1, 2, 3, 4, 5];
// By kind, after a digit, a letter of a to f and another letter.
const KINDS_AFTER = [
  [DIGITS, HEXADECIMAL, MIXED],
  [HEXADECIMAL, TO_F, LETTERS],
  [HEXADECIMAL, HEXADECIMAL, MIXED],
  [MIXED, LETTERS, LETTERS],
  [MIXED, MIXED, MIXED],
  [DIGITS, TO_F, LETTERS],
];

function kindAfter(kind, length, character) {
  const letter = [/[0-9]/, /[a-f]/, /[A-Za-z]/].findIndex((made) => made.test(character));
  if (letter >= 0) return KINDS_AFTER[kind][letter];
  if (kind === MIXED) return '-_+/'.includes(character) ? MIXED : NONE;
  return character === '-' && kind <= HEXADECIMAL && [8, 13, 18, 23].includes(length) ? HEXADECIMAL : NONE;
}

export function nextState(state, byte) {
  const kind = state === 0 ? NONE : Math.floor((state - 1) / 40);
  const length = state === 0 ? 0 : state - 40 * kind;
  const next = kindAfter(kind, length, String.fromCharCode(byte));
  return next === NONE ? 0 : 40 * next + Math.min(length + 1, 40);
}
