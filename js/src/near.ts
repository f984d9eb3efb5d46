/**
 * Finding a template that a message is close to, for fuzzy frames (chapter "Encoding" of the specification).
 *
 * @module
 */
import { exampleOf } from './fuzzy.js';
import type { Near } from './selection.js';
import type { Template } from './template.js';
import { toLatin1 } from './text.js';

export type { Near } from './selection.js';

/** Bytes of a window, and the remainders of its start that are told apart. */
const WINDOW = 8;
const STRIDE = 4;
/** Bytes of a literal that has a window for each remainder. */
const MIN_LITERAL = WINDOW + STRIDE - 1;
/** Bytes of a literal that are looked at. */
const MAX_LITERAL = 256;
/** Literals that may have a window under which a template is filed. */
const MAX_SHARED = 32;
/** Windows in a message up to which it may be close to one template. */
const MAX_FOUND = 256;
/** Templates that are compared with a message. */
const MAX_NEAR = 2;
const GRAM = 4;
/** Puts equally rare windows in an order that has nothing to do with what they say. */
const SCATTER = 0x9e3779b97f4a7c15n;

/** Texts are in Latin-1, a character for each byte. */
type Filed = Map<string, number[]>;

/** A literal: its windows, and the template that it belongs to. */
interface Literal {
  readonly id: number;
  readonly windows: readonly string[];
}

function scattered(window: string): bigint {
  let value = 0n;
  for (let at = WINDOW - 1; at >= 0; at--) value = (value << 8n) | BigInt(window.charCodeAt(at));
  return BigInt.asUintN(64, value * SCATTER);
}

function windowsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - WINDOW + 1) }, (_, at) => text.slice(at, at + WINDOW));
}

/** File templates under the rarest windows of a literal, one for each remainder. */
function file(templates: readonly (readonly [id: number, template: Template])[]): Filed {
  const literals: Literal[] = templates.flatMap(([id, template]) =>
    template.literals
      .filter((literal) => literal.length >= MIN_LITERAL)
      .map((literal) => ({ id, windows: windowsOf(toLatin1(literal.subarray(0, MAX_LITERAL))) })),
  );
  const shared = new Map<string, number>();
  for (const { windows } of literals) for (const one of windows) shared.set(one, (shared.get(one) ?? 0) + 1);
  const countOf = (window: string) => shared.get(window) ?? 0;
  const rarer = (one: string, other: string) => {
    const more = countOf(one) - countOf(other);
    return more < 0 || (more === 0 && scattered(one) < scattered(other)) ? one : other;
  };
  const best = new Map<number, { readonly sum: number; readonly keys: readonly string[] }>();
  for (const { id, windows } of literals) {
    const keys = Array.from({ length: STRIDE }, (_, remainder) =>
      windows.filter((_window, at) => at % STRIDE === remainder).reduce(rarer),
    );
    const sum = keys.reduce((total, key) => total + countOf(key), 0);
    if (sum < (best.get(id)?.sum ?? Infinity)) best.set(id, { sum, keys });
  }
  const filed: Filed = new Map();
  for (const [id, { keys }] of best) {
    if (keys.some((key) => countOf(key) > MAX_SHARED)) continue;
    for (const key of new Set(keys)) filed.set(key, [...(filed.get(key) ?? []), id]);
  }
  return filed;
}

/** Those with slots apart from those without. */
const FILED = new WeakMap<ReadonlyMap<number, Template>, readonly Filed[]>();

function filedOf(templates: ReadonlyMap<number, Template>): readonly Filed[] {
  let filed = FILED.get(templates);
  if (filed === undefined) {
    const entries = [...templates].sort(([one], [other]) => one - other);
    filed = [true, false].map((isSlotted) => file(entries.filter(([, { slots }]) => slots.length > 0 === isSlotted)));
    FILED.set(templates, filed);
  }
  return filed;
}

function gramsOf(bytes: Uint8Array): Set<number> {
  const grams = new Set<number>();
  for (let at = GRAM; at <= bytes.length; at++) {
    grams.add((bytes[at - 4] << 24) | (bytes[at - 3] << 16) | (bytes[at - 2] << 8) | bytes[at - 1]);
  }
  return grams;
}

/** A template that a message is close to; null if none is found. Only templates with eleven bytes of text in a row are. */
export function nearest(message: Uint8Array, templates: ReadonlyMap<number, Template>): Near | null {
  const text = toLatin1(message);
  const windows = new Set(windowsOf(text).filter((_, at) => at % (STRIDE / 2) === 0));
  const hits = new Map<number, number>();
  for (const filed of filedOf(templates)) {
    const found = [...windows].flatMap((window) => filed.get(window) ?? []);
    if ([...windows].filter((window) => filed.has(window)).length > MAX_FOUND) continue;
    for (const id of found) hits.set(id, (hits.get(id) ?? 0) + 1);
  }
  if (hits.size === 0) return null;
  const grams = gramsOf(message);
  const ids = [...hits].sort(([one, many], [other, more]) => more - many || one - other).slice(0, MAX_NEAR);
  let best: Near | null = null;
  for (const [id] of ids) {
    const template = templates.get(id) as Template;
    const theirs = gramsOf(exampleOf(template));
    const shared = [...grams].filter((gram) => theirs.has(gram)).length;
    if (shared > (best?.shared ?? 0)) best = { id, template, shared, grams: grams.size };
  }
  return best;
}
