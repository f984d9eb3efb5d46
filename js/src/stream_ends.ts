// The ends of a stream, one that sends and one that receives (rules STR-1 to STR-12).
import {
  CONTEXT_MODEL_END, MIXER_PROB_ONE, STREAM_COUNTERS, STREAM_FLAG_ASK, STREAM_FLAG_MESSAGE,
  STREAM_FLAG_RESET, STREAM_FLAG_TEXT, STREAM_HEAD_BYTE, STREAM_LARGE_MEMORY, STREAM_LARGE_SLOT_BITS, STREAM_LATEST,
  STREAM_MAX_STRING, STREAM_SAME_KIND, STREAM_SLOT_BITS, STREAM_SLOT_SIZE, STREAM_START, STREAM_STATE_SIZE,
} from './constants.js';
import { DecodeError, EncodeError } from './errors.js';
import { LocalMemory, type MemorySize } from './local_memory.js';
import { learnMessage, Predictor } from './local_model.js';
import type { Model } from './model.js';
import { RangeDecoder, RangeEncoder } from './range_coder.js';
import type { ReceivingEnd, Said, SendingEnd } from './message_stream.js';
import { type Check, checkBits, type CheckTerms, demanded, findString, maxBeyond, remainder } from './stream_check.js';
import { agreedOn } from './stream_terms.js';
import { isUtf8, tooLong } from './template.js';
import { concat, equal } from './wire.js';

export type { Said } from './message_stream.js';

const END = 2 ** 32;
const NO_HEAD = new Uint8Array(0);

/** The terms of a stream, on which both ends agree. */
export interface Terms extends CheckTerms {
  readonly model: Model;
  /** Bytes that the stream may remember, window and tables together. */
  readonly memory: number;
}

/** The terms of a direction (rule STR-6). */
export function termsOf(model: Model, memory: number, check: Check, isServer: boolean): Terms {
  return { model, memory, check, isServer, agreed: agreedOn(model.id, memory, check) };
}

/** How much a stream remembers (rule STR-12). */
function sizeOf(memory: number): MemorySize {
  const slotBits = memory >= STREAM_LARGE_MEMORY ? STREAM_LARGE_SLOT_BITS : STREAM_SLOT_BITS;
  return { slotBits, window: memory - STREAM_STATE_SIZE - STREAM_SLOT_SIZE * 2 ** slotBits };
}

/** All that a stream remembers. */
export class StreamMemory {
  readonly state: LocalMemory;
  isText = true;

  constructor(state: LocalMemory) {
    this.state = state;
  }

  copy(): StreamMemory {
    const copy = new StreamMemory(this.state.copy());
    copy.isText = this.isText;
    return copy;
  }

  /** Let a message enter that is no string (rule STR-11). */
  learn(data: Uint8Array, { model }: Terms): void {
    learnMessage(data, this.state, model.contextModel);
  }
}

/** What a stream remembers before its first message. */
export function emptyMemory({ memory }: Terms): StreamMemory {
  return new StreamMemory(new LocalMemory(sizeOf(memory)));
}

/** A head, if there is one (rule STR-2). */
function buildHead(flags: number, counter: number): Uint8Array {
  if (flags === 0) return NO_HEAD;
  const isReset = (flags & STREAM_FLAG_RESET) !== 0;
  return Uint8Array.of(STREAM_HEAD_BYTE, flags, ...(isReset ? [counter >> 8, counter & 255] : []));
}

/** The end of a stream that sends. */
export class Sender implements SendingEnd {
  readonly #terms: Terms;
  #memory: StreamMemory;
  #counter = 0;
  #flags = 0;

  constructor(terms: Terms) {
    this.#terms = terms;
    this.#memory = emptyMemory(terms);
  }

  /** Forget all, and say so with the next message (rules STR-9 and STR-10). */
  reset(asks: boolean): void {
    this.#memory = emptyMemory(this.#terms);
    this.#flags |= STREAM_FLAG_RESET | (asks ? STREAM_FLAG_ASK : 0);
  }

  /**
   * The next message.
   *
   * @param said What it says.
   * @param compress Gives a message that is no part of a stream. Where a string does not halve the message, and it is
   *   smaller, it is taken. Without it, a string is.
   * @param maxString Bytes of the longest message that is coded as a string.
   * @throws EncodeError The message is too long for a string, and `compress` is not given.
   */
  encode(
    said: Said, compress?: (data: Uint8Array) => Uint8Array, maxString = STREAM_MAX_STRING,
  ): Uint8Array {
    const { data, isText } = said;
    const isShort = data.length <= maxString;
    if (!isShort && compress === undefined) throw new EncodeError(`a string codes at most ${String(maxString)} bytes`);
    const before = this.#memory;
    if (isShort && compress !== undefined) this.#memory = before.copy();
    let wire = isShort ? this.#string(said) : null;
    if (compress !== undefined && (wire === null || 2 * wire.length > data.length)) {
      const other = this.#message(isText, compress(data));
      if (wire === null || other.length < wire.length) {
        wire = other;
        this.#memory = before;
        before.learn(data, this.#terms);
      }
    }
    this.#memory.isText = isText;
    this.#counter = (this.#counter + 1) % STREAM_COUNTERS;
    this.#flags = 0;
    return wire as Uint8Array;
  }

  #string({ data, isText }: Said): Uint8Array {
    const encoder = new RangeEncoder(STREAM_START, END);
    const isSame = isText === this.#memory.isText;
    const other = MIXER_PROB_ONE - STREAM_SAME_KIND;
    encoder.encode(isSame ? 0 : STREAM_SAME_KIND, isSame ? STREAM_SAME_KIND : other, MIXER_PROB_ONE);
    const predictor = new Predictor(this.#terms.model.contextModel, this.#memory.state);
    for (const byte of data) predictor.encode(encoder, byte);
    predictor.encode(encoder, CONTEXT_MODEL_END);
    const head = buildHead(this.#flags, this.#counter);
    return concat([head, findString(encoder.interval(), head, this.#terms, this.#counter)]);
  }

  #message(isText: boolean, message: Uint8Array): Uint8Array {
    const flags = this.#flags | STREAM_FLAG_MESSAGE | (isText ? STREAM_FLAG_TEXT : 0);
    const bits = checkBits(0, this.#terms.check, true);
    const wire = concat([buildHead(flags, this.#counter), message, new Uint8Array(bits / 8)]);
    const check = remainder(wire, bits) ^ demanded(this.#terms, this.#counter, bits);
    for (let at = 0; at < bits; at += 8) wire[wire.length - 1 - at / 8] = check >> at;
    return wire;
  }
}

/** A message without its head. */
export interface Parts {
  readonly flags: number;
  readonly counter: number;
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

/** Split a message (rule STR-2). */
export function split(wire: Uint8Array): Parts {
  if (wire.length === 0) throw new DecodeError('Truncated', 'the message is empty');
  if (wire[0] !== STREAM_HEAD_BYTE) return { flags: 0, counter: 0, head: NO_HEAD, body: wire };
  if (wire.length < 2) throw new DecodeError('Truncated', 'the message ends inside its head', wire.length);
  const flags = wire[1];
  const isText = (flags & STREAM_FLAG_TEXT) !== 0;
  if (flags === 0 || flags > 15 || (isText && (flags & STREAM_FLAG_MESSAGE) === 0)) {
    throw new DecodeError('Malformed', 'the flags are unknown', 1);
  }
  const size = flags & STREAM_FLAG_RESET ? 4 : 2;
  if (wire.length < size) throw new DecodeError('Truncated', 'the message ends inside its head', wire.length);
  const counter = size === 4 ? wire[2] * 256 + wire[3] : 0;
  return { flags, counter, head: wire.subarray(0, size), body: wire.subarray(size) };
}

/** The end of a stream that receives. */
export class Receiver implements ReceivingEnd {
  /** Whether the last message asked for a reset (rule STR-10). */
  asked = false;
  /** Whether nothing but a reset can be read (rule STR-8). */
  lost = false;
  readonly #terms: Terms;
  #memory: StreamMemory;
  #counter = 0;

  constructor(terms: Terms) {
    this.#terms = terms;
    this.#memory = emptyMemory(terms);
  }

  /**
   * Read the next message (rule STR-8).
   *
   * @param decompress Reads a message that is no part of a stream, of at most so many bytes.
   * @param keeps Whether a message that is refused as `LimitExceeded` may be read again.
   * @throws DecodeError The message is refused, and the stream is lost.
   */
  decode(
    wire: Uint8Array, maxSize: number, decompress: (message: Uint8Array, maxSize: number) => Uint8Array, keeps = false,
  ): Said {
    if (!keeps) return this.#decode(wire, maxSize, decompress);
    const wasLost = this.lost;
    const before = this.#memory.copy();
    try {
      return this.#decode(wire, maxSize, decompress);
    } catch (error) {
      if (error instanceof DecodeError && error.code === 'LimitExceeded') {
        this.lost = wasLost;
        this.#memory = before;
      }
      throw error;
    }
  }

  #decode(
    wire: Uint8Array, maxSize: number, decompress: (message: Uint8Array, maxSize: number) => Uint8Array,
  ): Said {
    const wasLost = this.lost;
    this.lost = true;
    this.asked = false;
    const { flags, counter: told, head, body } = split(wire);
    const isReset = (flags & STREAM_FLAG_RESET) !== 0;
    if (isReset && (told - this.#counter + STREAM_COUNTERS) % STREAM_COUNTERS > STREAM_LATEST) {
      throw new DecodeError('StreamDesync', 'the reset is an old one', 2);
    }
    if (!isReset && wasLost) throw new DecodeError('StreamDesync', 'the stream is lost until it is reset');
    const counter = isReset ? told : this.#counter;
    const bits = checkBits(wire.length, this.#terms.check, head.length > 0);
    if (remainder(wire, bits) !== demanded(this.#terms, counter, bits)) {
      throw new DecodeError('StreamDesync', 'the message is not the next one, or damaged', head.length);
    }
    const memory = isReset ? emptyMemory(this.#terms) : this.#memory;
    let said: Said;
    if (flags & STREAM_FLAG_MESSAGE) {
      const size = body.length - bits / 8;
      if (size < 0) {
        throw new DecodeError('Truncated', 'the message ends before its check does', wire.length);
      }
      const data = decompress(body.subarray(0, size), maxSize);
      said = { data, isText: (flags & STREAM_FLAG_TEXT) !== 0 };
      memory.learn(data, this.#terms);
    } else {
      said = this.#readString(memory, body, head, counter, maxSize);
    }
    if (said.isText && !isUtf8(said.data)) throw new DecodeError('Malformed', 'the text is not UTF-8');
    memory.isText = said.isText;
    this.#memory = memory;
    this.#counter = (counter + 1) % STREAM_COUNTERS;
    this.lost = false;
    this.asked = (flags & STREAM_FLAG_ASK) !== 0;
    return said;
  }

  #readString(memory: StreamMemory, string: Uint8Array, head: Uint8Array, counter: number, maxSize: number): Said {
    const decoder = new RangeDecoder(string, STREAM_START, END);
    const isSame = decoder.value(MIXER_PROB_ONE) < STREAM_SAME_KIND;
    const other = MIXER_PROB_ONE - STREAM_SAME_KIND;
    decoder.take(isSame ? 0 : STREAM_SAME_KIND, isSame ? STREAM_SAME_KIND : other);
    const predictor = new Predictor(this.#terms.model.contextModel, memory.state);
    const most = Math.min(maxSize, STREAM_MAX_STRING);
    while (predictor.decode(decoder) !== CONTEXT_MODEL_END) {
      if (predictor.size > most) throw tooLong(most, head.length);
    }
    decoder.end(maxBeyond(this.#terms.check));
    if (!equal(findString(decoder.interval(), head, this.#terms, counter), string)) {
      throw new DecodeError('NonCanonical', 'the string is not the shortest and smallest', head.length);
    }
    return { data: predictor.bytes.slice(0, predictor.size), isText: isSame === memory.isText };
  }
}
