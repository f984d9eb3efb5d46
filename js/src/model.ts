// Model files (rules MDL-1 to MDL-9).
import { type CharRunList, readCharRuns } from './char_runs.js';
import {
  AURALITE_MODEL_ID_SIZE, MODEL_CHAR_RUNS, MODEL_DICTIONARY, MODEL_FIRST_OPTIONAL, MODEL_MATCH, MODEL_MAX_FILE,
  MODEL_MAX_METADATA, MODEL_METADATA, MODEL_PREFIX, MODEL_TEMPLATES, MODEL_TRIE, MODEL_VERSION,
} from './constants.js';
import type { ContextModel, Trie } from './context_model.js';
import { crc32 } from './crc32.js';
import { DecodeError } from './errors.js';
import { readMatchTable } from './match.js';
import { readDictionary, readTemplates } from './model_templates.js';
import { type Prefix, readPrefix } from './prefix.js';
import { sha256 } from './sha256.js';
import type { Template } from './template.js';
import { readTrie } from './trie_section.js';
import { concat, equal, Reader, toHex } from './wire.js';

const MAGIC = Uint8Array.of(0x41, 0x55, 0x52, 0x4d); // AURM

/** What the sections of a file say. */
export interface ModelContent {
  /** Sixteen hexadecimal digits (rule MDL-4). */
  readonly id: string;
  readonly contextModel: ContextModel;
  /** By id (rule MDL-6). */
  readonly templates: ReadonlyMap<number, Template>;
  /** Of marker 0x05; empty if the file has none (rule MDL-8). */
  readonly dictionary: Uint8Array;
}

/** What a model file says of messages. Messages and codecs may share it. */
export class Model implements ModelContent {
  readonly id: string;
  readonly contextModel: ContextModel;
  readonly templates: ReadonlyMap<number, Template>;
  readonly dictionary: Uint8Array;

  /** Of content that {@link Model.read} gave, here or in a worker. */
  constructor({ id, contextModel, templates, dictionary }: ModelContent) {
    this.id = id;
    this.contextModel = contextModel;
    this.templates = templates;
    this.dictionary = dictionary;
  }

  /**
   * Read a model file.
   *
   * @param id That the model has to have; checked before the sections are read.
   * @throws DecodeError The file is refused, as the rules of the chapters `model`, `trie`, `prefix` and `char_runs` say;
   *   `ChecksumMismatch` if it has another id.
   */
  static read(file: Uint8Array, id?: string): Model {
    const sections = readSections(file);
    const own = idOf(sections);
    if (id !== undefined && own !== id) throw new DecodeError('ChecksumMismatch', `the id of the model is ${own}`);
    return new Model(readContent(sections, own));
  }
}

function readContent(sections: readonly Section[], id: string): ModelContent {
  const read = <T>(wanted: number, parse: (reader: Reader) => T, none: T): T => {
    const section = sections.find(({ type }) => type === wanted);
    return section === undefined ? none : parse(new Reader(section.content));
  };
  const trie = read<Trie | null>(MODEL_TRIE, readTrie, null) as Trie;
  const hits = read(MODEL_MATCH, readMatchTable, new Uint16Array(0));
  const charRuns = read<ReadonlyMap<number, CharRunList>>(MODEL_CHAR_RUNS, readCharRuns, new Map());
  const prefix = read<Prefix | null>(MODEL_PREFIX, readPrefix, null);
  const templates = read<ReadonlyMap<number, Template>>(MODEL_TEMPLATES, readTemplates, new Map());
  const dictionary = read(MODEL_DICTIONARY, readDictionary, new Uint8Array(0));
  return { id, contextModel: { trie, hits, charRuns, prefix }, templates, dictionary };
}

interface Section {
  readonly type: number;
  readonly content: Uint8Array;
  /** With type, length and CRC-32. */
  readonly whole: Uint8Array;
}

const KNOWN: readonly number[] = [
  MODEL_TRIE, MODEL_MATCH, MODEL_PREFIX, MODEL_TEMPLATES, MODEL_DICTIONARY, MODEL_CHAR_RUNS,
];

/** The sections of a file (rules MDL-1 to MDL-3, MDL-5 and MDL-9). */
function readSections(file: Uint8Array): Section[] {
  const reader: Reader = new Reader(file);
  reader.check(file.length <= MODEL_MAX_FILE, 'LimitExceeded', 'the model file is too long', 0);
  reader.check(equal(reader.bytes(MAGIC.length), MAGIC), 'Malformed', 'the file does not begin with AURM', 0);
  reader.check(reader.uint(1) === MODEL_VERSION, 'Unsupported', 'the version is unknown', 4);
  const rows = Array.from({ length: reader.uint(1) }, () => {
    const start = reader.at;
    const type = reader.uint(1);
    const length = reader.uint(4);
    const crc = reader.uint(4);
    const content = reader.bytes(length);
    return { type, crc, content, whole: file.subarray(start, reader.at) };
  });
  reader.end();
  rows.forEach(({ type, crc, content }, place) => {
    reader.check(place === 0 || type > rows[place - 1].type, 'Malformed', 'sections do not ascend', 0);
    const isKnown = type >= MODEL_FIRST_OPTIONAL || KNOWN.includes(type);
    reader.check(isKnown, 'Unsupported', `a section has the unknown type ${String(type)}`, 0);
    reader.check(crc32(content) === crc, 'ChecksumMismatch', `the CRC of section ${String(type)} disagrees`, 0);
    const isShort = type !== MODEL_METADATA || content.length <= MODEL_MAX_METADATA;
    reader.check(isShort, 'LimitExceeded', 'the metadata are too long', 0);
  });
  for (const required of [MODEL_TRIE, MODEL_MATCH]) {
    const isThere = rows.some(({ type }) => type === required);
    reader.check(isThere, 'Malformed', `section ${String(required)} is missing`, 0);
  }
  return rows;
}

/** Rule MDL-4. */
function idOf(sections: readonly Section[]): string {
  const counted = sections.filter(({ type }) => type < MODEL_FIRST_OPTIONAL);
  return toHex(sha256(concat(counted.map(({ whole }) => whole))).subarray(0, AURALITE_MODEL_ID_SIZE));
}
