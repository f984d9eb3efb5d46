// The messages of one direction of a session: what each piece costs after those before it.
import { Codec } from '../codec.js';
import {
  MIXER_PROB_ONE, SESSION_NEGOTIATION_CODING_STREAM, SESSION_NEGOTIATION_CODING_TAGGED, STREAM_FLAG_MESSAGE,
  STREAM_FLAG_RESET, STREAM_SAME_KIND,
} from '../constants.js';
import { DecodeError } from '../errors.js';
import { Predictor } from '../local_model.js';
import type { BodyCodec } from '../message.js';
import type { Model } from '../model.js';
import { type Control, isControl, parseControl, parseData, type Use } from '../session_frames.js';
import { type Check, checkBits } from '../stream_check.js';
import { emptyMemory, type Said, split, type StreamMemory, type Terms, termsOf } from '../stream_ends.js';
import { toUtf8 } from '../text.js';
import { explain, type Explanation } from './message.js';
import { overheadOf, partsOf } from './parts.js';
import { adaptiveSteps } from './steps.js';

/** What the reader of a direction holds. */
export interface SessionExplainerOptions {
  readonly models: readonly Model[];
  /** Whether the server sends what is explained. */
  readonly isServers: boolean;
  readonly bodies?: readonly BodyCodec[];
}

/** The messages of a stream, in order. */
class StreamExplainer {
  readonly #terms: Terms;
  readonly #single: Codec;
  #memory: StreamMemory;

  constructor(terms: Terms, single: Codec) {
    this.#terms = terms;
    this.#single = single;
    this.#memory = emptyMemory(terms);
  }

  explain(wire: Uint8Array, { data, isText }: Said): Explanation {
    const { flags, head, body } = split(wire);
    if (flags & STREAM_FLAG_RESET) this.#memory = emptyMemory(this.#terms);
    const explanation = flags & STREAM_FLAG_MESSAGE ? this.#message(body, data) : this.#string(wire, body, data, isText);
    this.#memory.isText = isText;
    const { overhead } = explanation;
    const heads = head.length > 0 ? [{ name: 'head', bits: 8 * head.length }] : [];
    return { ...explanation, size: wire.length, overhead: [...heads, ...overhead] };
  }

  #string(wire: Uint8Array, string: Uint8Array, data: Uint8Array, isText: boolean): Explanation {
    const { model: { contextModel }, check } = this.#terms;
    const { state } = this.#memory;
    const same = isText === this.#memory.isText ? STREAM_SAME_KIND : MIXER_PROB_ONE - STREAM_SAME_KIND;
    const kind = Math.log2(MIXER_PROB_ONE / same);
    const steps = adaptiveSteps(data, new Predictor(contextModel, state), contextModel, state);
    const bits = checkBits(wire.length, check, string.length < wire.length);
    return {
      method: 'stream', size: wire.length, message: data, steps,
      parts: partsOf([{ length: data.length, bits: 0, note: '' }], steps),
      overhead: [
        { name: 'kind', bits: kind },
        { name: 'check', bits },
        ...overheadOf(steps, 8 * string.length - kind - bits),
      ],
    };
  }

  #message(body: Uint8Array, data: Uint8Array): Explanation {
    const bits = checkBits(0, this.#terms.check, true);
    const single = explain(body.subarray(0, -bits / 8), this.#single);
    this.#memory.learn(data, this.#terms);
    return { ...single, overhead: [{ name: 'check', bits }, ...single.overhead] };
  }
}

/** Explains what one end of a session sends, frame by frame, in order. */
export class SessionExplainer {
  readonly #options: SessionExplainerOptions;
  #models: readonly Model[];
  #single: Codec | null = null;
  #stream: StreamExplainer | null = null;

  constructor(options: SessionExplainerOptions) {
    this.#options = options;
    this.#models = options.models;
  }

  /** Hold another model from now on. */
  hold(model: Model): void {
    this.#models = [model, ...this.#models];
  }

  /** Go past a control frame; null if the frame is none, but a message. */
  control(frame: Uint8Array): Control | null {
    if (!isControl(frame)) return null;
    const control = parseControl(frame);
    if (control.kind === 'use') this.#use(control);
    return control;
  }

  #use({ model: id, coding, memory, check }: Use): void {
    const { bodies = [], isServers } = this.#options;
    const model = this.#models.find((one) => one.id === id);
    const isTagged = coding === SESSION_NEGOTIATION_CODING_TAGGED;
    this.#single = new Codec({ ...(model && { model }), bodies, check: isTagged });
    this.#stream = null;
    if (model !== undefined && coding === SESSION_NEGOTIATION_CODING_STREAM) {
      this.#stream = new StreamExplainer(termsOf(model, memory, check as Check, isServers), this.#single);
    }
  }

  /**
   * Explain a message.
   *
   * @param frame It, as it went over the connection.
   * @param message What it says.
   * @throws DecodeError The frame is refused, or no use frame came before it.
   */
  explain(frame: Uint8Array, message: string | Uint8Array): Explanation {
    if (this.#single === null) throw new DecodeError('Malformed', 'data frame before the first use frame');
    const { coded } = parseData(frame);
    if (this.#stream === null) return withFrame(frame, explain(coded, this.#single));
    const isText = typeof message === 'string';
    return withFrame(frame, this.#stream.explain(coded, { data: isText ? toUtf8(message) : message, isText }));
  }
}

/** An explanation of a message, with the byte that its frame has before it, if any. */
function withFrame(frame: Uint8Array, explanation: Explanation): Explanation {
  const before = frame.length - explanation.size;
  if (before === 0) return explanation;
  return {
    ...explanation, size: frame.length, overhead: [{ name: 'frame', bits: 8 * before }, ...explanation.overhead],
  };
}
