// The WebAssembly module in Chromium, under a policy that allows such modules, and under one that does not.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileServer, findChromium, pageFor, serveFiles, startChromium } from '../conformance/chromium.js';
import { conversationOf, pathOf } from './reference.js';
import type { Cores } from './wasm_page.js';

declare const cores: Cores; // of the page

const executable = findChromium();
const MODULE = pathOf('native/build/aura.wasm');
const canRun = executable !== null && existsSync(MODULE);
if (!canRun) console.warn('Chromium or native/build/aura.wasm is not there, so that the entry wasm is not tested in a browser');

async function fileOf(path: string): Promise<string | Uint8Array | null> {
  if (path === 'index.html') return pageFor('/test/wasm_page.js');
  if (path === 'src/wasm/aura.wasm') return await readFile(MODULE);
  if (path === 'small.aura') return await readFile(pathOf('src/aura/data/small.aura'));
  if (!/^(src|test)\/[\w/]+\.js$/.test(path)) return null;
  const source = await readFile(pathOf(`js/${path.replace(/js$/, 'ts')}`), 'utf8');
  return (await transform(source, { loader: 'ts', target: 'es2022' })).code;
}

describe.skipIf(!canRun)('the entry wasm in Chromium', () => {
  let browser: Browser;
  const servers: FileServer[] = [];

  beforeAll(async () => {
    browser = await startChromium(executable as string);
  });

  afterAll(async () => {
    await browser.close();
    for (const server of servers) server.stop();
  });

  async function open(scripts?: string): Promise<Page> {
    const server = await serveFiles(fileOf, scripts);
    servers.push(server);
    const page = await browser.newPage();
    await page.goto(`${server.address}/index.html`);
    await page.waitForFunction(() => 'cores' in globalThis);
    return page;
  }

  it('writes and reads what the TypeScript core does', async () => {
    const page = await open("'self' 'wasm-unsafe-eval'");
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
    const told = await page.evaluate(async (texts) => {
      await cores.wasm.load();
      const file = new Uint8Array(await (await fetch('/small.aura')).arrayBuffer());
      const [quick, other] = [cores.wasm, cores.core].map(({ Model, Codec }) => new Codec({ model: Model.read(file) as never }));
      return texts.map((text) => ({
        wires: [quick, other].map((codec) => codec.compress(text).join()),
        text: quick.decompress(other.compress(text)),
      }));
    }, conversationOf());
    expect(told).toHaveLength(conversationOf().length);
    expect(told.map(({ text }) => text)).toEqual(conversationOf());
    for (const { wires: [quick, other] } of told) expect(quick).toBe(other);
    expect(errors).toEqual([]);
  });

  it('says so where the policy of the page forbids the module', async () => {
    const page = await open();
    const refused = await page.evaluate(async () =>
      await cores.wasm.load().catch((error: unknown) => [error instanceof cores.wasm.LoadError, String(error)]));
    expect(refused).toEqual([true, expect.stringContaining('the WebAssembly module cannot be loaded')]);
  });
});
