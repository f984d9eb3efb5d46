// Timestamps in slots (rule SLT-12).
import { DecodeError } from '../errors.js';
import { unzigzag, zigzag } from '../wire.js';
import { type SlotValue, typedValue } from './value.js';

const TIMESTAMP =
  /^(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(?:([.,])(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3])(:?)([0-5]\d)?)?$/;
const EPOCH = Date.UTC(2024, 0, 1) / 1000;
const [NONE, UTC, COLON, PLAIN, HOURS] = [0, 1, 2, 3, 4];

/** The head of a timestamp: which marks and zone it has, and how many digits. */
interface Form {
  readonly isComma: boolean;
  readonly isSpace: boolean;
  readonly zone: number;
  readonly digits: number;
}

function headOf({ isComma, isSpace, zone, digits }: Form): number {
  return 1 + ((2 * Number(isComma) + Number(isSpace)) * 5 + zone) * 10 + digits;
}

/** The inverse of {@link headOf}. */
export function formOf(head: bigint): Form {
  const form = Number(head) - 1;
  const marks = Math.floor(form / 50);
  return { isComma: marks > 1, isSpace: marks % 2 > 0, zone: Math.floor(form / 10) % 5, digits: form % 10 };
}

export function spellTimestamp(characters: string): SlotValue | null {
  const found = TIMESTAMP.exec(characters);
  if (!found) return null;
  const [, date, separator, time] = found;
  const [, , , , mark, fraction, sign, hours, colon, minutes] = found as (string | undefined)[];
  const moment = Date.parse(`${date}T${time}Z`);
  const isThere = !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(`${date}T${time}.`);
  if (!isThere || date.startsWith('0000')) return null;
  const numbers = [zigzag(BigInt(moment / 1000 - EPOCH))];
  if (fraction !== undefined) numbers.push(BigInt(fraction));
  let zone = characters.endsWith('Z') ? UTC : NONE;
  if (sign !== undefined) {
    zone = minutes === undefined ? HOURS : colon === ':' ? COLON : PLAIN;
    numbers.push(BigInt(2 * (60 * Number(hours) + Number(minutes ?? 0)) + (sign === '-' ? 1 : 0)));
  }
  const form = { isComma: mark === ',', isSpace: separator === ' ', zone, digits: fraction?.length ?? 0 };
  return typedValue(headOf(form), { numbers });
}

export function timestampText({ head, numbers }: SlotValue): string {
  const { isComma, isSpace, zone, digits } = formOf(head);
  const rest = [...numbers];
  const seconds = Number(unzigzag(rest.shift() as bigint)) + EPOCH;
  const year = new Date(seconds * 1000).getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw new DecodeError('Malformed', 'a timestamp is outside the years 1 to 9999');
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  const fraction = digits > 0 ? (isComma ? ',' : '.') + String(rest.shift()).padStart(digits, '0') : '';
  const offset = zone > UTC ? offsetText(zone, Number(rest[0])) : zone === UTC ? 'Z' : '';
  return (isSpace ? text.replace('T', ' ') : text) + fraction + offset;
}

function offsetText(zone: number, number: number): string {
  const [hours, minutes] = [Math.floor((number >> 1) / 60), (number >> 1) % 60];
  if (zone === HOURS && minutes > 0) {
    throw new DecodeError('Malformed', 'an offset in whole hours has minutes');
  }
  const [hh, mm] = [String(hours).padStart(2, '0'), String(minutes).padStart(2, '0')];
  return (number & 1 ? '-' : '+') + hh + (zone === COLON ? `:${mm}` : zone === PLAIN ? mm : '');
}
