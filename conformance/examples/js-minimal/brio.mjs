// Marker 0x02: BRIO containers (BRI-1 to BRI-5), and the tokens of version 1 (TOK-1 to TOK-3, LZ-1, LZ-2).
import { METHODS, Reader, readFields, renderFields } from './core.mjs';
import { decodeBrio2 } from './brio2.mjs';
import { decodeRans, readFrequencies } from './rans.mjs';

// The message so far, in a buffer that doubles up to the limit.
class Output {
  constructor(reader, { maxSize }) {
    Object.assign(this, { reader, maxSize, buffer: Buffer.alloc(0), length: 0 });
  }

  get bytes() { return this.buffer.subarray(0, this.length); }

  append(count, byteAt) {
    const size = this.length + count;
    this.reader.check(size <= this.maxSize, 'LimitExceeded');
    const room = Math.min(this.maxSize, 2 * size);
    if (size > this.buffer.length) this.buffer = Buffer.concat([this.buffer], room);
    for (let i = 0; i < count; i++, this.length++) this.buffer[this.length] = byteAt(i);
  }

  add(bytes) { this.append(bytes.length, (i) => bytes[i]); }

  copy(distance, length) {
    this.reader.check(distance >= 1 && distance <= Math.min(32768, this.length) && length >= 4);
    this.append(length, () => this.buffer[this.length - distance]);
  }
}

const TOKENS = [
  (reader, out) => out.add(reader.bytes(1)),
  (reader, out, { phrases }) => {
    const phrase = phrases.get(reader.uint(1));
    reader.check(phrase, 'UnknownModel');
    out.add(phrase);
  },
  (reader, out) => out.copy(reader.uint(2), reader.uint(1)),
  (reader, out, held) => out.add(renderFields(readFields(reader), reader, held)),
];

function decodeTokens(reader, held) {
  const out = new Output(reader, held);
  while (reader.left > 0) {
    const read = TOKENS[reader.uint(1)];
    reader.check(read);
    read(reader, out, held);
  }
  return out.bytes;
}

function skipMetadata(reader) { // index, kind, value, flags (BRI-3)
  reader.uint(2);
  reader.check(reader.uint(1) <= 2);
  reader.uint(3);
}

function decodeBrio1(reader, held) {
  const [count, length, entries] = [reader.uint(4), reader.uint(4), reader.uint(2)];
  const frequencies = readFrequencies(reader);
  for (let i = 0; i < entries; i++) skipMetadata(reader);
  const stream = new Reader(reader.data, reader.at, reader.at);
  const payload = reader.bytes(length);
  reader.end();
  stream.check(count <= 4 * held.maxSize + 4096, 'LimitExceeded');
  stream.check(count <= 87 * length);
  return decodeTokens(new Reader(decodeRans(payload, frequencies, count, stream), 0, stream.at), held);
}

METHODS[0x02] = function decodeBrio(reader, held) {
  reader.check(reader.bytes(4).toString('latin1') === 'AURA');
  const read = { 1: decodeBrio1, 2: decodeBrio2 }[reader.uint(1)];
  reader.check(read, 'Unsupported');
  return read(reader, held);
};
