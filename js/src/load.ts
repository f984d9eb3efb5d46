// Loading models: over the network or from a store, within bounds, checked, and read in a worker if wanted.
import { MODEL_MAX_FILE } from './constants.js';
import { DecodeError, LoadError } from './errors.js';
import { Model } from './model.js';
import { ModelCache, type ModelStore } from './model_cache.js';
import { modelOf } from './model_parts.js';
import type { WorkerAnswer, WorkerRequest } from './model_worker.js';
import { sha256 } from './sha256.js';
import { concat, toHex } from './wire.js';

/** How much of a file has come. */
export interface Progress {
  /** Bytes that are there. */
  readonly loaded: number;
  /** Bytes of the whole file; null if the server does not say. */
  readonly total: number | null;
}

/** What a model has to be, and how it is had. */
export interface LoadOptions {
  /** The id that the model has to have: sixteen hexadecimal digits. With it, a file that is kept needs no network. */
  readonly id?: string;
  /** SHA-256 of the file, in 64 hexadecimal digits. */
  readonly sha256?: string;
  /** Where files are kept: true, the default, for Cache Storage, false for nowhere. */
  readonly cache?: boolean | ModelStore;
  /** Stops the loading; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Is told what has come, at least once for a file that comes over the network. */
  readonly onProgress?: (progress: Progress) => void;
  /** Bytes that the file may have; 64 MiB by default, which is what the format allows. */
  readonly maxSize?: number;
  /**
   * Read the file in a worker: true for one of this module, whose script has to come from the origin of the page, or
   * one that runs the module `@aura-codec/client/model-worker` and does nothing else meanwhile. Where there are no
   * workers, the file is read in place.
   */
  readonly worker?: boolean | Worker;
  /** Takes the place of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * Load a model.
 *
 * @param source The address of its file, or its id, if the file is kept already.
 * @throws LoadError The file cannot be had: the network fails, the server refuses, or nothing is kept by the id.
 * @throws DecodeError The file is refused, as {@link Model.read} says; `LimitExceeded` if it has more than `maxSize`
 *   bytes, `ChecksumMismatch` if its id or its SHA-256 is not the one that was asked for.
 */
export async function loadModel(source: string | URL, options: LoadOptions = {}): Promise<Model> {
  const { cache = true, signal } = options;
  const isId = typeof source === 'string' && /^[0-9a-f]{16}$/.test(source);
  const id = isId ? source : options.id?.toLowerCase();
  const store = cache === true ? new ModelCache() : cache === false ? null : cache;
  signal?.throwIfAborted();
  if (id !== undefined && store !== null) {
    const kept = await fromStore(store, id, options);
    if (kept !== null) return kept;
  }
  if (isId) throw new LoadError(`no file of the model ${source} is kept`);
  const file = await download(source, options);
  await checkDigest(file, options.sha256);
  const model = await read(file, id, options);
  await store?.put(model.id, file);
  signal?.throwIfAborted();
  return model;
}

/** A model that is kept. A file that is no longer what it was is forgotten. */
async function fromStore(store: ModelStore, id: string, options: LoadOptions): Promise<Model | null> {
  const file = await store.get(id);
  if (file === null) return null;
  try {
    await checkDigest(file, options.sha256);
    return await read(file, id, options);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    await store.delete(id);
    return null;
  }
}

async function download(source: string | URL, options: LoadOptions): Promise<Uint8Array> {
  const { signal, onProgress, maxSize = MODEL_MAX_FILE, fetch = globalThis.fetch } = options;
  const failed = (reason: string, cause?: unknown): LoadError =>
    new LoadError(`${String(source)}: ${reason}`, { cause });
  try {
    const response = await fetch(source, signal ? { signal } : {});
    if (!response.ok) throw failed(`the server answers ${String(response.status)}`);
    const length = response.headers.get('content-length');
    const isCoded = response.headers.has('content-encoding'); // the length is then that of the coded file
    const total = length === null || isCoded ? null : Number(length);
    return await collect(response, total, maxSize, onProgress);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof DecodeError || error instanceof LoadError ? error : failed('the network fails', error);
  }
}

async function collect(
  response: Response, total: number | null, maxSize: number, onProgress: LoadOptions['onProgress'],
): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  let loaded = 0;
  for (;;) {
    if (Math.max(loaded, total ?? 0) > maxSize) {
      await reader?.cancel();
      throw new DecodeError('LimitExceeded', `the model file has more than ${String(maxSize)} bytes`);
    }
    onProgress?.({ loaded, total });
    const { value } = (await reader?.read()) ?? {};
    if (value === undefined) return concat(pieces);
    pieces.push(value);
    loaded += value.length;
  }
}

async function checkDigest(file: Uint8Array, wanted: string | undefined): Promise<void> {
  if (wanted === undefined) return;
  const digest = toHex(await digestOf(file));
  if (digest !== wanted.toLowerCase()) {
    throw new DecodeError('ChecksumMismatch', `the SHA-256 of the model file is ${digest}`);
  }
}

/** SHA-256, by the browser where it has it: pages without TLS have not. */
async function digestOf(file: Uint8Array): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto as Partial<Crypto>;
  return subtle ? new Uint8Array(await subtle.digest('SHA-256', file.slice())) : sha256(file);
}

async function read(file: Uint8Array, id: string | undefined, options: LoadOptions): Promise<Model> {
  const { worker = false, signal } = options;
  if (worker === false || !('Worker' in globalThis)) return Model.read(file, id);
  if (worker !== true) return await readInWorker(worker, file, id, signal);
  const own = new Worker(new URL('./model_worker.js', import.meta.url), { type: 'module' });
  try {
    return await readInWorker(own, file, id, signal);
  } finally {
    own.terminate();
  }
}

function readInWorker(
  worker: Worker, file: Uint8Array, id: string | undefined, signal: AbortSignal | undefined,
): Promise<Model> {
  return new Promise((resolve, reject: (error: unknown) => void) => {
    const ended = new AbortController();
    const on = { signal: ended.signal };
    const end = (settle: () => void) => {
      ended.abort();
      settle();
    };
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
      end(() => {
        if ('parts' in data) resolve(modelOf(data.parts));
        else reject(new DecodeError(data.refused.code, data.refused.reason, data.refused.offset));
      });
    }, on);
    worker.addEventListener('error', (event) => {
      end(() => { reject(new LoadError(`the worker fails: ${event.message}`)); });
    }, on);
    signal?.addEventListener('abort', () => { end(() => { reject(signal.reason as Error); }); }, on);
    const request: WorkerRequest = { file, id };
    worker.postMessage(request);
  });
}
