// What the golden vectors ask: a message, a model file, or a part of one is read or written.
import { readCharRuns, nextState } from '../src/char_runs.js';
import { ESCAPES, FREQUENCIES, PLACE_BITS, PLACE_MASK, SYMBOL_BITS, SYMBOL_MASK, type Trie } from '../src/context_model.js';
import { DecodeError } from '../src/errors.js';
import { frequenciesOf, LaneReader, tableOf } from '../src/interleaved_rans.js';
import { readMatchTable, slotOf } from '../src/match.js';
import { Model } from '../src/model.js';
import { readDictionary, readTemplates } from '../src/model_templates.js';
import { readPrefix } from '../src/prefix.js';
import { RangeDecoder, RangeEncoder } from '../src/range_coder.js';
import { decodeRans, encodeRans } from '../src/rans.js';
import { fromHex } from '../src/slot/value.js';
import { parsePattern, type Template } from '../src/template.js';
import { toLatin1 } from '../src/text.js';
import { readTrie } from '../src/trie_section.js';
import { Reader, toHex, unzigzag, Writer } from '../src/wire.js';
import type { CaseType, Fields } from './protocol.js';

function patterns(templates: ReadonlyMap<number, Template>): Fields {
  return Object.fromEntries([...templates].map(([id, { pattern }]) => [id, pattern]));
}

function trieValue({ starts, suffixes, entries, codes, initial }: Trie): Fields {
  return {
    contexts: suffixes.length,
    initial,
    starts: Array.from(starts, (word) => word & PLACE_MASK),
    symbols: Array.from(entries, (word) => word & SYMBOL_MASK),
    codes: Array.from(codes),
    following: Array.from(entries, (word) => word >>> SYMBOL_BITS),
    suffixes: Array.from(suffixes),
    escapes: Array.from(suffixes, (_, context) => starts[context] >>> PLACE_BITS),
  };
}

const SECTIONS: Readonly<Record<number, (reader: Reader) => Fields>> = {
  1: (reader) => trieValue(readTrie(reader)),
  2: (reader) => ({ hits: Array.from(readMatchTable(reader)) }),
  3: (reader) => {
    const { hits, text } = readPrefix(reader);
    return { hits: Array.from(hits), text_hex: toHex(text) };
  },
  4: (reader) => ({ templates: patterns(readTemplates(reader)) }),
  5: (reader) => ({ dictionary_size: readDictionary(reader).length }),
  6: (reader) => ({
    lists: Object.fromEntries(
      [...readCharRuns(reader)].map(([state, { order, symbols, codes }]) => [
        state,
        {
          order,
          symbols: Array.from(symbols),
          codes: Array.from(codes.subarray(0, -1)),
          escape: codes[codes.length - 1],
        },
      ]),
    ),
  }),
};

function modelFile(wire: Uint8Array): Fields {
  const { id, contextModel, templates, dictionary } = Model.read(wire);
  const { trie, charRuns, prefix } = contextModel;
  return {
    model_id: id,
    contexts: trie.suffixes.length,
    entries: trie.entries.length,
    states_with_lists: [...charRuns.keys()],
    prefix_size: prefix?.text.length ?? 0,
    templates: patterns(templates),
    dictionary_size: dictionary.length,
  };
}

function integer(wire: Uint8Array, { maximum }: Fields): Fields {
  const reader = new Reader(wire);
  const value = reader.bigVarint(BigInt(maximum as string));
  reader.end();
  return { value: String(value), signed: String(unzigzag(value)) };
}

function writeInteger({ value }: Fields): Uint8Array {
  const writer = new Writer();
  writer.varint(BigInt(value as string));
  return writer.toBytes();
}

function payload(wire: Uint8Array, { tables: rows, lanes, batches }: Fields): Fields {
  const tables = (rows as number[][]).map((row) =>
    row.length > 0 ? tableOf(frequenciesOf(Uint8Array.from(row))) : null,
  );
  if (wire.length % 2 > 0) throw new DecodeError('Malformed', 'the words end inside a word');
  const reader = new LaneReader(wire, lanes as number);
  const symbols = (batches as number[][]).map((row) => {
    reader.begin();
    return row.map((place) => reader.next(tables[place]));
  });
  reader.finish();
  return { symbols };
}

function readChoices(wire: Uint8Array, { choices }: Fields): Fields {
  const decoder = new RangeDecoder(wire);
  for (const [cumulative, frequency, total] of choices as [number, number, number][]) {
    const value = decoder.value(total);
    if (value < cumulative || value >= cumulative + frequency) throw new Error('the string leads elsewhere');
    decoder.take(cumulative, frequency);
  }
  decoder.finish();
  return {};
}

function writeChoices(_: Fields, { choices }: Fields): Uint8Array {
  const encoder = new RangeEncoder();
  for (const choice of choices as [number, number, number][]) encoder.encode(...choice);
  return encoder.finish();
}

function match(wire: Uint8Array, { pattern }: Fields): Fields {
  const values = parsePattern(pattern as string).match(toLatin1(wire));
  return { slots: values?.map(toHex) ?? null };
}

function render({ slots }: Fields, { pattern }: Fields): Uint8Array {
  return parsePattern(pattern as string).render((slots as string[]).map(fromHex));
}

function states(wire: Uint8Array): Fields {
  const row = [0];
  for (const byte of wire) row.push(nextState(row[row.length - 1], byte));
  return { states: row };
}

/** All but messages, by their names. */
export const CASE_TYPES: Readonly<Record<string, CaseType>> = {
  integer: { read: integer, write: writeInteger },
  'template match': { read: match, write: render },
  rans: {
    read: (wire, { frequencies, count }) => ({
      symbols_hex: toHex(decodeRans(wire, count as number, frequencies as number[])),
    }),
    write: ({ symbols_hex: digits }, { frequencies }) =>
      encodeRans(fromHex(digits as string), frequencies as number[]),
  },
  'frequencies of a table': { read: (wire) => ({ frequencies: Array.from(frequenciesOf(wire)) }) },
  payload: { read: payload },
  section: { read: (wire, { type }) => SECTIONS[type as number](new Reader(wire)) },
  'model file': { read: modelFile },
  choices: { read: readChoices, write: writeChoices },
  'weights of codes': {
    read: (wire) => ({
      frequencies: Array.from(wire, (code) => FREQUENCIES[code]),
      escapes_of_4096: Array.from(wire, (code) => ESCAPES[code]),
    }),
  },
  'slots of positions': {
    read: (wire) => ({ slots: Array.from(wire.subarray(3), (_, at) => slotOf(wire, at + 4)) }),
  },
  'states of character runs': { read: states },
};
