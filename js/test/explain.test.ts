// Explanations beside those of Python: the same method, pieces, notes and bits.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Codec, DecodeError, Model } from '../src/core.js';
import { cellsOf, explain, type Explanation, SessionExplainer, totalOf } from '../src/explain.js';
import { noteOf } from '../src/explanation/steps.js';
import { encodeAs } from '../src/message.js';
import { Session } from '../src/session.js';
import { Reference, pathOf } from './reference.js';

const path = pathOf('src/aura/data/small.aura');
const model = Model.read(readFileSync(path));
const templates = { 300: 'Order {order:int} of {who} is {state:decimal} {who} {rest}', 301: '{note}: {n:int}' };
const utf8 = (text: string) => new TextEncoder().encode(text);
const conversation = readFileSync(pathOf('src/aura/data/conversation.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { text: string }).text);

let python: Reference;
beforeAll(() => { python = new Reference('explanation.py'); });
afterAll(() => { python.stop(); });

interface Answer {
  readonly method: string;
  readonly steps: readonly (readonly [number, number, number, string])[];
  readonly parts: readonly (readonly [number, number, number, string])[];
  readonly overhead: readonly (readonly [string, number])[];
}

/** Bits to the precision to which logarithms of two libraries agree. */
const rounded = (bits: number) => Number(bits.toFixed(8)) + 0;

async function compare(wire: Uint8Array, codec: Codec): Promise<Explanation> {
  const found = explain(wire, codec);
  const answer = (await python.ask({
    wire: Buffer.from(wire).toString('hex'), model: path, tagged: codec.check, templates,
  })) as Answer;
  expect(found.method).toBe(answer.method);
  const round = (rows: readonly (readonly (string | number)[])[], at: number) =>
    rows.map((row) => row.map((value, place) => (place === at ? rounded(Number(value)) : value)));
  expect(round(found.steps.map((step) => [step.position, step.symbol, step.bits, noteOf(step)]), 2))
    .toEqual(round(answer.steps, 2));
  expect(round(found.parts.map(({ start, end, bits, note }) => [start, end, bits, note]), 2))
    .toEqual(round(answer.parts, 2));
  expect(round(found.overhead.map(({ name, bits }) => [name, bits]), 1)).toEqual(round(answer.overhead, 1));
  expect(totalOf(found)).toBeCloseTo(8 * wire.length, 6);
  expect(found.parts.reduce((end, part) => (expect(part.start).toBe(end), part.end), 0)).toBe(found.message.length);
  expect(cellsOf(found).reduce((bits, cell) => bits + cell.bits, 0))
    .toBeCloseTo(found.parts.reduce((bits, part) => bits + part.bits, 0), 6);
  return found;
}

describe('explain', () => {
  const held = { model, models: [model], templates };

  it('says what each character of a conversation costs, as Python does', async () => {
    for (const codec of [new Codec(held), new Codec({ ...held, check: true }), new Codec({ ...held, explicitModel: true })]) {
      for (const text of conversation.slice(0, 12)) await compare(codec.compress(text), codec);
    }
  });

  it('knows all methods', async () => {
    const codec = new Codec(held);
    const json = `[${Array.from({ length: 6 }, (_, n) => `{"id": ${String(1000 + n)}, "state": "open"}`).join(', ')}]`;
    const order = codec.held.templates.get(300);
    const note = codec.held.templates.get(301);
    if (order === undefined || note === undefined) throw new Error('the templates are not held');
    const values = ['17', 'Ana', '2.50', 'today'].map(utf8);
    const methods = new Set<string>();
    for (const wire of [
      encodeAs.stored(utf8('Grüße')), encodeAs.auralite(utf8('Grüße 🚲 \u0000'), model),
      encodeAs.auraliteExplicit(utf8(json), model), encodeAs.adaptive(utf8(json), model),
      encodeAs.adaptiveExplicit(utf8(json), model), encodeAs.typed(300, order, values),
      encodeAs.modelled(300, order, values, model), encodeAs.modelled(301, note, ['a: b: c', 'x'].map(utf8), model),
      encodeAs.typed(301, note, ['', '5'].map(utf8)), encodeAs.classic(85, ['30', 'db'].map(utf8)),
      encodeAs.fuzzy(utf8('Order 18 of Bo is 3.5 Bo, they say'), 300, order, model),
      encodeAs.auralite(Uint8Array.of(0xff, 0xc3, 0xe2, 0x82), model), encodeAs.auralite(new Uint8Array(0), model),
    ]) {
      methods.add((await compare(wire, codec)).method);
    }
    expect(methods.size).toBe(9);
  });

  it('agrees on random messages', async () => {
    const codec = new Codec(held);
    const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.stringMatching(/^[a-z0-9 {}:",.]{0,60}$/));
    await fc.assert(fc.asyncProperty(texts, async (text) => { await compare(codec.compress(text), codec); }), { numRuns: 60 });
  });

  it('cuts a message into characters', () => {
    const codec = new Codec(held);
    const cells = cellsOf(explain(encodeAs.auralite(utf8('aé🚲'), model), codec));
    expect(cells.map(({ text }) => text)).toEqual(['a', 'é', '🚲']);
    const broken = cellsOf(explain(encodeAs.auralite(Uint8Array.of(0x41, 0xc3, 0x28), model), codec));
    expect(broken.map(({ text }) => text)).toEqual(['A', '\\xc3', '(']);
  });

  it('refuses what a codec refuses', () => {
    expect(() => explain(new Uint8Array(0), new Codec())).toThrow(DecodeError);
    expect(() => explain(Uint8Array.of(0x90), new Codec())).toThrow(DecodeError);
  });
});

describe('SessionExplainer', () => {
  /** What is explained of the texts that one end says to another. */
  function explanations(texts: readonly (string | Uint8Array)[], memory: number): Explanation[] {
    const settings = { models: [model], memory };
    const [client, server] = [new Session(settings, 'client'), new Session(settings, 'server')];
    const explainer = new SessionExplainer({ models: [model], isServers: false });
    for (const frame of server.dataToSend()) client.receive(frame);
    const found: Explanation[] = [];
    const said: unknown[] = [];
    const carry = (text?: string | Uint8Array) => {
      for (const frame of client.dataToSend()) {
        const event = server.receive(frame);
        if (event?.type === 'message') said.push(event.data);
        if (explainer.control(frame) === null && text !== undefined) found.push(explainer.explain(frame, text));
      }
    };
    carry();
    for (const text of texts) {
      client.send(text);
      carry(text);
    }
    expect(found.map(({ message }) => message)).toEqual(said);
    for (const one of found) expect(totalOf(one)).toBeCloseTo(8 * one.size, 6);
    return found;
  }

  it('follows a stream as Python does', async () => {
    const texts = conversation.slice(0, 10);
    const found = explanations(texts, 32768);
    const { texts: bits } = (await python.ask({ stream: texts, memory: 32768, model: path })) as { texts: number[][] };
    expect(found.map(({ method }) => method)).toEqual(texts.map(() => 'stream'));
    expect(found.map(({ steps }) => steps.map((step) => rounded(step.bits))))
      .toEqual(bits.map((row) => row.map(rounded)));
  });

  it('keeps up with messages that are no strings, bytes, and single messages', () => {
    const odd = [conversation[0], 'Yes', Uint8Array.of(0, 255, 7), '}{~', 'x'.repeat(5000), conversation[0], ''];
    expect(explanations(odd, 32768).some(({ method }) => method !== 'stream')).toBe(true);
    expect(explanations(odd, 0).every(({ method }) => method !== 'stream')).toBe(true);
  });
});
