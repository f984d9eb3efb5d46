// Connections that remember what was said, whatever codes their messages.
import {
  LIMITS_DEFAULT_MAX_SIZE, STREAM_DEFAULT_CHECK, STREAM_DEFAULT_MEMORY, STREAM_MAX_MEMORY, STREAM_MAX_STRING,
  STREAM_MIN_MEMORY,
} from './constants.js';
import { type Check, isCheck } from './stream_check.js';
import { fromUtf8, toUtf8 } from './text.js';

/** Bytes of a message from which on other methods are tried if a string does not halve it. */
const WORTHWHILE = 2 ** 10;

/** What codes messages by themselves, as a `Codec` does. */
export interface MessageCodec {
  compress(data: Uint8Array): Uint8Array;
  decompressBytes(wire: Uint8Array, options: { readonly maxSize: number }): Uint8Array;
}

/** What both ends of a stream agree on beside the model, and more. */
export interface StreamSettings {
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

/** A message: its bytes, and whether they are text in UTF-8. */
export interface Said {
  readonly data: Uint8Array;
  readonly isText: boolean;
}

/** The end of a stream that sends. */
export interface SendingEnd {
  /** The next message: a string, or what `compress` gives where a string does not halve it, and that is smaller. */
  encode(said: Said, compress?: (data: Uint8Array) => Uint8Array, maxString?: number): Uint8Array;
  /** Forget all, and say so with the next message (rules STR-9 and STR-10). */
  reset(asks: boolean): void;
}

/** The end of a stream that receives. */
export interface ReceivingEnd {
  /** Whether nothing but a reset can be read (rule STR-8). */
  readonly lost: boolean;
  /** Whether the last message asked for a reset (rule STR-10). */
  readonly asked: boolean;
  /** Read the next message; with `keeps`, one that is refused as `LimitExceeded` can be read again. */
  decode(
    wire: Uint8Array, maxSize: number, decompress: (message: Uint8Array, maxSize: number) => Uint8Array, keeps?: boolean,
  ): Said;
}

/** An end of a direction, with what was agreed on. */
export type MakeEnd<End> = (memory: number, check: Check, isServer: boolean) => End;

/** One end of a connection, of any implementation. */
export abstract class MessageStream {
  readonly role: 'client' | 'server';
  protected readonly sender: SendingEnd;
  protected readonly receiver: ReceivingEnd;
  readonly #settings: StreamSettings;
  readonly #maxString: number;
  readonly #codec: MessageCodec;

  /** @throws RangeError The memory or the check is out of range. */
  protected constructor(
    settings: StreamSettings, makeCodec: () => MessageCodec, makeSender: MakeEnd<SendingEnd>,
    makeReceiver: MakeEnd<ReceivingEnd>,
  ) {
    const { role, memory = STREAM_DEFAULT_MEMORY, check = STREAM_DEFAULT_CHECK } = settings;
    if (!(memory >= STREAM_MIN_MEMORY && memory <= STREAM_MAX_MEMORY)) {
      throw new RangeError(`memory is ${String(STREAM_MIN_MEMORY)} to ${String(STREAM_MAX_MEMORY)} bytes`);
    }
    if (!isCheck(check)) throw new RangeError(`check is 4, 8, 16 or 32 bits, not ${String(check)}`);
    this.role = role;
    this.#settings = settings;
    this.#maxString = settings.maxString ?? STREAM_MAX_STRING;
    this.#codec = settings.codec ?? makeCodec();
    this.sender = makeSender(memory, check, role === 'server');
    this.receiver = makeReceiver(memory, check, role === 'client');
  }

  /** Whether a message was refused, so that nothing but a reset by the peer can be received. */
  get lost(): boolean {
    return this.receiver.lost;
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
    return this.sender.encode({ data, isText }, compress, this.#maxString);
  }

  /**
   * Read the next message: a string if one was sent, else bytes.
   *
   * @param maxSize The most bytes that the message may have; a message that is refused for it can be read again.
   * @throws DecodeError The message is refused, and so is every other until the peer resets the direction.
   */
  receive(wire: Uint8Array, maxSize?: number): string | Uint8Array {
    const decompress = (message: Uint8Array, most: number) => this.#codec.decompressBytes(message, { maxSize: most });
    const most = maxSize ?? this.#settings.maxSize ?? LIMITS_DEFAULT_MAX_SIZE;
    const { data, isText } = this.receiver.decode(wire, most, decompress, maxSize !== undefined);
    if (this.receiver.asked) this.sender.reset(false);
    return isText ? (fromUtf8(data) as string) : data;
  }

  /** Begin anew: forget what was sent, and ask the peer, with the next message, to do the same. */
  reset(): void {
    this.sender.reset(true);
  }
}
