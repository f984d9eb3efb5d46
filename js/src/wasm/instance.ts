// The instance of the WebAssembly module: what is handed to it, what it gives, and what stands in its memory.
import { DecodeError, EncodeError, type ErrorCode } from '../errors.js';
import { fromUtf8 } from '../text.js';

/** What the module exports, as `native/wasm` says; addresses and sizes are numbers. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly aura_input: (size: number) => number;
  readonly aura_result: () => number;
  readonly aura_last_error: () => number;
  readonly aura_heap_size: () => number;
  readonly aura_free_size: () => number;
  readonly aura_read_model: (size: number, keepsCodes: boolean) => number;
  readonly aura_identify_model: (model: number) => void;
  readonly aura_free_model: (model: number) => void;
  readonly aura_section_offset: (model: number, type: number) => number;
  readonly aura_section_size: (model: number, type: number) => number;
  readonly aura_model_contexts: (model: number) => number;
  readonly aura_model_entries: (model: number) => number;
  readonly aura_model_words: (model: number) => number;
  readonly aura_model_size: (model: number) => number;
  readonly aura_model_codes: (model: number) => number;
  readonly aura_model_initial: (model: number) => number;
  readonly aura_model_hits: (model: number) => number;
  readonly aura_model_prefix_size: (model: number) => number;
  readonly aura_model_prefix: (model: number) => number;
  readonly aura_model_prefix_hits: (model: number) => number;
  readonly aura_model_list: (model: number, state: number) => number;
  readonly aura_list_count: (list: number) => number;
  readonly aura_list_order: (list: number) => number;
  readonly aura_list_symbols: (list: number) => number;
  readonly aura_list_codes: (list: number) => number;
  readonly aura_make_library: (size: number, findsNear: boolean) => number;
  readonly aura_free_library: (library: number) => void;
  readonly aura_make_codec: (model: number, library: number, count: number) => number;
  readonly aura_free_codec: (codec: number) => void;
  readonly aura_set_phrases: (codec: number, size: number) => number;
  readonly aura_compress: (codec: number, size: number, hasTag: boolean) => number;
  readonly aura_last_choice: () => number;
  readonly aura_encode_message: (codec: number, method: number, isExplicit: boolean, size: number) => number;
  readonly aura_encode_frame: (codec: number, marker: number, id: number, size: number) => number;
  readonly aura_encode_fuzzy: (codec: number, id: number, size: number) => number;
  readonly aura_tag: (codec: number, size: number) => number;
  readonly aura_decompress: (codec: number, size: number, maxSize: number) => number;
  readonly aura_decompress_tagged: (codec: number, size: number, maxSize: number) => number;
  readonly aura_make_stream: (model: number, agreed: number, memory: number, check: number, isServer: boolean) => number;
  readonly aura_copy_stream: (stream: number) => number;
  readonly aura_restore_stream: (stream: number, other: number) => void;
  readonly aura_free_stream: (stream: number) => void;
  readonly aura_reset_stream: (stream: number, asks: boolean) => void;
  readonly aura_stream_state: (stream: number) => number;
  readonly aura_send_string: (stream: number, size: number, isText: boolean) => number;
  readonly aura_message_size: (stream: number, size: number) => number;
  readonly aura_send_message: (stream: number, size: number, isText: boolean, codedSize: number) => number;
  readonly aura_open_message: (stream: number, size: number) => number;
  readonly aura_coded_size: (stream: number) => number;
  readonly aura_receive_string: (stream: number, maxSize: number) => number;
  readonly aura_receive_message: (stream: number, size: number) => number;
  readonly aura_set_salt: (low: number, high: number) => void;
  readonly aura_encode_brio: (codec: number, size: number) => number;
  readonly aura_encode_brio2: (size: number, level: number) => number;
  readonly aura_decode_brio2: (size: number, windowSize: number, maxSize: number) => number;
  readonly aura_make_block_writer: (level: number, windowBits: number) => number;
  readonly aura_free_block_writer: (writer: number) => void;
  readonly aura_encode_block: (writer: number, size: number, begins: boolean) => number;
}

/** What a call gives that fails. */
const FAILED = -1;
/** The codes of `native/errors.h`, in order: those of rule ERR-1 from 1 on, and then those of writing and of memory. */
const CODES: readonly ErrorCode[] = [
  'Truncated', 'Malformed', 'NonCanonical', 'UnknownModel', 'UnknownTemplate', 'Unsupported', 'LimitExceeded',
  'ChecksumMismatch', 'StreamDesync',
];
const NO_MEMORY = 13;
/** The greatest size that calls take. */
const MAX_SIZE = 2 ** 31 - 1;

/** Why a call failed. */
interface Failure {
  readonly code: number;
  readonly offset: number;
  readonly reason: string;
}

/** Gives back what was not disposed of before it was collected. */
const COLLECTED = new FinalizationRegistry<() => void>((free) => { free(); });

/** Something in the memory of the module; given back when it is disposed of, or collected. */
export class Held {
  #address: number;
  readonly #free: (address: number) => void;

  constructor(address: number, free: (address: number) => void) {
    this.#address = address;
    this.#free = free;
    COLLECTED.register(this, () => { free(address); }, this);
  }

  /** @throws Error It was disposed of. */
  get address(): number {
    this.require();
    return this.#address;
  }

  /** @throws Error It was disposed of. */
  require(): void {
    if (this.#address === 0) throw new Error('this was disposed of');
  }

  dispose(): void {
    if (this.#address === 0) return;
    COLLECTED.unregister(this);
    this.#free(this.#address);
    this.#address = 0;
  }
}

/** The module at work. */
export class Instance {
  readonly exports: Exports;
  #bytes = new Uint8Array(0);

  constructor(module: WebAssembly.Module) {
    this.exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    const [low, high] = crypto.getRandomValues(new Uint32Array(2));
    this.exports.aura_set_salt(low, high);
  }

  /** The memory, which moves when it grows. */
  get bytes(): Uint8Array {
    const { buffer } = this.exports.memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = new Uint8Array(buffer);
    return this.#bytes;
  }

  /** Hand over parts, end to end, as the input of the next call. */
  put(...parts: readonly Uint8Array[]): void {
    let at = this.exports.aura_input(parts.reduce((size, { length }) => size + length, 0)) >>> 0;
    if (at === 0) throw this.#noMemory();
    for (const part of parts) {
      this.bytes.set(part, at);
      at += part.length;
    }
  }

  /** What a call of reading gave. */
  read(length: number): Uint8Array {
    if (length === FAILED) throw this.refusal();
    return this.result(length);
  }

  /** What a call of writing gave. */
  written(length: number): Uint8Array {
    if (length !== FAILED) return this.result(length);
    const { code, reason } = this.#failure();
    throw code === NO_MEMORY ? this.#noMemory() : new EncodeError(reason);
  }

  /** The bytes of the last result. */
  result(length: number): Uint8Array {
    const start = this.exports.aura_result() >>> 0;
    return this.bytes.slice(start, start + length);
  }

  /** What a call made in the memory of the module. */
  hold(address: number, free: (address: number) => void): Held {
    if (address === 0) throw this.refusal();
    return new Held(address >>> 0, free);
  }

  /** Why the last call refused what it was to read. */
  refusal(): Error {
    const { code, offset, reason } = this.#failure();
    return code === NO_MEMORY ? this.#noMemory() : new DecodeError(CODES[code - 1], reason, offset);
  }

  #noMemory(): Error {
    return new RangeError('the WebAssembly module has no memory for this');
  }

  #failure(): Failure {
    const view = new DataView(this.exports.memory.buffer, this.exports.aura_last_error() >>> 0);
    const [code, offset, number, , , at] = Array.from({ length: 6 }, (_, place) => view.getUint32(4 * place, true));
    const reason = fromUtf8(this.bytes.subarray(at, this.bytes.indexOf(0, at))) as string;
    return { code, offset, reason: reason.replace('%u', String(number)) };
  }
}

/** A limit of bytes as calls take it. */
export function limitOf(maxSize: number): number {
  return Math.min(maxSize, MAX_SIZE);
}

let current: Instance | null = null;

/** The module that was loaded. */
export function instance(): Instance {
  if (current === null) throw new Error('the WebAssembly module is not there yet: await load() first');
  return current;
}

/** Use a module from now on; the first one stays. */
export function start(module: WebAssembly.Module): void {
  current ??= new Instance(module);
}
