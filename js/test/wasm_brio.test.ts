// BRIO and chunked files on the WebAssembly module, beside the TypeScript core.
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Brio as BrioInTypeScript, type UnitsFile } from '../src/brio.js';
import { ChunkedFiles, type ChunkedOptions } from '../src/chunked.js';
import { MARKER_BRIO } from '../src/constants.js';
import * as core from '../src/core.js';
import { encodeRans } from '../src/rans.js';
import * as wasm from '../src/wasm.js';
import { bytes, damage, damages, hex, message, outcomeOf } from './outcomes.js';
import { conversationOf, pathOf } from './reference.js';

const MODULE = pathOf('native/build/aura.wasm');
const TEMPLATES = { 200: 'Hi {who}, {who}!', 201: 'Bye' };

const units = JSON.parse(readFileSync(pathOf('vectors/data/units.json'), 'utf8')) as UnitsFile;
const conversation = conversationOf();

describe.skipIf(!existsSync(MODULE))('BRIO on the WebAssembly module', () => {
  beforeAll(async () => {
    await wasm.load(pathToFileURL(MODULE));
  });

  /** A message of BRIO version 1 of any tokens, all bytes of which are as likely. */
  function containerOf(tokens: Uint8Array): Uint8Array {
    const frequencies = new Array<number>(256).fill(16);
    const payload = encodeRans(tokens, frequencies);
    const head = [0x41, 0x55, 0x52, 0x41, 1, 0, 0, tokens.length >> 8, tokens.length & 0xff, 0, 0, payload.length >> 8];
    const table = frequencies.flatMap((frequency) => [0, frequency]);
    return bytes(MARKER_BRIO, ...head, payload.length & 0xff, 0, 0, ...table, ...payload);
  }

  it('reads BRIO version 1 with its templates and phrases', () => {
    const phrases = new Map([[0, 'Order '], [7, 'e'], [8, 'was packed'], [255, 'Thanks!']].map(([id, phrase]) =>
      [id as number, new TextEncoder().encode(phrase as string)] as const));
    const ours = new wasm.Codec({ templates: TEMPLATES, phrases });
    const brio = new BrioInTypeScript({ phrases });
    const theirs = new core.Codec({ templates: TEMPLATES, bodies: [brio] });
    const token = fc.oneof(
      fc.nat({ max: 255 }).map((byte) => [0, byte]),
      fc.constantFrom([1, 0], [1, 8], [1, 9], [2, 0, 1, 4], [2, 0, 9, 30], [2, 0, 0, 4], [3, 201, 0], [3, 199, 0], [4]),
      fc.uint8Array({ maxLength: 3 }).map((value) => [3, 200, 1, 0, value.length, ...value]),
    );
    fc.assert(
      fc.property(message, fc.array(token, { maxLength: 8 }), damages, fc.nat({ max: 300 }), (...drawn) => {
        const [data, tokens, [place, value], maxSize] = drawn;
        const wire = brio.encode1(data);
        expect(hex(ours.decompressBytes(wire))).toBe(hex(data));
        for (const other of [wire, damage(wire, place, value), containerOf(bytes(...tokens.flat()))]) {
          expect(outcomeOf(() => ours.decompressBytes(other, { maxSize }))).toBe(
            outcomeOf(() => theirs.decompressBytes(other, { maxSize })),
          );
        }
      }),
      { numRuns: 100 },
    );
    expect(outcomeOf(() => new wasm.Codec().decompress(brio.encode1(phrases.get(8) as Uint8Array)))).toMatch(/^UnknownModel/);
    expect(() => new wasm.Codec({ phrases: new Map([[256, bytes(1)]]) })).toThrow('at odds');
    ours.dispose();
  });

  it('writes the blocks of chunked files', () => {
    const data = new TextEncoder().encode(conversation.join('\n').repeat(60)).subarray(0, 150_000);
    const brio = new wasm.Brio();
    expect(hex(brio.encode(data.subarray(0, 5000), 1))).toBe(
      hex(new BrioInTypeScript({ units }).encode2(data.subarray(0, 5000), 1)),
    );
    const writer = new wasm.BlockWriter(16, 0);
    const blocks = [0, 65_536, 131_072].map((start) => data.subarray(start, start + 65_536));
    const containers = blocks.map((block, at) => writer.encode(block, at === 0));
    const chunked = hex(new ChunkedFiles(units).compress(data));
    let window = new Uint8Array(0);
    containers.forEach((container, at) => {
      expect(chunked).toContain(hex(container));
      expect(hex(wasm.decodeContainer(container, 65_536, window))).toBe(hex(blocks[at]));
      window = blocks[at].slice();
    });
    expect(outcomeOf(() => wasm.decodeContainer(containers[0], 100))).toBe('LimitExceeded at 6');
    writer.dispose();
  });

  it('writes and reads chunked files as the TypeScript core does', () => {
    const data = new TextEncoder().encode(conversation.join('\n').repeat(20)).subarray(0, 70_000);
    const [ours, theirs] = [new wasm.ChunkedFiles(), new ChunkedFiles(units)];
    const allOptions: ChunkedOptions[] = [
      {}, { level: 1, windowBits: 10 }, { frameSize: 30_000 }, { windowBits: 12, frameSize: 7 },
    ];
    for (const options of allOptions) {
      const content = options.frameSize === 7 ? data.subarray(0, 100) : data;
      const frames = options.frameSize === undefined ? 0 : Math.ceil(content.length / options.frameSize);
      const whole = ours.compress(content, options);
      expect(hex(whole)).toBe(hex(theirs.compress(content, options)));
      expect(hex(ours.decompress(whole))).toBe(hex(content));
      expect(wasm.readIndex(whole)).toHaveLength(frames);
      fc.assert(
        fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, value) => {
          const damaged = damage(whole, place, value);
          expect(outcomeOf(() => ours.decompress(damaged))).toBe(outcomeOf(() => theirs.decompress(damaged)));
        }),
        { numRuns: 20 },
      );
    }
    expect(hex(ours.compress(bytes()))).toBe(hex(theirs.compress(bytes())));
    expect(() => ours.compress(data, { windowBits: 9 })).toThrow(core.EncodeError);
    expect(outcomeOf(() => ours.decompress(ours.compress(data), 69_999))).toMatch(/^LimitExceeded/);
  });
});
