// What the golden vectors ask: a message, a model, or a part of them is read, and its value is an object.
import {
  constants, decode, decodeRans, decodeTagged, frequenciesOf, Lanes, library, nextState, RangeDecoder, Reader,
  readModel, readSection, slotOf, tableOf, unfold,
} from './index.mjs';

const { ESCAPES, FREQUENCIES } = constants.context_model;

// Thrown for what this decoder does not have.
export class Skipped extends Error {}

const bytes = (digits) => Buffer.from(digits, 'hex');
const hex = (row) => row.toString('hex');
const patterns = (templates) => Object.fromEntries([...templates].map(([id, { pattern }]) => [id, pattern]));
const phrasesOf = (rows) => new Map(Object.entries(rows).map(([id, row]) => [Number(id), bytes(row)]));

function message(read, wire, { templates, phrases, max_size: maxSize }, model) {
  const size = Number(maxSize);
  const held = { templates: library(templates), phrases: phrasesOf(phrases), model, maxSize: size };
  return { text_hex: hex(read(wire, held)) };
}

function modelFile(wire) {
  const { id, trie, charRuns, prefix, templates, dictionary } = readModel(wire);
  return {
    model_id: id,
    contexts: trie.suffixes.length,
    entries: trie.symbols.length,
    states_with_lists: [...charRuns.keys()],
    prefix_size: prefix?.text.length ?? 0,
    templates: patterns(templates),
    dictionary_size: dictionary?.length ?? 0,
  };
}

function charRunList({ order, symbols, codes }) {
  return { order, symbols, codes: codes.slice(0, -1), escape: codes.at(-1) };
}

const SECTION_VALUES = {
  1: ({ suffixes, initial, starts, symbols, codes, following, escapes }) => ({
    contexts: suffixes.length,
    initial,
    starts: [...starts],
    symbols: [...symbols],
    codes: [...codes],
    following: [...following],
    suffixes: [...suffixes],
    escapes: [...escapes],
  }),
  2: (hits) => ({ hits }),
  3: ({ hits, text }) => ({ hits, text_hex: hex(text) }),
  4: (templates) => ({ templates: patterns(templates) }),
  5: (dictionary) => ({ dictionary_size: dictionary.length }),
  6: (lists) => ({ lists: Object.fromEntries([...lists].map(([state, list]) => [state, charRunList(list)])) }),
};

function integer(wire, { maximum }) {
  const reader = new Reader(wire);
  const value = reader.varint(BigInt(maximum));
  reader.end();
  return { value: String(value), signed: String(unfold(value)) };
}

function payload(wire, { tables: codes, lanes: count, batches }) {
  const tables = codes.map((row) => (row.length ? tableOf(frequenciesOf(row)) : null));
  const lanes = new Lanes(wire, count, new Reader(wire));
  const symbols = batches.map((row) => {
    lanes.begin();
    return row.map((place) => lanes.next(tables[place]));
  });
  lanes.end();
  return { symbols };
}

function choices(wire, { choices: rows }) {
  const coder = new RangeDecoder(wire, new Reader(wire));
  for (const [cumulative, frequency, total] of rows) {
    const value = coder.value(total);
    if (value < cumulative || value >= cumulative + frequency) throw new Error('the string leads elsewhere');
    coder.take(cumulative, frequency);
  }
  coder.end();
  return {};
}

const CASE_TYPES = {
  message: (...given) => message(decode, ...given),
  'tagged message': (...given) => message(decodeTagged, ...given),
  integer,
  'template match': () => {
    throw new Skipped('no encoder');
  },
  rans: (wire, { frequencies, count }) => ({
    symbols_hex: hex(decodeRans(wire, frequencies, count, new Reader(wire))),
  }),
  'frequencies of a table': (wire) => ({ frequencies: frequenciesOf(wire) }),
  payload,
  section: (wire, { type }) => SECTION_VALUES[type](readSection(type, wire)),
  'model file': modelFile,
  choices,
  'weights of codes': (wire) => ({
    frequencies: Array.from(wire, (code) => FREQUENCIES[code]),
    escapes_of_4096: Array.from(wire, (code) => ESCAPES[code]),
  }),
  'slots of positions': (wire) => ({ slots: [...wire.keys()].slice(3).map((i) => slotOf(wire, i + 1)) }),
  'states of character runs': (wire) => ({
    states: wire.reduce((row, byte) => row.concat(nextState(row.at(-1), byte)), [0]),
  }),
};

// `told` is what the wire does not say; `model` is the implied one.
export function valueOf(caseType, wire, told, model) {
  if (!CASE_TYPES[caseType]) throw new Skipped(`no caseType ${caseType}`);
  return CASE_TYPES[caseType](wire, told, model);
}
