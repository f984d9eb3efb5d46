// The examples in examples/js work: in Chromium, built by Vite, and in Node against FastAPI.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, serveFiles, startChromium } from '../conformance/chromium.js';
import { Codec, Model } from '../src/core.js';
import { pathOf } from './reference.js';

const TEXT = 'Is there anything else I can help you with?';
const executable = findChromium();
const folder = mkdtempSync(join(tmpdir(), 'aura-examples-'));
const model = pathOf('src/aura/data/small.aura');

beforeAll(() => {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: pathOf('js') });
  cpSync(pathOf('examples/js'), folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules/@aura-codec'), { recursive: true });
  symlinkSync(pathOf('js'), join(folder, 'node_modules/@aura-codec/client'));
  symlinkSync(pathOf('js/node_modules/ws'), join(folder, 'node_modules/ws'));
}, 120_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.skipIf(executable === null)('examples in Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium(executable as string);
  });

  afterAll(async () => {
    await browser.close();
  });

  /** The result that a page of a folder shows, which is served as it is. */
  async function resultOf(root: string, more: Readonly<Record<string, Uint8Array>> = {}): Promise<string> {
    const server = await serveFiles(async (path) => {
      if (path in more) return more[path];
      const file = path.startsWith('client/') ? pathOf(`js/dist/${path.slice(7)}`) : join(root, path || 'index.html');
      return await readFile(file === join(root, 'small.aura') ? model : file).catch(() => null);
    });
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${server.address}/index.html`);
    await page.waitForFunction(() => document.getElementById('result')?.textContent !== '');
    const text = await page.textContent('#result');
    await page.close();
    server.stop();
    expect(errors).toEqual([]);
    return text ?? '';
  }

  it('run in a page', async () => {
    expect(await resultOf(join(folder, 'page'))).toMatch(/^43 bytes become \d, and these "Is there anything else/);
  });

  it('run in a service worker', async () => {
    const wire = new Codec({ model: Model.read(readFileSync(model)) }).compress(TEXT);
    expect(await resultOf(join(folder, 'service_worker'), { 'greeting.aura-message': wire })).toBe(TEXT);
  });

  it('are built by Vite', async () => {
    const root = join(folder, 'vite');
    await build({ root, logLevel: 'error', build: { target: 'es2022' } });
    expect(await resultOf(join(root, 'dist'))).toMatch(/^\d bytes: Is there anything else/);
  });
});

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

it('run in Node, with FastAPI', async () => {
  const address = `http://127.0.0.1:${String(await freePort())}`;
  const server = spawn(process.env['AURA_PYTHON'] as string, [pathOf('examples/fastapi_app.py'), new URL(address).port]);
  try {
    while (!(await fetch(`${address}/openapi.json`).then(({ ok }) => ok, () => false))) {
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    const client = spawn(process.execPath, [join(folder, 'node_client.mjs'), address, pathOf('src/aura/data/default.aura')]);
    client.stderr.pipe(process.stderr);
    let said = '';
    client.stdout.on('data', (data: Buffer) => { said += String(data); });
    expect(await once(client, 'close')).toEqual([0, null]);
    expect(said).toMatch(/echo: Is there anything else I can help you with\?; \d+ of 43 bytes with AURA/);
    expect(said.match(/event: 20\d\d-/g)).toHaveLength(2);
    expect(said).toMatch(/events: \d+ of 1\d\d bytes with AURA/);
  } finally {
    server.kill();
  }
});
