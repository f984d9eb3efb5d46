// Checks the sizes of the entries, minified and gzipped, and of the playground against the most bytes that they may have.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const LIMITS = [
  { entries: ['core'], most: 30_000 },
  { entries: ['core', 'explain'], most: 33_000 },
  { entries: ['core', 'brio', 'session', 'websocket', 'events', 'chunked', 'models', 'near'], most: 44_000 },
];

for (const { entries, most } of LIMITS) {
  const contents = entries.map((entry) => `export * from './src/${entry}.ts';`).join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  console.log(`${entries.join(' + ')}: ${size} bytes of at most ${most}`);
  if (size > most) process.exitCode = 1;
}

// What a browser loads of the playground at first; servers compress all but the model.
const MOST_OF_PAGE = 300 * 1024;
const file = (name) => readFileSync(new URL(`../src/aura/data/${name}`, import.meta.url));
const parts = ['playground.html', 'playground.js', 'pages.css'].map((name) => gzipSync(file(`pages/${name}`), { level: 9 }).length);
const page = parts.reduce((sum, size) => sum + size, file('small.aura').length);
console.log(`the playground with the small model: ${page} bytes of at most ${MOST_OF_PAGE}`);
if (page > MOST_OF_PAGE) process.exitCode = 1;
