// The script of a page in which the package answers the conformance runner.
import type { UnitsFile } from '../src/brio.js';
import { Answerer } from './answerer.js';
import type { Fields } from './protocol.js';

/** What the page has for the process that drives the browser. */
export interface Page {
  begin(version: string, units: UnitsFile): void;
  answer(request: Fields): Fields | null;
}

let answerer: Answerer | null = null;

const page: Page = {
  begin: (version, units) => {
    answerer = new Answerer('@aura-codec/client in Chromium', version, units);
  },
  answer: (request) => (answerer as Answerer).answer(request),
};
(globalThis as unknown as { page: Page }).page = page;
