// Hexadecimal digits and UUIDs in slots (rules SLT-8 and SLT-9).
import { toHex } from '../wire.js';
import { fromHex, type SlotValue, typedValue } from './value.js';

const HEX = /^(?:[0-9a-f]+|[0-9A-F]+)$/;
const UUID = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

const isUpper = (characters: string) => characters !== characters.toLowerCase();

export function spellHex(characters: string): SlotValue | null {
  if (!HEX.test(characters)) return null;
  const content = fromHex(characters + '0'.repeat(characters.length % 2));
  return typedValue(1 + 2 * characters.length + (isUpper(characters) ? 1 : 0), { content });
}

export function hexText({ head, content }: SlotValue): string {
  const form = Number(head) - 1;
  const digits = toHex(content).slice(0, form >>> 1);
  return form % 2 ? digits.toUpperCase() : digits;
}

export function spellUuid(characters: string): SlotValue | null {
  if (!UUID.test(characters)) return null;
  return typedValue(isUpper(characters) ? 2 : 1, { content: fromHex(characters.replaceAll('-', '')) });
}

export function uuidText({ head, content }: SlotValue): string {
  const text = toHex(content).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return head === 2n ? text.toUpperCase() : text;
}
