// Chunked files, as a whole (rules CHK-1 to CHK-11), and the index by itself (rule CHK-12), whatever codes their blocks.
import {
  CHUNKED_BLOCK, CHUNKED_FRAME_BIT, CHUNKED_HAS_INDEX, CHUNKED_HEADER_SIZE, CHUNKED_MAX_BLOCK, CHUNKED_MAX_INDEX,
  CHUNKED_MAX_WINDOW_BITS, CHUNKED_MIN_BLOCK, CHUNKED_MIN_END, CHUNKED_MIN_WINDOW_BITS, CHUNKED_TRAILER_SIZE,
  CHUNKED_VERSION, LIMITS_DEFAULT_MAX_SIZE,
} from './constants.js';
import { crc32 } from './crc32.js';
import { DecodeError, EncodeError, withOffset } from './errors.js';
import { concat, equal, Reader, varintSize, Writer } from './wire.js';

const MAGIC = Uint8Array.of(0x41, 0x55, 0x52, 0x43); // AURC
const INDEX_MAGIC = Uint8Array.of(0x41, 0x55, 0x52, 0x58); // AURX
const MAX_CONTENT = 2n ** 63n - 1n;
const [END, STORED, BRIO] = [0, 1, 2];
export const NOTHING: Uint8Array = new Uint8Array(0);

/** How a file is written. */
export interface ChunkedOptions {
  /** Matches reach 2^windowBits bytes back, 10 to 18; 16 by default. */
  readonly windowBits?: number;
  /** Of the parse; 0 by default (rule PAR-1). */
  readonly level?: 0 | 1;
  /** Bytes of a frame; there is an index then. One frame and no index by default. */
  readonly frameSize?: number;
}

/** A frame, as the index has it: its bytes in the file, and those of its content. */
export interface Frame {
  readonly size: number;
  readonly length: number;
}

interface Header {
  readonly hasIndex: boolean;
  readonly windowBits: number;
}

/** Rule CHK-1. */
function readHeader(reader: Reader): Header {
  reader.check(equal(reader.bytes(MAGIC.length), MAGIC), 'Malformed', 'this is not a chunked file', 0);
  reader.check(reader.uint(1) === CHUNKED_VERSION, 'Unsupported', 'the version of the file is not 1', 4);
  const flags = reader.uint(1);
  reader.check(flags <= CHUNKED_HAS_INDEX, 'Unsupported', 'a flag is unknown', 5);
  const windowBits = reader.uint(1);
  const isAllowed = windowBits >= CHUNKED_MIN_WINDOW_BITS && windowBits <= CHUNKED_MAX_WINDOW_BITS;
  reader.check(isAllowed, 'LimitExceeded', 'the size of the window is not allowed', 6);
  return { hasIndex: flags > 0, windowBits };
}

/** Read an end and compare its length; its CRC-32 (rule CHK-6). */
function readEnd(reader: Reader, length: number | bigint): number {
  const start = reader.at;
  reader.check(reader.uint(1) === END, 'Malformed', 'there is no end where the index has it', start);
  const told = reader.bigVarint(MAX_CONTENT);
  const crc = reader.uint(4);
  reader.check(told === BigInt(length), 'Malformed', 'the content has another length', start + 1);
  return crc;
}

/** The varints of frames, with what follows them (rule CHK-8). */
function buildIndex(varints: Uint8Array): Uint8Array {
  const writer = new Writer();
  writer.bytes(varints);
  writer.uint(crc32(varints), 4);
  writer.uint(varints.length, 4);
  writer.bytes(INDEX_MAGIC);
  return writer.toBytes();
}

function writeFrame(writer: Writer, frame: Uint8Array, write: WriteBlock): void {
  for (let start = 0; start < frame.length; start += CHUNKED_BLOCK) {
    const content = frame.subarray(start, start + CHUNKED_BLOCK);
    const container = write(content, start === 0);
    const isSmaller = container.length < content.length;
    const body = isSmaller ? container : content;
    writer.byte((isSmaller ? BRIO : STORED) | (start === 0 ? CHUNKED_FRAME_BIT : 0));
    writer.varint(body.length);
    if (!isSmaller) writer.uint(crc32(body), 4);
    writer.bytes(body);
  }
}

/** Reads a container behind a window (rule CHK-4); offsets of errors count the marker before it. */
export type ReadBlock = (container: Uint8Array, maxSize: number, window: Uint8Array) => Uint8Array;

/** Writes the containers of blocks of 1 to 65,536 bytes, in order; `begins` says that a block begins a frame. */
export type WriteBlock = (content: Uint8Array, begins: boolean) => Uint8Array;

/** Hands what writes containers to a function. */
export type WithWriter = (windowBits: number, level: 0 | 1, use: (write: WriteBlock) => void) => void;

/** Reads and writes chunked files. */
export class ChunkedFormat {
  readonly #read: ReadBlock;
  readonly #withWriter: WithWriter;

  constructor(read: ReadBlock, withWriter: WithWriter) {
    this.#read = read;
    this.#withWriter = withWriter;
  }

  /**
   * Write a file (rule CHK-10).
   *
   * @throws EncodeError An option is out of range, or the index is too long.
   */
  compress(data: Uint8Array, { windowBits = 16, level = 0, frameSize }: ChunkedOptions = {}): Uint8Array {
    const isAllowed = windowBits >= CHUNKED_MIN_WINDOW_BITS && windowBits <= CHUNKED_MAX_WINDOW_BITS;
    if (!isAllowed || (frameSize !== undefined && !(frameSize >= 1))) throw new EncodeError('an option is out of range');
    const writer = new Writer();
    writer.bytes(MAGIC);
    writer.bytes([CHUNKED_VERSION, frameSize === undefined ? 0 : CHUNKED_HAS_INDEX, windowBits]);
    const varints = new Writer();
    const step = frameSize ?? Math.max(1, data.length);
    this.#withWriter(windowBits, level, (write) => {
      for (let start = 0; start < data.length; start += step) {
        const before = writer.length;
        const content = data.subarray(start, start + step);
        writeFrame(writer, content, write);
        varints.varint(writer.length - before);
        varints.varint(content.length);
      }
    });
    writer.byte(END);
    writer.varint(data.length);
    writer.uint(crc32(data), 4);
    if (frameSize === undefined) return writer.toBytes();
    if (varints.length > CHUNKED_MAX_INDEX) throw new EncodeError('the frames are too short for so much content');
    writer.bytes(buildIndex(varints.toBytes()));
    return writer.toBytes();
  }

  /**
   * Read a file from its start (rule CHK-7).
   *
   * @throws DecodeError The file is refused; there is no partial result.
   */
  decompress(file: Uint8Array, maxSize = LIMITS_DEFAULT_MAX_SIZE): Uint8Array {
    const reader: Reader = new Reader(file);
    const { hasIndex, windowBits } = readHeader(reader);
    const blocks: Uint8Array[] = [];
    const varints = new Writer();
    let length = 0;
    let frame = -1; // where it begins in the file; none so far
    let before = 0; // content before it
    let window = NOTHING;
    const endFrame = (end: number) => {
      if (frame < 0 || !hasIndex) return;
      varints.varint(end - frame);
      varints.varint(length - before);
      reader.check(varints.length <= CHUNKED_MAX_INDEX, 'LimitExceeded', 'the index is too long', end);
    };
    for (;;) {
      const start = reader.at;
      reader.check(reader.left > 0, 'Truncated', 'the file has no end');
      if (file[start] === END) break;
      const { kind, begins, size } = this.#readHead(reader);
      reader.check(begins || frame >= 0, 'Malformed', 'the first block does not begin a frame', start);
      const bodyStart = reader.at;
      const body = reader.bytes(kind === STORED ? size + 4 : size);
      if (begins) {
        endFrame(start);
        [frame, before, window] = [start, length, NOTHING];
      }
      const content = this.#readContent(kind, body, bodyStart, window);
      reader.check(length + content.length <= maxSize, 'LimitExceeded', 'the content is too long', start);
      blocks.push(content);
      length += content.length;
      window = concat([window, content]).subarray(-(2 ** windowBits));
    }
    const end = reader.at;
    endFrame(end);
    const content = concat(blocks);
    const crc = readEnd(reader, length);
    reader.check(crc === crc32(content), 'ChecksumMismatch', 'the CRC-32 of the content is wrong', end + 1);
    if (hasIndex) {
      const index = buildIndex(varints.toBytes());
      const at = reader.at;
      const isSame = equal(reader.bytes(index.length), index);
      reader.check(isSame, 'ChecksumMismatch', 'the index does not describe the frames', at);
    }
    reader.end();
    return content;
  }

  /** Rule CHK-2. */
  #readHead(reader: Reader): { kind: number; begins: boolean; size: number } {
    const start = reader.at;
    const byte = reader.uint(1);
    const kind = byte & ~CHUNKED_FRAME_BIT;
    reader.check(kind === STORED || kind === BRIO, 'Unsupported', 'no block has this kind', start);
    const size = reader.varint(CHUNKED_MAX_BLOCK);
    reader.check(size > 0, 'Malformed', 'a block is empty', start + 1);
    return { kind, begins: byte !== kind, size };
  }

  /** Rules CHK-3 and CHK-4. */
  #readContent(kind: number, body: Uint8Array, offset: number, window: Uint8Array): Uint8Array {
    if (kind === STORED) {
      const reader: Reader = new Reader(body, offset);
      const crc = reader.uint(4);
      const content = reader.rest();
      reader.check(crc32(content) === crc, 'ChecksumMismatch', 'the CRC-32 of a block is wrong', 0);
      return content;
    }
    const content = withOffset(
      (inside) => offset + Math.max(0, inside - 1),
      () => this.#read(body, CHUNKED_MAX_BLOCK, window),
    );
    if (content.length === 0) throw new DecodeError('Malformed', 'a block has no content', offset);
    return content;
  }
}

/**
 * Read the frames of a file from the index alone; none if the file has no index (rule CHK-12).
 *
 * @throws DecodeError The index does not agree with itself, with the end, or with the size of the file.
 */
export function readIndex(file: Uint8Array): Frame[] {
  const reader: Reader = new Reader(file);
  if (!readHeader(reader).hasIndex) return [];
  const stop = Math.max(0, file.length - CHUNKED_TRAILER_SIZE);
  reader.at = stop;
  const crc = reader.uint(4);
  const size = reader.uint(4);
  reader.check(equal(reader.bytes(INDEX_MAGIC.length), INDEX_MAGIC), 'Malformed', 'the file has no index', stop);
  reader.end();
  reader.check(size <= CHUNKED_MAX_INDEX, 'LimitExceeded', 'the index is too long', stop + 4);
  const start = stop - size;
  reader.check(start >= CHUNKED_HEADER_SIZE + CHUNKED_MIN_END, 'Malformed', 'the file has no such index', stop + 4);
  const varints = file.subarray(start, stop);
  reader.check(crc32(varints) === crc, 'ChecksumMismatch', 'the CRC-32 of the index is wrong', stop);
  const { frames, sizes, lengths } = readFrames(varints, start);
  const end = BigInt(CHUNKED_HEADER_SIZE) + sizes;
  const isFilled = lengths <= MAX_CONTENT && end + 5n + BigInt(varintSize(lengths)) === BigInt(start);
  reader.check(isFilled, 'Malformed', 'the index does not fit the size of the file', start);
  reader.at = Number(end);
  readEnd(reader, lengths);
  return frames;
}

function readFrames(varints: Uint8Array, offset: number): { frames: Frame[]; sizes: bigint; lengths: bigint } {
  const reader: Reader = new Reader(varints, offset);
  const frames: Frame[] = [];
  let [sizes, lengths] = [0n, 0n];
  while (reader.left > 0) {
    const start = reader.at;
    const size = reader.bigVarint(MAX_CONTENT);
    const length = reader.bigVarint(MAX_CONTENT);
    const most = (size / BigInt(CHUNKED_MIN_BLOCK)) * BigInt(CHUNKED_MAX_BLOCK);
    const mayBe = size >= CHUNKED_MIN_BLOCK && length > 0n && length <= most;
    reader.check(mayBe, 'Malformed', 'a frame cannot have so much content', start);
    frames.push({ size: Number(size), length: Number(length) });
    sizes += size;
    lengths += length;
  }
  return { frames, sizes, lengths };
}
