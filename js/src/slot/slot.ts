// Typed slot values: from characters to the wire and back (rules SLT-1 to SLT-13).
import { SLOT_MAX_FRACTION_DIGITS, SLOT_MAX_SCALE, SLOT_MAX_SECONDS } from '../constants.js';
import { DecodeError } from '../errors.js';
import type { Kind, Slot } from '../template.js';
import { fromLatin1, toLatin1 } from '../text.js';
import { equal, MAX_VARINT, type Reader, varintSize, type Writer } from '../wire.js';
import { ipv4Text, ipv6Text, spellIpv4, spellIpv6 } from './address.js';
import { hexText, spellHex, spellUuid, uuidText } from './hexadecimal.js';
import { decimalText, intText, spellDecimal, spellInt } from './number.js';
import { formOf, spellTimestamp, timestampText } from './timestamp.js';
import { type SlotValue, textValue, typedValue } from './value.js';

/** A type: how it is taken apart and put together, its largest head, and how the parts are read. */
interface Type {
  readonly spell: (characters: string) => SlotValue | null;
  readonly text: (spelt: SlotValue) => string;
  readonly maxHead: bigint;
  readonly read: (head: bigint, reader: Reader) => SlotValue;
}

function fixed(size: number): Type['read'] {
  return (head, reader) => typedValue(head, { content: reader.bytes(size) });
}

function readTimestamp(head: bigint, reader: Reader): SlotValue {
  const { digits, zone } = formOf(head);
  const numbers = [reader.bigVarint(BigInt(SLOT_MAX_SECONDS))];
  if (digits > 0) numbers.push(reader.bigVarint(BigInt(10 ** SLOT_MAX_FRACTION_DIGITS - 1)));
  if (zone > 1) numbers.push(reader.bigVarint(BigInt(2 * 24 * 60 - 1)));
  return typedValue(head, { numbers });
}

const TYPES: Partial<Record<Kind, Type>> = {
  int: { spell: spellInt, text: intText, maxHead: MAX_VARINT, read: (head) => typedValue(head) },
  decimal: {
    spell: spellDecimal,
    text: decimalText,
    maxHead: BigInt(2 + 2 * SLOT_MAX_SCALE),
    read: (head, reader) => typedValue(head, { numbers: [reader.bigVarint(MAX_VARINT)] }),
  },
  hex: {
    spell: spellHex,
    text: hexText,
    maxHead: 2n ** 32n - 1n,
    read: (head, reader) => fixed((((Number(head) - 1) >>> 1) + 1) >>> 1)(head, reader),
  },
  uuid: { spell: spellUuid, text: uuidText, maxHead: 2n, read: fixed(16) },
  ipv4: { spell: spellIpv4, text: ipv4Text, maxHead: 1n, read: fixed(4) },
  ipv6: { spell: spellIpv6, text: ipv6Text, maxHead: 7n, read: fixed(16) },
  timestamp: { spell: spellTimestamp, text: timestampText, maxHead: 200n, read: readTimestamp },
};

/** Whether values of the slot have no head (rules SLT-2 and SLT-3). */
export function isTextOnly({ kind }: Slot): boolean {
  return kind === 'text' || kind === 'word';
}

/** The canonical spelling of a value. */
export function spell({ kind, choices }: Slot, value: Uint8Array): SlotValue {
  const choice = choices.findIndex((one) => equal(one, value));
  if (choice >= 0) return typedValue(1 + choice);
  const type = TYPES[kind];
  if (type) {
    const characters = toLatin1(value);
    const spelt = type.spell(characters);
    if (spelt !== null && type.text(spelt) === characters) return spelt;
  }
  return textValue(value);
}

/** The characters of a spelling, or a refusal (rule SLT-5). */
export function valueOf(slot: Slot, spelt: SlotValue): Uint8Array {
  const { head } = spelt;
  const type = TYPES[slot.kind];
  const value =
    head === 0n ? spelt.text : type ? fromLatin1(type.text(spelt)) : slot.choices[Number(head) - 1];
  if (!isSame(spell(slot, value), spelt)) {
    throw new DecodeError('NonCanonical', `a value has another spelling as ${slot.kind}`, 1);
  }
  return value;
}

function isSame(one: SlotValue, other: SlotValue): boolean {
  return (
    one.head === other.head &&
    equal(one.text, other.text) &&
    equal(one.content, other.content) &&
    one.numbers.length === other.numbers.length &&
    one.numbers.every((number, at) => number === other.numbers[at])
  );
}

/** Bytes that a value takes, in the last place or before it. */
export function sizeOf(slot: Slot, value: Uint8Array, isLast: boolean): number {
  const text = value.length + (isLast ? 0 : varintSize(value.length));
  if (isTextOnly(slot)) return text;
  const { head, content, numbers } = spell(slot, value);
  if (head === 0n) return 1 + text;
  return numbers.reduce((size, number) => size + varintSize(number), varintSize(head) + content.length);
}

/** Read a value that has a head; null for head 0, which a text may follow (rule SLT-4). */
export function readHeaded(slot: Slot, reader: Reader): SlotValue | null {
  const start = reader.at;
  const head = reader.bigVarint(MAX_VARINT);
  const type = TYPES[slot.kind];
  const maxHead = type?.maxHead ?? BigInt(slot.choices.length);
  reader.check(head <= maxHead, 'Malformed', `the head of ${slot.kind} is larger than ${String(maxHead)}`, start);
  if (head === 0n) return null;
  return type ? type.read(head, reader) : typedValue(head);
}

/** Read the value of a slot in a typed frame (rules SLT-2 to SLT-4). */
export function readValue(slot: Slot, reader: Reader, isLast: boolean): SlotValue {
  const spelt = isTextOnly(slot) ? null : readHeaded(slot, reader);
  return spelt ?? textValue(isLast ? reader.rest() : reader.bytes(Number(reader.bigVarint(MAX_VARINT))));
}

/** Write the head and the parts of a value that is no text. */
export function writeHeaded({ head, content, numbers }: SlotValue, writer: Writer): void {
  writer.varint(head);
  writer.bytes(content);
  for (const number of numbers) writer.varint(number);
}

/** Write the value of a slot in a typed frame (rules SLT-2 to SLT-4). */
export function writeValue(slot: Slot, spelt: SlotValue, writer: Writer, isLast: boolean): void {
  if (spelt.head > 0n) {
    writeHeaded(spelt, writer);
    return;
  }
  if (!isTextOnly(slot)) writer.byte(0);
  if (!isLast) writer.varint(spelt.text.length);
  writer.bytes(spelt.text);
}
