// The package in Chromium, under `script-src 'self'`, and servers in Python: no error in the console, no wrong text.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FileServer, findChromium, pageFor, serveFiles, startChromium } from '../conformance/chromium.js';
import type { Outcome } from './exchange.js';
import type { Client } from './page.js';
import { conversationOf, pathOf, spawnPython } from './reference.js';

declare const client: Client; // of the page

const executable = findChromium();
if (executable === null) console.warn('Chromium is not there, so that nothing is tested in it; set AURA_CHROMIUM to its path');

/** Messages of the exchange; `make test-exchange` takes 10,000. */
const MESSAGES = Number(process.env['AURA_EXCHANGE'] ?? 200);
const [DROPS, MODELS] = MESSAGES < 10_000 ? [3, 1] : [20, 3];

/** Modules as they are written, without their types, and the models. */
async function fileOf(path: string): Promise<string | Uint8Array | null> {
  if (path === 'index.html') return pageFor('/test/page.js');
  if (/^\w+\.aura$/.test(path)) return await readFile(pathOf(`src/aura/data/${path}`));
  if (!/^(src|test)\/[\w/]+\.js$/.test(path)) return null;
  const source = await readFile(pathOf(`js/${path.replace(/js$/, 'ts')}`), 'utf8');
  return (await transform(source, { loader: 'ts', target: 'es2022' })).code;
}

/** The first line of a server in Python. */
async function addressesOf(process: ChildProcessWithoutNullStreams): Promise<Record<string, string>> {
  const [line] = (await once(process.stdout, 'data')) as [Buffer];
  return JSON.parse(String(line)) as Record<string, string>;
}

describe.skipIf(executable === null)('in Chromium', () => {
  let browser: Browser;
  let files: FileServer;
  let page: Page;
  let servers: ChildProcessWithoutNullStreams[];
  let addresses: Record<string, string>;
  const errors: string[] = [];

  beforeAll(async () => {
    browser = await startChromium(executable as string);
    files = await serveFiles(fileOf);
    page = await browser.newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    servers = ['server.py', 'exchange.py'].map(spawnPython);
    for (const { stderr } of servers) stderr.pipe(process.stderr);
    addresses = Object.assign({}, ...(await Promise.all(servers.map(addressesOf)))) as Record<string, string>;
    await page.goto(`${files.address}/index.html`);
    await page.waitForFunction(() => 'client' in globalThis);
  });

  afterAll(async () => {
    for (const { stdin } of servers) stdin.end();
    await browser.close();
    files.stop();
  });

  afterEach(() => {
    expect(errors.splice(0)).toEqual([]);
  });

  it('loads a model, in a worker and from Cache Storage', async () => {
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const told = await page.evaluate(async () => {
      const progress: number[] = [];
      const onProgress = ({ loaded }: { loaded: number }) => { progress.push(loaded); };
      const model = await client.loadModel('/small.aura', { worker: true, onProgress });
      const codec = new client.Codec({ model });
      const wire = codec.compress('Is there anything else I can help you with?');
      const again = await client.loadModel('/small.aura', { id: model.id, worker: true });
      const kept = await client.loadModel(model.id);
      const refused = await client.loadModel('/test/page.js', { worker: true }).catch((error: unknown) => String(error));
      const ids = [model.id, again.id, kept.id];
      return { ids, size: wire.length, text: new client.Codec({ model: kept }).decompress(wire), progress, refused };
    });
    expect(new Set(told.ids).size).toBe(1);
    expect(told.text).toBe('Is there anything else I can help you with?');
    expect(told.size).toBeLessThan(9);
    expect(told.progress.at(-1)).toBe((await readFile(pathOf('src/aura/data/small.aura'))).length);
    expect(told.refused).toContain('Malformed');
    expect(requests.filter((url) => url.endsWith('/small.aura'))).toHaveLength(1);
  });

  it('reads server-sent events as EventSource does', async () => {
    const story = async (kind: 'EventSource' | 'AuraEventSource', url: string) =>
      await page.evaluate(async ([name, address]) => {
        const model = await client.loadModel('/small.aura');
        const source = name === 'EventSource'
          ? new EventSource(address)
          : new client.AuraEventSource(address, { models: [model], asksIn: 'query' });
        const told: string[] = [];
        const note = (event: Event) => {
          const { data = '', lastEventId = '', origin = '' } = event as Partial<MessageEvent<string>>;
          told.push([event.type, data, lastEventId, origin, source.readyState].join(' '));
        };
        for (const type of ['open', 'message', 'named', 'error']) source.addEventListener(type, note);
        await new Promise<void>((resolve) => {
          source.addEventListener('error', () => { if (source.readyState === 2) resolve(); });
        });
        return { told, isAgreed: 'aura' in source && source.aura.isAgreed };
      }, [kind, url] as const);
    const wanted = await story('EventSource', `${addresses['plain_events']}events`);
    expect(wanted.told).toHaveLength(19);
    expect(await story('AuraEventSource', `${addresses['plain_events']}events`)).toEqual(wanted);
    const { told, isAgreed } = await story('AuraEventSource', `${addresses['events']}events`);
    const [port, other] = ['events', 'plain_events'].map((name) => new URL(addresses[name]).port);
    expect(told.map((line) => line.replace(port, other))).toEqual(wanted.told);
    expect(isAgreed).toBe(true);
  });

  /** Exchange messages with a server. */
  async function exchange(address: string, lossTimeout: number): Promise<Outcome> {
    const plan = { address, texts: conversationOf(), count: MESSAGES, drops: DROPS, models: MODELS, lossTimeout };
    return await page.evaluate((told) => client.exchange(told), plan);
  }

  it('exchanges messages over connections that are lost, while models change', async () => {
    const outcome = await exchange(addresses['good'], 30_000);
    expect(outcome).toMatchObject({ right: MESSAGES, wrong: 0, reconnects: DROPS, fetched: MODELS + 1 });
    console.log(`without faults: ${JSON.stringify(outcome)}`);
  }, 3_600_000);

  it('reads no wrong text where frames are dropped and damaged', async () => {
    const outcome = await exchange(addresses['faulty'], 1000);
    expect(outcome.wrong).toBe(0);
    expect(outcome.reconnects).toBeGreaterThan(DROPS);
    expect(4 * outcome.right).toBeGreaterThan(MESSAGES);
    console.log(`with faults: ${JSON.stringify(outcome)}`);
  }, 3_600_000);
});
