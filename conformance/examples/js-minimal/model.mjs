// The model file (MDL-1 to MDL-9): a trie (TRI-1 to TRI-9), a prefix (HIS-4), lists for character runs (RUN-3).
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { END, Reader } from './core.mjs';
import { constants } from './data.mjs';
import { decodeRans, frequenciesOf, Lanes, readFrequencies, tableOf } from './rans.mjs';
import { parsePattern } from './template.mjs';

const { FREQUENCIES } = constants.context_model;
const { FAMILIES, SIZE_BOUNDS } = constants.trie;
const sumOf = (sizes) => sizes.reduce((sum, size) => sum + size, 0);
const TABLES = sumOf(FAMILIES);
const [COUNT, RANK, CODE, ONE, MANY, CHILD] = FAMILIES.map((_, i) => sumOf(FAMILIES.slice(0, i))); // where they begin
const sizeClass = (size) => SIZE_BOUNDS.filter((bound) => bound <= size).length;

function readTables(reader) { // TRI-2
  const rows = Array.from({ length: TABLES }, () => {
    const size = reader.uint(2);
    reader.check(size <= 257);
    const codes = reader.bytes(size);
    reader.check(codes.every((code) => code <= 64) && (size === 0 || codes.some((code) => code > 0)));
    return codes;
  });
  reader.end();
  return rows.map((codes) => (codes.length > 0 ? tableOf(frequenciesOf(codes)) : null));
}

// Contexts by number have `starts` of their lists, `suffixes`, `escapes` and `orders`; entries by number have
// `symbols`, `codes`, `following`, the suffix's entry (`links`) and a child (`children`, 0 for none).
class Trie {
  constructor(rootCodes, read) {
    const symbols = [...rootCodes.keys()].sort((a, b) => rootCodes[a] - rootCodes[b]);
    Object.assign(this, { read, starts: [0, 257], suffixes: [0], escapes: [0], orders: [0] });
    this.symbols = Uint16Array.from(symbols);
    this.codes = Uint8Array.from(symbols, (symbol) => rootCodes[symbol]);
    for (const name of ['following', 'links', 'children']) this[name] = new Int32Array(257);
  }

  size(context) { return this.starts[context + 1] - this.starts[context]; }

  // A batch over the contexts of a level, with the lengths of their lists and of their suffixes'.
  batch({ first, end }, work) {
    this.read.lanes.begin();
    for (let c = first; c < end; c++) work(c, this.size(c), this.size(this.suffixes[c]), this.suffixes[c]);
  }

  next(index, most = 63) {
    const symbol = this.read.lanes.next(this.read.tables[index]);
    this.read.reader.check(symbol <= most);
    return symbol;
  }

  extend(context, size) { this.starts.push(this.starts[context] + size); }

  readLists(level) {
    const { reader, limit } = this.read;
    this.batch(level, (c, _, most) => {
      this.extend(c, most > 1 ? 1 + this.next(COUNT + sizeClass(most), most - 1) : 1);
    });
    reader.check(this.starts.at(-1) <= limit, 'LimitExceeded');
    for (const name of ['symbols', 'codes', 'following', 'links', 'children']) {
      const old = this[name];
      this[name] = new old.constructor(this.starts.at(-1));
      this[name].set(old);
    }
    this.batch(level, (c, n, most, suffix) => this.readRanks(this.starts[c], n, most, this.starts[suffix]));
    this.batch(level, (c, n) => {
      for (let e = this.starts[c]; n > 1 && e < this.starts[c + 1]; e++) {
        const hint = Math.min(this.codes[this.links[e]], 49);
        this.codes[e] = this.next(CODE + 8 * hint + Math.min(sizeClass(n), 7));
      }
    });
    this.batch(level, (c, n, most, suffix) => {
      const above = this.links[this.starts[c]];
      const hint = most > 1 ? Math.min(this.codes[above], 49) : 50 + this.escapes[suffix];
      if (n === 1) this.escapes[c] = this.next(ONE + 11 * hint + Math.min(level.order, 10));
    });
    this.batch(level, (c, n, _, suffix) => {
      const hint = suffix === 0 ? 64 : this.escapes[suffix];
      if (n > 1) this.escapes[c] = this.next(MANY + 8 * hint + Math.min(sizeClass(n), 7));
    });
    for (let c = level.first; c < level.end; c++) this.sort(this.starts[c], this.starts[c + 1]);
  }

  readRanks(start, n, most, suffixStart) {
    for (let j = 0, place = 0; j < n; j++, place++) {
      const index = RANK + (10 * sizeClass(most) + sizeClass(n - j)) * 2 + (j === 0 ? 1 : 0);
      if (n < most) place += this.next(index, most - 1 - place);
      this.links[start + j] = suffixStart + place;
    }
  }

  sort(start, end) { // CTX-7
    const rows = Array.from(this.links.subarray(start, end), (link, j) => [link, this.codes[start + j]]);
    rows.sort((a, b) => a[1] - b[1]).forEach(([link, code], j) => {
      this.links[start + j] = link;
      this.codes[start + j] = code;
      this.symbols[start + j] = this.symbols[link];
    });
  }

  // The next level (TRI-4, TRI-5), and what follows the entries of this one (CTX-3).
  readChildren(level) {
    const next = { order: level.order + 1, first: level.end, end: level.end };
    const isRoot = level.order === 0;
    this.batch(level, (c, n) => {
      const alone = 2 * (25 + (this.escapes[c] >> 3));
      const hint = (e) => (n > 1 ? 2 * Math.min(this.codes[e] >> 1, 24) + 1 : alone);
      for (let e = this.starts[c]; e < this.starts[c + 1]; e++) {
        const suffix = isRoot ? 0 : this.children[this.links[e]];
        const isAsked = level.order < this.read.order && this.symbols[e] !== END && (isRoot || suffix > 0);
        const isParent = isAsked && this.next(CHILD + 12 * hint(e) + Math.min(level.order, 11), 1) > 0;
        this.children[e] = isParent ? this.addContext(next, suffix) : 0;
        this.following[e] = this.children[e] || (isRoot ? 0 : this.following[this.links[e]]);
      }
    });
    return next;
  }

  addContext(level, suffix) {
    this.suffixes.push(suffix);
    this.escapes.push(0);
    this.orders.push(level.order);
    return level.end++;
  }
}

function readTrie(reader) {
  const order = reader.uint(1);
  reader.check(order >= 1 && order <= 32);
  const rootCodes = reader.bytes(257);
  reader.check(rootCodes.every((code) => code <= 63));
  const exponent = reader.uint(1);
  reader.check(exponent <= 11);
  const size = reader.uint(4);
  reader.check(size <= 845376);
  const length = reader.uint(4);
  const frequencies = readFrequencies(reader);
  const tables = readTables(new Reader(decodeRans(reader.bytes(length), frequencies, size, reader)));
  const lanes = new Lanes(reader.rest(), 2 ** exponent, reader);
  const limit = Math.min(2 ** 23, 2 ** 16 + 32 * reader.data.length);
  const trie = new Trie(rootCodes, { order, tables, lanes, limit, reader });
  let level = trie.readChildren({ order: 0, first: 0, end: 1 });
  const initial = trie.addContext(level, 0);
  while (level.order <= order) {
    reader.check(level.first < level.end);
    trie.readLists(level);
    level = trie.readChildren(level);
  }
  lanes.end();
  const { starts, suffixes, escapes, orders, symbols, codes, following } = trie;
  return { initial, starts, suffixes, escapes, orders, symbols, codes, following };
}

function readProbabilities(reader, count) {
  const hits = Array.from({ length: count }, () => reader.uint(2));
  reader.check(hits.every((hit) => hit >= 1 && hit <= 4095));
  return hits;
}

function readPrefix(reader) {
  const hits = readProbabilities(reader, 36);
  const text = reader.rest();
  reader.check(text.length >= 1 && text.length <= 2 ** 20);
  let places; // the last place behind each row of 24 bytes (HIS-1)
  const index = (row) => {
    places = new Map();
    for (let p = 24; p <= row.length; p++) places.set(row.slice(p - 24, p), p);
    return places;
  };
  const find = (message) => {
    if (message.length < 24) return undefined;
    return (places ?? index(text.toString('latin1'))).get(message.toString('latin1', message.length - 24));
  };
  return { hits, text, find };
}

function readTemplates(reader) {
  reader.check(reader.left <= 2 ** 20, 'LimitExceeded');
  const templates = new Map();
  let latest = 255;
  for (let left = reader.varint(4096); left > 0; left--) {
    const id = reader.varint(2 ** 32 - 1);
    reader.check(id > latest);
    const pattern = reader.bytes(reader.varint(4096));
    const template = isUtf8(pattern) ? parsePattern(pattern.toString()) : null;
    reader.check(template);
    templates.set((latest = id), template);
  }
  return templates;
}

function readDictionary(reader) {
  reader.check(reader.left > 0);
  reader.check(reader.left <= 2 ** 23, 'LimitExceeded');
  return reader.rest();
}

function readList(reader, order, symbols) {
  const codes = [...reader.bytes(symbols.length + 1)];
  reader.check(codes.every((code) => code <= 63));
  const frequencies = codes.map((code) => FREQUENCIES[code]);
  return { order, symbols, codes, escape: frequencies.pop(), frequencies };
}

function readCharRuns(reader) { // RUN-3, by state
  const lists = new Map();
  let latest = -1;
  for (let left = reader.uint(1); left > 0; left--) {
    const [kind, order, first, count] = reader.bytes(4);
    reader.check(kind > latest && kind <= 4 && order <= 32 && first > 0 && count > 0 && first + count <= 41);
    latest = kind;
    const bits = reader.bytes(33);
    const symbols = [...Array(264).keys()].filter((symbol) => (bits[symbol >> 3] >> symbol % 8) & 1);
    reader.check(symbols.length > 0 && symbols.at(-1) <= END);
    for (let n = first; n < first + count; n++) lists.set(40 * kind + n, readList(reader, order, symbols));
  }
  return lists;
}

const SECTIONS = {
  1: ['trie', readTrie],
  2: ['hits', (reader) => readProbabilities(reader, 324)],
  3: ['prefix', readPrefix],
  4: ['templates', readTemplates],
  5: ['dictionary', readDictionary],
  6: ['charRuns', readCharRuns],
};

export function readSection(type, content) {
  const reader = new Reader(content);
  const value = SECTIONS[type][1](reader);
  reader.end();
  return value;
}

export function readModel(file) {
  const reader = new Reader(file);
  const hash = createHash('sha256');
  const [rows, sections] = [[], new Map()];
  reader.check(file.length <= 2 ** 26, 'LimitExceeded');
  reader.check(reader.bytes(4).toString('latin1') === 'AURM');
  reader.check(reader.uint(1) === 1, 'Unsupported');
  for (let left = reader.uint(1); left > 0; left--) {
    const start = reader.at;
    const [type, length, crc] = [reader.uint(1), reader.uint(4), reader.uint(4)];
    const content = reader.bytes(length);
    rows.push({ type, crc, content, bytes: file.subarray(start, reader.at) });
  }
  reader.end();
  rows.forEach(({ type, crc, content, bytes }, i) => { // MDL-1 to MDL-4
    reader.check(i === 0 || type > rows[i - 1].type);
    reader.check(type >= 128 || SECTIONS[type], 'Unsupported');
    reader.check(crc32(content) === crc, 'ChecksumMismatch');
    reader.check(type !== 128 || content.length <= 2 ** 14, 'LimitExceeded'); // MDL-9
    if (type < 128) hash.update(bytes);
    if (type < 128) sections.set(type, content);
  });
  reader.check(sections.has(1) && sections.has(2));
  const model = { id: hash.digest('hex').slice(0, 16), templates: new Map(), charRuns: new Map() };
  for (const [type, content] of sections) model[SECTIONS[type][0]] = readSection(type, content);
  return model;
}
