// The script of the page of wasm_chromium.test.ts: both cores.
import * as core from '../src/core.js';
import * as wasm from '../src/wasm.js';

const cores = { core, wasm };

/** What the page has. */
export type Cores = typeof cores;

(globalThis as unknown as { cores: Cores }).cores = cores;
