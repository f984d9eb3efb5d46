// node decode.mjs decode [--model FILE] [--max-size N]: reads a message, and writes its text.
// Ends with 0, or with 1 and the code of the refusal on standard error.
import { readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { decode, DecodeError, readModel } from './index.mjs';

const { values, positionals } = parseArgs({
  options: { model: { type: 'string' }, 'max-size': { type: 'string' } },
  allowPositionals: true,
});

function writeAll(bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

try {
  if (positionals.join() !== 'decode') throw new Error('the command is not decode');
  const model = values.model && readModel(readFileSync(values.model));
  const maxSize = values['max-size'] === undefined ? undefined : Number(values['max-size']);
  writeAll(decode(readFileSync(0), { model, maxSize }));
} catch (error) {
  process.exitCode = error instanceof DecodeError ? 1 : 2;
  console.error(error.message);
}
