// Loading the WebAssembly module, in browsers and elsewhere.
import { LoadError } from '../errors.js';
import { start } from './instance.js';

/** Where the module comes from: an address, an answer of the network, its bytes, or the module itself. */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

/** As much of `node:fs/promises` as is needed. */
interface Files {
  readonly readFile: (path: URL) => Promise<Uint8Array<ArrayBuffer>>;
}

/** A name that no bundler looks into. */
const FILES = 'node:fs/promises';

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new LoadError(`${response.url}: the server answers ${String(response.status)}`);
  const isWasm = response.headers.get('content-type') === 'application/wasm'; // all that streaming takes
  if (isWasm && 'compileStreaming' in WebAssembly) return await WebAssembly.compileStreaming(response);
  return await WebAssembly.compile(await response.arrayBuffer());
}

/** The module of a source. */
export async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof Response) return await compileResponse(source);
  if (typeof source !== 'string' && !(source instanceof URL)) return await WebAssembly.compile(source);
  if (!String(source).startsWith('file:')) return await compileResponse(await fetch(source));
  const { readFile } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ FILES)) as Files;
  return await WebAssembly.compile(await readFile(new URL(source)));
}

let loading: Promise<void> | null = null;

/**
 * Load the WebAssembly module, once; what this entry exports works from then on. Later calls wait for the first one, and
 * try anew after a failure.
 *
 * @param source The module; by default the file `aura.wasm` beside this one.
 * @throws LoadError It cannot be had or compiled. A page needs `'wasm-unsafe-eval'` in the `script-src` of its Content
 *   Security Policy, and a package that was built without clang has no such file.
 */
export function load(source: WasmSource = new URL('./aura.wasm', import.meta.url)): Promise<void> {
  loading ??= compile(source).then(start).catch((error: unknown) => {
    loading = null;
    if (error instanceof LoadError) throw error;
    throw new LoadError(`the WebAssembly module cannot be loaded: ${String(error)}`, { cause: error });
  });
  return loading;
}
