// The messages of one direction of a session as frames, and back (rules SES-10 and SES-11).
import { Codec } from './codec.js';
import {
  SESSION_NEGOTIATION_CODING_STREAM, SESSION_NEGOTIATION_CODING_TAGGED, STREAM_FLAG_MESSAGE, STREAM_HEAD_BYTE,
  STREAM_MAX_STRING, TAG_SIZE,
} from './constants.js';
import { DecodeError } from './errors.js';
import type { BodyCodec } from './message.js';
import type { Model } from './model.js';
import type { Level } from './policy.js';
import { buildData, longestOf, parseData, type Use } from './session_frames.js';
import type { Check } from './stream_check.js';
import { Receiver, type Said, Sender, termsOf } from './stream_ends.js';
import { isUtf8 } from './template.js';

/** Bytes of a message from which on other methods are tried if a string does not halve it. */
const WORTHWHILE = 2 ** 10;

/** How the messages of a direction are coded by themselves. */
export interface SingleOptions {
  /** The implied model, or null. */
  readonly model: Model | null;
  readonly level: Level;
  /** The methods that the peer reads, by bits. */
  readonly methods: number;
  /** Whether the peer holds the same built-in templates. */
  readonly hasBuiltin: boolean;
  /** Bytes of the longest message that is coded with the model. */
  readonly maxCoded: number;
  /** Bytes that a message may have. */
  readonly maxMessage: number;
  /** Bytes that a message may have which a model coded (rule SES-18). */
  readonly maxModelled: number;
  readonly bodies: readonly BodyCodec[];
}

/** Codes and reads the messages of one direction, in order. */
export interface FrameCodec {
  encode(said: Said): Uint8Array;
  /** @throws DecodeError The message is refused. */
  decode(frame: Uint8Array): Said;
}

/** Codes and reads each message by itself (rule SES-10). */
class Single implements FrameCodec {
  readonly #options: SingleOptions;
  readonly #isTagged: boolean;
  readonly #codec: Codec;
  #withoutModel: Codec | null = null;

  constructor(options: SingleOptions, isTagged: boolean) {
    this.#options = options;
    this.#isTagged = isTagged;
    this.#codec = this.#codecFor(options.model, isTagged);
  }

  #codecFor(model: Model | null, check: boolean, templates: Model | null = model): Codec {
    const { level, methods, hasBuiltin, bodies } = this.#options;
    const patterns = [...(templates?.templates ?? [])].map(([id, { pattern }]) => [id, pattern] as const);
    const held = { level, methods, bodies, check, withBuiltin: hasBuiltin, templates: Object.fromEntries(patterns) };
    return new Codec(model === null ? held : { ...held, model });
  }

  encode({ data, isText }: Said): Uint8Array {
    return buildData({ coded: this.compress(data), isText });
  }

  decode(frame: Uint8Array): Said {
    const { coded, isText } = parseData(frame);
    const data = this.decompressBytes(coded, { maxSize: this.#options.maxMessage });
    if (isText && !isUtf8(data)) throw new DecodeError('Malformed', 'a text is not UTF-8');
    return { data, isText };
  }

  compress(data: Uint8Array): Uint8Array {
    const { model, maxCoded } = this.#options;
    if (data.length <= maxCoded || model === null) return this.#codec.compress(data);
    this.#withoutModel ??= this.#codecFor(null, false, model);
    const wire = this.#withoutModel.compress(data);
    return this.#isTagged ? this.#codec.tag(wire, data) : wire;
  }

  decompressBytes(coded: Uint8Array, { maxSize }: { readonly maxSize: number }): Uint8Array {
    const message = this.#isTagged ? coded.subarray(TAG_SIZE) : coded;
    return this.#codec.decompressBytes(coded, { maxSize: longestOf(message, maxSize, this.#options.maxModelled) });
  }
}

/** Codes and reads messages with those before them (rule SES-11). */
class Streamed implements FrameCodec {
  readonly #single: Single;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #options: SingleOptions;
  readonly #maxString: number;

  constructor(options: SingleOptions, model: Model, use: Use, isServers: boolean) {
    const terms = termsOf(model, use.memory, use.check as Check, isServers);
    this.#single = new Single(options, false);
    this.#sender = new Sender(terms);
    this.#receiver = new Receiver(terms);
    this.#options = options;
    this.#maxString = Math.min(options.maxCoded, STREAM_MAX_STRING);
  }

  encode(said: Said): Uint8Array {
    const triesOthers = said.data.length >= Math.min(WORTHWHILE, this.#maxString + 1);
    const compress = triesOthers ? (data: Uint8Array) => this.#single.compress(data) : undefined;
    return buildData({ coded: this.#sender.encode(said, compress, this.#maxString), isText: true });
  }

  decode(frame: Uint8Array): Said {
    const { coded, isText } = parseData(frame);
    if (!isText) throw new DecodeError('Malformed', 'data frame of a stream with the mark for bytes');
    const { maxMessage, maxModelled } = this.#options;
    const isString = coded[0] !== STREAM_HEAD_BYTE || (coded[1] & STREAM_FLAG_MESSAGE) === 0;
    return this.#receiver.decode(coded, isString ? Math.min(maxMessage, maxModelled) : maxMessage, (wire, maxSize) =>
      this.#single.decompressBytes(wire, { maxSize }),
    );
  }
}

/** The codec of the messages that follow a use frame, of the client's direction or the server's. */
export function frameCodecFor(options: SingleOptions, use: Use, isServers: boolean): FrameCodec {
  if (options.model !== null && use.coding === SESSION_NEGOTIATION_CODING_STREAM) {
    return new Streamed(options, options.model, use, isServers);
  }
  return new Single(options, use.coding === SESSION_NEGOTIATION_CODING_TAGGED);
}
