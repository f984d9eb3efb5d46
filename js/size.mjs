// Checks the sizes of the entries, minified and gzipped, against the most bytes that they may have.
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
