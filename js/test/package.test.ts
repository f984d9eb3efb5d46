// The package, packed and installed into a clean folder, works there.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pathOf } from './reference.js';

const folder = mkdtempSync(join(tmpdir(), 'aura-client-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SCRIPT = `
import { readFileSync } from 'node:fs';
import { AuraError, Codec, Model } from '@aura-codec/client';
import * as core from '@aura-codec/client/core';
import { Brio } from '@aura-codec/client/brio';
for (const entry of process.argv.slice(3)) {
  if (Object.keys(await import(entry)).length === 0) throw new Error(entry + ' exports nothing');
}
const codec = new Codec({ model: Model.read(readFileSync(process.argv[2])), bodies: [new Brio()] });
const wire = codec.compress('Is there anything else I can help you with?');
if (core.Codec !== Codec || wire.length > 9) throw new Error('another package');
try {
  codec.decompress(new Uint8Array(0));
} catch (error) {
  if (error instanceof AuraError) console.log(codec.decompress(wire), error.code);
}
`;

/** The entry `wasm` with the file of the package, or what it says without one. */
const WASM_SCRIPT = `
import { readFileSync } from 'node:fs';
import { Codec, load, LoadError, Model } from '@aura-codec/client/wasm';
try {
  await load();
  const codec = new Codec({ model: Model.read(readFileSync(process.argv[2])) });
  console.log(codec.decompress(codec.compress('Is there anything else I can help you with?')));
} catch (error) {
  console.log(error instanceof LoadError, /aura\\.wasm/.test(error.message));
}
`;

it('works where it is installed', () => {
  const js = pathOf('js');
  const run = (command: string, args: string[], cwd: string) => execFileSync(command, args, { cwd, encoding: 'utf8' });
  run('npm', ['run', '--silent', 'build'], js);
  run('npm', ['pack', '--silent', '--pack-destination', folder], js);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  run('npm', ['install', '--silent', '--offline', '--no-audit', `./${tarball}`], folder);
  writeFileSync(join(folder, 'use.mjs'), SCRIPT);
  const { exports } = JSON.parse(readFileSync(join(js, 'package.json'), 'utf8')) as { exports: Record<string, unknown> };
  // the script of a worker exports nothing, and some are no modules
  const entries = Object.keys(exports).filter((entry) => !/worker|json|\.wasm/.test(entry));
  expect(entries.length).toBeGreaterThan(8);
  const names = entries.map((entry) => entry.replace('.', '@aura-codec/client'));
  const said = run('node', ['use.mjs', pathOf('src/aura/data/small.aura'), ...names], folder);
  expect(said).toBe('Is there anything else I can help you with? Truncated\n');
  writeFileSync(join(folder, 'use_wasm.mjs'), WASM_SCRIPT);
  const isBuilt = existsSync(pathOf('native/build/aura.wasm'));
  const saidByWasm = run('node', ['use_wasm.mjs', pathOf('src/aura/data/small.aura')], folder);
  expect(saidByWasm).toBe(isBuilt ? 'Is there anything else I can help you with?\n' : 'true true\n');
});
