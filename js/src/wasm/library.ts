// Templates in the memory of the WebAssembly module.
import type { Kind, Template } from '../template.js';
import { concat } from '../wire.js';
import { type Held, instance } from './instance.js';

/** The types of slots, by the numbers that the module has for them. */
const KINDS: readonly Kind[] = [
  'text', 'word', 'int', 'decimal', 'hex', 'uuid', 'ipv4', 'ipv6', 'timestamp', 'enum',
];

/** Numbers of 32 bits, and texts behind their lengths, as the module reads them. */
export function partsOf(parts: readonly (number | Uint8Array)[]): Uint8Array {
  const numbers = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
  return concat(
    parts.flatMap((part) => (typeof part === 'number' ? [numbers(part)] : [numbers(part.length), part])),
  );
}

/** The parts of a template, as `native/wasm/library.c` has them. */
function templateParts(id: number, { slots, literals, places }: Template): readonly (number | Uint8Array)[] {
  return [
    id,
    slots.length,
    ...slots.flatMap(({ kind, choices }) => [
      KINDS.indexOf(kind), ...(kind === 'enum' ? [choices.length, ...choices] : []),
    ]),
    literals[0],
    places.length,
    ...places.flatMap((slot, at) => [slot, literals[at + 1]]),
  ];
}

/** File templates; with `findsNear`, those that a message is close to are found as well. */
export function fileTemplates(
  templates: ReadonlyMap<number, Template>, findsNear: boolean, core = instance(),
): Held {
  const entries = [...templates].sort(([one], [other]) => one - other);
  const input = partsOf(entries.flatMap(([id, template]) => templateParts(id, template)));
  core.put(input);
  return core.hold(core.exports.aura_make_library(input.length, findsNear), core.exports.aura_free_library);
}
