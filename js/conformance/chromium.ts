// Chromium without a window, and a server of files for its pages, under a strict policy of contents.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript', html: 'text/html; charset=utf-8', json: 'application/json', wasm: 'application/wasm',
};
/** Scripts from the own origin alone; nothing that is evaluated, and nothing inline. */
const SCRIPTS = "'self'";

/** The program: that of `AURA_CHROMIUM`, or one in the path; null if there is none. */
export function findChromium(): string | null {
  const told = process.env['AURA_CHROMIUM'];
  if (told !== undefined) return told === '' ? null : told;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path)) ?? null;
}

/** Start the program. */
export async function startChromium(executablePath: string): Promise<Browser> {
  return await chromium.launch({ executablePath, args: ['--disable-dev-shm-usage'] });
}

/** Serves files to pages. */
export interface FileServer {
  /** Its origin. */
  readonly address: string;
  stop(): void;
}

/**
 * Serve what `read` gives for a path without its first slash, which is null for what is not there.
 *
 * @param scripts Which scripts the policy of the pages allows.
 */
export async function serveFiles(
  read: (path: string) => Promise<string | Uint8Array | null>, scripts = SCRIPTS,
): Promise<FileServer> {
  const policy = `default-src 'self'; script-src ${scripts}; img-src data:; connect-src *`;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1);
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    const headers = { 'Content-Type': type, 'Content-Security-Policy': policy };
    const send = (status: number, content: string | Uint8Array) => response.writeHead(status, headers).end(content);
    read(path).then(
      (content) => (content === null ? send(404, '') : send(200, content)),
      (error: unknown) => send(500, String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${String(port)}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A page that runs one module. */
export function pageFor(script: string): string {
  return `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>AURA</title><script type="module" src="${script}"></script></html>`;
}
