// Builds the pages into the Python package, or with --check compares them with what is there.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const HERE = new URL('./', import.meta.url);
const TARGET = new URL('../../src/aura/data/pages/', HERE);
const BUNDLES = {
  'chat.js': 'chat/main.ts',
  'playground.js': 'playground/main.ts',
  'offline.js': 'playground/offline.ts',
  'explanation.js': 'explanation/main.ts',
};
const COPIES = { 'chat.html': 'chat/chat.html', 'playground.html': 'playground/playground.html', 'pages.css': 'pages.css' };

/** The files of the pages, by name. */
async function files() {
  const found = new Map();
  for (const [name, source] of Object.entries(BUNDLES)) {
    const { outputFiles } = await build({
      entryPoints: [new URL(source, HERE).pathname],
      bundle: true,
      minify: true,
      format: name === 'explanation.js' ? 'iife' : 'esm',
      target: 'es2022',
      charset: 'utf8',
      write: false,
    });
    found.set(name, outputFiles[0].text);
  }
  for (const [name, source] of Object.entries(COPIES)) found.set(name, readFileSync(new URL(source, HERE), 'utf8'));
  return found;
}

const isCheck = process.argv.includes('--check');
mkdirSync(TARGET, { recursive: true });
for (const [name, content] of await files()) {
  const path = new URL(name, TARGET);
  const isSame = existsSync(path) && readFileSync(path, 'utf8') === content;
  if (isCheck && !isSame) {
    console.error(`src/aura/data/pages/${name} is not what js/ builds: run make pages`);
    process.exitCode = 1;
  } else if (!isCheck && !isSame) {
    writeFileSync(path, content);
    console.log(`wrote ${name}, ${String(Buffer.byteLength(content))} bytes`);
  }
}
