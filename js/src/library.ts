// The templates that a codec holds, and which of them a message matches (chapter "Encoding" of the specification).
import { type Template } from './template.js';
import { toLatin1 } from './text.js';
import { typedSize } from './typed.js';

/** A template and the slot values that render to a message. */
export interface Match {
  readonly id: number;
  readonly template: Template;
  /** In the order of rule TPL-2. */
  readonly values: readonly Uint8Array[];
}

type Entry = readonly [id: number, template: Template];

/** Bytes of a first or last literal that are looked at. */
const MAX_KEY = 64;
/** Templates that may share a first or last literal before another key is sought for them. */
const MAX_BUCKET = 8;
const GRAM = 4;
/** Grams of a template that are counted. */
const MAX_GRAMS = 256;
/** Bytes that are looked at to match one message, at most, if it is short. */
const MAX_WORK = 2 ** 20;
/** Bytes that are looked at in the time that a step takes for any message. */
const TRYING = 256;
/** Steps that any message is worth. */
const MIN_STEPS = 256;

/** Templates by a key, and the lengths of the keys. */
class Filed {
  readonly rest: Entry[] = [];
  readonly #buckets = new Map<string, number[]>();
  readonly #lengths: readonly number[];

  constructor(entries: readonly Entry[], keyOf: (template: Template) => string) {
    const groups = new Map<string, Entry[]>();
    for (const entry of entries) {
      const key = keyOf(entry[1]);
      const group = groups.get(key);
      if (group) group.push(entry);
      else groups.set(key, [entry]);
    }
    for (const [key, group] of groups) {
      if (key === '' || group.length > MAX_BUCKET) this.rest.push(...group);
      else this.#buckets.set(key, group.map(([id]) => id));
    }
    this.#lengths = [...new Set([...this.#buckets.keys()].map(({ length }) => length))];
  }

  /** The templates whose key `keyOfLength` gives. */
  find(found: number[], keyOfLength: (length: number) => string): void {
    for (const length of this.#lengths) found.push(...(this.#buckets.get(keyOfLength(length)) ?? []));
  }
}

/** The first grams of the literals, as numbers: enough to tell patterns apart. */
function gramsOf({ literals }: Template): Set<number> {
  const grams: number[] = [];
  for (const literal of literals) {
    for (let at = 0; at + GRAM <= literal.length && grams.length < MAX_GRAMS; at++) grams.push(gramAt(literal, at));
  }
  return new Set(grams);
}

function gramAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** Finds the templates that a message may match. */
export class TemplateLibrary {
  readonly templates: ReadonlyMap<number, Template>;
  readonly #whole = new Map<string, number>();
  readonly #first: Filed;
  readonly #last: Filed;
  readonly #grams = new Map<number, number[]>();
  readonly #always: number[] = [];

  constructor(templates: ReadonlyMap<number, Template>) {
    this.templates = templates;
    const entries = [...templates].sort(([one], [other]) => one - other);
    for (const [id, { slots, literals }] of entries) {
      const text = toLatin1(literals[0]);
      if (slots.length === 0 && !this.#whole.has(text)) this.#whole.set(text, id);
    }
    const slotted = entries.filter(([, { slots }]) => slots.length > 0);
    this.#first = new Filed(slotted, ({ literals }) => toLatin1(literals[0].subarray(0, MAX_KEY)));
    this.#last = new Filed(this.#first.rest, ({ literals }) =>
      toLatin1(literals[literals.length - 1].subarray(-MAX_KEY)),
    );
    this.#fileUnderGrams(this.#last.rest);
  }

  /** File templates under the gram that the fewest share, of equals the lowest; those without one are always tried. */
  #fileUnderGrams(entries: readonly Entry[]): void {
    const gramsById = entries.map(([id, template]) => [id, gramsOf(template)] as const);
    const shared = new Map<number, number>();
    for (const [, grams] of gramsById) for (const gram of grams) shared.set(gram, (shared.get(gram) ?? 0) + 1);
    for (const [id, grams] of gramsById) {
      const rank = (gram: number) => (shared.get(gram) ?? 0) * 2 ** 32 + gram;
      const [first, ...others] = grams;
      if (grams.size === 0) {
        this.#always.push(id);
        continue;
      }
      const key = others.reduce((least, gram) => (rank(gram) < rank(least) ? gram : least), first);
      this.#grams.set(key, [...(this.#grams.get(key) ?? []), id]);
    }
  }

  /** Ids of templates, in ascending order, among which are all with slots that match. */
  #candidates(message: Uint8Array, text: string): number[] {
    const found = [...this.#always];
    this.#first.find(found, (length) => text.slice(0, length));
    this.#last.find(found, (length) => text.slice(-length));
    if (this.#grams.size > 0) {
      const seen = new Set<number>();
      for (let at = 0; at + GRAM <= message.length; at++) {
        const gram = gramAt(message, at);
        const filed = this.#grams.get(gram);
        if (filed === undefined || seen.has(gram)) continue;
        seen.add(gram);
        found.push(...filed);
      }
    }
    return found.sort((one, other) => one - other);
  }

  /** The template whose typed frame for a message is smallest, of equals that of the lowest id; null if none matches. */
  match(message: Uint8Array): Match | null {
    const text = toLatin1(message);
    const whole = this.#whole.get(text);
    if (whole !== undefined) return { id: whole, template: this.#get(whole), values: [] };
    let best: Match | null = null;
    let least = Infinity;
    let steps = Math.max(Math.floor(MAX_WORK / (message.length + TRYING)), MIN_STEPS);
    for (const id of this.#candidates(message, text)) {
      const template = this.#get(id);
      const values = template.match(text);
      if (values !== null) {
        const size = typedSize(id, template, values);
        if (size < least) best = { id, template, values };
        least = Math.min(least, size);
      }
      steps -= template.literals.length + 1;
      if (steps <= 0) break;
    }
    return best;
  }

  #get(id: number): Template {
    return this.templates.get(id) as Template;
  }
}
