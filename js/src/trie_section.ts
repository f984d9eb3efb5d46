// The trie section of a model file: its parts, and its tables (rules TRI-1, TRI-2 and TRI-8).
import {
  CONTEXT_MODEL_CODES, CONTEXT_MODEL_MAX_ORDER, CONTEXT_MODEL_SYMBOLS, INTERLEAVED_RANS_MAX_LANES_EXPONENT,
  TRIE_FAMILIES, TRIE_MAX_ENTRIES, TRIE_MAX_TABLE_BYTES,
} from './constants.js';
import type { Trie } from './context_model.js';
import { DecodeError } from './errors.js';
import { frequenciesOf, LaneReader, type Table, tableOf, TableSet } from './interleaved_rans.js';
import { decodeRans, readFrequencies } from './rans.js';
import { TrieReader } from './trie.js';
import { Reader } from './wire.js';

const TABLES = TRIE_FAMILIES.reduce((sum, count) => sum + count, 0);

/** Read the tables; null for one without symbols (rule TRI-2). */
function readTables(data: Uint8Array): (Table | null)[] {
  const reader = new Reader(data);
  const rows = Array.from({ length: TABLES }, () => {
    const size = reader.uint(2);
    const codes = reader.bytes(size);
    const isRight = size <= CONTEXT_MODEL_SYMBOLS && codes.every((code) => code <= CONTEXT_MODEL_CODES);
    if (!isRight || (size > 0 && codes.every((code) => code === 0))) throw new DecodeError('Malformed', 'a table is unusable');
    return codes;
  });
  reader.end();
  return rows.map((codes) => (codes.length > 0 ? tableOf(frequenciesOf(codes)) : null));
}

/** Read the section (rules TRI-1 to TRI-9). */
export function readTrie(reader: Reader): Trie {
  const order = reader.uint(1);
  reader.check(order >= 1 && order <= CONTEXT_MODEL_MAX_ORDER, 'Malformed', 'the order is not in 1..32', 0);
  const rootCodes = reader.bytes(CONTEXT_MODEL_SYMBOLS);
  const isCoded = rootCodes.every((code) => code < CONTEXT_MODEL_CODES);
  reader.check(isCoded, 'Malformed', 'a code of the root is above 63', 1);
  const exponent = reader.uint(1);
  reader.check(exponent <= INTERLEAVED_RANS_MAX_LANES_EXPONENT, 'Malformed', 'there are too many lanes');
  const tablesLength = reader.uint(4);
  reader.check(tablesLength <= TRIE_MAX_TABLE_BYTES, 'Malformed', 'the tables are too long');
  const payloadLength = reader.uint(4);
  const frequencies = readFrequencies(reader);
  const payload = reader.bytes(payloadLength);
  const words = reader.rest();
  reader.check(words.length % 2 === 0, 'Malformed', 'the words end inside a word');
  const tables = new TableSet(readTables(decodeRans(payload, tablesLength, frequencies)));
  const lanes = new LaneReader(words, 2 ** exponent);
  const limit = Math.min(TRIE_MAX_ENTRIES, 2 ** 16 + 32 * reader.data.length);
  return new TrieReader(order, rootCodes, tables, lanes, limit).read();
}
