// Integers and decimal fractions in slots (rules SLT-6 and SLT-7).
import { MAX_VARINT, unzigzag, zigzag } from '../wire.js';
import { type SlotValue, typedValue } from './value.js';

const INT = /^-?(?:0|[1-9][0-9]{0,18})$/;
const DECIMAL = /^(-?)(0|[1-9][0-9]{0,18})(?:\.([0-9]{1,18}))?$/;
const MAX_MAGNITUDE = 2n ** 63n - 1n;

export function spellInt(characters: string): SlotValue | null {
  if (!INT.test(characters)) return null;
  const value = BigInt(characters);
  return value > MAX_MAGNITUDE || value < -MAX_MAGNITUDE ? null : typedValue(1n + zigzag(value));
}

export function intText({ head }: SlotValue): string {
  return String(unzigzag(head - 1n));
}

export function spellDecimal(characters: string): SlotValue | null {
  const found = DECIMAL.exec(characters);
  if (!found) return null;
  const [, sign, whole] = found;
  const fraction = (found[3] as string | undefined) ?? '';
  const digits = BigInt(whole + fraction);
  return digits > MAX_VARINT ? null : typedValue(1 + 2 * fraction.length + sign.length, { numbers: [digits] });
}

export function decimalText({ head, numbers }: SlotValue): string {
  const form = Number(head) - 1;
  const scale = form >> 1;
  const digits = String(numbers[0]).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return (form & 1 ? '-' : '') + digits.slice(0, point) + (scale > 0 ? `.${digits.slice(point)}` : '');
}
