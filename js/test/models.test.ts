// Loading models over the network, from a store, and within bounds.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Codec, DecodeError, LoadError, Model } from '../src/core.js';
import { modelOf, partsOf } from '../src/model_parts.js';
import { loadModel, ModelCache, type ModelStore, type Progress } from '../src/models.js';
import { parsePattern } from '../src/template.js';
import { conversationOf, pathOf } from './reference.js';

const file = readFileSync(pathOf('src/aura/data/small.aura'));
const model = Model.read(file);
const sha256 = createHash('sha256').update(file).digest('hex');
const TEXT = 'Is there anything else I can help you with?';
const conversation = conversationOf();

/** Keeps files in memory. */
class Memory implements ModelStore {
  readonly files = new Map<string, Uint8Array>();
  get(id: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.files.get(id) ?? null);
  }
  put(id: string, content: Uint8Array): Promise<void> {
    this.files.set(id, content);
    return Promise.resolve();
  }
  delete(id: string): Promise<void> {
    this.files.delete(id);
    return Promise.resolve();
  }
}

let server: Server;
let address: string;
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    response.setHeader('Connection', 'close'); // reading a model may take longer than the server waits
    switch (request.url) {
      case '/small.aura':
        response.setHeader('Content-Length', file.length).end(file);
        break;
      case '/unsized':
        response.write(file.subarray(0, 1000));
        response.end(file.subarray(1000));
        break;
      case '/slow':
        response.write(file.subarray(0, 1000));
        break;
      case '/cut':
        response.setHeader('Content-Length', file.length).write(file.subarray(0, 1000), () => response.destroy());
        break;
      default:
        response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  requests = 0;
});

/** The error with which a promise is rejected. */
async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(() => null, (error: unknown) => error);
}

describe('loadModel', () => {
  it('checks what it loads, and tells how far it is', async () => {
    for (const [path, total] of [['/small.aura', file.length], ['/unsized', null]] as const) {
      const told: Progress[] = [];
      const onProgress = (progress: Progress) => { told.push(progress); };
      const loaded = await loadModel(address + path, { id: model.id, sha256: sha256.toUpperCase(), onProgress });
      expect(new Codec({ model: loaded }).compress(TEXT)).toEqual(new Codec({ model }).compress(TEXT));
      expect(told[0]).toEqual({ loaded: 0, total });
      expect(told.at(-1)).toEqual({ loaded: file.length, total });
      const sizes = told.map((progress) => progress.loaded);
      expect(sizes).toEqual([...sizes].sort((one, other) => one - other));
    }
  });

  it('refuses another file', async () => {
    const url = `${address}/small.aura`;
    for (const options of [{ sha256: '0'.repeat(64) }, { id: '0'.repeat(16) }]) {
      expect(await errorOf(loadModel(url, options))).toMatchObject({ code: 'ChecksumMismatch' });
    }
    const files: Response[] = [new Response('AURM and then something else'), new Response(null)];
    for (const response of files) {
      const fetch = () => Promise.resolve(response);
      expect(await errorOf(loadModel('anywhere', { fetch }))).toBeInstanceOf(DecodeError);
    }
  });

  it('takes no more bytes than it may', async () => {
    for (const path of ['/small.aura', '/unsized', '/slow']) {
      const error = await errorOf(loadModel(address + path, { maxSize: 999 }));
      expect(error).toMatchObject({ code: 'LimitExceeded' });
    }
    await loadModel(`${address}/unsized`, { maxSize: file.length });
  });

  it('says so where the file cannot be had', async () => {
    for (const url of [`${address}/nothing`, `${address}/cut`, 'http://127.0.0.1:9/', 'no address', model.id]) {
      const error = await errorOf(loadModel(url));
      expect(error).toBeInstanceOf(LoadError);
      expect(String(error)).toContain(url);
    }
  });

  it('is stopped by a signal', async () => {
    const controller = new AbortController();
    const loading = loadModel(`${address}/slow`, {
      signal: controller.signal,
      onProgress: ({ loaded }) => { if (loaded > 0) controller.abort(); },
    });
    expect(await errorOf(loading)).toBe(controller.signal.reason);
    expect(await errorOf(loadModel(`${address}/small.aura`, { signal: AbortSignal.abort('no') }))).toBe('no');
  });

  it('needs no network for a file that is kept', async () => {
    const cache = new Memory();
    const url = `${address}/small.aura`;
    await loadModel(url, { cache });
    expect(Buffer.compare(cache.files.get(model.id) as Uint8Array, file)).toBe(0);
    for (const again of [loadModel(url, { cache, id: model.id, sha256 }), loadModel(model.id, { cache })]) {
      expect((await again).id).toBe(model.id);
    }
    expect(requests).toBe(1);
    expect(await errorOf(loadModel(url, { cache, id: model.id, sha256: '0'.repeat(64) }))).toMatchObject({
      code: 'ChecksumMismatch',
    });
  });

  it('loads a file anew that is damaged where it is kept', async () => {
    const cache = new Memory();
    const damaged = Uint8Array.from(file);
    damaged[1000] ^= 1;
    cache.files.set(model.id, damaged);
    expect(await errorOf(loadModel(model.id, { cache }))).toBeInstanceOf(LoadError);
    expect(cache.files.size).toBe(0);
    cache.files.set(model.id, damaged);
    await loadModel(`${address}/small.aura`, { cache, id: model.id });
    expect(Buffer.compare(cache.files.get(model.id) as Uint8Array, file)).toBe(0);
  });
});

describe('ModelCache', () => {
  it('keeps nothing where there is no Cache Storage', async () => {
    const cache = new ModelCache();
    await cache.put(model.id, file);
    expect(await cache.get(model.id)).toBeNull();
    await cache.delete(model.id);
  });
});

describe('the parts of a model', () => {
  it('make the same model where they arrive', () => {
    const templates = new Map([[300, parsePattern('Where is order {id:int}?')]]);
    const dictionary = Uint8Array.of(1, 2, 3);
    const { id, contextModel } = model;
    const copy = modelOf(structuredClone(partsOf(new Model({ id, contextModel, templates, dictionary }))));
    expect([copy.id, [...copy.dictionary]]).toEqual([model.id, [1, 2, 3]]);
    const [codec, own] = [new Codec({ model: copy }), new Codec({ model, templates: { 300: 'Where is order {id:int}?' } })];
    for (const text of [...conversation, 'Where is order 1041?']) expect(codec.compress(text)).toEqual(own.compress(text));
  });
});
