// The WebAssembly module beside the TypeScript core and the Python of this project: the same bytes, texts and errors; and
// memory that is given back.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Brio as BrioInTypeScript, type UnitsFile } from '../src/brio.js';
import { MARKER_BROTLI } from '../src/constants.js';
import * as core from '../src/core.js';
import { nearest } from '../src/near.js';
import * as wasm from '../src/wasm.js';
import { instance } from '../src/wasm/instance.js';
import { bytes, damage, damages, hex, message, outcomeOf, sentence } from './outcomes.js';
import { conversationOf, pathOf, Reference } from './reference.js';

const SMALL = pathOf('src/aura/data/small.aura');
const MODULE = pathOf('native/build/aura.wasm');
/** Classic, BRIO, typed, stored, modelled, AURALITE, adaptive and fuzzy (rule SES-5). */
const METHODS = 0xc7cd;
const TEMPLATES = {
  300: 'Order {order:int} was packed by {who}.',
  301: 'Dear {name}, your parcel {parcel:hex} from {address:ipv4} will arrive on {when:timestamp}. {mood:Thanks|Sorry}!',
  302: 'We could not find any reservation for that name; could you please spell it?',
};

const isBuilt = existsSync(MODULE);
if (!isBuilt) console.warn('native/build/aura.wasm is not built, so that the entry wasm is not tested: make wasm');

const file = readFileSync(SMALL);
const units = JSON.parse(readFileSync(pathOf('vectors/data/units.json'), 'utf8')) as UnitsFile;
const conversation = conversationOf();
const marker = fc.oneof(fc.constantFrom(0, 2, 3, 6, 7, 8, 9, 10, 0x10, 0x1f, 0x80, 0xff), fc.nat({ max: 255 }));
const hostile = fc.tuple(marker, fc.uint8Array({ maxLength: 60 })).map(([first, body]) => bytes(first, ...body));

describe('before it is loaded', () => {
  it('says so', () => {
    expect(() => new wasm.Codec()).toThrow(/await load\(\)/);
  });

  it('rejects what is no module, and what is not there', async () => {
    await expect(wasm.load(bytes(0, 1, 2))).rejects.toBeInstanceOf(core.LoadError);
    await expect(wasm.load(pathToFileURL(`${MODULE}.missing`))).rejects.toBeInstanceOf(core.LoadError);
    await expect(wasm.load(new Response('no', { status: 404 }))).rejects.toThrow(/404/);
  });
});

describe.skipIf(!isBuilt)('WebAssembly', () => {
  let model: wasm.Model;
  let twin: core.Model;
  let reference: Reference;

  beforeAll(async () => {
    await wasm.load(pathToFileURL(MODULE));
    model = wasm.Model.read(file);
    twin = core.Model.read(file);
    reference = new Reference();
  });

  afterAll(() => {
    reference.stop();
  });

  /** Codecs of both cores that hold the same. */
  function pairOf(level: wasm.Level, options: { readonly hasModel?: boolean; readonly check?: boolean } = {}) {
    const { hasModel = true, check = false } = options;
    const shared = { level, templates: TEMPLATES, check };
    const ours = new wasm.Codec({ ...shared, bodies: [new wasm.Brio()], ...(hasModel && { model }) });
    const bodies = [new BrioInTypeScript({ units })];
    return { ours, theirs: new core.Codec({ ...shared, near: nearest, bodies, ...(hasModel && { model: twin }) }) };
  }

  it('comes from where it is told to', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/streamed') response.setHeader('Content-Type', 'application/wasm');
      response.end(readFileSync(MODULE));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const { compile } = await import('../src/wasm/load.js');
    for (const path of ['streamed', 'plain']) {
      expect(await compile(`${address}/${path}`)).toBeInstanceOf(WebAssembly.Module);
    }
    const module = await WebAssembly.compile(readFileSync(MODULE));
    expect(await compile(module)).toBe(module);
    server.close();
  });

  it('reads models as the TypeScript core does', () => {
    expect(model.id).toBe(twin.id);
    expect(model.dictionary).toEqual(twin.dictionary);
    expect([...model.templates.keys()]).toEqual([...twin.templates.keys()]);
    expect(outcomeOf(() => wasm.Model.read(file, '0'.repeat(16)))).toBe('ChecksumMismatch at 0');
    const groups = ['model', 'trie', 'char_runs', 'prefix', 'template'].flatMap(
      (chapter) =>
        (JSON.parse(readFileSync(pathOf(`vectors/${chapter}.json`), 'utf8')) as { groups: ModelGroup[] }).groups,
    );
    const files = groups
      .filter(({ case_type: type }) => type === 'model file')
      .flatMap(({ tests }) => tests.map(({ wire }) => Uint8Array.from(Buffer.from(wire, 'hex'))));
    expect(files.length).toBeGreaterThan(20);
    for (const one of files) {
      const read = (Reader: typeof core.Model | typeof wasm.Model) => codeOf(() => Reader.read(one).id);
      expect(read(wasm.Model)).toBe(read(core.Model));
    }
  });

  describe.each([0, 1, 2] as const)('at level %i', (level) => {
    it('writes what Python writes', async () => {
      const { ours } = pairOf(level);
      const write = async (data: Uint8Array) => {
        const wanted = await reference.write({ data, level, methods: METHODS, templates: TEMPLATES, model: SMALL });
        expect(hex(ours.compress(data))).toBe(hex(wanted));
        expect(hex(ours.decompressBytes(wanted))).toBe(hex(data));
      };
      for (const text of conversation) await write(new TextEncoder().encode(text));
      await fc.assert(fc.asyncProperty(message, write), { numRuns: 60 });
    });

    it.each([true, false])('writes what the TypeScript core writes (with a model: %s)', (hasModel) => {
      const { ours, theirs } = pairOf(level, { hasModel });
      fc.assert(
        fc.property(message, (data) => {
          const wire = ours.compress(data);
          expect(hex(wire)).toBe(hex(theirs.compress(data)));
          expect(hex(ours.decompressBytes(wire))).toBe(hex(data));
        }),
      );
    });
  });

  it('writes long messages alike', () => {
    const { ours, theirs } = pairOf(2);
    const text = conversation.join('\n');
    for (const size of [255, 256, 257, 1023, 1024, 1025, 6000]) {
      expect(hex(ours.compress(text.slice(0, size)))).toBe(hex(theirs.compress(text.slice(0, size))));
    }
    const noise = Uint8Array.from({ length: 2 ** 16 + 1 }, (_, at) => (at * at) >> 3);
    expect(hex(ours.compress(noise))).toBe(hex(theirs.compress(noise)));
    expect(hex(ours.decompressBytes(ours.compress(noise)))).toBe(hex(noise));
  });

  it.each([false, true])('refuses what the TypeScript core refuses, with the same codes and offsets (tagged: %s)', (check) => {
    const { ours, theirs } = pairOf(2, { check });
    const compare = (wire: Uint8Array, maxSize: number) => {
      expect(outcomeOf(() => ours.decompressBytes(wire, { maxSize }))).toBe(
        outcomeOf(() => theirs.decompressBytes(wire, { maxSize })),
      );
    };
    fc.assert(fc.property(hostile, (wire) => { compare(wire, 4096); }), { numRuns: 500 });
    fc.assert(
      fc.property(message, damages, fc.nat({ max: 300 }), (data, [place, value], maxSize) => {
        const wire = theirs.compress(data);
        compare(wire, maxSize);
        compare(damage(wire, place, value), 4096);
      }),
      { numRuns: 500 },
    );
  });

  it('reads messages that name their model, and what is no text as bytes', () => {
    const wire = new core.Codec({ model: twin, explicitModel: true }).compress('is there a table for two?');
    expect(new wasm.Codec({ models: [model] }).decompress(wire)).toBe('is there a table for two?');
    expect(outcomeOf(() => new wasm.Codec().decompress(wire))).toBe('UnknownModel at 1');
    const { ours } = pairOf(2);
    expect(outcomeOf(() => ours.decompress(ours.compress(bytes(0xff, 0xfe))))).toBe('Malformed at 0');
    expect(() => ours.compress('\ud800')).toThrow(core.EncodeError);
    expect(ours.decompressBatch(ours.compressBatch(['one', 'zwei', '三', '']))).toEqual(['one', 'zwei', '三', '']);
  });

  it('reads further methods with the bodies of its caller', () => {
    const text = new TextEncoder().encode('order '.repeat(20));
    const first = bytes(MARKER_BROTLI, ...brotliCompressSync(text));
    const brotli = { marker: MARKER_BROTLI, decode: (body: Uint8Array) => new Uint8Array(brotliDecompressSync(body)) };
    for (const check of [false, true]) {
      const theirs = new core.Codec({ model: twin, check, bodies: [brotli] });
      const ours = new wasm.Codec({ model, check, bodies: [brotli] });
      const wire = check ? theirs.tag(first, text) : first;
      expect(ours.decompress(wire)).toBe(theirs.decompress(wire));
      if (check) expect(outcomeOf(() => ours.decompress(damage(wire, 1, 1)))).toBe('ChecksumMismatch at 1');
      expect(outcomeOf(() => new wasm.Codec({ model, check }).decompress(wire))).toMatch(/^Unsupported/);
    }
  });

  it('refuses options that are out of range', () => {
    expect(() => new wasm.Codec({ level: 3 as 2 })).toThrow(RangeError);
    expect(() => new wasm.Codec({ maxSize: -1 })).toThrow(RangeError);
    expect(() => new wasm.Codec({ templates: { 0: 'Nope' } })).toThrow(core.TemplateError);
    expect(() => new wasm.Stream({ model, role: 'client', memory: 1000 })).toThrow(RangeError);
    expect(() => new wasm.Stream({ model, role: 'client', check: 5 as 4 })).toThrow(RangeError);
  });

  it('sends and receives as the streams of the TypeScript core', () => {
    const said = fc.oneof(sentence.map((data) => new TextDecoder().decode(data)), fc.uint8Array({ maxLength: 100 }));
    const long = said.map((one) => (typeof one === 'string' ? one.repeat(30) : one));
    const checks = fc.constantFrom<core.Check>(4, 8, 16);
    fc.assert(
      fc.property(checks, fc.constantFrom(26624, 32768, 65536), fc.array(fc.oneof(said, long), { maxLength: 8 }), damages,
        (check, memory, messages, [place, value]) => {
          const ends = [
            new wasm.Stream({ model, role: 'client', check, memory, maxString: 2000 }),
            new core.Stream({ model: twin, role: 'client', check, memory, maxString: 2000, codec: quick() }),
            new wasm.Stream({ model, role: 'server', check, memory }),
            new core.Stream({ model: twin, role: 'server', check, memory }),
          ] as const;
          const [ours, theirs, ourReader, theirReader] = ends;
          for (const one of messages) {
            const wire = ours.send(one);
            expect(hex(wire)).toBe(hex(theirs.send(one)));
            if (wire.length > 1) {
              expect(outcomeOf(() => ourReader.receive(wire, 1))).toBe(outcomeOf(() => theirReader.receive(wire, 1)));
            }
            const read = outcomeOf(() => ourReader.receive(wire));
            expect(read).toBe(outcomeOf(() => theirReader.receive(wire)));
          }
          const wire = damage(ours.send('the last one'), place, value);
          const refused = outcomeOf(() => ourReader.receive(wire));
          expect(refused).toBe(outcomeOf(() => theirReader.receive(wire)));
          expect(ourReader.lost).toBe(theirReader.lost);
          ours.reset();
          expect(ourReader.receive(ours.send('anew'))).toBe('anew');
          ours.dispose();
          ourReader.dispose();
        }),
      { numRuns: 60 },
    );
  });

  /** What a stream on the WebAssembly module codes messages by themselves with. */
  function quick(): core.MessageCodec {
    return new core.Codec({ model: twin, near: nearest });
  }

  it('takes back a message that its codec fails to code', () => {
    const codec = {
      compress: () => { throw new Error('no'); },
      decompressBytes: () => bytes(),
    };
    const client = new wasm.Stream({ model, role: 'client', codec });
    const server = new wasm.Stream({ model, role: 'server' });
    const noise = Uint8Array.from({ length: 3000 }, (_, at) => (at * at * 31) >> 5);
    expect(() => client.send(noise)).toThrow('no');
    expect(server.receive(client.send('hello'))).toBe('hello');
  });

  it('gives back all memory of models, codecs and streams', () => {
    const { exports } = instance();
    const use = () => {
      const own = wasm.Model.read(file);
      const phrases = new Map([[1, bytes(1, 2, 3)]]);
      const codec = new wasm.Codec({ model: own, templates: TEMPLATES, phrases });
      const streams = (['client', 'server'] as const).map((role) => new wasm.Stream({ model: own, role }));
      expect(codec.decompress(codec.compress(conversation[0]))).toBe(conversation[0]);
      expect(streams[1].receive(streams[0].send(conversation.join(' ')))).toBe(conversation.join(' '));
      for (const one of [...streams, codec, own]) one.dispose();
      expect(() => codec.compress('x')).toThrow('disposed');
      expect(() => new wasm.Codec({ model: own })).toThrow('disposed');
      return exports.aura_heap_size() - exports.aura_free_size();
    };
    use();
    const taken = use();
    const size = exports.aura_heap_size();
    for (let round = 0; round < 20; round++) expect(use()).toBe(taken);
    expect(exports.aura_heap_size()).toBe(size);
    const refused = () => outcomeOf(() => wasm.Model.read(file.subarray(0, -1)));
    refused();
    const before = exports.aura_heap_size() - exports.aura_free_size();
    for (let round = 0; round < 20; round++) expect(refused()).toMatch(/^Truncated/);
    expect(exports.aura_heap_size() - exports.aura_free_size()).toBe(before);
  });
});

/** A group of the golden vectors. */
interface ModelGroup {
  readonly case_type: string;
  readonly tests: readonly { readonly wire: string }[];
}

/** The code of an error: offsets in model files are not compared, as parts are read in other orders. */
function codeOf(call: () => unknown): unknown {
  return String(outcomeOf(call)).replace(/ at \d+$/, '');
}
