// Codecs write the same bytes as the Python of this project, whatever the level, the methods and the model.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Brio, type UnitsFile } from '../src/brio.js';
import { Codec, type Level, Model } from '../src/core.js';
import { nearest } from '../src/near.js';
import { conversationOf, pathOf, Reference } from './reference.js';

const SMALL = pathOf('src/aura/data/small.aura');
/** The methods of this package: classic, BRIO, typed, stored, modelled, AURALITE, adaptive and fuzzy (rule SES-5). */
const METHODS = 0xc7cd;

const units = JSON.parse(readFileSync(pathOf('vectors/data/units.json'), 'utf8')) as UnitsFile;
const bodies = [new Brio({ units })];
const model = Model.read(readFileSync(SMALL));
const conversation = conversationOf();

const WORDS = [
  'Request ', ' completed in ', 'ms', '1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b', '2024-05-06T07:08:09Z', '192.168.0.1',
  '{"id": ', ', "name": "', '"}', 'I can help you with ', 'that', '.', '\n', '10000000000000001', '007', 'é', '  ',
];
const sentence = fc
  .array(fc.oneof(fc.constantFrom(...WORDS), fc.nat().map(String), fc.string({ maxLength: 6 })), { maxLength: 40 })
  .map((parts) => new TextEncoder().encode(parts.join('')));
const message = fc.oneof(sentence, fc.uint8Array({ maxLength: 200 }));

let reference: Reference;

beforeAll(() => {
  reference = new Reference();
});

afterAll(() => {
  reference.stop();
});

type Patterns = Readonly<Record<number, string>>;

async function compare(data: Uint8Array, level: Level, isModelled: boolean, templates: Patterns = {}): Promise<number> {
  const implied = isModelled ? { model } : {};
  const codec = new Codec({ level, methods: METHODS, bodies, templates, near: nearest, ...implied });
  const wire = codec.compress(data);
  const named = isModelled ? { model: SMALL } : {};
  const wanted = await reference.write({ data, level, methods: METHODS, templates, ...named });
  expect(Buffer.from(wire).toString('hex')).toBe(Buffer.from(wanted).toString('hex'));
  expect(Buffer.from(codec.decompressBytes(wire))).toEqual(Buffer.from(data));
  return wire[0];
}

describe.each([0, 1, 2, 3] as const)('level %i', (level) => {
  it('writes a conversation alike', async () => {
    for (const text of conversation) await compare(new TextEncoder().encode(text), level, true);
  });

  it('writes any messages alike with a model', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (data) => { await compare(data, level, true); }),
      { numRuns: level === 3 ? 40 : 100 },
    );
  });

  it('writes any messages alike without a model', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (data) => { await compare(data, level, false); }),
      { numRuns: 40 },
    );
  });

  it('writes long texts alike', async () => {
    const data = new TextEncoder().encode(conversation.join('\n').slice(0, 3000));
    await compare(data, level, true);
    await compare(data, level, false);
  });
});

describe('fuzzy frames', () => {
  const patterns = [
    'Request {id:uuid} completed in {ms:int}ms with status {status:int} for {client:ipv4}',
    'Worker {n:int} picked up job {job} from the queue of {tenant:word} and finished it in {s:decimal} seconds.',
    'Worker {n:int} picked up job {job} from the queue of {tenant:word} and gave up after {tries:int} tries.',
    'The order was cancelled by the customer before it left the warehouse; nothing was charged.',
    'The order was cancelled by the customer after it left the warehouse; the parcel will come back to us.',
    'short {a} one',
  ];
  const templates = Object.fromEntries(patterns.map((pattern, at) => [300 + at, pattern]));
  const edit = fc.record({ place: fc.nat(100), cut: fc.nat(6), put: fc.constantFrom('', 'x', ' not', '\n', '17', 'the ') });
  const close = fc.tuple(fc.constantFrom(...patterns), fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) =>
    edits.reduce((all, { place, cut, put }) => all.slice(0, place) + put + all.slice(place + cut), text.replace(/{.*?}/g, '41')),
  );

  it.each([1, 2, 3] as const)('are written alike at level %i', async (level) => {
    const markers = new Set<number>();
    await fc.assert(
      fc.asyncProperty(close, async (text) => {
        markers.add(await compare(new TextEncoder().encode(text), level, true, templates));
      }),
      { numRuns: level === 3 ? 15 : 40 },
    );
    expect(markers.has(0x0a)).toBe(level > 1);
  });

  it('are not looked for in messages of many templates', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [300 + at, `${String(at * 7919)} is line number ${String(at)} {of} all`]),
    );
    const text = Object.values(many).join(' ').slice(0, 1000);
    await compare(new TextEncoder().encode(text), 2, true, many);
  });
});
