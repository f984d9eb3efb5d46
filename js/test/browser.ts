// Debian's Chromium, where there is one, and `aura serve` for it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { findChromium } from '../conformance/chromium.js';

/** The path of a Chromium, or null; tests that need one say that they skip. */
export const chromiumPath = findChromium();
if (chromiumPath === null) console.log('no chromium is installed: the tests of the pages are skipped');

/** A server that runs until it is stopped. */
export interface Served {
  readonly address: string;
  stop(): void;
}

/** `aura serve` on a free port. */
export async function serve(): Promise<Served> {
  const python = process.env['AURA_PYTHON'];
  if (python === undefined) throw new Error('set AURA_PYTHON to a Python that has aura-codec');
  const script = 'from aura.cli import main; main()';
  const server: ChildProcess = spawn(python, ['-c', script, 'serve', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: server.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  const address = /http:\S+/.exec(line);
  if (address === null) throw new Error(`aura serve says: ${line}`);
  return { address: address[0], stop: () => { server.kill(); } };
}
