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

/** Bytes of a window. */
const WINDOW = 8;
/** Windows of a template that are looked at. */
const MAX_PLACES = 256;
/** Templates that may share a window. */
const MAX_SHARED = 32;
/** Windows in a message up to which it may be close to one template. */
const MAX_FOUND = 256;
/** Templates that are compared with a message. */
const MAX_NEAR = 2;
const GRAM = 4;

/** Texts are in Latin-1, a character for each byte. */
type Filed = ReadonlyMap<string, readonly number[]>;

/** The two halves of the number 0x9E3779B97F4A7C15, and the bit 48 of a product with it, in the upper half of it. */
const SCATTER_HIGH = 0x9e3779b9;
const SCATTER_LOW = 0x7f4a7c15;
const COUNTS = 1 << 16;

function load32(text: string, at: number): number {
  const [one, two, three, four] = [0, 1, 2, 3].map((place) => text.charCodeAt(at + place)) as [number, number, number, number];
  return (one | (two << 8) | (three << 16) | (four << 24)) >>> 0;
}

/** Whether a window counts: its number, times the one above, mod 2^64, has that bit. */
function isCounted(window: string): boolean {
  const low = load32(window, 0);
  const carried = (low >>> 16) * SCATTER_LOW + Math.floor(((low & 0xffff) * SCATTER_LOW) / 0x10000);
  const high = Math.imul(low, SCATTER_HIGH) + Math.imul(load32(window, 4), SCATTER_LOW) + Math.floor(carried / 0x10000);
  return (high & COUNTS) !== 0;
}

/** The different windows of a text, from its first places, that count. */
function windowsOf(text: string, places = Infinity): Set<string> {
  const count = Math.min(places, Math.max(0, text.length - WINDOW + 1));
  const windows = new Set(Array.from({ length: count }, (_, at) => text.slice(at, at + WINDOW)));
  return new Set([...windows].filter(isCounted));
}

/** The windows of the first places of a template. */
function windowsIn({ literals }: Template): Set<string> {
  const windows = new Set<string>();
  let left = MAX_PLACES;
  for (const literal of literals) {
    for (const window of windowsOf(toLatin1(literal), left)) windows.add(window);
    left = Math.max(0, left - Math.max(0, literal.length - WINDOW + 1));
  }
  return windows;
}

/** Templates by their windows, in ascending order of ids. */
function file(templates: ReadonlyMap<number, Template>): Filed {
  const filed = new Map<string, number[]>();
  for (const [id, template] of [...templates].sort(([one], [other]) => one - other)) {
    for (const window of windowsIn(template)) {
      const ids = filed.get(window);
      if (ids === undefined) filed.set(window, [id]);
      else ids.push(id);
    }
  }
  return filed;
}

const FILED = new WeakMap<ReadonlyMap<number, Template>, Filed>();

function filedOf(templates: ReadonlyMap<number, Template>): Filed {
  let filed = FILED.get(templates);
  if (filed === undefined) {
    filed = file(templates);
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

/** A template that a message is close to; null if none is found, by eight bytes of text in a row that few others have. */
export function nearest(message: Uint8Array, templates: ReadonlyMap<number, Template>): Near | null {
  const filed = filedOf(templates);
  const found = [...windowsOf(toLatin1(message))]
    .map((window) => filed.get(window) ?? [])
    .filter((ids) => ids.length > 0 && ids.length <= MAX_SHARED);
  if (found.length > MAX_FOUND) return null;
  const hits = new Map<number, number>();
  for (const id of found.flat()) hits.set(id, (hits.get(id) ?? 0) + 1);
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
