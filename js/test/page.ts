// The script of the page of chromium.test.ts: what the functions that run there find.
import * as core from '../src/core.js';
import * as events from '../src/events.js';
import * as models from '../src/models.js';
import { exchange } from './exchange.js';

const client = { ...core, ...events, ...models, exchange };

/** What the page has. */
export type Client = typeof client;

(globalThis as unknown as { client: Client }).client = client;
