// Codecs write the same bytes as the Python of this project, whatever the level, the methods and the model.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Brio, type UnitsFile } from '../src/brio.js';
import { Codec, type Level, Model } from '../src/core.js';
import { pathOf, Reference } from './reference.js';

const SMALL = pathOf('src/aura/data/small.aura');
/** The methods that this package has: classic, BRIO, typed, stored, modelled, AURALITE and adaptive (rule SES-5). */
const METHODS = 0xc3cd;

const units = JSON.parse(readFileSync(pathOf('vectors/data/units.json'), 'utf8')) as UnitsFile;
const bodies = [new Brio({ units })];
const model = Model.read(readFileSync(SMALL));
const conversation = readFileSync(pathOf('src/aura/data/conversation.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { text: string }).text);

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

async function compare(data: Uint8Array, level: Level, isModelled: boolean): Promise<void> {
  const codec = new Codec({ level, methods: METHODS, bodies, ...(isModelled ? { model } : {}) });
  const wire = codec.compress(data);
  const wanted = await reference.write({ data, level, methods: METHODS, ...(isModelled ? { model: SMALL } : {}) });
  expect(Buffer.from(wire).toString('hex')).toBe(Buffer.from(wanted).toString('hex'));
  expect(Buffer.from(codec.decompressBytes(wire))).toEqual(Buffer.from(data));
}

describe.each([0, 1, 2, 3] as const)('level %i', (level) => {
  it('writes a conversation alike', async () => {
    for (const text of conversation) await compare(new TextEncoder().encode(text), level, true);
  });

  it('writes any messages alike with a model', async () => {
    await fc.assert(
      fc.asyncProperty(message, (data) => compare(data, level, true)),
      { numRuns: level === 3 ? 40 : 100 },
    );
  });

  it('writes any messages alike without a model', async () => {
    await fc.assert(
      fc.asyncProperty(message, (data) => compare(data, level, false)),
      { numRuns: 40 },
    );
  });

  it('writes long texts alike', async () => {
    const data = new TextEncoder().encode(conversation.join('\n').slice(0, 3000));
    await compare(data, level, true);
    await compare(data, level, false);
  });
});
