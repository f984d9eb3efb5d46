// A model in a form that structured cloning copies, on its way from a worker.
import type { ContextModel } from './context_model.js';
import { Model } from './model.js';
import { Prefix } from './prefix.js';
import { parsePattern } from './template.js';

/** What a worker sends of a model that it has read. */
export interface ModelParts extends Pick<Model, 'id' | 'dictionary'>, Omit<ContextModel, 'prefix'> {
  readonly prefix: { readonly text: Uint8Array; readonly hits: Uint16Array } | null;
  /** Patterns by id. */
  readonly patterns: readonly (readonly [id: number, pattern: string])[];
}

/** The parts of a model. */
export function partsOf({ id, dictionary, templates, contextModel }: Model): ModelParts {
  const { prefix } = contextModel;
  return {
    id,
    dictionary,
    ...contextModel,
    prefix: prefix && { text: prefix.text, hits: prefix.hits },
    patterns: [...templates].map(([at, { pattern }]) => [at, pattern]),
  };
}

/** The large arrays among the parts, which need not be copied. */
export function buffersOf({ trie, prefix }: ModelParts): ArrayBuffer[] {
  const rows = [trie.starts, trie.suffixes, trie.entries, trie.codes, ...(prefix ? [prefix.text] : [])];
  return rows.map(({ buffer }) => buffer as ArrayBuffer);
}

/** The model that has these parts. */
export function modelOf({ id, dictionary, patterns, trie, hits, charRuns, prefix }: ModelParts): Model {
  return new Model({
    id,
    dictionary,
    contextModel: { trie, hits, charRuns, prefix: prefix && new Prefix(prefix.text, prefix.hits) },
    templates: new Map(patterns.map(([at, pattern]) => [at, parsePattern(pattern)])),
  });
}
