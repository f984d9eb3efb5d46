// Streams: connections that remember what was said.
import {
  LIMITS_DEFAULT_MAX_SIZE, STREAM_DEFAULT_CHECK, STREAM_DEFAULT_MEMORY, STREAM_MAX_MEMORY, STREAM_MAX_STRING,
  STREAM_MIN_MEMORY,
} from './constants.js';
import { Codec } from './codec.js';
import { DecodeError } from './errors.js';
import type { Model } from './model.js';
import type { Check } from './stream_check.js';
import { Receiver, Sender, termsOf } from './stream_ends.js';
import { fromUtf8, toUtf8 } from './text.js';

/** Bytes of a message from which on other methods are tried if a string does not halve it. */
const WORTHWHILE = 2 ** 10;

/** What codes messages by themselves, as a {@link Codec} does. */
export interface MessageCodec {
  compress(data: Uint8Array): Uint8Array;
  decompressBytes(wire: Uint8Array, options: { readonly maxSize: number }): Uint8Array;
}

/** What both ends of a stream agree on, and more. */
export interface StreamOptions {
  readonly model: Model;
  readonly role: 'client' | 'server';
  /** Bytes that each of both directions may take at each end, 26 to 107 KiB; 32 KiB by default. */
  readonly memory?: number;
  /** Least bits of each message that tell whether it is the next one and undamaged; 8 by default. */
  readonly check?: Check;
  /** The most bytes that a message may decode to; 64 MiB by default. */
  readonly maxSize?: number;
  /** Codes messages that gain nothing here; one for the model by default. It writes no tags. */
  readonly codec?: MessageCodec;
  /** Bytes of the longest message that is coded with what came before; 64 KiB by default. */
  readonly maxString?: number;
}

/**
 * One end of a connection. Each message is coded with what the ones before it said in the same direction, so that
 * messages have to be received in the order in which they were sent, each once.
 */
export class Stream {
  readonly model: Model;
  readonly role: 'client' | 'server';
  readonly #maxSize: number;
  readonly #maxString: number;
  readonly #codec: MessageCodec;
  readonly #sender: Sender;
  #receiver: Receiver;

  /** @throws RangeError The memory or the check is out of range. */
  constructor(options: StreamOptions) {
    const { model, role, memory = STREAM_DEFAULT_MEMORY, check = STREAM_DEFAULT_CHECK } = options;
    if (!(memory >= STREAM_MIN_MEMORY && memory <= STREAM_MAX_MEMORY)) {
      throw new RangeError(`memory is ${String(STREAM_MIN_MEMORY)} to ${String(STREAM_MAX_MEMORY)} bytes`);
    }
    if (![4, 8, 16].includes(check)) throw new RangeError(`check is 4, 8 or 16 bits, not ${String(check)}`);
    this.model = model;
    this.role = role;
    this.#maxSize = options.maxSize ?? LIMITS_DEFAULT_MAX_SIZE;
    this.#maxString = options.maxString ?? STREAM_MAX_STRING;
    this.#codec = options.codec ?? new Codec({ model });
    this.#sender = new Sender(termsOf(model, memory, check, role === 'server'));
    this.#receiver = new Receiver(termsOf(model, memory, check, role === 'client'));
  }

  /** Whether a message was refused, so that nothing but a reset by the peer can be received. */
  get lost(): boolean {
    return this.#receiver.lost;
  }

  /**
   * Code the next message.
   *
   * @throws EncodeError The text holds a lone surrogate; nothing is sent.
   */
  send(message: string | Uint8Array): Uint8Array {
    const isText = typeof message === 'string';
    const data = isText ? toUtf8(message) : message;
    const triesOthers = data.length >= Math.min(WORTHWHILE, this.#maxString + 1);
    const compress = triesOthers ? (bytes: Uint8Array) => this.#codec.compress(bytes) : undefined;
    return this.#sender.encode({ data, isText }, compress, this.#maxString);
  }

  /**
   * Read the next message: a string if one was sent, else bytes.
   *
   * @param maxSize The most bytes that the message may have; a message that is refused for it can be read again.
   * @throws DecodeError The message is refused, and so is every other until the peer resets the direction.
   */
  receive(wire: Uint8Array, maxSize?: number): string | Uint8Array {
    const before = maxSize === undefined ? null : this.#receiver.copy();
    try {
      const { data, isText } = this.#receiver.decode(wire, maxSize ?? this.#maxSize, (message, most) =>
        this.#codec.decompressBytes(message, { maxSize: most }),
      );
      if (this.#receiver.asked) this.#sender.reset(false);
      return isText ? (fromUtf8(data) as string) : data;
    } catch (error) {
      if (before !== null && error instanceof DecodeError && error.code === 'LimitExceeded') this.#receiver = before;
      throw error;
    }
  }

  /** Begin anew: forget what was sent, and ask the peer, with the next message, to do the same. */
  reset(): void {
    this.#sender.reset(true);
  }
}
