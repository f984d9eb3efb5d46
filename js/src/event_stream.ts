// Event streams: the content coding `aura`, for answers that a server goes on writing (rules EVS-1 to EVS-6).
import { EVENT_STREAM_MARGIN, EVENT_STREAM_MAX_PART, EVENT_STREAM_MAX_RECORD } from './constants.js';
import { DecodeError } from './errors.js';
import { concat, Reader, varintSize, Writer } from './wire.js';

/** Bytes that show any size, or that it is too large. */
const SIZE_BYTES = 5;
const NOTHING: Uint8Array = new Uint8Array(0);

/** What reads the messages of records. */
export interface RecordCodec {
  decompressBytes(wire: Uint8Array, options: { readonly maxSize: number }): Uint8Array;
}

/** Reads content as it comes. */
export class EventStreamReader {
  readonly #codec: RecordCodec;
  readonly #maxSize: number;
  #content: Uint8Array = NOTHING;
  #offset = 0;

  /** `maxSize` is the most bytes that a part may have. */
  constructor(codec: RecordCodec, maxSize = EVENT_STREAM_MAX_PART) {
    this.#codec = codec;
    this.#maxSize = maxSize;
  }

  /**
   * Take in bytes, and give the parts that are complete with them (rules EVS-2 and EVS-6).
   *
   * @throws DecodeError A record is refused.
   */
  receive(bytes: Uint8Array): Uint8Array[] {
    return [...this.parts(bytes)];
  }

  /**
   * As {@link receive}, but one part at a time, so that those before a record that is refused are not lost.
   *
   * @throws DecodeError A record is refused.
   */
  *parts(bytes: Uint8Array): Generator<Uint8Array> {
    this.#content = concat([this.#content, bytes]);
    for (;;) {
      const message = this.#takeRecord();
      if (message === null) return;
      yield this.#codec.decompressBytes(message, { maxSize: this.#maxSize });
    }
  }

  /** The message of the first record; null if it is not complete (rule EVS-2). */
  #takeRecord(): Uint8Array | null {
    const content = this.#content;
    const reader: Reader = new Reader(content.subarray(0, SIZE_BYTES), this.#offset);
    let size: number;
    try {
      size = reader.varint(EVENT_STREAM_MAX_RECORD);
    } catch (error) {
      if (error instanceof DecodeError && error.code === 'Truncated') return null;
      throw error;
    }
    const isShort = size <= this.#maxSize + EVENT_STREAM_MARGIN;
    reader.check(isShort, 'LimitExceeded', `a record of ${String(size)} bytes`, 0);
    const end = varintSize(size) + size;
    if (content.length < end) return null;
    this.#content = content.subarray(end);
    this.#offset += end;
    return content.subarray(end - size, end);
  }

  /** Check that the content does not end inside a record (rule EVS-4). */
  end(): void {
    if (this.#content.length === 0) return;
    throw new DecodeError('Truncated', 'the content ends inside a record', this.#offset + this.#content.length);
  }
}

/** A record with a coded message (rule EVS-2). */
export function buildRecord(message: Uint8Array): Uint8Array {
  const writer = new Writer();
  writer.varint(message.length);
  writer.bytes(message);
  return writer.toBytes();
}
