// Patterns of templates (TPL-1 to TPL-6), and the built-in set (TPL-9).
import { readData } from './data.mjs';

const TYPES = new Set(['text', 'word', 'int', 'decimal', 'hex', 'uuid', 'ipv4', 'ipv6', 'timestamp']);

function slotOf(type) { // or null
  if (TYPES.has(type)) return { type };
  const words = type.split('|');
  const isEnumeration = words.length > 1 && !words.includes('') && new Set(words).size === words.length;
  return isEnumeration ? { type: 'enumeration', alternatives: words.map((word) => Buffer.from(word)) } : null;
}

function orderOf(names) { // or null (TPL-2)
  if (names.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))) return names;
  return names.every((name) => /^(0|[1-9][0-9]*)$/.test(name) && Number(name) < names.length)
    ? names.map((_, i) => String(i)) : null;
}

// Slots, and parts, which are literals or places in the slots; null for a pattern that breaks a rule.
export function parsePattern(pattern) {
  const [parts, types] = [[], new Map()];
  for (const [token, inner] of pattern.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    const isLiteral = inner === undefined;
    const followsSlot = parts.at(-1)?.name !== undefined;
    if (token === '{' || token === '}' || (!isLiteral && followsSlot)) return null;
    if (isLiteral) {
      if (followsSlot || parts.length === 0) parts.push('');
      parts.push(parts.pop() + token.replace(/\{\{|\}\}/, token[0]));
      continue;
    }
    const [, name, type = 'text'] = inner.match(/^([^:]*)(?::(.*))?$/s);
    if ((types.get(name) ?? type) !== type) return null;
    types.set(name, type);
    parts.push({ name });
  }
  const names = orderOf([...types.keys()]);
  const slots = names?.map((name) => slotOf(types.get(name)));
  const hasLiteral = parts.some((part) => part.name === undefined);
  if (!slots || slots.includes(null) || slots.length > 255 || !hasLiteral) return null;
  if (Buffer.byteLength(pattern) > 4096) return null;
  const partOf = (part) => (part.name === undefined ? Buffer.from(part) : names.indexOf(part.name));
  return { pattern, slots, parts: parts.map(partOf) };
}

// Templates by id, from an object of patterns.
export function library(patterns) {
  const entries = Object.entries(patterns).map(([id, pattern]) => [Number(id), parsePattern(pattern)]);
  const templates = new Map(entries);
  if ([...templates.values()].includes(null)) throw new Error('a pattern is unusable');
  return templates;
}

let held;

export function builtin() {
  held ??= library(readData('templates.json').templates);
  return held;
}
