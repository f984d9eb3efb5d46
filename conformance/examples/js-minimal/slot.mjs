// Typed slots (SLT-1 to SLT-13): a value is a text, or a head and parts that give back its characters.

const U64 = 2n ** 64n - 1n;
const HEADS = { int: U64, decimal: 38, hex: 2 ** 32 - 1, uuid: 2, ipv4: 1, ipv6: 7, timestamp: 200 };
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${OCTET}(\\.${OCTET}){3}$`);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d{1,9})?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?$/;

export const unfold = (n) => (n & 1n ? -(n + 1n) / 2n : n / 2n); // VAR-4

// The forms of an IPv6 address (SLT-11), made of eight groups.
const plain = (groups) => groups.map((g) => g.toString(16)).join(':');
const full = (groups) => groups.map((g) => g.toString(16).padStart(4, '0')).join(':');
const upper = (form) => (groups) => form(groups).toUpperCase();

function shortest(groups) { // RFC 5952, section 4
  let [from, count] = [0, 1];
  groups.forEach((_, start) => {
    let n = 0;
    while (groups[start + n] === 0) n++;
    if (n > count) [from, count] = [start, n];
  });
  return count < 2 ? plain(groups) : `${plain(groups.slice(0, from))}::${plain(groups.slice(from + count))}`;
}

function mapped(groups) {
  const quad = groups.slice(6).flatMap((g) => [g >> 8, g & 255]).join('.');
  return plain(groups).startsWith('0:0:0:0:0:ffff:') ? `::ffff:${quad}` : null;
}

const FORMS = [shortest, upper(shortest), plain, upper(plain), full, upper(full), mapped];

function groupsOf(address) { // or null
  const quad = address.replace('::ffff:', '');
  const low = IPV4.test(quad) ? Buffer.from(quad.split('.').map(Number)).toString('hex') : null;
  const hex = low ? `::ffff:${low.slice(0, 4)}:${low.slice(4)}` : address;
  const [head, tail = []] = hex.split('::').map((part) => (part ? part.split(':') : []));
  const zeros = hex.includes('::') ? Math.max(0, 8 - head.length - tail.length) : 0;
  const words = [...head, ...Array(zeros).fill('0'), ...tail];
  const isRight = words.length === 8 && words.every((w) => /^[0-9a-f]{1,4}$/i.test(w));
  return isRight ? words.map((w) => parseInt(w, 16)) : null;
}

// Whether a text fits a type, so that an encoder does not spell it as text (SLT-5).
const isOneCase = (t) => t === t.toLowerCase() || t === t.toUpperCase();

function isAddress(t) {
  const groups = t.length >= 15 && t.length <= 39 ? groupsOf(t) : null; // a shorter one is a text
  return groups !== null && FORMS.some((form) => form(groups) === t);
}

function isTime(t) {
  const spelt = `${t.slice(0, 10)}T${t.slice(11, 19)}`;
  const date = new Date(`${spelt}Z`);
  return TIME.test(t) && date.getUTCFullYear() > 0 && date.toISOString().startsWith(spelt);
}

const FITS = {
  text: () => false,
  word: () => false,
  int: (t) => /^(0|-?[1-9]\d{0,18})$/.test(t) && BigInt(t.replace('-', '')) < 2n ** 63n,
  decimal: (t) => /^-?(0|[1-9]\d{0,18})(\.\d{1,18})?$/.test(t) && BigInt(t.replace(/[-.]/g, '')) <= U64,
  hex: (t) => /^[0-9a-f]+$/i.test(t) && isOneCase(t),
  uuid: (t) => UUID.test(t.toLowerCase()) && isOneCase(t),
  ipv4: (t) => IPV4.test(t),
  ipv6: isAddress,
  timestamp: isTime,
};

export const isPlain = ({ type }) => type === 'text' || type === 'word';

export function fits({ type, alternatives }, value) {
  return alternatives ? alternatives.some((one) => one.equals(value)) : FITS[type](value.toString('latin1'));
}

// Texts by what a head says beyond 1, and the parts; null where the head should be another.
const cased = (t, isUpper) => (!isUpper ? t : t === t.toUpperCase() ? null : t.toUpperCase());

function hex(rest, reader) {
  const [digits, packed] = [rest >>> 1, reader.bytes(((rest >>> 1) + 1) >>> 1).toString('hex')];
  return /^0?$/.test(packed.slice(digits)) ? cased(packed.slice(0, digits), rest % 2) : null;
}

function decimal(rest, reader) {
  const scale = rest >> 1;
  const digits = String(reader.varint(U64)).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return (rest % 2 ? '-' : '') + digits.slice(0, point) + (scale ? `.${digits.slice(point)}` : '');
}

function ipv6(rest, reader) {
  const groups = Array.from({ length: 8 }, () => reader.uint(2));
  const t = FORMS[rest](groups);
  return t?.length >= 15 && FORMS.findIndex((form) => form(groups) === t) === rest ? t : null;
}

function zoneText(zone, offset) { // none, Z, ±HH:MM, ±HHMM, ±HH
  if (zone < 2) return 'Z'.repeat(zone);
  const parts = [Math.floor((offset >> 1) / 60), (offset >> 1) % 60];
  const [hours, minutes] = parts.map((n) => String(n).padStart(2, '0'));
  return '+-'[offset % 2] + hours + [`:${minutes}`, minutes, ''][zone - 2];
}

function timestamp(rest, reader) {
  const [digits, zone, kind] = [rest % 10, Math.floor(rest / 10) % 5, Math.floor(rest / 50)];
  const seconds = unfold(BigInt(reader.varint(2 ** 39 - 1)));
  const fraction = digits ? String(reader.varint(999999999)).padStart(digits, '0') : '';
  const offset = zone > 1 ? reader.varint(2879) : 0;
  const date = new Date(Date.UTC(2024, 0, 1) + 1000 * Number(seconds));
  reader.check(date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999);
  reader.check(zone < 4 || (offset >> 1) % 60 === 0);
  if (fraction.length !== digits || (kind > 1 && !digits)) return null;
  const [day, time] = date.toISOString().split(/[T.]/);
  return day + 'T '[kind % 2] + time + (digits ? '.,'[kind >> 1] + fraction : '') + zoneText(zone, offset);
}

const READ = {
  int: (rest) => String(unfold(rest)),
  decimal,
  hex,
  uuid: (rest, reader) => {
    const digits = reader.bytes(16).toString('hex');
    return cased(digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), rest);
  },
  ipv4: (rest, reader) => [...reader.bytes(4)].join('.'),
  ipv6,
  timestamp,
};

// The value of a slot that has a head, or null for head 0: then it is a text (SLT-4, SLT-5).
export function readTyped({ type, alternatives }, reader) {
  const head = reader.varint(U64);
  if (head === 0n) return null;
  reader.check(head <= (alternatives?.length ?? HEADS[type]));
  if (alternatives) return alternatives[Number(head) - 1];
  const t = READ[type](type === 'int' ? head - 1n : Number(head) - 1, reader);
  reader.check(t !== null && FITS[type](t), 'NonCanonical');
  return Buffer.from(t);
}

// The value of a slot in a typed frame (SLT-2, SLT-3).
export function readSlot(slot, reader, isLast) {
  const value = isPlain(slot) ? null : readTyped(slot, reader);
  if (value !== null) return value;
  const t = isLast ? reader.rest() : reader.bytes(Number(reader.varint(U64)));
  reader.check(!fits(slot, t), 'NonCanonical');
  return t;
}
