// The lines that the conformance runner writes, and the answers to them.
import { createInterface } from 'node:readline';
import type { Fields } from './protocol.js';

/** Answer each request, until the last one. */
export async function answerLines(answer: (request: Fields) => Promise<Fields | null> | Fields | null): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    const answered = await answer(JSON.parse(line) as Fields);
    if (answered === null) break;
    process.stdout.write(`${JSON.stringify(answered)}\n`);
  }
  lines.close();
  process.stdin.destroy();
}
