// Templates: patterns (rules TPL-1 to TPL-6), and matching (rules TPL-7 and TPL-8).
import {
  BUILTIN_PATTERNS, LIMITS_MAX_PATTERN, LIMITS_MAX_SLOTS, LIMITS_MAX_TEMPLATE_ID, TEMPLATE_CHARACTERS,
} from './constants.js';
import { DecodeError, TemplateError } from './errors.js';
import { fromLatin1, fromUtf8, toLatin1, toUtf8 } from './text.js';
import { concat } from './wire.js';

/** A slot type of rule SLT-1. */
export type Kind = 'text' | 'word' | 'int' | 'decimal' | 'hex' | 'uuid' | 'ipv4' | 'ipv6' | 'timestamp' | 'enum';

/** A place to fill. */
export interface Slot {
  readonly name: string;
  readonly kind: Kind;
  /** The alternatives of an enumeration, else none. */
  readonly choices: readonly Uint8Array[];
}

/** Expressions for the characters of a type, over bytes as Latin-1. */
interface Matcher {
  /** Matches a run of them from a place on. */
  readonly run: RegExp;
  /** Matches a whole text of them. */
  readonly whole: RegExp;
}

/** Bytes of a literal that make a template selective (rule TPL-7). */
const ANCHOR = 4;

const KINDS: readonly string[] = ['text', ...Object.keys(TEMPLATE_CHARACTERS)];
const PART = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;
const NAME = /^(?:[A-Za-z_][A-Za-z0-9_]*|0|[1-9][0-9]*)$/;

function matcherOf({ kind, choices }: Slot): Matcher | null {
  if (kind === 'text') return null;
  let expression: string;
  if (kind === 'enum') {
    const longestFirst = [...choices].sort((one, other) => other.length - one.length);
    const escaped = longestFirst.map((choice) => toLatin1(choice).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    expression = escaped.join('|');
  } else {
    expression = TEMPLATE_CHARACTERS[kind];
  }
  return { run: new RegExp(`(?:${expression})`, 'y'), whole: new RegExp(`^(?:${expression})$`) };
}

/** A parsed pattern. */
export class Template {
  readonly pattern: string;
  /** One more than places: the bytes before, between and after them. */
  readonly literals: readonly Uint8Array[];
  /** For each place in the text, the index of the slot that fills it. */
  readonly places: readonly number[];
  /** In the order of rule TPL-2. */
  readonly slots: readonly Slot[];
  readonly #texts: readonly string[];
  #matchers: readonly (Matcher | null)[] | null = null;

  constructor(pattern: string, literals: readonly string[], places: readonly number[], slots: readonly Slot[]) {
    this.pattern = pattern;
    this.literals = literals.map(toUtf8);
    this.places = places;
    this.slots = slots;
    this.#texts = this.literals.map(toLatin1);
  }

  /** The slot values that render to a message, as Latin-1; null if there are none (rules TPL-7 and TPL-8). */
  match(message: string): readonly Uint8Array[] | null {
    const texts = this.#texts;
    const [first, last] = [texts[0], texts[texts.length - 1]];
    if (this.places.length === 0) return message === first ? [] : null;
    const end = message.length - last.length;
    if (first.length > end || !message.startsWith(first) || !message.endsWith(last)) return null;
    this.#matchers ??= this.places.map((place) => matcherOf(this.slots[place]));
    const body = message.slice(0, end);
    const isTyped = this.#matchers.some((matcher) => matcher !== null);
    let values = isTyped ? this.#cut(body, this.#matchers) : null;
    const isAnchored = texts.some((text) => text.length >= ANCHOR);
    if (values === null && (isAnchored || !isTyped)) values = this.#cut(body, this.places.map(() => null));
    return values === null ? null : this.#bySlot(values);
  }

  /** The texts between the literals: one attempt of rule TPL-7. */
  #cut(body: string, matchers: readonly (Matcher | null)[]): string[] | null {
    const values: string[] = [];
    let position = this.#texts[0].length;
    for (const [place, matcher] of matchers.entries()) {
      let found = body.length;
      if (place + 1 < matchers.length) {
        const literal = this.#texts[place + 1];
        const end = endOfRun(matcher, body, position);
        if (end >= 0 && body.startsWith(literal, end)) {
          values.push(body.slice(position, end));
          position = end + literal.length;
          continue;
        }
        found = body.indexOf(literal, position);
        if (found < 0) return null;
      }
      const value = body.slice(position, found);
      if (matcher !== null && !matcher.whole.test(value)) return null;
      values.push(value);
      position = found + this.#texts[place + 1].length;
    }
    return values;
  }

  /** Order texts by slot; null if a slot that appears twice has two values (rule TPL-3). */
  #bySlot(texts: readonly string[]): readonly Uint8Array[] | null {
    const values: string[] = [];
    for (const [at, place] of this.places.entries()) {
      if ((values[place] ?? texts[at]) !== texts[at]) return null;
      values[place] = texts[at];
    }
    return values.map(fromLatin1);
  }

  /** Bytes of the message that {@link render} gives. */
  renderedSize(values: readonly Uint8Array[]): number {
    const literal = this.literals.reduce((size, { length }) => size + length, 0);
    return this.places.reduce((size, place) => size + values[place].length, literal);
  }

  /** Fill the slots; there is one value for each, in the order of rule TPL-2. */
  render(values: readonly Uint8Array[]): Uint8Array {
    const parts = this.places.flatMap((place, at) => [values[place], this.literals[at + 1]]);
    return concat([this.literals[0], ...parts]);
  }

  /** Fill the slots for a reader that takes so many bytes (rule LIM-1). */
  renderWithin(values: readonly Uint8Array[], maxSize: number): Uint8Array {
    if (this.renderedSize(values) > maxSize) throw tooLong(maxSize, 1);
    return this.render(values);
  }
}

/** The refusal of a message that is longer than its reader takes. */
export function tooLong(maxSize: number, offset = 0): DecodeError {
  return new DecodeError('LimitExceeded', `the message decodes to more than ${String(maxSize)} bytes`, offset);
}

/** Where the run of characters of a type that begins at a position ends; -1 if there is none. */
function endOfRun(matcher: Matcher | null, body: string, position: number): number {
  if (matcher === null) return -1;
  matcher.run.lastIndex = position;
  return matcher.run.test(body) ? matcher.run.lastIndex : -1;
}

/** Parse the text between the braces (rules TPL-2 and TPL-6). */
function parseSlot(body: string): Slot {
  const colon = body.indexOf(':');
  const name = colon < 0 ? body : body.slice(0, colon);
  if (!NAME.test(name)) throw new TemplateError(`${JSON.stringify(name)} is not the name of a slot`);
  if (colon < 0) return { name, kind: 'text', choices: [] };
  const kind = body.slice(colon + 1);
  if (kind.includes('|')) {
    const choices = kind.split('|');
    if (choices.includes('') || new Set(choices).size < choices.length) {
      throw new TemplateError(`empty or repeated alternatives in ${JSON.stringify(kind)}`);
    }
    return { name, kind: 'enum', choices: choices.map(toUtf8) };
  }
  if (!KINDS.includes(kind)) throw new TemplateError(`${JSON.stringify(kind)} is not a slot type`);
  return { name, kind: kind as Kind, choices: [] };
}

/** Order the slots (rule TPL-2). */
function orderOf(names: readonly string[]): readonly string[] {
  const numbered = names.filter((name) => /^\d/.test(name));
  if (numbered.length === 0) return names;
  const order = names.map((_, index) => String(index));
  if (numbered.length < names.length || !order.every((name) => names.includes(name))) {
    throw new TemplateError('slots are numbered with gaps or mixed with names');
  }
  return order;
}

/**
 * Parse a pattern (rules TPL-1 to TPL-6).
 *
 * @throws TemplateError The pattern breaks a rule.
 */
export function parsePattern(pattern: string): Template {
  if (/\p{Surrogate}/u.test(pattern)) throw new TemplateError('a text with a lone surrogate has no UTF-8');
  if (toUtf8(pattern).length > LIMITS_MAX_PATTERN) throw new TemplateError('a pattern is too long');
  const literals = [''];
  const names: string[] = [];
  const spelt = new Map<string, string>();
  const slots = new Map<string, Slot>();
  let position = 0;
  for (const part of pattern.matchAll(PART)) {
    const literal = literals.length - 1;
    literals[literal] += pattern.slice(position, part.index);
    position = part.index + part[0].length;
    const body = part[1] as string | undefined;
    if (body !== undefined) {
      const slot = parseSlot(body);
      if (names.length > 0 && literals[literal] === '') throw new TemplateError('adjacent slots');
      const type = `${slot.kind}:${slot.choices.map(toLatin1).join('|')}`;
      if ((spelt.get(slot.name) ?? type) !== type) throw new TemplateError(`slot ${slot.name} has two types`);
      spelt.set(slot.name, type);
      slots.set(slot.name, slot);
      names.push(slot.name);
      literals.push('');
    } else {
      if (part[0].length === 1) throw new TemplateError(`a single brace at character ${String(part.index)}`);
      literals[literal] += part[0][0];
    }
  }
  literals[literals.length - 1] += pattern.slice(position);
  if (literals.every((literal) => literal === '')) throw new TemplateError('no literal text');
  if (slots.size > LIMITS_MAX_SLOTS) throw new TemplateError('too many slots');
  const order = orderOf([...slots.keys()]);
  const places = names.map((name) => order.indexOf(name));
  return new Template(pattern, literals, places, order.map((name) => slots.get(name) as Slot));
}

/**
 * Parse patterns by id, in ascending order of ids.
 *
 * @throws TemplateError An id is out of range, or a pattern breaks a rule.
 */
export function parsePatterns(patterns: Readonly<Record<number, string>>): ReadonlyMap<number, Template> {
  const entries = Object.entries(patterns).map(([key, pattern]) => {
    const id = Number(key);
    if (!Number.isInteger(id) || id < 0 || id > LIMITS_MAX_TEMPLATE_ID) {
      throw new TemplateError(`template id ${key} is not in 0..${String(LIMITS_MAX_TEMPLATE_ID)}`);
    }
    return [id, parsePattern(pattern)] as const;
  });
  return new Map(entries.sort(([one], [other]) => one - other));
}

let builtin: ReadonlyMap<number, Template> | null = null;

/** The built-in set, ids 0 to 127 (rule TPL-9). */
export function builtinTemplates(): ReadonlyMap<number, Template> {
  return (builtin ??= parsePatterns(BUILTIN_PATTERNS));
}

/** The template that a frame names, or a refusal. */
export function findTemplate(id: number, templates: ReadonlyMap<number, Template>): Template {
  const template = templates.get(id);
  if (template === undefined) throw new DecodeError('UnknownTemplate', `no template has the id ${String(id)}`, 1);
  return template;
}

/** The template that `values` fill (rules CLS-2, CLS-4 and TOK-3). */
export function findTemplateFor(
  id: number, values: readonly Uint8Array[], templates: ReadonlyMap<number, Template>,
): Template {
  const template = findTemplate(id, templates);
  if (values.length !== template.slots.length) {
    throw new DecodeError('Malformed', `template ${String(id)} has ${String(template.slots.length)} slots`, 2);
  }
  return template;
}

/** Whether bytes are well-formed UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  return fromUtf8(bytes) !== null;
}
