// Sessions, their beginning: subprotocols and hellos (rules SES-1, SES-5 and SES-6).
import {
  AURALITE_MODEL_ID_SIZE, MARKER_STORED, SESSION_NEGOTIATION_ALL_CODINGS, SESSION_NEGOTIATION_MAX_MODELS,
  SESSION_NEGOTIATION_MAX_SIZE, SESSION_NEGOTIATION_VERSION,
} from './constants.js';
import { sha256 } from './sha256.js';
import { fromHex } from './slot/value.js';
import { builtinTemplates } from './template.js';
import { toUtf8 } from './text.js';
import { type Reader, toHex, Writer } from './wire.js';

const SUBPROTOCOL = 'aura.v1';
const PLAIN = 'aura.plain';

/** What an end reads, and which models it holds. */
export interface Hello {
  readonly kind: 'hello';
  /** By bits. */
  readonly methods: number;
  /** By bits. */
  readonly codings: number;
  /** Bytes that a stream may take; 0 where none is read. */
  readonly memory: number;
  /** Bytes of the longest message. */
  readonly maxMessage: number;
  /** Bytes of the longest message that a model codes. */
  readonly maxModelled: number;
  /** The first bytes of the digest of the built-in templates, in hexadecimal digits. */
  readonly templates: string;
  /** Ids, the best first. */
  readonly models: readonly string[];
}

/** Read the id of a model. */
export function readModelId(reader: Reader): string {
  return toHex(reader.bytes(AURALITE_MODEL_ID_SIZE));
}

/** Read the body of a hello (rules SES-5 and SES-6). */
export function readHello(reader: Reader): Hello {
  const isKnown = reader.uint(1) === SESSION_NEGOTIATION_VERSION;
  reader.check(isKnown, 'Unsupported', 'the version of the session is not 1', 0);
  const methods = reader.uint(2);
  reader.check(((methods >> MARKER_STORED) & 1) > 0, 'Malformed', 'stored messages are not read', 1);
  const codings = reader.uint(1);
  reader.check((codings & 1) > 0, 'Malformed', 'single messages are not read', 3);
  const memory = reader.varint(SESSION_NEGOTIATION_MAX_SIZE);
  const maxMessage = reader.varint(SESSION_NEGOTIATION_MAX_SIZE);
  const maxModelled = reader.varint(SESSION_NEGOTIATION_MAX_SIZE);
  const templates = readModelId(reader);
  const count = reader.uint(1);
  reader.check(count <= SESSION_NEGOTIATION_MAX_MODELS, 'Malformed', 'there are too many models');
  const models = Array.from({ length: count }, () => readModelId(reader));
  reader.end();
  const known = codings & SESSION_NEGOTIATION_ALL_CODINGS;
  return { kind: 'hello', methods, codings: known, memory, maxMessage, maxModelled, templates, models };
}

/** Write the body of a hello. */
export function writeHello(hello: Hello, writer: Writer): void {
  writer.byte(SESSION_NEGOTIATION_VERSION);
  writer.uint(hello.methods, 2);
  writer.byte(hello.codings);
  for (const size of [hello.memory, hello.maxMessage, hello.maxModelled]) writer.varint(size);
  writer.bytes(fromHex(hello.templates));
  writer.byte(hello.models.length);
  for (const id of hello.models) writer.bytes(fromHex(id));
}

let builtinDigest: string | null = null;

/** The built-in templates, as a hello names them (rules SES-5 and TPL-11). */
export function templatesDigest(): string {
  if (builtinDigest === null) {
    const writer = new Writer();
    for (const [id, { pattern }] of builtinTemplates()) {
      const bytes = toUtf8(pattern);
      writer.varint(id);
      writer.varint(bytes.length);
      writer.bytes(bytes);
    }
    builtinDigest = toHex(sha256(writer.toBytes()).subarray(0, AURALITE_MODEL_ID_SIZE));
  }
  return builtinDigest;
}

/** The subprotocol that carries one of the application (rule SES-1). */
export function subprotocolFor(application = ''): string {
  return application === '' ? SUBPROTOCOL : `${SUBPROTOCOL}+${application}`;
}

/** The subprotocol of the application in one with AURA, '' for none; null if it is not one (rule SES-1). */
export function applicationOf(subprotocol: string): string | null {
  if (subprotocol === SUBPROTOCOL) return '';
  return subprotocol.startsWith(`${SUBPROTOCOL}+`) ? subprotocol.slice(SUBPROTOCOL.length + 1) : null;
}

/** What a client offers that speaks these subprotocols, with AURA and without. */
export function offers(subprotocols: readonly string[]): string[] {
  if (subprotocols.length === 0) return [PLAIN, SUBPROTOCOL];
  return subprotocols.flatMap((name) => [name, subprotocolFor(name)]);
}

/** The subprotocol of the application in the answer of the server; '' for none. */
export function selectedBy(answered: string): string {
  return answered === PLAIN ? '' : (applicationOf(answered) ?? answered);
}
