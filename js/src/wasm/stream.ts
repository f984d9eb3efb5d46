// Streams on the WebAssembly module.
import { STREAM_MAX_STRING } from '../constants.js';
import { DecodeError, EncodeError } from '../errors.js';
import { MessageStream, type ReceivingEnd, type Said, type SendingEnd, type StreamSettings } from '../message_stream.js';
import type { Check } from '../stream_check.js';
import { agreedOn } from '../stream_terms.js';
import { Codec } from './codec.js';
import { type Held, instance, limitOf } from './instance.js';
import type { Model } from './model.js';

/** Flags of an end that reads. */
const IS_LOST = 1;
const IS_ASKED = 2;
const IS_TEXT = 4;

/** One end of one direction; as a sender, or as a receiver. */
export class StreamEnd implements SendingEnd, ReceivingEnd {
  readonly #model: Model;
  readonly #held: Held;

  constructor(model: Model, memory: number, check: Check, isServer: boolean) {
    const core = instance();
    const agreed = agreedOn(model.id, memory, check);
    const made = core.exports.aura_make_stream(model.address, agreed, memory, check, isServer);
    this.#model = model;
    this.#held = core.hold(made, core.exports.aura_free_stream);
  }

  /** Where it stands, if its model is still there. */
  get #address(): number {
    this.#model.require();
    return this.#held.address;
  }

  dispose(): void {
    this.#held.dispose();
  }

  get lost(): boolean {
    return (instance().exports.aura_stream_state(this.#address) & IS_LOST) !== 0;
  }

  get asked(): boolean {
    return (instance().exports.aura_stream_state(this.#address) & IS_ASKED) !== 0;
  }

  reset(asks: boolean): void {
    instance().exports.aura_reset_stream(this.#address, asks);
  }

  encode(said: Said, compress?: (data: Uint8Array) => Uint8Array, maxString = STREAM_MAX_STRING): Uint8Array {
    const { exports } = instance();
    const { data } = said;
    const isShort = data.length <= maxString;
    if (compress === undefined) {
      if (!isShort) throw new EncodeError(`a string codes at most ${String(maxString)} bytes`);
      return this.#string(said);
    }
    if (!isShort) return this.#message(said, compress(data));
    return this.#attempt(
      (before) => {
        const wire = this.#string(said);
        if (2 * wire.length <= data.length) return wire;
        const coded = compress(data);
        if (exports.aura_message_size(before, coded.length) >= wire.length) return wire;
        exports.aura_restore_stream(this.#address, before);
        return this.#message(said, coded);
      },
      () => true,
    );
  }

  decode(
    wire: Uint8Array, maxSize: number, decompress: (message: Uint8Array, maxSize: number) => Uint8Array, keeps = false,
  ): Said {
    if (!keeps) return this.#read(wire, maxSize, decompress);
    return this.#attempt(
      () => this.#read(wire, maxSize, decompress),
      (error) => error instanceof DecodeError && error.code === 'LimitExceeded',
    );
  }

  /** Run something, which is told where a copy of this end stands; after some errors all is as it was before. */
  #attempt<T>(run: (before: number) => T, restoresAfter: (error: unknown) => boolean): T {
    const core = instance();
    const before = core.hold(core.exports.aura_copy_stream(this.#address), core.exports.aura_free_stream);
    try {
      return run(before.address);
    } catch (error) {
      if (restoresAfter(error)) core.exports.aura_restore_stream(this.#address, before.address);
      throw error;
    } finally {
      before.dispose();
    }
  }

  #string({ data, isText }: Said): Uint8Array {
    const core = instance();
    core.put(data);
    return core.written(core.exports.aura_send_string(this.#address, data.length, isText));
  }

  #message({ data, isText }: Said, coded: Uint8Array): Uint8Array {
    const core = instance();
    core.put(data, coded);
    return core.written(core.exports.aura_send_message(this.#address, data.length, isText, coded.length));
  }

  #read(
    wire: Uint8Array, maxSize: number, decompress: (message: Uint8Array, maxSize: number) => Uint8Array,
  ): Said {
    const core = instance();
    const address = this.#address;
    core.put(wire);
    const kind = core.exports.aura_open_message(address, wire.length);
    if (kind < 0) throw core.refusal();
    let length: number;
    if (kind === 0) {
      length = core.exports.aura_receive_string(address, limitOf(maxSize));
    } else {
      const content = decompress(core.result(core.exports.aura_coded_size(address)), maxSize);
      core.put(content);
      length = core.exports.aura_receive_message(address, content.length);
    }
    const data = core.read(length);
    return { data, isText: (core.exports.aura_stream_state(address) & IS_TEXT) !== 0 };
  }
}

/** What both ends of a stream agree on, and more. */
export interface StreamOptions extends StreamSettings {
  readonly model: Model;
}

/**
 * One end of a connection. Each message is coded with what the ones before it said in the same direction, so that
 * messages have to be received in the order in which they were sent, each once.
 */
export class Stream extends MessageStream {
  readonly model: Model;
  readonly #held: readonly { dispose(): void }[];

  /** @throws RangeError The memory or the check is out of range. */
  constructor(options: StreamOptions) {
    const { model } = options;
    const held: { dispose(): void }[] = [];
    const keep = <T extends { dispose(): void }>(made: T): T => {
      held.push(made);
      return made;
    };
    const makeEnd = (...terms: [memory: number, check: Check, isServer: boolean]) =>
      keep(new StreamEnd(model, ...terms));
    super(options, () => keep(new Codec({ model })), makeEnd, makeEnd);
    this.model = model;
    this.#held = held;
  }

  /** Give its memory back now, rather than when it is collected. */
  dispose(): void {
    for (const held of this.#held) held.dispose();
  }
}
