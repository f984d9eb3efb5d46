// The frames of sessions (rules SES-3, SES-7, SES-12 to SES-18).
import {
  MARKER_ADAPTIVE_EXPLICIT, MARKER_AURALITE_EXPLICIT, MARKER_MODELLED, SESSION_BINARY, SESSION_CONTROL,
  SESSION_CRC_SIZE, SESSION_KIND_CHUNK, SESSION_KIND_HAVE, SESSION_KIND_HELLO, SESSION_KIND_OFFER,
  SESSION_KIND_REQUEST, SESSION_KIND_USE, SESSION_MARGIN, SESSION_MAX_CHUNK, SESSION_NEGOTIATION_CODING_TAGGED,
  SESSION_NEGOTIATION_MAX_SIZE, SESSION_TEXT,
} from './constants.js';
import { crc32 } from './crc32.js';
import { DecodeError, type ErrorCode } from './errors.js';
import { FIRST_ADAPTIVE, FIRST_AURALITE, LAST_ADAPTIVE } from './message.js';
import { type Hello, readHello, readModelId, writeHello } from './session_negotiation.js';
import { fromHex } from './slot/value.js';
import { concat, Reader, toHex, Writer } from './wire.js';

/** In the place of the id of a model (rule SES-7). */
export const NO_MODEL = '0000000000000000';

/** How the messages that follow are coded. */
export interface Use {
  readonly kind: 'use';
  readonly coding: number;
  readonly memory: number;
  /** An id, or `NO_MODEL`. */
  readonly model: string;
  readonly check: number;
  /** Messages sent before, mod 2^16. */
  readonly count: number;
}

/** A model that the sender holds from now on. */
export interface Have {
  readonly kind: 'have';
  readonly model: string;
}

/** Asks for a model file, of at most so many bytes. */
export interface Request {
  readonly kind: 'request';
  readonly model: string;
  readonly maxSize: number;
}

/** What will follow; nothing if the size is 0. */
export interface Offer {
  readonly kind: 'offer';
  readonly model: string;
  readonly size: number;
  /** The SHA-256 of the file, in hexadecimal digits. */
  readonly digest: string;
}

/** A piece of the model file that was offered. */
export interface Chunk {
  readonly kind: 'chunk';
  readonly data: Uint8Array;
}

/** A control frame. */
export type Control = Hello | Use | Have | Request | Offer | Chunk;

/** A message in a frame: as it is coded, and whether it is text. */
export interface Coded {
  readonly coded: Uint8Array;
  readonly isText: boolean;
}

const KINDS = {
  hello: SESSION_KIND_HELLO,
  use: SESSION_KIND_USE,
  have: SESSION_KIND_HAVE,
  request: SESSION_KIND_REQUEST,
  offer: SESSION_KIND_OFFER,
  chunk: SESSION_KIND_CHUNK,
} as const;

function readUse(reader: Reader): Use {
  const coding = reader.uint(1);
  reader.check(coding <= SESSION_NEGOTIATION_CODING_TAGGED, 'Unsupported', 'the coding is unknown', 0);
  const memory = reader.varint(SESSION_NEGOTIATION_MAX_SIZE);
  return { kind: 'use', coding, memory, model: readModelId(reader), check: reader.uint(1), count: reader.uint(2) };
}

function readChunk(reader: Reader): Chunk {
  const isSized = reader.left > 0 && reader.left <= SESSION_MAX_CHUNK;
  reader.check(isSized, 'Malformed', `a chunk does not have 1 to ${String(SESSION_MAX_CHUNK)} bytes`);
  return { kind: 'chunk', data: reader.rest() };
}

const READERS: Readonly<Record<number, (reader: Reader) => Control>> = {
  [SESSION_KIND_HELLO]: readHello,
  [SESSION_KIND_USE]: readUse,
  [SESSION_KIND_HAVE]: (reader) => ({ kind: 'have', model: readModelId(reader) }),
  [SESSION_KIND_REQUEST]: (reader) => ({
    kind: 'request', model: readModelId(reader), maxSize: reader.varint(SESSION_NEGOTIATION_MAX_SIZE),
  }),
  [SESSION_KIND_OFFER]: (reader) => ({
    kind: 'offer',
    model: readModelId(reader),
    size: reader.varint(SESSION_NEGOTIATION_MAX_SIZE),
    digest: toHex(reader.bytes(32)),
  }),
  [SESSION_KIND_CHUNK]: readChunk,
};

/** Whether a frame is a control frame. */
export function isControl(frame: Uint8Array): boolean {
  return frame[0] === SESSION_CONTROL;
}

/** Whether a frame is a hello, good or bad, of this version or another. */
export function isHello(frame: Uint8Array): boolean {
  return isControl(frame) && frame[1] === SESSION_KIND_HELLO;
}

/** Read a control frame. */
export function parseControl(frame: Uint8Array): Control {
  const size = frame.length - SESSION_CRC_SIZE;
  if (size < 2) throw new DecodeError('Truncated', 'a control frame ends before its CRC-32 does', frame.length);
  if (new Reader(frame.subarray(size)).uint(4) !== crc32(frame.subarray(0, size))) {
    throw new DecodeError('ChecksumMismatch', 'the CRC-32 of a control frame is wrong', size);
  }
  const read = (READERS as Readonly<Record<number, ((reader: Reader) => Control) | undefined>>)[frame[1]];
  if (read === undefined) throw new DecodeError('Unsupported', 'no control frame has this kind', 1);
  const reader = new Reader(frame.subarray(2, size), 2);
  const control = read(reader);
  reader.end();
  return control;
}

/** Write a control frame. */
export function buildControl(control: Control): Uint8Array {
  const writer = new Writer();
  writer.byte(SESSION_CONTROL);
  writer.byte(KINDS[control.kind]);
  if (control.kind === 'hello') {
    writeHello(control, writer);
  } else if (control.kind === 'chunk') {
    writer.bytes(control.data);
  } else if (control.kind === 'use') {
    writer.byte(control.coding);
    writer.varint(control.memory);
    writer.bytes(fromHex(control.model));
    writer.byte(control.check);
    writer.uint(control.count, 2);
  } else {
    writer.bytes(fromHex(control.model));
    if (control.kind === 'request') writer.varint(control.maxSize);
    if (control.kind === 'offer') {
      writer.varint(control.size);
      writer.bytes(fromHex(control.digest));
    }
  }
  writer.uint(crc32(writer.toBytes()), SESSION_CRC_SIZE);
  return writer.toBytes();
}

/** The coded message in a frame that is not a control frame (rule SES-3). */
export function parseData(frame: Uint8Array): Coded {
  if (frame[0] === SESSION_BINARY) return { coded: frame.subarray(1), isText: false };
  if (frame[0] !== SESSION_TEXT) return { coded: frame, isText: true };
  if (frame.length < 2 || frame[1] < SESSION_TEXT || frame[1] > SESSION_CONTROL) {
    throw new DecodeError('NonCanonical', 'a message has a byte before it that it does not need');
  }
  return { coded: frame.subarray(1), isText: true };
}

/** The frame of a coded message (rule SES-3). */
export function buildData({ coded, isText }: Coded): Uint8Array {
  if (!isText) return concat([Uint8Array.of(SESSION_BINARY), coded]);
  const needsByte = coded[0] >= SESSION_TEXT && coded[0] <= SESSION_CONTROL;
  return needsByte ? concat([Uint8Array.of(SESSION_TEXT), coded]) : coded;
}

/** The code with which a connection is closed for an error (rule SES-16). */
export function closeCodeOf(code: ErrorCode): number {
  return code === 'LimitExceeded' ? 1009 : code === 'Unsupported' ? 1002 : 1007;
}

/** Bytes that a message may have that was coded by itself like this (rules SES-17 and SES-18). */
export function longestOf(coded: Uint8Array, maxMessage: number, maxModelled: number): number {
  const marker = coded.length > 0 ? coded[0] : 0;
  const isModelled =
    marker >= FIRST_AURALITE ||
    (marker >= FIRST_ADAPTIVE && marker <= LAST_ADAPTIVE) ||
    (coded.length > 0 && [MARKER_AURALITE_EXPLICIT, MARKER_MODELLED, MARKER_ADAPTIVE_EXPLICIT].includes(marker));
  return isModelled ? Math.min(maxMessage, maxModelled) : maxMessage;
}

/** Refuse a frame that is too long (rule SES-17). */
export function checkFrame(frame: Uint8Array, maxMessage: number): void {
  if (frame.length > Math.max(maxMessage, SESSION_MAX_CHUNK) + SESSION_MARGIN) {
    throw new DecodeError('LimitExceeded', `a frame of ${String(frame.length)} bytes`);
  }
}
