// The pages in Chromium: what they show is what goes over the wire, nothing is an error, nothing moves.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, type Served, serve } from './browser.js';
import { pathOf } from './reference.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };

/** The size of a model file of the package, as people read it. */
function mebibytes(name: string): string {
  return `${(statSync(pathOf(`src/aura/data/${name}.aura`)).size / 2 ** 20).toFixed(1)} MiB`;
}

/** A page, and what went wrong in it. */
interface Opened {
  readonly page: Page;
  readonly errors: string[];
  /** What it has been sent over its socket and has sent, in hexadecimal digits, as the browser's tools see it. */
  readonly frames: string[];
}

describe.skipIf(chromiumPath === null)('the pages', () => {
  let served: Served;
  let browser: Browser;

  beforeAll(async () => {
    served = await serve();
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    served.stop();
  });

  afterEach(async () => { // a test that failed leaves its windows
    for (const context of browser.contexts()) await leave(context);
  });

  async function open(url: string, options: BrowserContextOptions = DESKTOP): Promise<Opened> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const [errors, frames]: [string[], string[]] = [[], []];
    page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
    page.on('pageerror', (error) => errors.push(String(error)));
    const tools = await context.newCDPSession(page);
    await tools.send('Network.enable');
    const take = ({ response: { opcode, payloadData } }: { response: { opcode: number; payloadData: string } }) => {
      if (opcode === 2) frames.push(Buffer.from(payloadData, 'base64').toString('hex'));
    };
    tools.on('Network.webSocketFrameSent', take);
    tools.on('Network.webSocketFrameReceived', take);
    await page.addInitScript(`
      globalThis.moved = [];
      new PerformanceObserver((list) => {
        for (const { hadRecentInput, sources } of list.getEntries()) {
          if (hadRecentInput) continue;
          for (const { node, previousRect: was, currentRect: is } of sources) {
            globalThis.moved.push([node?.outerHTML ?? node?.textContent, was.x, was.y, is.x, is.y].join(' '));
          }
        }
      }).observe({ type: 'layout-shift', buffered: true });
    `);
    await page.goto(url);
    return { page, errors, frames };
  }

  async function chat(options?: BrowserContextOptions): Promise<Opened> {
    const opened = await open(served.address, options);
    await opened.page.waitForSelector('#send:enabled');
    return opened;
  }

  async function end({ page, errors }: Opened): Promise<void> {
    expect(errors).toEqual([]);
    expect(await page.evaluate('globalThis.moved')).toEqual([]);
    const { violations } = await page.evaluate<AxeResults>(`${axe.source}; axe.run()`);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([]);
    const isWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    expect(isWide).toBe(false);
    await leave(page.context());
  }

  async function leave(context: BrowserContext): Promise<void> {
    await context.close();
    await new Promise((resolve) => setTimeout(resolve, 200)); // until the server knows: it is silent among guests
  }

  /** Say something, and wait for the answer. */
  async function say(page: Page, text: string): Promise<void> {
    const before = await page.locator('#log li').count();
    await page.fill('#text', text);
    await page.press('#text', 'Enter');
    await page.locator('#log li').nth(before + 1).waitFor();
  }

  const framesOf = (page: Page) => page.locator('#log li').evaluateAll((items) => items.map((item) => item.getAttribute('data-frame')));

  it('show the bytes that go over the wire', async () => {
    const opened = await chat();
    const { page, frames } = opened;
    for (const text of ['Is there anything else I can help you with?', '<b>bold</b> & 🚲', 'x'.repeat(3000)]) await say(page, text);
    const shown = await framesOf(page);
    expect(shown).toHaveLength(6);
    const isControl = (frame: string) => frame.startsWith('7f'); // hello and use
    expect(frames.filter((frame) => !isControl(frame))).toEqual(shown);
    expect(frames.length).toBeGreaterThan(shown.length + 2);
    expect(await page.locator('#status').textContent()).toBe('connected, with AURA on the wire');
    expect(await page.locator('#log .said').nth(2).textContent()).toBe('<b>bold</b> & 🚲');
    const agreeing = frames.filter(isControl).reduce((sum, frame) => sum + frame.length / 2, 0);
    expect(await page.locator('#agreeing').textContent()).toBe(`${String(agreeing)} B`);
    const total = shown.reduce((sum, frame) => sum + (frame ?? '').length / 2, 0);
    expect(await page.locator('#wire').textContent()).toBe(`${total.toLocaleString('en')} B`);
    await page.waitForFunction(() => document.getElementById('brotli')?.textContent !== '0 B');
    await end(opened);
  });

  it('tell where the bits of a message went, for keyboard, pointer and touch', async () => {
    for (const options of [DESKTOP, PHONE]) {
      const opened = await chat(options);
      const { page } = opened;
      await say(page, 'Where is my order 1041?');
      const opener = page.locator('.opener').first();
      await opener.focus();
      await page.keyboard.press('Enter');
      expect(await opener.getAttribute('aria-pressed')).toBe('true');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Message sent');
      const list = page.getByRole('listbox', { name: 'Characters and their costs' });
      expect(await list.textContent()).toBe('Where is my order 1041?');
      await list.focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      expect(await list.getByRole('option', { selected: true }).getAttribute('aria-label')).toMatch(/^“h”: \d+\.\d\d bits, /);
      const third = list.locator('span').nth(2);
      await (options === PHONE ? third.tap() : third.hover());
      expect(await page.locator('.note strong').textContent()).toMatch(/^“e”: /);
      await page.waitForFunction(() => document.querySelector('.sizes')?.textContent.includes('–') === false);
      expect(await page.locator('.sizes th').allTextContents())
        .toEqual(['AURA', 'permessage-deflate', 'Zstandard 19', 'Brotli 11', 'plain text']);
      const digits = (await page.locator('.hex').textContent())?.replaceAll(' ', '');
      expect(digits).toBe((await framesOf(page))[0]);
      await page.keyboard.press('Escape');
      expect(await page.evaluate('document.activeElement.className')).toBe('opener');
      await end(opened);
    }
  });

  it('let a second window join, and say when someone leaves', async () => {
    const [one, two] = [await chat(), await chat(PHONE)];
    await one.page.locator('#log .said').first().waitFor();
    await two.page.fill('#text', 'Hello, other window');
    await two.page.press('#text', 'Enter');
    const said = one.page.locator('#log li').nth(1);
    await said.waitFor();
    expect(await said.locator('.said').textContent()).toBe('Hello, other window');
    expect(await said.locator('.who').textContent()).toMatch(/^Guest \d+$/);
    await end(two);
    await one.page.locator('#log li').nth(2).waitFor();
    await end(one);
  });

  it('take another model, forget, and connect anew', async () => {
    const opened = await chat();
    const { page } = opened;
    const options = await page.locator('#model option').allTextContents();
    expect(options).toEqual([`small model (${mebibytes('small')})`, `default model (${mebibytes('default')})`, 'no model']);
    for (const choice of options.slice(1)) {
      await page.selectOption('#model', { label: choice });
      await page.waitForSelector('#send:enabled');
      await say(page, 'Is it open on Sundays, and until when?');
    }
    await page.selectOption('#model', { label: options[0] });
    await page.waitForSelector('#send:enabled');
    await page.uncheck('#stream');
    await page.waitForSelector('#send:enabled');
    await say(page, 'Is it open on Sundays, and until when?');
    await page.locator('.opener').first().click();
    expect(await page.locator('.summary').textContent()).toMatch(/^auralite compact, /);
    await end(opened);
  });

  it('play a conversation that is brought along', async () => {
    const opened = await chat(PHONE);
    const { page } = opened;
    await page.click('#bring');
    const widths = await page.locator('#dialog').evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
    expect(widths[0]).toBe(widths[1]);
    await page.fill('#brought', '{"role": "user", "text": "one"}\n{"role": "tool", "text": "uno"}\n{"role": "assistant", "text": "<i>"}\n{"role": "user", "text": "two"}');
    await page.click('#play');
    await page.locator('#log li').nth(3).waitFor();
    expect(await page.locator('#log .said').allTextContents()).toEqual(['one', 'uno', '<i>', 'two']);
    await page.locator('#stop').waitFor({ state: 'hidden' });
    await page.evaluate(`{
      const data = new DataTransfer();
      data.items.add(new File(['three\\ndrei\\n'], 'talk.txt'));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }`);
    await page.locator('#log li').nth(5).waitFor();
    expect((await page.locator('#log .said').allTextContents()).slice(4)).toEqual(['three', 'drei']);
    await end(opened);
  });

  it('have a playground that works without a network', async () => {
    for (const options of [DESKTOP, PHONE]) {
      const opened = await open(`${served.address}/pages/playground.html`, options);
      const { page } = opened;
      expect((await page.locator('#model option').allTextContents()).map((text) => text.trim()))
        .toEqual([`small (${mebibytes('small')})`, `default (${mebibytes('default')})`]);
      await page.waitForFunction(() => document.querySelector('.sizes')?.textContent.includes('deflate'));
      await page.fill('#text', 'What is 7 times 191?');
      await page.waitForFunction(() => document.querySelector('.text')?.textContent === 'What is 7 times 191?');
      await page.evaluate('navigator.serviceWorker.ready');
      await page.waitForFunction(async () => (await (await caches.open('aura-playground')).keys()).length > 3);
      await page.context().setOffline(true);
      await page.reload();
      await page.waitForFunction(() => document.querySelector('.sizes') !== null);
      await page.context().setOffline(false);
      if (options === DESKTOP) {
        await page.selectOption('#model', 'default');
        await page.waitForFunction(() => document.getElementById('status')?.textContent === 'the default model is loaded');
      }
      await end(opened);
    }
  });

  it('show what Python explains', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aura-page-'));
    const file = join(folder, 'page.html');
    const script = 'from aura.cli import main; main()';
    execFileSync(process.env['AURA_PYTHON'] as string, ['-c', script, 'explain', '--hex', '06553d6462', '--html', file]);
    const opened = await open(pathToFileURL(file).href, PHONE);
    const { page } = opened;
    expect(await page.locator('.text').textContent()).toBe('Timeout after 30ms for db');
    await page.locator('.text .cell').nth(1).tap();
    expect(await page.locator('.note').textContent()).toBe('“30”: 8.00 bitsslot 0 (int)');
    await end(opened);
    rmSync(folder, { recursive: true });
  });
});
