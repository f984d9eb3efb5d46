// Model files and their sections: what the module has made of them, read from its memory. The trie stands there in packed
// words, as native/context_model.h says; codes are kept beside them.
import {
  CHAR_RUNS_STATES, MATCH_HITS, MODEL_CHAR_RUNS, MODEL_DICTIONARY, MODEL_MATCH, MODEL_PREFIX, MODEL_TEMPLATES, MODEL_TRIE,
  MODEL_VERSION, PREFIX_HITS,
} from '../src/constants.js';
import { crc32 } from '../src/crc32.js';
import { fromHex } from '../src/slot/value.js';
import { Model } from '../src/wasm.js';
import { type Instance, instance } from '../src/wasm/instance.js';
import { toHex, Writer } from '../src/wire.js';
import { type Fields, Skipped } from './protocol.js';

/** Numbers of 16 bits from an address on. */
function shortsAt(core: Instance, address: number, count: number): number[] {
  const view = new DataView(core.exports.memory.buffer, address >>> 0, 2 * count);
  return Array.from({ length: count }, (_, place) => view.getUint16(2 * place, true));
}

/** Bytes from an address on. */
function bytesAt(core: Instance, address: number, count: number): Uint8Array {
  return core.bytes.slice(address >>> 0, (address >>> 0) + count);
}

/** A context: the place of its word, that of its first entry, and how many entries it has. */
interface List {
  readonly place: number;
  readonly first: number;
  readonly length: number;
}

const LONG = 6;
const WIDE = 40;
const INDEX_WORDS = 33;

/** Words between the head of a list of more than one entry and its entries. */
function indexSize(length: number): number {
  if (length < LONG) return 0;
  return length < WIDE ? 1 + Math.ceil(length / 8) : 1 + INDEX_WORDS;
}

/** A trie in packed words. */
class PackedTrie {
  readonly #words: BigUint64Array;
  readonly #codes: Uint8Array;
  readonly #initial: number;
  readonly #lists: readonly List[];
  /** By the place of a context, its number. */
  readonly #numbers = new Map<number, number>();

  constructor(core: Instance, model: number) {
    const { exports } = core;
    const size = exports.aura_model_size(model);
    this.#words = new BigUint64Array(bytesAt(core, exports.aura_model_words(model), 8 * size).buffer);
    this.#codes = bytesAt(core, exports.aura_model_codes(model), size);
    this.#initial = exports.aura_model_initial(model);
    const lists: List[] = [];
    for (let place = 0; place < size; ) {
      const list = this.#listAt(place);
      this.#numbers.set(place, lists.length);
      lists.push(list);
      place = list.first + list.length;
    }
    this.#lists = lists;
  }

  #bits(place: number, shift: number, count: number): number {
    return Number((this.#words[place] >> BigInt(shift)) & ((1n << BigInt(count)) - 1n));
  }

  #listAt(place: number): List {
    if (this.#bits(place, 63, 1) === 0) return { place, first: place, length: 1 };
    const length = this.#bits(place, 0, 9);
    return { place, first: place + 1 + indexSize(length), length };
  }

  #symbol(entry: number): number {
    return this.#bits(entry, 0, 9);
  }

  /** The number of the context that follows an entry. */
  #following(entry: number): number {
    return this.#numbers.get(this.#bits(entry, 9, 24)) as number;
  }

  #entries({ first, length }: List): number[] {
    return Array.from({ length }, (_, at) => first + at);
  }

  /** The suffix of each context: where an entry leads to a longer context, the same entry of the suffix leads to its suffix. */
  #suffixes(): number[] {
    const suffixes = this.#lists.map(() => -1);
    suffixes[0] = 0;
    suffixes[this.#numbers.get(this.#initial) as number] = 0;
    this.#lists.forEach((list, context) => {
      for (const entry of this.#entries(list)) {
        const next = this.#following(entry);
        if (suffixes[next] >= 0) continue; // a shorter context, or one that has been reached
        const above = this.#entries(this.#lists[suffixes[context]]);
        const same = above.find((other) => this.#symbol(other) === this.#symbol(entry)) as number;
        suffixes[next] = context === 0 ? 0 : this.#following(same);
      }
    });
    return suffixes;
  }

  /** As chapter context_model has it. */
  value(): Fields {
    const entries = this.#lists.flatMap((list) => this.#entries(list));
    const starts = [0];
    for (const { length } of this.#lists) starts.push(starts[starts.length - 1] + length);
    return {
      contexts: this.#lists.length,
      initial: this.#numbers.get(this.#initial),
      starts,
      symbols: entries.map((entry) => this.#symbol(entry)),
      codes: this.#lists.flatMap((list) =>
        this.#entries(list).map((entry) => (list.length > 1 ? this.#codes[entry] : 0)),
      ),
      following: entries.map((entry) => this.#following(entry)),
      suffixes: this.#suffixes(),
      escapes: this.#lists.map(({ place, length }) => (length > 1 ? this.#codes[place] : this.#bits(place, 33, 6))),
    };
  }
}

/** The lists for character runs, by state. */
function readLists(core: Instance, model: number): Fields {
  const { exports } = core;
  const states = Array.from({ length: CHAR_RUNS_STATES }, (_, state) => state);
  const lists = states.map((state) => [state, exports.aura_model_list(model, state)] as const);
  return Object.fromEntries(
    lists.filter(([, list]) => list !== 0).map(([state, list]) => {
      const count = exports.aura_list_count(list);
      const codes = bytesAt(core, exports.aura_list_codes(list), count + 1);
      const symbols = shortsAt(core, exports.aura_list_symbols(list), count);
      return [state, { order: exports.aura_list_order(list), symbols, codes: [...codes.subarray(0, -1)], escape: codes[count] }];
    }),
  );
}

/** What the module has made of a section, by its type. */
const SECTIONS: Readonly<Record<number, (core: Instance, model: number) => Fields>> = {
  [MODEL_TRIE]: (core, model) => new PackedTrie(core, model).value(),
  [MODEL_MATCH]: (core, model) => ({ hits: shortsAt(core, core.exports.aura_model_hits(model), MATCH_HITS) }),
  [MODEL_PREFIX]: (core, model) => ({
    hits: shortsAt(core, core.exports.aura_model_prefix_hits(model), PREFIX_HITS),
    text_hex: toHex(bytesAt(core, core.exports.aura_model_prefix(model), core.exports.aura_model_prefix_size(model))),
  }),
  [MODEL_CHAR_RUNS]: (core, model) => ({ lists: readLists(core, model) }),
};

/** A file of a section and those around it (rules MDL-1 and MDL-2). */
function fileOf(sections: Readonly<Record<string, string>>): Uint8Array {
  const writer = new Writer();
  writer.bytes(fromHex('4155524d'));
  writer.byte(MODEL_VERSION);
  const entries = Object.entries(sections).sort(([one], [other]) => Number(one) - Number(other));
  writer.byte(entries.length);
  for (const [type, digits] of entries) {
    const content = fromHex(digits);
    writer.byte(Number(type));
    writer.uint(content.length, 4);
    writer.uint(crc32(content), 4);
    writer.bytes(content);
  }
  return writer.toBytes();
}

function patternsOf({ templates }: Model): Fields {
  return Object.fromEntries([...templates].map(([at, { pattern }]) => [at, pattern]));
}

/** Read a model file, and use what the module has made of it, with codes. */
function withCodes<T>(file: Uint8Array, use: (core: Instance, model: number) => T): T {
  const core = instance();
  core.put(file);
  const held = core.hold(core.exports.aura_read_model(file.length, true), core.exports.aura_free_model);
  try {
    return use(core, held.address);
  } finally {
    held.dispose();
  }
}

/** The value of a model file. */
export function readModelFile(wire: Uint8Array): Fields {
  const model = Model.read(wire);
  const { id, dictionary } = model;
  const templates = patternsOf(model);
  model.dispose();
  return withCodes(wire, (core, address) => ({
    model_id: id,
    contexts: core.exports.aura_model_contexts(address),
    entries: core.exports.aura_model_entries(address),
    states_with_lists: Object.keys(readLists(core, address)).map(Number),
    prefix_size: core.exports.aura_model_prefix_size(address),
    templates,
    dictionary_size: dictionary.length,
  }));
}

/** The value of a section. */
export function readSection(wire: Uint8Array, { type, around }: Fields): Fields {
  const file = fileOf({ ...(around as Record<string, string>), [type as number]: toHex(wire) });
  const model = Model.read(file);
  model.dispose();
  if (type === MODEL_TEMPLATES) return { templates: patternsOf(model) };
  if (type === MODEL_DICTIONARY) return { dictionary_size: model.dictionary.length };
  if (!((type as number) in SECTIONS)) throw new Skipped('the module has nothing of this section');
  return withCodes(file, SECTIONS[type as number]);
}
