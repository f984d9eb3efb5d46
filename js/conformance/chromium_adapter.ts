// Speaks the protocol of the conformance runner as adapter.ts does, and has the package in Chromium answer.
import { bytesOf, unitsOf, versionOf } from './repository.js';
import { findChromium, pageFor, serveFiles, startChromium } from './chromium.js';
import { answerLines } from './lines.js';
import type { Page } from './page.js';

declare const page: Page; // of the browser's page, for the functions that run there

const executable = findChromium();
if (executable === null) throw new Error('no Chromium is found; set AURA_CHROMIUM to its path');
const server = await serveFiles((path) =>
  Promise.resolve(path === 'index.html' ? pageFor('/conformance/page.js') : bytesOf(`js/build/${path}`)),
);
const browser = await startChromium(executable);
const tab = await browser.newPage();
const errors: string[] = [];
tab.on('pageerror', (error) => errors.push(String(error)));
tab.on('console', (message) => {
  if (message.type() === 'error') errors.push(message.text());
});
await tab.goto(`${server.address}/index.html`);
await tab.evaluate(([version, units]) => { page.begin(version, units); }, [versionOf(), unitsOf()] as const);
await answerLines((request) => tab.evaluate((asked) => page.answer(asked), request));
await browser.close();
server.stop();
if (errors.length > 0) throw new Error(`the console of the page has errors: ${errors.join('; ')}`);
