// Reads random messages, as `python -m aura_vectors corpus` writes them, and compares their digest with the committed one.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Brio } from '../src/brio.js';
import { decodeMessage } from '../src/message.js';
import { Model } from '../src/model.js';
import { fromHex } from '../src/slot/value.js';
import { toHex } from '../src/wire.js';
import type { Fields } from './protocol.js';
import { type Held, stateOf } from './messages.js';
import { bytesOf, unitsOf, valueOf } from './repository.js';

interface Digests {
  readonly digests: readonly { readonly count: number; readonly sha256: string }[];
}

/** What both ends hold, as the first line says. */
function heldFor(told: Fields): Held {
  const phrases = Object.entries(told['phrases'] as Record<string, string>);
  const brio = new Brio({
    units: unitsOf(),
    phrases: new Map(phrases.map(([id, digits]) => [Number(id), fromHex(digits)])),
  });
  return stateOf(told, Model.read(bytesOf(told['model_file'] as string), told['model_id'] as string), brio);
}

/** Read the message of a line, and compare the text. */
function check(line: string, held: Held): void {
  const { number, method, wire, text_hex: text } = JSON.parse(line) as Fields;
  const read = toHex(decodeMessage(fromHex(wire as string), held));
  if (read !== text) throw new Error(`message ${String(number)}, ${method as string}: another text is read`);
}

const hash = createHash('sha256');
let held: Held | null = null;
let count = -1;
for await (const line of createInterface({ input: process.stdin })) {
  if (held === null) held = heldFor(JSON.parse(line) as Fields);
  else check(line, held);
  hash.update(`${line}\n`);
  count++;
}
const digest = hash.digest('hex');
const committed = (valueOf('vectors/corpus.json') as Digests).digests.find((one) => one.count === count)?.sha256;
if (committed !== digest) throw new Error(`${String(count)} messages have the digest ${digest}, not ${committed ?? 'a known one'}`);
console.log(`${String(count)} random messages are read, with the committed digest ${digest}`);
