// Speaks the protocol of the conformance runner, version 1: requests and answers are JSON, one a line.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Brio, type UnitsFile } from '../src/brio.js';
import { DecodeError } from '../src/errors.js';
import { Model } from '../src/model.js';
import { fromHex } from '../src/slot/value.js';
import { toHex } from '../src/wire.js';
import { CASE_TYPES, type CaseType, type Fields } from './case_types.js';
import { chunkedTypes, SESSION_PARTS, sessionType, streamType } from './connections.js';
import { isMessage, readMessage, Skipped, stateOf, writeMessage } from './messages.js';

// from js/build/conformance
const PACKAGE = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

const ABOUT = {
  protocol: 1,
  name: '@aura-codec/client',
  version: PACKAGE.version,
  spec: ['0.1.0'],
  profiles: ['decoder-core', 'adaptive', 'encoder', 'tag', 'stream', 'session', 'event-stream', 'chunked', 'parts'],
};

const DATA = new URL('../../../vectors/data/', import.meta.url);
const UNITS = JSON.parse(readFileSync(new URL('units.json', DATA), 'utf8')) as UnitsFile;
const UNITS_ALONE = new Brio({ units: UNITS });

/** What reads BRIO with the phrases of a request. */
function brioFor(phrases: Fields): Brio {
  const entries = Object.entries(phrases).map(([id, digits]) => [Number(id), fromHex(digits as string)] as const);
  return entries.length === 0 ? UNITS_ALONE : new Brio({ units: UNITS, phrases: new Map(entries) });
}

const models = new Map<string, Model>();

function modelOf(request: Fields): Model | null {
  const id = request['model'] as string | undefined;
  const model = id === undefined ? null : models.get(id);
  if (model === undefined) throw new Error(`the model ${id ?? ''} was not handed over`);
  return model;
}

function heldFor(request: Fields) {
  return stateOf(request, modelOf(request), brioFor((request['phrases'] ?? {}) as Fields));
}

/** Chunked files, and what is read or written with a model. */
const OTHERS: Readonly<Record<string, CaseType>> = {
  ...SESSION_PARTS,
  ...chunkedTypes(UNITS),
  stream: streamType(modelOf, [UNITS_ALONE]),
  session: sessionType(modelOf),
};

function caseTypeOf({ case_type: name }: Fields) {
  const types = { ...CASE_TYPES, ...OTHERS };
  if (!(name in types)) throw new Skipped(`no case type ${name as string}`);
  return types[name as string];
}

function decode(request: Fields): Fields {
  const wire = fromHex(request['wire'] as string);
  if (!isMessage(request)) return { value: caseTypeOf(request).read(wire, request) };
  const value = readMessage(wire, request, heldFor(request));
  return request['case_type'] === 'message' ? value : { value };
}

function encode(request: Fields): Fields {
  if (isMessage(request)) {
    const text = (request['text_hex'] ?? (request['value'] as Fields)['text_hex']) as string | undefined;
    const told = { ...request, text_hex: text };
    return { wire: toHex(writeMessage(told, heldFor(request))) };
  }
  const { write } = caseTypeOf(request);
  if (write === undefined) throw new Skipped('this is not written');
  return { wire: toHex(write(request['value'] as Fields, request)) };
}

const COMMANDS: Readonly<Record<string, (request: Fields) => Fields>> = {
  model: ({ id, data }) => {
    models.set(id as string, Model.read(fromHex(data as string)));
    return { ok: true };
  },
  decode,
  encode,
};

function refusal(error: unknown): Fields {
  if (error instanceof Skipped) return { skipped: { reason: error.message } };
  if (!(error instanceof DecodeError)) return { errored: { message: String(error) } };
  return { error: { code: error.code, offset: error.offset, message: error.reason } };
}

function answer(request: Fields): Fields {
  const command = request['cmd'] as string;
  if (command === 'start') return ABOUT;
  const seq = request['seq'] as number;
  try {
    if (!(command in COMMANDS)) throw new Skipped(`no command ${command}`);
    return { seq, ...COMMANDS[command](request) };
  } catch (error) {
    return { seq, ...refusal(error) };
  }
}

const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
  const request = JSON.parse(line) as Fields;
  if (request['cmd'] === 'stop') break;
  process.stdout.write(`${JSON.stringify(answer(request))}\n`);
}
lines.close();
process.stdin.destroy();
