// IPv4 and IPv6 addresses in slots (rules SLT-10 and SLT-11).
import { SLOT_IPV6_FORMS, SLOT_MIN_IPV6 } from '../constants.js';
import { type SlotValue, typedValue } from './value.js';

const QUAD = /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/;
const IPV6 = /^[0-9A-Fa-f:.]+$/;
const GROUP = /^[0-9A-Fa-f]{1,4}$/;
const MAX_IPV6 = 39;

/** The form of an IPv4 address inside IPv6. */
const MAPPED = 6;

function bytesOfQuad(characters: string): Uint8Array | null {
  const numbers = QUAD.test(characters) ? characters.split('.').map(Number) : [256];
  return Math.max(...numbers) > 255 ? null : Uint8Array.from(numbers);
}

export function spellIpv4(characters: string): SlotValue | null {
  const content = bytesOfQuad(characters);
  return content && typedValue(1, { content });
}

export function ipv4Text({ content }: SlotValue): string {
  return content.join('.');
}

/** The 16 bytes of an address in any form of rule SLT-11, or null. */
function bytesOf(characters: string): Uint8Array | null {
  const quad = bytesOfQuad(characters.slice(characters.lastIndexOf(':') + 1));
  if (quad) return Uint8Array.from([...new Uint8Array(10), 255, 255, ...quad]);
  const double = characters.indexOf('::');
  const groupsOf = (part: string) => (part === '' ? [] : part.split(':'));
  const before = groupsOf(double < 0 ? characters : characters.slice(0, double));
  const after = double < 0 ? [] : groupsOf(characters.slice(double + 2));
  const missing = 8 - before.length - after.length;
  if (missing < 0 || (missing > 0 && double < 0)) return null;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (!groups.every((group) => GROUP.test(group))) return null;
  return Uint8Array.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]));
}

/** RFC 5952, section 4: the first of the longest runs of two or more zeros becomes `::`. */
function shortest(groups: readonly number[]): string {
  const join = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  let [start, count] = [0, 1];
  groups.forEach((_, from) => {
    let length = 0;
    while (groups[from + length] === 0) length++;
    if (length > count) [start, count] = [from, length];
  });
  return count < 2 ? join(groups) : `${join(groups.slice(0, start))}::${join(groups.slice(start + count))}`;
}

export function ipv6Text({ head, content }: SlotValue): string {
  const form = Number(head) - 1;
  if (form === MAPPED) return `::ffff:${content.subarray(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, at) => content[2 * at] * 256 + content[2 * at + 1]);
  const width = form >= 4 ? 4 : 1;
  const text = form < 2 ? shortest(groups) : groups.map((group) => group.toString(16).padStart(width, '0')).join(':');
  return form % 2 ? text.toUpperCase() : text;
}

/** The first form that renders the identical characters. */
export function spellIpv6(characters: string): SlotValue | null {
  const isSized = characters.length >= SLOT_MIN_IPV6 && characters.length <= MAX_IPV6;
  const content = isSized && IPV6.test(characters) ? bytesOf(characters) : null;
  if (content === null) return null;
  for (let form = 0; form < SLOT_IPV6_FORMS; form++) {
    const spelt = typedValue(1 + form, { content });
    if (ipv6Text(spelt) === characters) return spelt;
  }
  return null;
}
